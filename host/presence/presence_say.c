/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/text.h"
#include "frame/envelope.h"
#include "hub/hub.h"
#include "presence_internal.h"
#include "subscription/subscription_internal.h"

/* A batch with more is told by one message for each topic. */
enum { TOPIC_EVENTS = 100, CHANNEL_EVENTS = 1000 };

/* How a room's changes are told. */
struct telling {
    struct presence *presence;
    struct room *room;
    size_t events; /* of persons */
    bool merged;
    bool users;
    bool named; /* with "channel" */
    struct sentio_writer *out;
};

static bool is_event(const struct seat *seat) {
    return seat->told != (seat->state != SEAT_LEFT);
}

static size_t count_events(const struct room *room) {
    size_t count = 0;
    for (const struct seat *seat = room->first_change; seat; seat = seat->next_change)
        count += is_event(seat);
    return count;
}

/* `person` NULL: nobody in particular. */
static void write_event(const struct telling *telling, bool join, const struct person *person,
                        size_t count) {
    struct sentio_writer *out = telling->out;
    const struct channel *channel = telling->presence->channel;
    if (out->size)
        sentio_write_text(out, "\n");
    envelope_begin(out, "presence", telling->named ? channel->stream->name : NULL, sentio_text(""));
    sentio_write_format(out, ",\"event\":\"%s\"", join ? "join" : "leave");
    if (person && person->size) {
        sentio_write_text(out, ",\"user_id\":");
        sentio_write_string(out, person_name(person));
    }
    sentio_write_format(out, ",\"count\":%zu,\"topic\":", count);
    sentio_write_string(out, room_name(telling->room));
    if (person == NULL && telling->users)
        sentio_write_format(out, ",\"merged\":%zu", telling->events);
    envelope_end(out, channel_time(channel));
}

static void write_each(const struct telling *telling) {
    size_t count = telling->room->told;
    for (const struct seat *seat = telling->room->first_change; seat; seat = seat->next_change) {
        bool join = seat->state != SEAT_LEFT;
        if (!is_event(seat))
            continue;
        count = join ? count + 1 : count - 1;
        write_event(telling, join, seat->person, count);
    }
}

static bool is_named(const struct table *listeners, size_t i, bool named) {
    const struct subscription *subscription = listeners->slots[i].value;
    return subscription && subscription->named == named;
}

static void send_text(const struct telling *telling, struct sentio_bytes text) {
    struct hub *hub = telling->presence->channel->hub;
    const struct table *listeners = &telling->room->listeners;
    struct member **members = malloc(listeners->count * sizeof(struct member *));
    for (uint32_t io = 0; members && io < hub->host->io_count; io++) {
        size_t count = 0;
        for (size_t i = 0; i < listeners->capacity; i++) {
            const struct subscription *subscription = listeners->slots[i].value;
            if (is_named(listeners, i, telling->named) && subscription->io == io)
                members[count++] = subscription->member;
        }
        if (count > 0)
            hub_send(hub, io, notice_message_create(text, members, count));
    }
    free(members);
}

static bool has_listener(const struct room *room, bool named) {
    bool has = false;
    for (size_t i = 0; i < room->listeners.capacity && !has; i++)
        has = is_named(&room->listeners, i, named);
    return has;
}

static void tell(struct telling *telling, bool named) {
    struct sentio_writer out;
    if (!has_listener(telling->room, named))
        return;
    sentio_writer_init(&out, NULL, 0);
    telling->named = named;
    telling->out = &out;
    if (telling->merged)
        write_event(telling, telling->room->count >= telling->room->told, NULL,
                    telling->room->count);
    else
        write_each(telling);
    if (!out.failed)
        send_text(telling, sentio_written(&out));
    sentio_writer_finish(&out);
}

static void say_room(struct presence *presence, struct room *room, size_t limit) {
    struct telling telling = {.presence = presence, .room = room};
    if (room->listeners.count == 0)
        return;
    telling.events = count_events(room);
    telling.users = presence->channel->config->presence == CONFIG_PRESENCE_USERS;
    telling.merged = !telling.users || telling.events > limit;
    if (telling.events == 0 || (!telling.users && room->count == room->told))
        return;
    tell(&telling, false);
    tell(&telling, true);
}

static int compare_rooms(const void *a, const void *b) {
    return text_compare(room_name(*(struct room *const *)a), room_name(*(struct room *const *)b));
}

void presence_say(struct presence *presence) {
    size_t limit = presence->changes > CHANNEL_EVENTS ? 1 : TOPIC_EVENTS;
    size_t count = 0;
    struct room **rooms = malloc(presence->changed_rooms * sizeof(struct room *));
    /* By name, so that the same events are always told in the same order. */
    for (struct room *room = presence->changed; rooms && room; room = room->next_changed)
        rooms[count++] = room;
    if (count > 1)
        qsort(rooms, count, sizeof(struct room *), compare_rooms);
    for (size_t i = 0; i < count; i++)
        say_room(presence, rooms[i], limit);
    free(rooms);
    room_settle_all(presence);
}
