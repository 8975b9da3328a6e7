/* SPDX-License-Identifier: MIT */
#include "wire_text.h"

static void begin(struct sentio_writer *out, const char *name) {
    sentio_write_format(out, ",\"%s\":", name);
}

static void member_number(struct sentio_writer *out, const char *name, uint64_t number) {
    begin(out, name);
    sentio_write_format(out, "%llu", (unsigned long long)number);
}

static void member_string(struct sentio_writer *out, const char *name, struct sentio_bytes text) {
    begin(out, name);
    sentio_write_string(out, text);
}

/* A line end in valid JSON is white space. */
static void write_json(struct sentio_writer *out, struct sentio_bytes json) {
    size_t from = 0;
    for (size_t i = 0; i < json.size; i++) {
        if (json.data[i] != '\n' && json.data[i] != '\r')
            continue;
        sentio_write(out, sentio_bytes(json.data + from, i - from));
        sentio_write_text(out, " ");
        from = i + 1;
    }
    sentio_write(out, sentio_bytes(json.data + from, json.size - from));
    if (json.size == 0)
        sentio_write_text(out, "null");
}

static void member_json(struct sentio_writer *out, const char *name, struct sentio_bytes json) {
    begin(out, name);
    write_json(out, json);
}

static void write_value(struct sentio_writer *out, const struct sentio_value *value) {
    if (value->type == SENTIO_NUMBER)
        sentio_write_number(out, value->number, 15);
    else if (value->type == SENTIO_TEXT)
        sentio_write_string(out, value->text);
    else
        sentio_write_text(out, "null");
}

static void write_item(struct sentio_writer *out, const struct sentio_item *item) {
    sentio_write_text(out, "{\"topic\":");
    sentio_write_string(out, item->topic);
    if (item->key.size && !sentio_equal(item->key, item->topic))
        member_string(out, "key", item->key);
    if (item->type.size)
        member_string(out, "type", item->type);
    member_json(out, "json", item->json);
    for (size_t i = 0; i < item->attribute_count; i++) {
        sentio_write_text(out, i ? "," : ",\"attributes\":[");
        write_value(out, &item->attributes[i]);
    }
    if (item->attribute_count)
        sentio_write_text(out, "]");
    if (item->flags)
        member_number(out, "flags", item->flags);
    if (item->offset)
        member_number(out, "offset", item->offset);
    if (item->time)
        member_number(out, "time", (uint64_t)item->time);
    sentio_write_text(out, "}");
}

static void member_items(struct sentio_writer *out, const struct sentio_item *items, size_t count) {
    begin(out, "items");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(out, i ? "," : "[");
        write_item(out, &items[i]);
    }
    sentio_write_text(out, count ? "]" : "[]");
}

static void member_update(struct sentio_writer *out, const struct sentio_update *update) {
    begin(out, "update");
    sentio_write_format(out, "{\"origin\":%u", (unsigned)update->origin);
    member_string(out, "name", update->name);
    sentio_write_text(out, "}");
}

static void member_subscriber(struct sentio_writer *out, const struct sentio_subscriber *who) {
    begin(out, "subscriber");
    sentio_write_format(out, "{\"conn\":%llu", (unsigned long long)who->conn);
    member_string(out, "user", who->who.user);
    member_number(out, "roles", who->who.roles);
    member_number(out, "all", who->all);
    member_number(out, "subscribed", who->subscribed);
    member_number(out, "topics", who->topics);
    sentio_write_text(out, "}");
}

static void member_request(struct sentio_writer *out, const struct sentio_request *request) {
    begin(out, "request");
    sentio_write_format(out, "{\"id\":%llu", (unsigned long long)request->id);
    member_string(out, "path", request->path);
    member_json(out, "query", request->query);
    member_string(out, "user", request->who.user);
    member_number(out, "roles", request->who.roles);
    member_string(out, "epoch", request->epoch);
    member_number(out, "offset", request->offset);
    sentio_write_text(out, "}");
}

