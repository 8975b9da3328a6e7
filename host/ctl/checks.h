/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_CHECKS_H
#define SENTIO_CTL_CHECKS_H

#include "drive.h"

/* What `sentioctl plugin test` tries, each in a process of its own. */
struct check {
    const char *name;  /* a sentence with _ */
    const char *needs; /* the callback without which there is nothing to try; NULL: none */
    void (*run)(struct drive *drive);
    enum trial_record record;
};

struct checks {
    const struct check *list;
    size_t count;
};

extern const struct checks checks;

/* check_open.c */
void check_opens(struct drive *drive);
void check_wrong_options(struct drive *drive);
/* check_publish.c */
void check_samples(struct drive *drive);
void check_any_body(struct drive *drive);
void check_many_items(struct drive *drive);
/* check_clients.c */
void check_subscribe(struct drive *drive);
void check_unsubscribe(struct drive *drive);
void check_message(struct drive *drive);
void check_left(struct drive *drive);
/* check_routes.c */
void check_routes(struct drive *drive);
/* check_events.c */
void check_observe(struct drive *drive);
void check_time(struct drive *drive);
/* check_state.c */
void check_own_state(struct drive *drive);
void check_foreign_state(struct drive *drive);
/* check_life.c */
void check_leaks(struct drive *drive);
void check_again(struct drive *drive);

/* A bit of everything, from open to close, with what the author gave. */
void check_live(struct drive *drive);
/* Publishes every sample; how many were taken. */
size_t check_publish_samples(struct drive *drive);

#endif
