/* SPDX-License-Identifier: MIT */
#ifndef LOAD_CLIENT_H
#define LOAD_CLIENT_H

#include "frame.h"
#include "link.h"
#include "load.h"

enum client_state {
    CLIENT_UNUSED,
    CLIENT_CONNECTING,
    CLIENT_SECURING,
    CLIENT_UPGRADING,
    CLIENT_SCRIPT,
    CLIENT_READY,
    CLIENT_GONE
};

/* One subscriber. */
struct client {
    struct watch watch;
    struct load *load;
    unsigned number;
    struct link link;
    enum client_state state;
    bool slow;   /* set before it connects: as if it were far away, and short of memory */
    size_t step; /* of the options' steps: the one that is waited for */
    int64_t started;
    char *stash; /* the beginning of a frame whose end has not come yet */
    size_t stash_size;
};

void client_init(struct client *client, struct load *load, unsigned number);
void client_finish(struct client *client);
/* Connects, upgrades and subscribes clients until `count` of them have done so; load->ready counts
 * them. Not 0 when that fails or takes more than a minute. */
int client_start_all(struct load *load, unsigned count);
/* Reads what is there, at most `most` bytes of it or so. */
void client_read(struct client *client, size_t most);

#endif
