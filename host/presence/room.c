/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdlib.h>

#include <sentio/sdk.h>

#include "config/config.h"
#include "hub/hub.h"
#include "presence_internal.h"

static uint64_t hash_of(const void *pointer) {
    return table_hash_number((uint64_t)(uintptr_t)pointer);
}

static bool is_of(const void *value, const void *topic) {
    return ((const struct room *)value)->topic == topic;
}

struct room *room_find(const struct presence *presence, const struct topic *topic) {
    return table_find(&presence->rooms, hash_of(topic), is_of, topic);
}

struct room *room_obtain(struct presence *presence, struct topic *topic) {
    struct room *room = room_find(presence, topic);
    if (room != NULL)
        return room;
    room = calloc(1, sizeof(*room));
    if (room == NULL)
        return NULL;
    if (table_insert(&presence->rooms, hash_of(topic), room) != 0) {
        free(room);
        return NULL;
    }
    room->topic = topic ? topic_ref(topic) : NULL;
    return room;
}

struct sentio_bytes room_topic_name(const struct topic *topic) {
    return topic ? topic_name(topic) : sentio_text("*");
}

struct sentio_bytes room_name(const struct room *room) {
    return room_topic_name(room->topic);
}

void room_drop(struct presence *presence, struct room *room) {
    if (room->count > 0 || room->changed || room->listeners.count > 0)
        return;
    table_remove(&presence->rooms, hash_of(room->topic), room);
    table_finish(&room->listeners);
    topic_unref(room->topic);
    free(room);
}

/* What a seat is looked up by. */
struct place {
    const struct room *room;
    const struct person *person;
};

static uint64_t hash_place(const struct place *place) {
    return hash_of(place->room) + table_hash_number(hash_of(place->person));
}

static bool is_at(const void *value, const void *key) {
    const struct seat *seat = value;
    const struct place *place = key;
    return seat->room == place->room && seat->person == place->person;
}

static struct seat *find_seat(const struct presence *presence, const struct place *place) {
    return table_find(&presence->seats, hash_place(place), is_at, place);
}

static void note_change(struct presence *presence, struct seat *seat) {
    struct room *room = seat->room;
    if (seat->changed)
        return;
    seat->changed = true;
    seat->next_change = NULL;
    if (room->first_change)
        room->last_change->next_change = seat;
    else
        room->first_change = seat;
    room->last_change = seat;
    presence->changes++;
    if (room->changed)
        return;
    room->changed = true;
    room->next_changed = presence->changed;
    presence->changed = room;
    presence->changed_rooms++;
}

static void add_user(struct room *room, struct seat *seat) {
    seat->next = room->users;
    seat->link = &room->users;
    if (seat->next)
        seat->next->link = &seat->next;
    room->users = seat;
    room->user_count++;
}

static void remove_user(struct room *room, struct seat *seat) {
    *seat->link = seat->next;
    if (seat->next)
        seat->next->link = seat->link;
    room->user_count--;
}

static void become_present(struct presence *presence, struct seat *seat) {
    seat->room->count++;
    presence->count += seat->person->seats++ == 0;
    if (seat->person->size)
        add_user(seat->room, seat);
    note_change(presence, seat);
}

static void become_absent(struct presence *presence, struct seat *seat) {
    seat->state = SEAT_LEFT;
    seat->room->count--;
    presence->count -= --seat->person->seats == 0;
    if (seat->person->size)
        remove_user(seat->room, seat);
    note_change(presence, seat);
}

static void begin_grace(struct presence *presence, struct seat *seat, int64_t now) {
    seat->state = SEAT_LEAVING;
    seat->left_at = now;
    seat->next_leaving = NULL;
    seat->previous_leaving = presence->last_leaving;
    if (presence->last_leaving)
        presence->last_leaving->next_leaving = seat;
    else
        presence->first_leaving = seat;
    presence->last_leaving = seat;
    presence->leaving++;
}

static void end_grace(struct presence *presence, struct seat *seat) {
    if (seat->next_leaving)
        seat->next_leaving->previous_leaving = seat->previous_leaving;
    else
        presence->last_leaving = seat->previous_leaving;
    if (seat->previous_leaving)
        seat->previous_leaving->next_leaving = seat->next_leaving;
    else
        presence->first_leaving = seat->next_leaving;
    presence->leaving--;
}

static struct seat *create_seat(struct presence *presence, const struct place *place,
                                struct room *room, struct person *person) {
    struct seat *seat = calloc(1, sizeof(*seat));
    if (seat == NULL)
        return NULL;
    if (table_insert(&presence->seats, hash_place(place), seat) != 0) {
        free(seat);
        return NULL;
    }
    seat->room = room;
    seat->person = person;
    person->refs++;
    seat->state = SEAT_LEFT;
    return seat;
}

int room_take(struct presence *presence, struct room *room, struct person *person) {
    const struct place place = {room, person};
    struct seat *seat = find_seat(presence, &place);
    if (seat == NULL)
        seat = create_seat(presence, &place, room, person);
    if (seat == NULL)
        return SENTIO_NO_MEMORY;
    if (seat->state == SEAT_LEAVING)
        end_grace(presence, seat);
    if (seat->state == SEAT_LEFT)
        become_present(presence, seat);
    seat->state = SEAT_TAKEN;
    seat->connections++;
    return 0;
}

void room_leave(struct presence *presence, struct room *room, struct person *person, int64_t now,
                bool at_once) {
    size_t limit = (size_t)presence->channel->hub->host->config->limits.connections;
    const struct place place = {room, person};
    struct seat *seat = find_seat(presence, &place);
    /* There is none if memory ran out when it was to be taken. */
    if (seat == NULL || seat->state != SEAT_TAKEN || --seat->connections > 0)
        return;
    if (at_once) {
        become_absent(presence, seat);
        return;
    }
    begin_grace(presence, seat, now);
    if (presence->leaving > limit) {
        struct seat *first = presence->first_leaving;
        end_grace(presence, first);
        become_absent(presence, first);
    }
}

void room_expire(struct presence *presence, int64_t now) {
    int64_t grace = presence->channel->config->presence_grace;
    while (presence->first_leaving != NULL) {
        struct seat *seat = presence->first_leaving;
        if (now - seat->left_at < grace)
            return;
        end_grace(presence, seat);
        become_absent(presence, seat);
    }
}

static void settle_seat(struct presence *presence, struct seat *seat) {
    const struct place place = {seat->room, seat->person};
    seat->changed = false;
    seat->told = seat->state != SEAT_LEFT;
    presence->changes--;
    if (seat->told)
        return;
    table_remove(&presence->seats, hash_place(&place), seat);
    person_release(&presence->persons, seat->person);
    free(seat);
}

void room_settle(struct presence *presence, struct room *room) {
    while (room->first_change != NULL) {
        struct seat *seat = room->first_change;
        room->first_change = seat->next_change;
        settle_seat(presence, seat);
    }
    room->told = room->count;
    room->changed = false;
    room_drop(presence, room);
}

void room_settle_all(struct presence *presence) {
    while (presence->changed != NULL) {
        struct room *room = presence->changed;
        presence->changed = room->next_changed;
        room_settle(presence, room);
    }
    assert(presence->changes == 0);
    presence->changed_rooms = 0;
}
