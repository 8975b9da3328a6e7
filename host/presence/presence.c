/* SPDX-License-Identifier: MIT */
#include "presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/hub.h"
#include "presence_internal.h"
#include "subscription/subscription_internal.h"

static struct presence *create(struct channel *channel) {
    struct presence *presence = calloc(1, sizeof(*presence));
    if (presence == NULL)
        return NULL;
    presence->channel = channel;
    table_init(&presence->persons);
    return presence;
}

void presence_destroy(struct presence *presence) {
    if (presence == NULL)
        return;
    for (size_t i = 0; i < presence->seats.capacity; i++) {
        struct seat *seat = presence->seats.slots[i].value;
        if (seat == NULL)
            continue;
        person_release(&presence->persons, seat->person);
        free(seat);
    }
    for (size_t i = 0; i < presence->rooms.capacity; i++) {
        struct room *room = presence->rooms.slots[i].value;
        if (room == NULL)
            continue;
        table_finish(&room->listeners);
        topic_unref(room->topic);
        free(room);
    }
    table_finish(&presence->seats);
    table_finish(&presence->rooms);
    table_finish(&presence->persons);
    free(presence);
}

/* A subscription from what it was to what it is. */
struct move {
    struct presence *presence;
    struct subscription *subscription;
    struct person *person; /* that it was; NULL: nobody yet */
    bool heard;
    bool hears;
    int64_t now;
    int error;
};

static void set_listener(struct move *move, struct room *room, bool hears) {
    uint64_t hash = table_hash_number(move->subscription->conn);
    if (!hears)
        table_remove(&room->listeners, hash, move->subscription);
    else if (table_insert(&room->listeners, hash, move->subscription) != 0)
        move->error = SENTIO_NO_MEMORY;
}

static void move_topic(struct move *move, struct topic *topic, bool had, bool has) {
    struct presence *presence = move->presence;
    struct person *person = move->subscription->person;
    bool other = person != move->person;
    bool heard = had && move->heard;
    bool hears = has && move->hears;
    if (had == has && !other && heard == hears)
        return;
    struct room *room = has ? room_obtain(presence, topic) : room_find(presence, topic);
    if (room == NULL) {
        move->error = has ? SENTIO_NO_MEMORY : move->error;
        return;
    }
    if (has && (!had || other) && person && room_take(presence, room, person) != 0)
        move->error = SENTIO_NO_MEMORY;
    if (had && (!has || other) && move->person)
        room_leave(presence, room, move->person, move->now, other && has);
    if (heard != hears)
        set_listener(move, room, hears);
    room_drop(presence, room);
}

/* Both lists are sorted by address. */
static void move_topics(struct move *move, const struct wants *before, const struct wants *after) {
    size_t i = 0;
    size_t j = 0;
    while (i < before->count || j < after->count) {
        struct topic *a = i < before->count ? before->topics[i] : NULL;
        struct topic *b = j < after->count ? after->topics[j] : NULL;
        bool had = a && (b == NULL || a <= b);
        bool has = b && (a == NULL || b <= a);
        move_topic(move, had ? a : b, had, has);
        i += had;
        j += has;
    }
    if (before->all || after->all)
        move_topic(move, NULL, before->all, after->all);
}

static void finish_move(struct move *move) {
    struct presence *presence = move->presence;
    if (move->person != move->subscription->person)
        person_release(&presence->persons, move->person);
    if (move->error)
        log_error(presence->channel->label, "out of memory: presence is not counted right");
}

/* "anonymous" is not a user, and each such connection somebody else. */
static struct sentio_bytes user_of(const struct subscription *subscription) {
    const char *name = subscription->user ? subscription->user->name : "";
    return sentio_text(strcmp(name, "anonymous") == 0 ? "" : name);
}

static void identify(struct move *move) {
    struct subscription *subscription = move->subscription;
    struct sentio_bytes user = user_of(subscription);
    if (move->person && sentio_equal(person_name(move->person), user))
        return;
    subscription->person = person_obtain(&move->presence->persons, user);
    if (subscription->person == NULL)
        move->error = SENTIO_NO_MEMORY;
}

void presence_moved(struct subscription *subscription, const struct wants *before, int64_t now) {
    struct move move = {
        .presence = subscription->channel->presence,
        .subscription = subscription,
        .person = subscription->person,
        .heard = before->presence,
        .hears = subscription->wants.presence,
        .now = now,
    };
    if (move.presence == NULL)
        return;
    identify(&move);
    move_topics(&move, before, &subscription->wants);
    finish_move(&move);
}

void presence_left(struct subscription *subscription, int64_t now) {
    static const struct wants nothing = {0};
    struct move move = {
        .presence = subscription->channel->presence,
        .subscription = subscription,
        .person = subscription->person,
        .heard = subscription->wants.presence,
        .now = now,
    };
    if (move.presence == NULL)
        return;
    subscription->person = NULL;
    move_topics(&move, &subscription->wants, &nothing);
    finish_move(&move);
}

/* Calls `what` for each of the channel's subscriptions that was accepted. */
static void each_subscription(struct channel *channel, void (*what)(struct subscription *one)) {
    const struct table *table = &channel->hub->subscriptions;
    for (size_t i = 0; i < table->capacity; i++) {
        struct subscription *subscription = table->slots[i].value;
        if (subscription && subscription->channel == channel && subscription->accepted)
            what(subscription);
    }
}

static void enter(struct subscription *subscription) {
    static const struct wants nothing = {0};
    presence_moved(subscription, &nothing, 0);
}

static void leave(struct subscription *subscription) {
    presence_left(subscription, 0);
    if (subscription->wants.presence)
        subscription_warn(subscription, "presence_off", "presence was turned off on this channel");
}

int presence_configure(struct channel *channel) {
    bool on = channel->config->presence != CONFIG_PRESENCE_OFF;
    if (on && channel->presence == NULL) {
        channel->presence = create(channel);
        if (channel->presence == NULL)
            return SENTIO_NO_MEMORY;
        each_subscription(channel, enter);
        /* They are no news. */
        room_settle_all(channel->presence);
    } else if (!on && channel->presence) {
        each_subscription(channel, leave);
        presence_destroy(channel->presence);
        channel->presence = NULL;
    }
    return 0;
}

void presence_tick(struct presence *presence, int64_t now) {
    room_expire(presence, now);
    if (presence->changed)
        presence_say(presence);
}

void presence_tick_all(struct hub *hub, int64_t now) {
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i] && hub->channels[i]->presence)
            presence_tick(hub->channels[i]->presence, now);
}

size_t presence_count(const struct presence *presence) {
    return presence ? presence->count : 0;
}
