/* SPDX-License-Identifier: MIT */
#ifndef CHAOS_POSTS_H
#define CHAOS_POSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../bench/load/histogram.h"

/*
 * Updates {"data": n} for a channel of sums.so, published when they are due, whatever the server
 * does: if every connection has a request under way, they wait, and their time counts.
 */
struct posts;

/* NULL after the reason was printed. */
struct posts *posts_create(int epoll, unsigned port, const char *channel, unsigned connections);
/* `count` more are due at `now`, ns. False after the reason was printed. */
bool posts_due(struct posts *posts, unsigned count, int64_t now);
/* What epoll has told of a connection; `connection` is epoll's data. False after the reason was
 * printed: an update was not accepted. */
bool posts_read(struct posts *posts, void *connection, int64_t now);
bool posts_owns(const struct posts *posts, const void *data);
/* From now on times count for this. */
void posts_measure(struct posts *posts, struct histogram *into);
uint64_t posts_answered(const struct posts *posts);
/* Every one was answered. */
bool posts_done(const struct posts *posts);
/* They have the offsets from 1 on without a gap. False after the first of them was printed. */
bool posts_check(const struct posts *posts);
void posts_destroy(struct posts *posts);

#endif
