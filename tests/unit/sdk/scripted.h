/* SPDX-License-Identifier: MIT */
#ifndef SCRIPTED_H
#define SCRIPTED_H

#include <unistd.h>

#include <sentio/test.h>

/* A plugin that does what the "do" of each request says, so that a test can break any rule. For
 * one program: everything here is static. */

struct sentio_channel {
    int joined;
    bool ticking;
    uint64_t waiting; /* to be accepted by the next woken() */
};

struct scripted_request {
    struct sentio_bytes what;
    struct sentio_bytes topic;
    uint64_t n;
};

static struct scripted_request read_request(struct sentio_bytes text) {
    struct scripted_request request = {.what = sentio_text(""), .topic = sentio_text("A")};
    struct sentio_json object;
    struct sentio_field fields[] = {{.name = "do", .types = SENTIO_JSON_STRING},
                                    {.name = "topic", .types = SENTIO_JSON_STRING},
                                    {.name = "n", .types = SENTIO_JSON_NUMBER}};
    if (sentio_json_parse(text, &object, NULL) == SENTIO_OK &&
        sentio_json_read(&object, fields, 3, NULL) == SENTIO_OK) {
        sentio_json_string(&fields[0].value, NULL, 0, &request.what);
        sentio_json_string(&fields[1].value, NULL, 0, &request.topic);
        sentio_json_unsigned(&fields[2].value, &request.n);
    }
    return request;
}

static int on_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    if (sentio_is(config, "{}"))
        return SENTIO_OK;
    sentio_log(call, SENTIO_ERROR, "speed: unknown option, remove it");
    return SENTIO_INVALID;
}

static int emit_n(struct sentio_call *call, struct sentio_bytes topic, uint64_t n) {
    int result = SENTIO_OK;
    for (uint64_t i = 0; i < n && result == SENTIO_OK; i++) {
        char buffer[32];
        struct sentio_writer json;
        sentio_writer_init(&json, buffer, sizeof buffer);
        sentio_write_format(&json, "{\"n\":%llu}", (unsigned long long)i);
        struct sentio_item item = {.topic = topic, .json = sentio_written(&json)};
        result = sentio_emit(call, &item);
        sentio_writer_finish(&json);
    }
    return result;
}

static int flood(struct sentio_call *call) {
    int result = SENTIO_OK;
    char text[4096] = {0};
    while (result == SENTIO_OK)
        result = SENTIO_SERVICE(call, reject, 0, sentio_text(""), sentio_bytes(text, sizeof text));
    return result;
}

static int watch_n(struct sentio_call *call, uint64_t n) {
    int result = SENTIO_OK;
    for (uint64_t fd = 0; fd < n && result == SENTIO_OK; fd++)
        result = SENTIO_SERVICE(call, watch, (int32_t)fd, 1);
    return result;
}

static int on_publish(struct sentio_call *call, const struct sentio_update *update,
                      struct sentio_bytes payload) {
    (void)update;
    struct scripted_request request = read_request(payload);
    if (sentio_is(request.what, "emit"))
        return emit_n(call, request.topic, request.n);
    if (sentio_is(request.what, "flood"))
        return flood(call);
    if (sentio_is(request.what, "watch"))
        return watch_n(call, request.n);
    if (sentio_is(request.what, "listen"))
        return SENTIO_SERVICE(call, watch, (int32_t)request.n, 1);
    if (sentio_is(request.what, "keep"))
        return SENTIO_SERVICE(call, keep, payload);
    if (sentio_is(request.what, "tick")) {
        call->channel->ticking = true;
        return sentio_wake(call, 100);
    }
    if (sentio_is(request.what, "stop"))
        return sentio_wake(call, 0);
    emit_n(call, request.topic, 2);
    if (sentio_is(request.what, "reject"))
        return sentio_reject(call, 3, "price", "must be a number");
    sentio_log(call, SENTIO_WARNING, "failing");
    return SENTIO_FAILED;
}

