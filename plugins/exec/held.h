/* SPDX-License-Identifier: MIT */
#ifndef EXEC_HELD_H
#define EXEC_HELD_H

#include <sentio/sdk.h>

/* Lines that wait for a call in which they may take effect. */

struct held_line {
    struct held_line *next;
    uint64_t call; /* the line takes part in the call's fate; 0: in none's */
    size_t size;
    char text[];
};

struct held {
    struct held_line *first;
    struct held_line **last;
    size_t bytes;
    int bell; /* an eventfd, readable while there are lines */
};

int held_init(struct held *held);
void held_finish(struct held *held);

/* SENTIO_AGAIN: there are 16 MiB already. */
int held_add(struct held *held, uint64_t call, struct sentio_bytes line);
/* Takes the first line off. */
void held_drop(struct held *held);
/* Forgets what the call asked for. */
void held_forget(struct held *held, uint64_t call);
/* Whether another line would be taken. */
bool held_has_room(const struct held *held);

#endif
