/* SPDX-License-Identifier: MIT */
/* A channel to be tried beside itself. tried_v1 and tried_v2 do the same, but where a body,
 * request, query or item says "differ": there version 2 asks for whatever else the callback allows.
 * It also dies of a body that says "abort", never returns from one that says "loop", and rejects
 * "deny".
 *
 * Every callback is there but save() and restore(): a version that begins beside another knows only
 * the subscriptions that there are, and their number is part of what is emitted. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#ifndef TRIED_VERSION
#define TRIED_VERSION 2
#endif

#define TEXT(number) #number
#define VERSION(number) TEXT(number) ".0.0"

struct sentio_channel {
    uint64_t subscribers;
    uint64_t marked;  /* the last whose subscribe said "differ" */
    uint64_t differs; /* the next woken() does */
};

/* What version 2 alone takes notice of. */
static bool says(struct sentio_bytes text, const char *word) {
    return TRIED_VERSION == 2 && text.size > 0 &&
           memmem(text.data, text.size, word, strlen(word)) != NULL;
}

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static int emit(struct sentio_call *call, struct sentio_bytes data) {
    struct sentio_writer writer;
    char room[256];
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer,
                        "{\"at\":%" PRId64 ",\"subscribers\":%" PRIu64 ",\"data\":", call->now,
                        call->channel->subscribers);
    sentio_write(&writer, data);
    sentio_write_text(&writer, "}");
    const struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_written(&writer)};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&writer);
    return result;
}

/* In a callback that may publish; `conn` 0: there is no subscriber. */
static int make_noise(struct sentio_call *call, uint64_t conn) {
    int result = emit(call, sentio_text("\"heard\""));
    if (result == SENTIO_OK)
        result = sentio_forward(call, "other", sentio_text("{\"data\":\"heard\"}"));
    if (result == SENTIO_OK)
        result = SENTIO_SERVICE(call, count, sentio_text("heard"), 1);
    if (result == SENTIO_OK)
        result = sentio_wake(call, 1);
    if (result == SENTIO_OK && conn != 0)
        result = SENTIO_SERVICE(call, send, conn, sentio_text("heard"), sentio_text("{}"));
    if (result == SENTIO_OK && conn != 0)
        result = SENTIO_SERVICE(call, close, conn, 4000, sentio_text("heard"));
    return result;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    volatile bool for_ever = says(payload, "loop");
    (void)update;
    while (for_ever)
        continue;
    if (says(payload, "abort"))
        abort();
    if (says(payload, "deny"))
        return sentio_reject(call, 0, "data", "denied by version 2");
    int result = emit(call, payload);
    return result == SENTIO_OK && says(payload, "differ") ? make_noise(call, 0) : result;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    if (says(request, "differ")) {
        call->channel->marked = subscriber->conn;
        return sentio_deny(call, subscriber->conn, "denied by version 2");
    }
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    if (result == SENTIO_OK)
        result = sentio_accept(call, subscriber->conn);
    if (result == SENTIO_OK && !subscriber->subscribed)
        call->channel->subscribers++;
    return result;
}

static int unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request) {
    if (says(request, "differ"))
        return sentio_refuse(call, subscriber->conn, "denied", "denied by version 2");
    int result = sentio_leave(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

/* "wake" asks to be woken; anything else is sent back. */
static int message(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                   struct sentio_bytes action, struct sentio_bytes request) {
    bool wakes = sentio_is(action, "wake");
    bool differs = says(request, "differ");
    int result = SENTIO_OK;
    if (wakes) {
        call->channel->differs = differs;
        result = sentio_wake(call, 1);
    } else {
        result = SENTIO_SERVICE(call, send, subscriber->conn, sentio_text("said"), request);
        if (result == SENTIO_OK && differs)
            result = make_noise(call, subscriber->conn);
    }
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

static int left(struct sentio_call *call, uint64_t conn) {
    struct sentio_channel *channel = call->channel;
    if (channel->subscribers > 0)
        channel->subscribers--;
    return SENTIO_SERVICE(call, count, sentio_text("gone"), conn == channel->marked ? 2 : 1);
}

static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    char room[64];
    struct sentio_writer writer;
    (void)items;
    if (says(request->query, "differ"))
        return sentio_respond_error(call, request->id, 404, "denied by version 2");
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "{\"items\":%zu}", count);
    int result = sentio_respond(call, request->id, 200, sentio_written(&writer));
    sentio_writer_finish(&writer);
    return result;
}

static int observe(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t count) {
    (void)channel;
    bool differs = count > 0 && says(items[0].json, "differ");
    return differs ? make_noise(call, 0) : SENTIO_SERVICE(call, count, sentio_text("seen"), count);
}

static int woken(struct sentio_call *call) {
    bool differs = call->channel->differs != 0;
    call->channel->differs = 0;
    return differs ? make_noise(call, 0) : emit(call, sentio_text("\"woken\""));
}

static const struct sentio_route routes[] = {
    {.path = "/api/v1/tried", .topics = SENTIO_TOPICS_ALL, .source = SENTIO_LATEST},
};

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "tried",
    .version = VERSION(TRIED_VERSION),
    .channel_size = sizeof(struct sentio_channel),
    .type = "tried",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_NO_SNAPSHOT,
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .message = message,
    .left = left,
    .render = render,
    .observe = observe,
    .woken = woken,
};