static int on_subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                        struct sentio_bytes text) {
    struct scripted_request request = read_request(text);
    uint64_t conn = subscriber->conn;
    if (sentio_is(request.what, "emit"))
        return emit_n(call, request.topic, 1);
    if (sentio_is(request.what, "reject"))
        return sentio_reject(call, -1, "", "no");
    if (sentio_is(request.what, "deny"))
        return sentio_deny(call, conn, "user_id required");
    if (sentio_is(request.what, "leave")) {
        sentio_leave(call, conn, request.topic);
        return sentio_accept(call, conn);
    }
    if (sentio_is(request.what, "accept twice")) {
        sentio_accept(call, conn);
        return sentio_accept(call, conn);
    }
    if (!subscriber->subscribed || request.what.size != 0)
        sentio_join(call, conn, request.topic);
    if (sentio_is(request.what, "join refuse"))
        return sentio_refuse(call, conn, "not_now", "come back later");
    if (sentio_is(request.what, "join later")) {
        call->channel->waiting = conn;
        return sentio_wake(call, 1000);
    }
    call->channel->joined++;
    return sentio_accept(call, conn);
}

static int on_message(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                      struct sentio_bytes action, struct sentio_bytes text) {
    (void)action;
    struct scripted_request request = read_request(text);
    if (sentio_is(request.what, "emit"))
        emit_n(call, request.topic, 1);
    if (sentio_is(request.what, "close"))
        return SENTIO_SERVICE(call, close, subscriber->conn, 4000, sentio_text("bye"));
    return sentio_accept(call, subscriber->conn);
}

static int on_left(struct sentio_call *call, uint64_t conn) {
    (void)conn;
    return SENTIO_SERVICE(call, count, sentio_text("left"), 1);
}

static int on_observe(struct sentio_call *call, struct sentio_bytes channel,
                      const struct sentio_item *items, size_t count) {
    sentio_log(call, SENTIO_INFO, "%.*s: %zu up to %llu at %lld", (int)channel.size, channel.data,
               count, (unsigned long long)items[count - 1].offset,
               (long long)items[count - 1].time);
    int result = SENTIO_OK;
    for (size_t i = 0; i < count && result == SENTIO_OK; i++)
        result = sentio_emit(call, &items[i]);
    return result;
}

static int on_woken(struct sentio_call *call) {
    if (call->channel->waiting)
        return sentio_accept(call, call->channel->waiting);
    emit_n(call, sentio_text("tick"), 1);
    return sentio_wake(call, 100);
}

static int on_ready(struct sentio_call *call, int32_t fd) {
    char byte;
    if (read(fd, &byte, 1) == 0)
        return SENTIO_SERVICE(call, watch, fd, 0);
    return byte == '!' ? SENTIO_FAILED : emit_n(call, sentio_text("ready"), 1);
}

static int on_save(struct sentio_call *call) {
    char buffer[32];
    struct sentio_writer state;
    sentio_writer_init(&state, buffer, sizeof buffer);
    sentio_write_format(&state, "%d joined", call->channel->joined);
    int result = SENTIO_SERVICE(call, keep, sentio_written(&state));
    if (SENTIO_SERVICE(call, keep, sentio_written(&state)) != SENTIO_INVALID)
        result = SENTIO_FAILED;
    sentio_writer_finish(&state);
    return result;
}

static int on_restore(struct sentio_call *call, uint32_t format, struct sentio_bytes state) {
    sentio_log(call, SENTIO_INFO, "format %u: %.*s", format, (int)state.size, state.data);
    return SENTIO_OK;
}

static const struct sentio_attribute scripted_attributes[] = {
    {.name = "confidence", .type = SENTIO_NUMBER},
    {.name = "signal", .type = SENTIO_TEXT},
};

static const struct sentio_plugin scripted = {
    SENTIO_HEADER,
    .state_format = 7,
    .name = "scripted",
    .version = "1.0",
    .channel_size = sizeof(struct sentio_channel),
    .type = "scripted",
    .attributes = scripted_attributes,
    .attribute_count = 2,
    .open = on_open,
    .publish = on_publish,
    .subscribe = on_subscribe,
    .unsubscribe = on_subscribe,
    .message = on_message,
    .left = on_left,
    .observe = on_observe,
    .ready = on_ready,
    .woken = on_woken,
    .save = on_save,
    .restore = on_restore,
};

#endif
