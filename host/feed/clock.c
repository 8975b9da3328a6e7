/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "result.h"

#define SECOND INT64_C(1000000000)

static struct timespec read_clock(clockid_t id) {
    struct timespec time;
    int result = clock_gettime(id, &time);
    assert(result == 0);
    (void)result;
    return time;
}

static int64_t now(void *context) {
    (void)context;
    struct timespec time = read_clock(CLOCK_MONOTONIC);
    return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

static int sleep_until(void *context, int64_t deadline) {
    (void)context;
    struct timespec time = {.tv_sec = deadline / SECOND, .tv_nsec = deadline % SECOND};
    int error = EINTR;
    while (error == EINTR)
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
    if (error == 0)
        return 0;
    fprintf(stderr, "sentio-feed: cannot sleep: %s\n", strerror(error));
    return SENTIO_FAILED;
}

struct clock clock_monotonic(void) {
    return (struct clock){.now = now, .sleep_until = sleep_until};
}

int64_t clock_unix_ms(void) {
    struct timespec time = read_clock(CLOCK_REALTIME);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
