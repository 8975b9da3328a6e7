/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_SOURCE_FIXTURE_H
#define SENTIO_TESTS_SOURCE_FIXTURE_H

/* A source on a loop of its own, with its lines and the log recorded, for tests of it. */

#include <fcntl.h>
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

#include <sentio/sdk.h>

#include "base/log.h"
#include "plugin/source.h"

#define GUARD_MS 60000

struct fixture {
    uv_loop_t loop;
    uv_timer_t guard;
    uv_timer_t tick;
    bool timed_out;
    struct source *source;
    struct source_handler handler;
    bool gone;
    int log; /* what was written to standard error */
    int standard_error;

    size_t count;
    size_t longest;
    char text[4096]; /* the lines, each ended by '|', as far as there is room */
    char last[64];

    size_t pause_every; /* lines; 0: never */
    size_t stop_at;     /* lines; 0: never */
    bool paused;
    bool late; /* a line came while paused or after the stop */
};

static inline void on_gone(void *context) {
    struct fixture *fixture = context;
    fixture->gone = true;
}

static inline void stop(struct fixture *fixture) {
    struct source *source = fixture->source;
    fixture->source = NULL;
    source_stop(source, on_gone, fixture);
}

static inline void pause_source(struct fixture *fixture, bool paused) {
    fixture->paused = paused;
    source_pause(fixture->source, paused);
}

static inline void on_line(void *context, struct sentio_bytes line) {
    struct fixture *fixture = context;
    size_t used = strlen(fixture->text);
    snprintf(fixture->text + used, sizeof(fixture->text) - used, "%.*s|",
             (int)(line.size < 100 ? line.size : 100), line.data);
    snprintf(fixture->last, sizeof(fixture->last), "%.*s", (int)(line.size < 60 ? line.size : 60),
             line.data);
    fixture->count++;
    fixture->longest = line.size > fixture->longest ? line.size : fixture->longest;
    fixture->late = fixture->late || fixture->paused || !fixture->source;
    if (fixture->pause_every > 0 && fixture->count % fixture->pause_every == 0) {
        pause_source(fixture, true);
    }
    if (fixture->count == fixture->stop_at) {
        stop(fixture);
    }
}

static inline void on_guard(uv_timer_t *timer) {
    struct fixture *fixture = timer->data;
    fixture->timed_out = true;
}

static inline void on_tick(uv_timer_t *timer) {
    (void)timer;
}

static inline int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    if (!fixture) {
        return -1;
    }
    *state = fixture;
    fixture->handler = (struct source_handler){on_line, fixture, 1 << 20, 1};
    fixture->log = memfd_create("log", MFD_CLOEXEC);
    fixture->standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    fflush(stderr);
    if (dup2(fixture->log, STDERR_FILENO) == -1 || uv_loop_init(&fixture->loop) != 0) {
        return -1;
    }
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    uv_timer_init(&fixture->loop, &fixture->guard);
    uv_timer_init(&fixture->loop, &fixture->tick);
    fixture->guard.data = fixture;
    uv_timer_start(&fixture->guard, on_guard, GUARD_MS, 0);
    return 0;
}

static inline void read_log(struct fixture *fixture, char *text, size_t size) {
    ssize_t count = pread(fixture->log, text, size - 1, 0);
    text[count > 0 ? count : 0] = '\0';
}

static inline bool logged(struct fixture *fixture, const char *text) {
    char log[16384];
    read_log(fixture, log, sizeof(log));
    return strstr(log, text) != NULL;
}

static inline int teardown(void **state) {
    struct fixture *fixture = *state;
    char log[16384];
    stop(fixture);
    uv_close((uv_handle_t *)&fixture->guard, NULL);
    uv_close((uv_handle_t *)&fixture->tick, NULL);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&fixture->loop);
    fflush(stderr);
    read_log(fixture, log, sizeof(log));
    dup2(fixture->standard_error, STDERR_FILENO);
    fputs(log, stderr);
    close(fixture->standard_error);
    close(fixture->log);
    free(fixture);
    return left;
}

/* The command's memory is gone when this returns. */
static inline void start(struct fixture *fixture, const char *const *arguments) {
    char *items[8];
    struct config_strings command = {items, 0};
    for (; arguments[command.count]; command.count++) {
        items[command.count] = strdup(arguments[command.count]);
    }
    fixture->source = source_create(&fixture->loop, "channel test", &command, &fixture->handler);
    for (size_t i = 0; i < command.count; i++) {
        free(items[i]);
    }
    assert_non_null(fixture->source);
}

static inline void start_script(struct fixture *fixture, const char *script) {
    start(fixture, (const char *const[]){"/bin/sh", "-c", script, NULL});
}

static inline void turn(struct fixture *fixture) {
    uv_run(&fixture->loop, UV_RUN_ONCE);
    if (fixture->timed_out) {
        fail_msg("what the test waits for has not come; lines: %s", fixture->text);
    }
}

static inline void wait_for_lines(struct fixture *fixture, size_t count) {
    while (fixture->count < count) {
        turn(fixture);
    }
}

static inline void wait_for_log(struct fixture *fixture, const char *text) {
    while (!logged(fixture, text)) {
        turn(fixture);
    }
}

static inline void wait_until_gone(struct fixture *fixture) {
    while (!fixture->gone) {
        turn(fixture);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
