/* SPDX-License-Identifier: MIT */
/* A channel to be swapped while it runs. It is compiled as
 *
 * swap_v1, swap_v2    the older and the newer version: every item names the version that made it
 * swap_bad_open       as v2, but open() fails
 * swap_bad_restore    as v2, but restore() fails
 * swap_other_type     as v2, but its messages have another type
 * swap_forgets        as v2, without save() and restore()
 * swap_hangs          as v2, but save() does not return
 * swap_routes         as v2, with GET /api/v1/tick/count: {"version": 2, "count": n}
 *
 * {"data": x} is emitted to everyone as {"version": 1, "count": n, "subscribers": m, "data": x}:
 * the n-th update, with m subscribers at that time. Both numbers are handed over by save(). Version
 * 2 keeps them in another format, and can read that of version 1 too. */

#include <inttypes.h>

#include <sentio/sdk.h>

#ifndef SWAP_VERSION
#define SWAP_VERSION 2
#endif
#ifndef SWAP_TYPE
#define SWAP_TYPE "swap"
#endif

#define TEXT(number) #number
#define VERSION(number) TEXT(number) ".0.0"

struct sentio_channel {
    uint64_t count;
    uint64_t subscribers;
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
#ifdef SWAP_BAD_OPEN
    sentio_log(call, SENTIO_ERROR, "swap_bad_open never opens");
    return config.size > 0 ? SENTIO_FAILED : SENTIO_OK;
#else
    return sentio_no_options(call, config);
#endif
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ANY, .required = true};
    struct sentio_channel *channel = call->channel;
    struct sentio_json_error error;
    struct sentio_writer writer;
    struct sentio_json body;
    char room[256];
    (void)update;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(
        &writer,
        "{\"version\":%d,\"count\":%" PRIu64 ",\"subscribers\":%" PRIu64 ",\"data\":", SWAP_VERSION,
        channel->count + 1, channel->subscribers);
    sentio_write(&writer, data.value.text);
    sentio_write_text(&writer, "}");
    const struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_written(&writer)};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&writer);
    if (result == SENTIO_OK)
        channel->count++;
    return result;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    if (result == SENTIO_OK)
        result = sentio_accept(call, subscriber->conn);
    if (result == SENTIO_OK && !subscriber->subscribed)
        call->channel->subscribers++;
    return result;
}

static int left(struct sentio_call *call, uint64_t conn) {
    (void)conn;
    if (call->channel->subscribers > 0)
        call->channel->subscribers--;
    return SENTIO_OK;
}

#ifdef SWAP_ROUTES
static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    struct sentio_writer writer;
    char room[96];
    (void)items;
    (void)count;
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "{\"version\":%d,\"count\":%" PRIu64 "}", SWAP_VERSION,
                        call->channel->count);
    int result = sentio_respond(call, request->id, 200, sentio_written(&writer));
    sentio_writer_finish(&writer);
    return result;
}

static const struct sentio_route routes[] = {
    {.path = "/api/v1/tick/count", .topics = SENTIO_TOPICS_ALL},
};
#endif

#ifndef SWAP_FORGETS
/* Version 1: the two numbers as they are. Version 2: as a JSON object. */
static int save(struct sentio_call *call) {
    const struct sentio_channel *channel = call->channel;
#ifdef SWAP_HANGS
    volatile int for_ever = 1;
    while (for_ever)
        continue;
#endif
#if SWAP_VERSION == 1
    return SENTIO_SERVICE(call, keep, sentio_bytes((const char *)channel, sizeof *channel));
#else
    struct sentio_writer writer;
    char room[96];
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "{\"count\":%" PRIu64 ",\"subscribers\":%" PRIu64 "}",
                        channel->count, channel->subscribers);
    int result = SENTIO_SERVICE(call, keep, sentio_written(&writer));
    sentio_writer_finish(&writer);
    return result;
#endif
}

static int restore_v1(struct sentio_channel *channel, struct sentio_bytes state) {
    if (state.size != sizeof *channel)
        return SENTIO_INVALID;
    memcpy(channel, state.data, sizeof *channel);
    return SENTIO_OK;
}

static int restore_v2(struct sentio_channel *channel, struct sentio_bytes state) {
    struct sentio_field fields[] = {
        {.name = "count", .types = SENTIO_JSON_NUMBER, .required = true},
        {.name = "subscribers", .types = SENTIO_JSON_NUMBER, .required = true},
    };
    struct sentio_channel read;
    struct sentio_json body;
    if (sentio_json_parse(state, &body, NULL) != SENTIO_OK ||
        sentio_json_read(&body, fields, 2, NULL) != SENTIO_OK ||
        sentio_json_unsigned(&fields[0].value, &read.count) != SENTIO_OK ||
        sentio_json_unsigned(&fields[1].value, &read.subscribers) != SENTIO_OK)
        return SENTIO_INVALID;
    *channel = read;
    return SENTIO_OK;
}

static int restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
#ifdef SWAP_BAD_RESTORE
    sentio_log(call, SENTIO_ERROR, "swap_bad_restore never restores");
    return SENTIO_INVALID;
#endif
    if (state_format == 1)
        return restore_v1(call->channel, state);
    return state_format <= SWAP_VERSION ? restore_v2(call->channel, state) : SENTIO_INVALID;
}
#endif

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .state_format = SWAP_VERSION,
    .name = "swap",
    .version = VERSION(SWAP_VERSION),
    .channel_size = sizeof(struct sentio_channel),
    .type = SWAP_TYPE,
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_NO_SNAPSHOT,
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .left = left,
#ifdef SWAP_ROUTES
    .routes = routes,
    .route_count = 1,
    .render = render,
#endif
#ifndef SWAP_FORGETS
    .save = save,
    .restore = restore,
#endif
};
