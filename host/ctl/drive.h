/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_DRIVE_H
#define SENTIO_CTL_DRIVE_H

#include <stdbool.h>

#include <sentio/test.h>

#include "samples.h"
#include "trial.h"

/*
 * Calls a plugin as the host does, by the SDK's fake host, and sees to the rules: what each
 * callback may return, that nothing is asked for that the host would refuse, that what wants an
 * answer gets one. The first breach is the check's failure; after it every function here does
 * nothing.
 */
struct drive {
    struct trial *trial;
    const struct sentio_plugin *plugin;
    const struct samples *samples;
    const char *options; /* what the author gave, or "{}" */
    int64_t now;         /* the host's time, which goes on from one channel to the next; 0: begin */
    struct sentio_test *test;
    int result; /* what the latest callback returned */
};

/* The check has failed, unless it has already: by the latest call, which is named, or altogether.
 */
__attribute__((format(printf, 2, 3))) void drive_fail(struct drive *drive, const char *format, ...);
__attribute__((format(printf, 2, 3))) void drive_conclude(struct drive *drive, const char *format,
                                                          ...);
bool drive_failed(const struct drive *drive);
__attribute__((format(printf, 2, 3))) void drive_warn(struct drive *drive, const char *format, ...);

/* Opens the channel. False: open() refused, and drive_why() says why; that alone is no breach. */
bool drive_open(struct drive *drive, const char *config);
const char *drive_why(void);
/* With the author's options: it has to open. */
bool drive_start(struct drive *drive);
void drive_close(struct drive *drive);

/* True: nothing was rejected. */
bool drive_publish(struct drive *drive, const char *body);
/* `conn` 0: a new connection. What it is afterwards. */
uint64_t drive_subscribe(struct drive *drive, uint64_t conn, const char *user, uint32_t roles,
                         const char *request);
void drive_unsubscribe(struct drive *drive, uint64_t conn, const char *request);
void drive_message(struct drive *drive, uint64_t conn, const char *action, const char *request);
void drive_leave(struct drive *drive, uint64_t conn);
void drive_left(struct drive *drive, uint64_t conn);
void drive_get(struct drive *drive, const char *target, const char *user, uint32_t roles);
void drive_observe(struct drive *drive, const struct sentio_item *items, size_t count);
/* Lets the host's clock go on until woken() was called, at most `times`; then calls ready() for
 * what there is to read. */
void drive_wake(struct drive *drive, int times);
/* What is kept lives until the next call; empty: nothing. */
struct sentio_bytes drive_save(struct drive *drive);
/* True: it took the state. */
bool drive_restore(struct drive *drive, uint32_t format, struct sentio_bytes state);

#endif
