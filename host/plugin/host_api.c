/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "base/log.h"
#include "call.h"
#include "instance.h"

/* The services: each checks its arguments and adds an effect to its call. */

enum {
    EMITS_MAX = 10000,
    METRIC_MAX = 48,
    STATE_MAX = 64 * 1024 * 1024,
    WAKE_MAX = 86400000,
    LOG_MAX = 4096,
    REASON_MAX = 123
};

#define MAY(kind) (1u << (kind))
#define MAY_EMIT                                                                                   \
    (MAY(CALL_PUBLISH) | MAY(CALL_MESSAGE) | MAY(CALL_OBSERVE) | MAY(CALL_WOKEN) | MAY(CALL_READY))

static struct call *own(struct sentio_call *call) {
    return call->context;
}

static bool may(const struct call *call, uint32_t kinds) {
    return (kinds & MAY(call->kind)) != 0;
}

static int add(struct call *call, enum effect_kind kind, uint64_t id, int64_t number,
               struct sentio_bytes a, struct sentio_bytes b) {
    size_t limit = call->instance->call_bytes;
    if (a.size > limit || b.size > limit || call->effects.bytes + a.size + b.size > limit)
        return SENTIO_AGAIN;
    struct effect *effect = effects_add(&call->effects, kind, a, b);
    if (effect == NULL)
        return SENTIO_AGAIN;
    effect->id = id;
    effect->number = number;
    return SENTIO_OK;
}

static struct sentio_bytes none(void) {
    return sentio_bytes(NULL, 0);
}

static bool topic_valid(struct sentio_bytes topic) {
    return topic.size > 0 && topic.size <= SENTIO_TOPIC_MAX && sentio_utf8_valid(topic);
}

static bool attributes_valid(const struct sentio_plugin *plugin, const struct sentio_item *item) {
    if (item->attributes == NULL)
        return item->attribute_count == 0;
    if (item->attribute_count != plugin->attribute_count)
        return false;
    for (size_t i = 0; i < item->attribute_count; i++) {
        uint32_t type = item->attributes[i].type;
        if (type != SENTIO_NONE && type != plugin->attributes[i].type)
            return false;
        if (item->attributes[i].text.size > SENTIO_TOPIC_MAX ||
            !sentio_utf8_valid(item->attributes[i].text))
            return false;
    }
    return true;
}

/* What is wrong with an item; NULL: nothing. The text of an item goes out as it is, so it is
 * checked here once. */
static const char *item_fault(const struct sentio_plugin *plugin, const struct sentio_item *item,
                              struct sentio_bytes *json) {
    struct sentio_json value;
    if (!topic_valid(item->topic))
        return "its topic is empty, over 128 bytes or not UTF-8";
    if (item->key.size > SENTIO_TOPIC_MAX || !sentio_utf8_valid(item->key))
        return "its key is over 128 bytes or not UTF-8";
    if (item->type.size > SENTIO_TYPE_MAX || !sentio_utf8_valid(item->type))
        return "its type is over 64 bytes or not UTF-8";
    if (item->json.size > SENTIO_ITEM_MAX)
        return "its JSON is over 1 MiB";
    if (sentio_json_parse(item->json, &value, NULL) != 0)
        return "its JSON is not valid";
    *json = value.text;
    if ((item->flags & SENTIO_ADD_ID) && value.type != SENTIO_JSON_OBJECT)
        return "SENTIO_ADD_ID is for objects";
    if (!attributes_valid(plugin, item))
        return "its attributes are not those that the plugin declares";
    return NULL;
}

