/* SPDX-License-Identifier: MIT */
#ifndef LOAD_PUBLISHER_H
#define LOAD_PUBLISHER_H

#include "load.h"

#define PUBLISHER_ANSWER_MAX 4096

/* One keep-alive HTTP connection, with at most one request under way. */
struct publisher {
    struct watch watch;
    struct load *load;
    int fd;
    bool busy;
    uint32_t sequence;
    char answer[PUBLISHER_ANSWER_MAX];
    size_t answer_size;
};

/* Opens `count` connections in place of those that are open. Not 0 on failure. */
int publisher_open(struct load *load, unsigned count);
void publisher_close_all(struct load *load);
/* Posts the next message, which `remaining` clients will get; false when every connection waits
 * for an answer, or the message's slot is still taken. */
bool publisher_post(struct load *load, const char *body, size_t size, uint32_t remaining);

#endif
