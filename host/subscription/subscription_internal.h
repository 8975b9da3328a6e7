/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SUBSCRIPTION_INTERNAL_H
#define SENTIO_HOST_SUBSCRIPTION_INTERNAL_H

#include "acknowledgement.h"
#include "fanout/reading.h"
#include "model/phrase.h"
#include "recovery.h"
#include "subscription.h"
#include "wants.h"

/* Between the files of subscriptions: subscription_table.c has which there are, subscription_say.c
 * what their io threads are told, and subscription.c the commands. The hub's thread only. */

/* A command that the plugin is answering: what the subscription would be once it is accepted. */
struct pending_command {
    struct command_message *message; /* owned */
    struct wants wants;
    struct recovery recovery;
    int64_t since; /* Unix ms */
    bool called;   /* the callback has returned; until then it is not overdue */
    struct acknowledging acknowledging;
};

/* One connection's interest in one channel, as the hub has it. */
struct subscription {
    uint64_t conn;
    uint64_t client; /* its connection's id */
    struct channel *channel;
    struct member *member;
    uint32_t io;
    uint32_t roles; /* with the last subscribe that was accepted */
    bool accepted;
    bool counted; /* as one of the user's */
    bool named;
    struct wants wants;
    struct pending_command *pending; /* NULL: none */
    struct message *first_later;     /* commands that came meanwhile, in order */
    struct message *last_later;
    struct subscription *next_waiting; /* of hub->waiting */
    struct subscription **waiting_link;
    struct phrase *request;   /* the last subscribe that was accepted; NULL: none */
    struct user *user;        /* NULL: nobody */
    struct person *person;    /* as which it is present, counted (presence.h); NULL: it is not */
    uint64_t sent;            /* as far as it was sent items when its last command came */
    uint64_t reading;         /* the number of the last reading from the disk */
    uint64_t void_readings;   /* up to this one */
    struct reading *readings; /* those that wait for MORE */
    bool acknowledges;        /* "ack": true */
    char *consumer;           /* NULL: the one that all of the user's connections share */
};

/* A user of a channel, as long as one of its subscriptions is there. */
struct user {
    size_t subscriptions;
    size_t counted; /* by limits.per_user: those that are accepted, or wait for it */
    char name[];
};

struct subscription *subscription_find(const struct hub *hub, uint64_t conn);
/* The channel must be there. NULL: out of memory. */
struct subscription *subscription_create(struct hub *hub, const struct command_message *message);
/* Takes it out of everything; commands that wait are not answered. */
void subscription_destroy(struct subscription *subscription);

/* From now on it is that user's. */
void subscription_identify(struct subscription *subscription, struct sentio_bytes user);
/* It takes one of the user's places (limits.per_user), if it has a user: until it ends, or a first
 * subscribe is over without being accepted. */
void subscription_count_user(struct subscription *subscription);
/* The command in hand is over, if there is one. */
void subscription_end_pending(struct subscription *subscription);

/* An error answer; `id` is JSON text, or empty. */
void subscription_error(const struct subscription *subscription, struct sentio_bytes id,
                        struct sentio_bytes code, struct sentio_bytes message);
/* The same, not in answer to anything: it does not count as the client's. */
void subscription_warn(const struct subscription *subscription, const char *code,
                       const char *message);
/* The state of the subscription: with the "ok" when `id` asks for one, and what `recovery` asks for
 * (NULL: nothing) or the latest of what it did not have before. */
void subscription_tell(struct subscription *subscription, const struct wants *before,
                       struct sentio_bytes id, const struct recovery *recovery);
/* The same in answer to LOST: all that it has, as it is now. */
void subscription_tell_afresh(struct subscription *subscription);
/* What a plugin sends. */
void subscription_say(struct subscription *subscription, const struct effect *effect);

/* Its items can not be read: it gets none, and its client is told why. */
void subscription_end_unavailable(struct subscription *subscription, const char *why);

/* Its channel is no more: every command that waits is answered. */
void subscription_say_removed(const struct subscription *subscription);
/* The same answer that the io thread gives when it knows of no such channel. */
void subscription_unknown(struct hub *hub, const struct command_message *message);

#endif
