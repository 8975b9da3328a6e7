/* SPDX-License-Identifier: MIT */
#include "wire_call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "wire_item.h"

/* Followed by name and text, then by what a call of that kind has: the update, the subscriber, the
 * request, the items. */
struct call_head {
    int64_t now;
    uint64_t number;
    uint32_t kind;
    uint32_t name;
    uint32_t text;
    uint32_t items;
    uint32_t values; /* of all items together */
    uint32_t route;
};

/* Followed by its name. */
struct update_head {
    uint32_t origin;
    uint32_t name;
};

/* Followed by the user. */
struct subscriber_head {
    uint64_t conn;
    uint64_t topics;
    uint32_t all;
    uint32_t subscribed;
    uint32_t roles;
    uint32_t user;
};

/* Followed by user, path, query and epoch. */
struct request_head {
    uint64_t id;
    uint64_t offset;
    uint32_t roles;
    uint32_t user;
    uint32_t path;
    uint32_t query;
    uint32_t epoch;
    uint32_t reserved;
};

static_assert(sizeof(struct call_head) == 40 && sizeof(struct subscriber_head) == 32 &&
                  sizeof(struct request_head) == 40,
              "no padding is sent");

static bool has_subscriber(enum call_kind kind) {
    return kind == CALL_SUBSCRIBE || kind == CALL_UNSUBSCRIBE || kind == CALL_MESSAGE;
}

static bool has_items(enum call_kind kind) {
    return kind == CALL_RENDER || kind == CALL_OBSERVE;
}

static void put_head(struct wire_buffer *out, const struct call *call) {
    struct call_head head = {
        .now = call->abi.now,
        .number = call->number,
        .kind = call->kind,
        .name = (uint32_t)call->name.size,
        .text = (uint32_t)call->text.size,
        .route = call->route,
    };
    if (has_items(call->kind)) {
        head.items = (uint32_t)call->count;
        for (size_t i = 0; i < call->count; i++)
            head.values += (uint32_t)call->items[i].attribute_count;
    }
    wire_put(out, &head, sizeof(head));
    wire_put_bytes(out, call->name);
    wire_put_bytes(out, call->text);
}

static void put_update(struct wire_buffer *out, const struct sentio_update *update) {
    const struct update_head head = {update->origin, (uint32_t)update->name.size};
    wire_put(out, &head, sizeof(head));
    wire_put_bytes(out, update->name);
}

static void put_subscriber(struct wire_buffer *out, const struct sentio_subscriber *subscriber) {
    const struct subscriber_head head = {
        .conn = subscriber->conn,
        .topics = subscriber->topics,
        .all = subscriber->all,
        .subscribed = subscriber->subscribed,
        .roles = subscriber->who.roles,
        .user = (uint32_t)subscriber->who.user.size,
    };
    wire_put(out, &head, sizeof(head));
    wire_put_bytes(out, subscriber->who.user);
}

static void put_request(struct wire_buffer *out, const struct sentio_request *request) {
    const struct request_head head = {
        .id = request->id,
        .offset = request->offset,
        .roles = request->who.roles,
        .user = (uint32_t)request->who.user.size,
        .path = (uint32_t)request->path.size,
        .query = (uint32_t)request->query.size,
        .epoch = (uint32_t)request->epoch.size,
    };
    wire_put(out, &head, sizeof(head));
    wire_put_bytes(out, request->who.user);
    wire_put_bytes(out, request->path);
    wire_put_bytes(out, request->query);
    wire_put_bytes(out, request->epoch);
}

int wire_call(struct wire_buffer *out, uint64_t serial, uint16_t flags, const struct call *call) {
    size_t begun = wire_begin(out, WIRE_CALL, flags, serial);
    put_head(out, call);
    if (call->kind == CALL_PUBLISH)
        put_update(out, call->update);
    if (has_subscriber(call->kind))
        put_subscriber(out, call->subscriber);
    if (call->kind == CALL_RENDER)
        put_request(out, call->request);
    if (has_items(call->kind))
        for (size_t i = 0; i < call->count; i++)
            wire_put_item(out, &call->items[i]);
    return wire_end(out, begun);
}

