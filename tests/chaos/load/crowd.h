/* SPDX-License-Identifier: MIT */
#ifndef CHAOS_CROWD_H
#define CHAOS_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Subscribers of a channel of sums.so: each must get every offset once, in order, each update made
 * from exactly those before it. One thread, in its epoll.
 */
struct crowd;

/* What absences have come to. */
struct absences {
    uint64_t returns;  /* of clients, each with what it had missed */
    uint64_t replayed; /* messages */
};

/* Connects `count` of them to the port on loopback, and subscribes them. NULL after the reason was
 * printed. */
struct crowd *crowd_create(int epoll, unsigned port, const char *path, unsigned count);
/* What epoll has told of one of them; `client` is epoll's data. False after the reason was printed:
 * it has missed or got twice something, or was disconnected. */
bool crowd_read(struct crowd *crowd, void *client);
/* From now on each of them is away for up to `away` ms at random, and there for as long, in turns;
 * `now` is in ms. */
void crowd_scatter(struct crowd *crowd, int64_t away, int64_t now);
/* Those whose time has come go, or come back where they were. False after the reason was printed.
 */
bool crowd_tick(struct crowd *crowd, int64_t now);
/* All come back, to stay. */
bool crowd_gather(struct crowd *crowd);
struct absences crowd_absences(const struct crowd *crowd);
/* Whether all of them have everything up to `offset`. */
bool crowd_has(const struct crowd *crowd, uint64_t offset);
uint64_t crowd_received(const struct crowd *crowd); /* messages */
void crowd_destroy(struct crowd *crowd);

#endif
