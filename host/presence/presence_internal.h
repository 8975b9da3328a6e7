/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PRESENCE_INTERNAL_H
#define SENTIO_HOST_PRESENCE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "channel/channel.h"
#include "model/person.h"
#include "model/topic.h"
#include "presence.h"

/* Between the files of presence: room.c has who is on a topic, presence.c what subscriptions do,
 * presence_say.c and presence_list.c what clients are told. The hub's thread only. */

struct room;

enum seat_state {
    SEAT_TAKEN,   /* by one connection or more */
    SEAT_LEAVING, /* by none: in its grace, and still present */
    SEAT_LEFT     /* no longer present, and that is still to be told */
};

/* A person on a topic. */
struct seat {
    struct room *room;
    struct person *person; /* counted */
    enum seat_state state;
    bool told;          /* the person was present when the room's changes were last told */
    bool changed;       /* in the room's list of changes */
    size_t connections; /* subscriptions */
    int64_t left_at;    /* SEAT_LEAVING: Unix ms */
    struct seat *next;  /* of room->users */
    struct seat **link;
    struct seat *next_change;
    struct seat *next_leaving;
    struct seat *previous_leaving;
};

/* A topic that somebody is present on. */
struct room {
    struct topic *topic; /* counted; NULL: everything, "*" */
    size_t count;        /* who is present */
    size_t told;         /* the count as last told */
    struct seat *users;  /* those of them who have a name, the newest first */
    size_t user_count;
    struct table listeners;    /* subscriptions that want to hear, by conn */
    struct seat *first_change; /* in their order; some may have come to nothing */
    struct seat *last_change;
    struct room *next_changed; /* of presence->changed */
    bool changed;
};

struct presence {
    struct channel *channel;
    struct table persons;
    struct table rooms; /* by topic */
    struct table seats; /* by room and person */
    size_t count;       /* persons with a seat that is not left */
    struct room *changed;
    size_t changed_rooms;
    size_t changes;             /* seats in the lists of changes */
    struct seat *first_leaving; /* in the order in which they left */
    struct seat *last_leaving;
    size_t leaving;
};

/* NULL: nobody is there, and nobody was told otherwise. */
struct room *room_find(const struct presence *presence, const struct topic *topic);
/* NULL: out of memory. */
struct room *room_obtain(struct presence *presence, struct topic *topic);
/* Frees it if nothing is left in it. */
void room_drop(struct presence *presence, struct room *room);
/* The name of a topic; NULL: "*". */
struct sentio_bytes room_topic_name(const struct topic *topic);
struct sentio_bytes room_name(const struct room *room);

/* One more of the person's subscriptions has the topic. SENTIO_NO_MEMORY. */
int room_take(struct presence *presence, struct room *room, struct person *person);
/* One less. `at_once`: without grace. */
void room_leave(struct presence *presence, struct room *room, struct person *person, int64_t now,
                bool at_once);
/* Those whose grace is over have left. */
void room_expire(struct presence *presence, int64_t now);
/* The room's changes were told: frees seats, and perhaps the room. */
void room_settle(struct presence *presence, struct room *room);
/* Every room's changes go without being told. */
void room_settle_all(struct presence *presence);

/* Sends each room's changes to those who want to hear of them, and settles them. */
void presence_say(struct presence *presence);

#endif
