/* SPDX-License-Identifier: MIT */
#ifndef LOAD_PUBLISHER_H
#define LOAD_PUBLISHER_H

#include "load.h"

#define PUBLISHER_ANSWERS_MAX 65536

/* One keep-alive HTTP connection. */
struct publisher {
    struct watch watch;
    struct load *load;
    struct link link;
    uint32_t sequences[OPTIONS_WINDOW_MAX]; /* of the requests under way, a ring */
    unsigned oldest;
    unsigned under_way;
    char *answers; /* what has come and is not a whole answer yet, PUBLISHER_ANSWERS_MAX bytes */
    size_t answers_size;
};

/* Opens `count` connections in place of those that are open, with at most `depth` requests under
 * way on each. Not 0 on failure. */
int publisher_open(struct load *load, unsigned count, unsigned depth);
void publisher_close_all(struct load *load);
/* Posts the next message, which `remaining` clients will get; false when every connection has as
 * many requests under way as it may, or the message's slot is still taken. */
bool publisher_post(struct load *load, const char *body, size_t size, uint32_t remaining);

#endif