static void read_update(struct wire_reader *reader, struct wire_call *into) {
    struct update_head head;
    wire_get(reader, &head, sizeof(head));
    into->update.origin = head.origin;
    into->update.name = wire_get_bytes(reader, head.name);
    into->call.update = &into->update;
}

static void read_subscriber(struct wire_reader *reader, struct wire_call *into) {
    struct subscriber_head head;
    wire_get(reader, &head, sizeof(head));
    into->subscriber = (struct sentio_subscriber){
        .conn = head.conn,
        .who.roles = head.roles,
        .all = head.all,
        .subscribed = head.subscribed,
        .topics = head.topics,
    };
    into->subscriber.who.user = wire_get_bytes(reader, head.user);
    into->call.subscriber = &into->subscriber;
}

static void read_request(struct wire_reader *reader, const struct sentio_plugin *plugin,
                         struct wire_call *into) {
    struct request_head head;
    wire_get(reader, &head, sizeof(head));
    if (into->call.route >= plugin->route_count || head.reserved != 0) {
        reader->failed = true;
        return;
    }
    into->request = (struct sentio_request){
        .id = head.id,
        .route = &plugin->routes[into->call.route],
        .who.roles = head.roles,
        .offset = head.offset,
    };
    into->request.who.user = wire_get_bytes(reader, head.user);
    into->request.path = wire_get_bytes(reader, head.path);
    into->request.query = wire_get_bytes(reader, head.query);
    into->request.epoch = wire_get_bytes(reader, head.epoch);
    into->call.request = &into->request;
}

/* Room for that many, which the rest of the body can hold. */
static int reserve(struct wire_call *into, size_t items, size_t values) {
    if (items > into->item_room) {
        struct sentio_item *more = realloc(into->items, items * sizeof(*more));
        if (more == NULL)
            return SENTIO_NO_MEMORY;
        into->items = more;
        into->item_room = items;
    }
    if (values > into->value_room) {
        struct sentio_value *more = realloc(into->values, values * sizeof(*more));
        if (more == NULL)
            return SENTIO_NO_MEMORY;
        into->values = more;
        into->value_room = values;
    }
    return 0;
}

static int read_items(struct wire_reader *reader, const struct call_head *head,
                      struct wire_call *into) {
    size_t left = wire_left(reader);
    if (head->items > left / WIRE_ITEM_MIN || head->values > left / WIRE_VALUE_MIN)
        return SENTIO_INVALID;
    int error = reserve(into, head->items, head->values);
    if (error != 0)
        return error;
    size_t used = 0;
    for (uint32_t i = 0; i < head->items; i++) {
        struct sentio_item *item = &into->items[i];
        struct sentio_value *values = used < head->values ? into->values + used : NULL;
        wire_get_item(reader, item, values, head->values - used);
        used += item->attribute_count;
    }
    into->call.items = into->items;
    into->call.count = head->items;
    return used == head->values ? 0 : SENTIO_INVALID;
}

int wire_read_call(const struct wire_frame *frame, const struct sentio_plugin *plugin,
                   struct wire_call *into) {
    struct wire_reader reader = wire_reader(frame->body);
    struct call_head head;
    int error = 0;
    wire_get(&reader, &head, sizeof(head));
    if (frame->kind != WIRE_CALL || head.kind > CALL_RESTORE)
        return SENTIO_INVALID;
    enum call_kind kind = (enum call_kind)head.kind;
    if (!has_items(kind) && (head.items != 0 || head.values != 0))
        return SENTIO_INVALID;
    into->call = (struct call){
        .kind = kind, .number = head.number, .abi.now = head.now, .route = head.route};
    into->call.name = wire_get_bytes(&reader, head.name);
    into->call.text = wire_get_bytes(&reader, head.text);
    if (kind == CALL_PUBLISH)
        read_update(&reader, into);
    if (has_subscriber(kind))
        read_subscriber(&reader, into);
    if (kind == CALL_RENDER)
        read_request(&reader, plugin, into);
    if (has_items(kind))
        error = read_items(&reader, &head, into);
    return error ? error : wire_ended(&reader);
}

void wire_call_finish(struct wire_call *call) {
    free(call->items);
    free(call->values);
    memset(call, 0, sizeof(*call));
}
