/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PRESENCE_H
#define SENTIO_HOST_PRESENCE_H

#include <stddef.h>
#include <stdint.h>

struct channel;
struct command_message;
struct hub;
struct presence;
struct subscription;
struct wants;

/*
 * Who is present on the topics of a channel (protocol section 1). A user is present on a topic as
 * long as one of its subscriptions has it and `presence_grace` longer; who has no user counts for
 * each connection. Subscribers of everything are present on "*". The hub's thread only.
 */

/* As the channel's configuration says now: begins with the subscriptions that there are, goes on,
 * or ends, which those who wanted to hear of it are told. SENTIO_NO_MEMORY: it does not begin. */
int presence_configure(struct channel *channel);
/* The channel has no subscriptions any more. NULL is allowed. */
void presence_destroy(struct presence *presence);

/* The subscription's topics, its user, or whether it wants to hear: `before` is what it wanted.
 * Nothing happens on a channel without presence. */
void presence_moved(struct subscription *subscription, const struct wants *before, int64_t now);
/* It ends. */
void presence_left(struct subscription *subscription, int64_t now);

/* Once a second: who has been away for the grace has left, and what has changed is told. */
void presence_tick(struct presence *presence, int64_t now);
void presence_tick_all(struct hub *hub, int64_t now);

/* Answers the action "presence". */
void presence_answer(struct subscription *subscription, const struct command_message *message);

/* Persons on one topic or more; NULL: 0. */
size_t presence_count(const struct presence *presence);

#endif
