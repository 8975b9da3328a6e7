/* SPDX-License-Identifier: MIT */
#ifndef REPLAY_FIXTURE_H
#define REPLAY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed/replay.h"
#include "feed/result.h"

#define SECOND INT64_C(1000000000)
#define FIXTURE_START (100 * SECOND)
#define FIXTURE_DEADLINES 64

/* A replay of a text with a clock that jumps to each deadline, and what came of it. */
struct fixture {
    struct replay replay;
    struct symbols symbols;
    double speed;
    int64_t count;
    int64_t time;
    int64_t late; /* added to the clock after each sleep */
    int64_t deadlines[FIXTURE_DEADLINES];
    size_t sleeps;
    int result;
    char *output;
    char *reports;
};

static int64_t fixture_now(void *context) {
    struct fixture *fixture = context;
    return fixture->time;
}

static int fixture_sleep(void *context, int64_t deadline) {
    struct fixture *fixture = context;
    assert_true(fixture->sleeps < FIXTURE_DEADLINES);
    fixture->deadlines[fixture->sleeps++] = deadline;
    if (deadline > fixture->time)
        fixture->time = deadline;
    fixture->time += fixture->late;
    return 0;
}

static void fixture_init(struct fixture *fixture) {
    *fixture = (struct fixture){.speed = 1, .time = FIXTURE_START};
    fixture->replay = (struct replay){.name = "quotes.csv",
                                      .symbols = &fixture->symbols,
                                      .max_gap = 5 * SECOND,
                                      .interval = SECOND};
}

static void fixture_forget(struct fixture *fixture) {
    free(fixture->output);
    free(fixture->reports);
    fixture->output = NULL;
    fixture->reports = NULL;
}

static char *fixture_read(int fd) {
    off_t size = lseek(fd, 0, SEEK_END);
    assert_true(size >= 0);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(fd, text, (size_t)size, 0), size);
    return text;
}

static void fixture_run(struct fixture *fixture, const char *text, size_t size) {
    struct stop stop = {0};
    struct publisher publisher;
    struct pace pace;
    struct clock clock = {fixture_now, fixture_sleep, fixture};
    size_t reports_size;
    fixture_forget(fixture);
    int fd = memfd_create("output", MFD_CLOEXEC);
    assert_int_not_equal(fd, -1);
    FILE *file = fmemopen((void *)(uintptr_t)text, size, "r");
    assert_non_null(file);
    fixture->replay.reports = open_memstream(&fixture->reports, &reports_size);
    assert_non_null(fixture->replay.reports);
    pace_init(&pace, clock, fixture->speed);
    publisher_init(&publisher, pace, (struct output){fd, 0, &stop}, fixture->count);
    fixture->result = replay_run(&fixture->replay, file, &publisher);
    publisher_finish(&publisher);
    fclose(fixture->replay.reports);
    fclose(file);
    fixture->output = fixture_read(fd);
    close(fd);
}

static inline void fixture_replay(struct fixture *fixture, const char *text) {
    fixture_run(fixture, text, strlen(text));
}

static inline void fixture_finish(struct fixture *fixture) {
    fixture_forget(fixture);
    symbols_finish(&fixture->symbols);
}

/* How often `part` occurs. */
static inline size_t fixture_occurs(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

static inline int fixture_setup(void **state) {
    static struct fixture fixture;
    fixture_init(&fixture);
    *state = &fixture;
    return 0;
}

static inline int fixture_teardown(void **state) {
    fixture_finish(*state);
    return 0;
}

#define FIXTURE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

#endif
