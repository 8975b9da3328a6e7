/* SPDX-License-Identifier: MIT */
/* A channel that a program of any language handles: it reads calls and writes what it wants done,
 * one JSON object a line. docs/exec.md has the protocol. */

/* For SENTIO_PROGRAMS. */
#define SENTIO_ABI_MINOR_NEEDED 1

#include <stdlib.h>

#include "defaults.h"
#include "request.h"
#include "turn.h"

#define STATE_FORMAT 1

/* The state, no JSON, of a program that keeps none and has no need to be told of subscribers. */
#define NO_STATE "-"

/* What a callback returns. A program that is of no use any more takes this process with it. */
static int conclude(struct turn *turn, struct sentio_writer *line) {
    int result = turn_run(turn, line);
    if (result == SENTIO_AGAIN)
        channel_die(turn->channel);
    return result;
}

static void finish(struct sentio_channel *channel) {
    lines_finish(&channel->lines);
    held_finish(&channel->held);
    options_finish(&channel->options);
    free(channel->scratch);
}

static int greet(struct sentio_call *call, uint64_t seed) {
    struct sentio_channel *channel = call->channel;
    struct sentio_writer line;
    channel->wants = 1u << CALL_OPEN | 1u << CALL_PUBLISH;
    struct turn turn = turn_begin(call, CALL_OPEN, &line);
    request_json(&line, "config", sentio_text(channel->options.config));
    request_handle(&line, "seed", seed);
    int result = turn_run(&turn, &line);
    if (result == SENTIO_AGAIN)
        channel_complain(channel, call);
    return result == SENTIO_AGAIN ? SENTIO_FAILED : result;
}

static int watch(struct sentio_call *call) {
    int result = SENTIO_SERVICE(call, watch, call->channel->program.out, 1);
    if (result == SENTIO_OK)
        result = SENTIO_SERVICE(call, watch, call->channel->held.bell, 1);
    return result;
}

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    struct sentio_channel *channel = call->channel;
    channel->program = (struct program)PROGRAM_NONE;
    channel->held.bell = -1;
    channel->lines.max = LINE_MAX_BYTES;
    int result = options_read(&channel->options, call, config);
    if (result != SENTIO_OK)
        return result;
    result = held_init(&channel->held);
    if (result != SENTIO_OK)
        goto failed;
    result =
        program_start(&channel->program, &channel->options, channel->why, sizeof(channel->why));
    if (result != SENTIO_OK) {
        channel_complain(channel, call);
        goto failed;
    }
    result = greet(call, seed);
    if (result == SENTIO_OK)
        result = watch(call);
    if (result == SENTIO_OK)
        return SENTIO_OK;
    program_kill(&channel->program);
failed:
    finish(channel);
    return result;
}

static int close_channel(struct sentio_call *call) {
    struct sentio_channel *channel = call->channel;
    int64_t timeout = channel->options.timeout;
    struct sentio_writer line;
    if (channel_wants(channel, CALL_CLOSE)) {
        struct turn turn = turn_begin(call, CALL_CLOSE, &line);
        if (turn_run(&turn, &line) == SENTIO_AGAIN)
            channel_complain(channel, call);
    }
    if (program_end(&channel->program, timeout, channel->why, sizeof(channel->why)) != SENTIO_OK)
        channel_complain(channel, call);
    finish(channel);
    return SENTIO_OK;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_writer line;
    if (!channel_wants(call->channel, CALL_PUBLISH))
        return default_publish(call, payload);
    struct turn turn = turn_begin(call, CALL_PUBLISH, &line);
    request_update(&line, update);
    request_json(&line, "payload", payload);
    return conclude(&turn, &line);
}

/* A subscriber's request; with `action` when it is none of its own call. */
static int ask(struct sentio_call *call, enum call_kind kind,
               const struct sentio_subscriber *subscriber, const struct sentio_bytes *action,
               struct sentio_bytes request) {
    struct sentio_writer line;
    struct turn turn = turn_begin(call, kind, &line);
    turn.conn = subscriber->conn;
    request_subscriber(&line, subscriber);
    if (action)
        request_string(&line, "action", *action);
    request_json(&line, "request", request);
    return conclude(&turn, &line);
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    if (!channel_wants(call->channel, CALL_SUBSCRIBE))
        return default_subscribe(call, subscriber, request);
    return ask(call, CALL_SUBSCRIBE, subscriber, NULL, request);
}

static int unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request) {
    if (!channel_wants(call->channel, CALL_UNSUBSCRIBE))
        return default_unsubscribe(call, subscriber, request);
    return ask(call, CALL_UNSUBSCRIBE, subscriber, NULL, request);
}

static int message(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                   struct sentio_bytes action, struct sentio_bytes request) {
    if (!channel_wants(call->channel, CALL_MESSAGE))
        return default_message(call, subscriber);
    return ask(call, CALL_MESSAGE, subscriber, &action, request);
}

static int left(struct sentio_call *call, uint64_t conn) {
    struct sentio_writer line;
    if (!channel_wants(call->channel, CALL_LEFT))
        return SENTIO_OK;
    struct turn turn = turn_begin(call, CALL_LEFT, &line);
    request_handle(&line, "conn", conn);
    return conclude(&turn, &line);
}

static int observe(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t count) {
    struct sentio_writer line;
    if (!channel_wants(call->channel, CALL_OBSERVE))
        return SENTIO_OK;
    struct turn turn = turn_begin(call, CALL_OBSERVE, &line);
    request_string(&line, "channel", channel);
    request_items(&line, items, count);
    return conclude(&turn, &line);
}

/* A call that carries nothing. */
static int notify(struct sentio_call *call, enum call_kind kind) {
    struct sentio_writer line;
    if (!channel_wants(call->channel, kind))
        return SENTIO_OK;
    struct turn turn = turn_begin(call, kind, &line);
    return conclude(&turn, &line);
}

static int woken(struct sentio_call *call) {
    return notify(call, CALL_WOKEN);
}

static int ready(struct sentio_call *call, int32_t fd) {
    (void)fd;
    int result = turn_listen(call);
    if (result == SENTIO_AGAIN)
        channel_die(call->channel);
    return result;
}

static int save(struct sentio_call *call) {
    if (channel_wants(call->channel, CALL_SAVE))
        return notify(call, CALL_SAVE);
    if (channel_wants(call->channel, CALL_SUBSCRIBE))
        return SENTIO_OK;
    return SENTIO_SERVICE(call, keep, sentio_text(NO_STATE));
}

static int restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
    struct sentio_writer line;
    struct sentio_json value;
    if (state_format != STATE_FORMAT)
        return SENTIO_INVALID;
    if (sentio_is(state, NO_STATE))
        return channel_wants(call->channel, CALL_SUBSCRIBE) ? SENTIO_INVALID : SENTIO_OK;
    if (!channel_wants(call->channel, CALL_RESTORE) || sentio_json_parse(state, &value, NULL) != 0)
        return SENTIO_INVALID;
    struct turn turn = turn_begin(call, CALL_RESTORE, &line);
    request_json(&line, "state", state);
    return conclude(&turn, &line);
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .state_format = STATE_FORMAT,
    .name = "exec",
    .version = "1.0.0",
    .channel_size = sizeof(struct sentio_channel),
    .type = "update",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_PROGRAMS,
    .open = open_channel,
    .close = close_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .message = message,
    .left = left,
    .observe = observe,
    .woken = woken,
    .ready = ready,
    .save = save,
    .restore = restore,
};