static void write_inputs(struct sentio_writer *out, const struct call *call) {
    switch (call->kind) {
    case CALL_OPEN:
        member_json(out, "config", call->text);
        member_number(out, "seed", call->number);
        return;
    case CALL_PUBLISH:
        member_update(out, call->update);
        member_json(out, "payload", call->text);
        return;
    case CALL_MESSAGE:
        member_string(out, "action", call->name);
        member_subscriber(out, call->subscriber);
        member_json(out, "request", call->text);
        return;
    case CALL_SUBSCRIBE:
    case CALL_UNSUBSCRIBE:
        member_subscriber(out, call->subscriber);
        member_json(out, "request", call->text);
        return;
    case CALL_LEFT:
        member_number(out, "conn", call->number);
        return;
    case CALL_RENDER:
        member_request(out, call->request);
        member_items(out, call->items, call->count);
        return;
    case CALL_OBSERVE:
        member_string(out, "channel", call->name);
        member_items(out, call->items, call->count);
        return;
    case CALL_READY:
        member_number(out, "fd", call->number);
        return;
    case CALL_RESTORE:
        member_number(out, "state_format", call->number);
        member_string(out, "state", call->text);
        return;
    case CALL_CLOSE:
    case CALL_WOKEN:
    case CALL_SAVE:
        return;
    }
}

void wire_call_text(struct sentio_writer *out, const struct call *call) {
    sentio_write_format(out, "{\"call\":\"%s\",\"now\":%lld", call_name(call->kind),
                        (long long)call->abi.now);
    write_inputs(out, call);
    sentio_write_text(out, "}");
}

/* The names of an effect and of those members that its service has; NULL: it has not. */
struct form {
    const char *effect;
    const char *id;
    const char *number;
    const char *on;
    const char *a;
    const char *b;
    bool json; /* b is JSON text */
};

static const struct form *form_of(enum effect_kind kind) {
    static const struct form forms[] = {
        [EFFECT_EMIT] = {.effect = "emit"},
        [EFFECT_REJECT] = {"reject", .number = "index", .a = "field", .b = "message"},
        [EFFECT_JOIN] = {"join", .id = "conn", .a = "topic"},
        [EFFECT_LEAVE] = {"leave", .id = "conn", .a = "topic"},
        [EFFECT_ACCEPT] = {"accept", .id = "conn"},
        [EFFECT_REFUSE] = {"refuse", "conn", "close_code", .a = "error", .b = "message"},
        [EFFECT_SEND] = {"send", .id = "conn", .a = "type", .b = "data", .json = true},
        [EFFECT_CLOSE] = {"close", .id = "conn", .number = "code", .b = "reason"},
        [EFFECT_RESPOND] = {"respond", "request", "status", .a = "type", .b = "body"},
        [EFFECT_FORWARD] = {"forward", .a = "channel", .b = "payload", .json = true},
        [EFFECT_COUNT] = {"count", .id = "n", .a = "metric"},
        [EFFECT_WAKE] = {"wake", .number = "milliseconds"},
        [EFFECT_WATCH] = {"watch", .number = "fd", .on = "on"},
        [EFFECT_KEEP] = {"keep", .b = "state"},
    };
    return &forms[kind];
}

/* A comma before each but the first. */
static void name_next(struct sentio_writer *out, const char *name, bool *first) {
    sentio_write_format(out, *first ? "\"%s\":" : ",\"%s\":", name);
    *first = false;
}

static void write_members(struct sentio_writer *out, const struct effect *effect,
                          const struct form *form) {
    bool first = true;
    if (form->id != NULL) {
        name_next(out, form->id, &first);
        sentio_write_format(out, "%llu", (unsigned long long)effect->id);
    }
    if (form->number != NULL) {
        name_next(out, form->number, &first);
        sentio_write_format(out, "%lld", (long long)effect->number);
    }
    if (form->on != NULL) {
        name_next(out, form->on, &first);
        sentio_write_format(out, "%lld", (long long)effect->on);
    }
    if (form->a != NULL) {
        name_next(out, form->a, &first);
        sentio_write_string(out, effect->a);
    }
    if (form->b == NULL)
        return;
    name_next(out, form->b, &first);
    if (form->json)
        write_json(out, effect->b);
    else
        sentio_write_string(out, effect->b);
}

static void write_effect(struct sentio_writer *out, const struct effect *effect) {
    const struct form *form = form_of(effect->kind);
    sentio_write_format(out, "{\"%s\":", form->effect);
    if (effect->kind == EFFECT_EMIT) {
        const struct sentio_item item = item_view(effect->item);
        write_item(out, &item);
        sentio_write_text(out, "}");
        return;
    }
    sentio_write_text(out, "{");
    write_members(out, effect, form);
    sentio_write_text(out, "}}");
}

void wire_result_text(struct sentio_writer *out, int result, const struct effects *effects) {
    sentio_write_format(out, "{\"result\":%d,\"effects\":[", result);
    for (const struct effect *effect = effects->first; effect; effect = effect->next) {
        if (effect != effects->first)
            sentio_write_text(out, ",");
        write_effect(out, effect);
    }
    sentio_write_text(out, "]}");
}
