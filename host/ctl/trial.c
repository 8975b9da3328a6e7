/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include <sentio/sdk.h>

static int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t now_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

/* How often this thread has given the processor away because it waited for something. */
static long waits(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == -1 ? 0 : usage.ru_nvcsw;
}

struct trial *trial_create(void) {
    struct trial *trial =
        mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return trial == MAP_FAILED ? NULL : trial;
}

void trial_destroy(struct trial *trial) {
    if (trial)
        munmap(trial, sizeof(*trial));
}

void trial_begin(struct trial *trial) {
    atomic_store(&trial->since, 0);
    trial->callback[0] = '\0';
    trial->input[0] = '\0';
    trial->failure[0] = '\0';
    trial->warning[0] = '\0';
    trial->calls = 0;
    trial->recorded = 0;
}

/* How much of the text fits without cutting a character. */
static size_t cut(const char *text, size_t size, size_t room) {
    if (size <= room)
        return size;
    size = room;
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    return size;
}

void trial_input(struct trial *trial, const char *text, size_t size) {
    size_t shown = cut(text, size, TRIAL_INPUT_SIZE - 40);
    if (shown == size)
        snprintf(trial->input, TRIAL_INPUT_SIZE, "%.*s", (int)shown, text);
    else
        snprintf(trial->input, TRIAL_INPUT_SIZE, "%.*s... (%zu bytes)", (int)shown, text, size);
}

void trial_call(struct trial *trial, const char *callback) {
    snprintf(trial->callback, sizeof(trial->callback), "%s", callback);
    trial->calls++;
    trial->waits = waits();
    trial->worked = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    atomic_store(&trial->since, now_ns());
}

/* What the call has taken that ends now. Of one that has not waited that is its work: for the rest
 * the processor was taken from it. */
static uint64_t taken_ns(const struct trial *trial) {
    int64_t taken = now_ns() - atomic_load(&trial->since);
    int64_t worked = clock_ns(CLOCK_THREAD_CPUTIME_ID) - trial->worked;
    return (uint64_t)(worked < taken && waits() == trial->waits ? worked : taken);
}

static struct trial_timing *timing_of(struct trial *trial, const char *callback) {
    size_t i = 0;
    while (i < TRIAL_CALLBACKS - 1 && trial->timings[i].name[0] != '\0' &&
           strcmp(trial->timings[i].name, callback) != 0)
        i++;
    return &trial->timings[i];
}

void trial_returned(struct trial *trial) {
    uint64_t taken = taken_ns(trial);
    struct trial_timing *timing = timing_of(trial, trial->callback);
    atomic_store(&trial->since, 0);
    memcpy(timing->name, trial->callback, sizeof(timing->name));
    timing->calls++;
    timing->total += taken;
    if (taken < timing->longest)
        return;
    timing->longest = taken;
    memcpy(timing->input, trial->input, sizeof(timing->input));
}

int64_t trial_elapsed(const struct trial *trial) {
    int64_t since = atomic_load(&trial->since);
    return since == 0 ? 0 : now_ns() - since;
}

bool trial_record(struct trial *trial, uint64_t digest) {
    size_t at = trial->recorded;
    if (trial->record == TRIAL_NO_RECORD || at >= TRIAL_CALLS_MAX)
        return true;
    trial->recorded++;
    if (trial->record == TRIAL_COMPARE)
        return trial->digests[at] == digest;
    trial->digests[at] = digest;
    return true;
}