static int do_emit(struct sentio_call *abi, const struct sentio_item *item) {
    struct call *call = own(abi);
    const struct sentio_plugin *plugin = instance_table(call->instance);
    if (!may(call, MAY_EMIT) || plugin->type == NULL || item == NULL)
        return SENTIO_INVALID;
    if (call->effects.emits >= EMITS_MAX)
        return SENTIO_AGAIN;
    struct sentio_item trimmed = *item;
    const char *fault = item_fault(plugin, item, &trimmed.json);
    if (fault != NULL) {
        log_warning(call->instance->label, "plugin fault: emit refused: %s", fault);
        return SENTIO_INVALID;
    }
    if (call->effects.bytes + item->json.size > call->instance->call_bytes)
        return SENTIO_AGAIN;
    struct item *copy = item_create(&trimmed);
    if (copy == NULL)
        return SENTIO_AGAIN;
    if (effects_add_item(&call->effects, copy) != NULL)
        return SENTIO_OK;
    item_unref(copy);
    return SENTIO_AGAIN;
}

static int do_reject(struct sentio_call *abi, int32_t index, struct sentio_bytes field,
                     struct sentio_bytes message) {
    struct call *call = own(abi);
    if (!may(call, MAY(CALL_PUBLISH)) || index < -1)
        return SENTIO_INVALID;
    return add(call, EFFECT_REJECT, 0, index, field, message);
}

static int do_join(struct sentio_call *abi, uint64_t conn, struct sentio_bytes topic) {
    if (!topic_valid(topic))
        return SENTIO_INVALID;
    return add(own(abi), EFFECT_JOIN, conn, 0, topic, none());
}

static int do_leave(struct sentio_call *abi, uint64_t conn, struct sentio_bytes topic) {
    if (!topic_valid(topic))
        return SENTIO_INVALID;
    return add(own(abi), EFFECT_LEAVE, conn, 0, topic, none());
}

static int do_accept(struct sentio_call *abi, uint64_t conn) {
    return add(own(abi), EFFECT_ACCEPT, conn, 0, none(), none());
}

static bool close_code_valid(uint32_t code) {
    return code == 1000 || code == 1001 || code == 1008 || code == 1011 || code == 1013 ||
           (code >= 4000 && code <= 4999);
}

static int do_refuse(struct sentio_call *abi, uint64_t conn, uint32_t close_code,
                     struct sentio_bytes error, struct sentio_bytes message) {
    if (close_code != 0 && (!close_code_valid(close_code) || message.size > REASON_MAX))
        return SENTIO_INVALID;
    if (!sentio_utf8_valid(message))
        return SENTIO_INVALID;
    return add(own(abi), EFFECT_REFUSE, conn, close_code, error, message);
}

static int do_send(struct sentio_call *abi, uint64_t conn, struct sentio_bytes type,
                   struct sentio_bytes data) {
    struct sentio_json value;
    if (type.size == 0 || type.size > SENTIO_TYPE_MAX || !sentio_utf8_valid(type) ||
        sentio_json_parse(data, &value, NULL) != 0)
        return SENTIO_INVALID;
    return add(own(abi), EFFECT_SEND, conn, 0, type, data);
}

static int do_close(struct sentio_call *abi, uint64_t conn, uint32_t code,
                    struct sentio_bytes reason) {
    if (!close_code_valid(code) || reason.size > REASON_MAX || !sentio_utf8_valid(reason))
        return SENTIO_INVALID;
    return add(own(abi), EFFECT_CLOSE, conn, code, none(), reason);
}

/* A media type goes into a header: visible ASCII and spaces only. */
static bool media_type_valid(struct sentio_bytes type) {
    if (type.size > SENTIO_TYPE_MAX)
        return false;
    for (size_t i = 0; i < type.size; i++)
        if (type.data[i] < 0x20 || type.data[i] > 0x7e)
            return false;
    return true;
}

static int do_respond(struct sentio_call *abi, uint64_t request, uint32_t status,
                      struct sentio_bytes type, struct sentio_bytes body) {
    if (status < 200 || status > 599 || !media_type_valid(type))
        return SENTIO_INVALID;
    return add(own(abi), EFFECT_RESPOND, request, status, type, body);
}

