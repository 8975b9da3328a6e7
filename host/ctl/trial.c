/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <sentio/sdk.h>

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
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
    atomic_store(&trial->since, now_ns());
}

static struct trial_timing *timing_of(struct trial *trial, const char *callback) {
    size_t i = 0;
    while (i < TRIAL_CALLBACKS - 1 && trial->timings[i].name[0] != '\0' &&
           strcmp(trial->timings[i].name, callback) != 0)
        i++;
    return &trial->timings[i];
}

void trial_returned(struct trial *trial) {
    int64_t taken = now_ns() - atomic_load(&trial->since);
    struct trial_timing *timing = timing_of(trial, trial->callback);
    atomic_store(&trial->since, 0);
    memcpy(timing->name, trial->callback, sizeof(timing->name));
    timing->calls++;
    timing->total += (uint64_t)taken;
    if ((uint64_t)taken < timing->longest)
        return;
    timing->longest = (uint64_t)taken;
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