static int do_forward(struct sentio_call *abi, struct sentio_bytes channel,
                      struct sentio_bytes payload) {
    struct call *call = own(abi);
    struct sentio_json value;
    if (!may(call, MAY_EMIT))
        return SENTIO_INVALID;
    if (!instance_may_forward(call->instance, channel)) {
        log_warning(call->instance->label,
                    "plugin fault: forward to \"%.*s\", which is not among its \"forwards\"",
                    (int)channel.size, channel.data);
        return SENTIO_INVALID;
    }
    if (sentio_json_parse(payload, &value, NULL) != 0 || value.type != SENTIO_JSON_OBJECT)
        return SENTIO_INVALID;
    return add(call, EFFECT_FORWARD, 0, 0, channel, payload);
}

static int do_log(struct sentio_call *abi, uint32_t level, struct sentio_bytes text) {
    struct call *call = own(abi);
    if (level > SENTIO_ERROR)
        return SENTIO_INVALID;
    size_t size = text.size < LOG_MAX ? text.size : LOG_MAX;
    instance_log(call->instance, level, sentio_bytes(text.data, size));
    return SENTIO_OK;
}

static int do_count(struct sentio_call *abi, struct sentio_bytes metric, uint64_t n) {
    if (metric.size == 0 || metric.size > METRIC_MAX)
        return SENTIO_INVALID;
    for (size_t i = 0; i < metric.size; i++)
        if (metric.data[i] != '_' && (metric.data[i] < 'a' || metric.data[i] > 'z'))
            return SENTIO_INVALID;
    return add(own(abi), EFFECT_COUNT, n, 0, metric, none());
}

static int do_wake(struct sentio_call *abi, uint64_t milliseconds) {
    if (milliseconds > WAKE_MAX)
        return SENTIO_INVALID;
    return add(own(abi), EFFECT_WAKE, 0, (int64_t)milliseconds, none(), none());
}

static int do_watch(struct sentio_call *abi, int32_t fd, uint32_t on) {
    if (fd < 0 || on > 1)
        return SENTIO_INVALID;
    int error = add(own(abi), EFFECT_WATCH, 0, fd, none(), none());
    if (error == 0)
        own(abi)->effects.last->on = on;
    return error;
}

static int do_keep(struct sentio_call *abi, struct sentio_bytes state) {
    struct call *call = own(abi);
    if (!may(call, MAY(CALL_SAVE)) || state.size > STATE_MAX ||
        effects_find(&call->effects, EFFECT_KEEP) != NULL)
        return SENTIO_INVALID;
    return effects_add(&call->effects, EFFECT_KEEP, none(), state) ? SENTIO_OK : SENTIO_AGAIN;
}

const struct sentio_host *host_api(void) {
    static const struct sentio_host services = {
        .size = sizeof(struct sentio_host),
        .major = SENTIO_ABI_MAJOR,
        .minor = SENTIO_ABI_MINOR,
        .emit = do_emit,
        .reject = do_reject,
        .join = do_join,
        .leave = do_leave,
        .accept = do_accept,
        .refuse = do_refuse,
        .send = do_send,
        .close = do_close,
        .respond = do_respond,
        .forward = do_forward,
        .log = do_log,
        .count = do_count,
        .wake = do_wake,
        .watch = do_watch,
        .keep = do_keep,
    };
    return &services;
}

const char *call_name(enum call_kind kind) {
    static const char *const names[] = {
        [CALL_OPEN] = "open",
        [CALL_CLOSE] = "close",
        [CALL_PUBLISH] = "publish",
        [CALL_SUBSCRIBE] = "subscribe",
        [CALL_UNSUBSCRIBE] = "unsubscribe",
        [CALL_MESSAGE] = "message",
        [CALL_LEFT] = "left",
        [CALL_RENDER] = "render",
        [CALL_OBSERVE] = "observe",
        [CALL_WOKEN] = "woken",
        [CALL_READY] = "ready",
        [CALL_SAVE] = "save",
        [CALL_RESTORE] = "restore",
    };
    return names[kind];
}
