/* SPDX-License-Identifier: MIT */
#include "wire_table.h"

#include <assert.h>
#include <stdlib.h>

/* Followed by name, version, type and snapshot_type, then by the lists. */
struct table_head {
    uint64_t channel_size;
    uint16_t major;
    uint16_t minor;
    uint32_t state_format;
    uint32_t shape;
    uint32_t flags;
    uint32_t attribute_count;
    uint32_t filter_count;
    uint32_t route_count;
    uint32_t callbacks;
};

static_assert(sizeof(struct table_head) == 40, "no padding is sent");

static void put_head(struct wire_buffer *out, const struct sentio_plugin *table) {
    const struct table_head head = {
        .channel_size = table->channel_size,
        .major = table->major,
        .minor = table->minor,
        .state_format = table->state_format,
        .shape = table->shape,
        .flags = table->flags,
        .attribute_count = table->attribute_count,
        .filter_count = table->filter_count,
        .route_count = table->route_count,
        .callbacks = plugin_callbacks(table),
    };
    wire_put(out, &head, sizeof(head));
}

static void put_route(struct wire_buffer *out, const struct sentio_route *route) {
    wire_put_string(out, route->path);
    wire_put_string(out, route->parameter);
    wire_put_u32(out, route->topics);
    wire_put_u32(out, route->source);
    wire_put_u32(out, route->flags);
    wire_put_u32(out, route->limit);
    wire_put_u32(out, route->limit_max);
}

int wire_table(struct wire_buffer *out, const struct sentio_plugin *table) {
    size_t begun = wire_begin(out, WIRE_TABLE, 0, 0);
    put_head(out, table);
    wire_put_string(out, table->name);
    wire_put_string(out, table->version);
    wire_put_string(out, table->type);
    wire_put_string(out, table->snapshot_type);
    for (uint32_t i = 0; i < table->attribute_count; i++) {
        wire_put_string(out, table->attributes[i].name);
        wire_put_u32(out, table->attributes[i].type);
    }
    for (uint32_t i = 0; i < table->filter_count; i++) {
        wire_put_string(out, table->filters[i].field);
        wire_put_u32(out, table->filters[i].attribute);
        wire_put_u32(out, table->filters[i].predicate);
    }
    for (uint32_t i = 0; i < table->route_count; i++)
        put_route(out, &table->routes[i]);
    return wire_end(out, begun);
}

static void read_head(struct wire_reader *reader, struct wire_table *into) {
    struct table_head head;
    wire_get(reader, &head, sizeof(head));
    if (head.attribute_count > PLUGIN_ATTRIBUTES_MAX || head.filter_count > PLUGIN_FILTERS_MAX ||
        head.route_count > PLUGIN_ROUTES_MAX || head.callbacks >= 2u << CALL_RESTORE) {
        reader->failed = true;
        return;
    }
    into->callbacks = head.callbacks;
    into->table = (struct sentio_plugin){
        .magic = SENTIO_MAGIC,
        .major = head.major,
        .minor = head.minor,
        .size = sizeof(struct sentio_plugin),
        .state_format = head.state_format,
        .channel_size = head.channel_size,
        .shape = head.shape,
        .flags = head.flags,
        .attributes = into->attributes,
        .filters = into->filters,
        .routes = into->routes,
        .attribute_count = head.attribute_count,
        .filter_count = head.filter_count,
        .route_count = head.route_count,
    };
}

static void read_route(struct wire_reader *reader, struct sentio_route *route, char **space) {
    route->path = wire_get_string(reader, space);
    route->parameter = wire_get_string(reader, space);
    route->topics = wire_get_u32(reader);
    route->source = wire_get_u32(reader);
    route->flags = wire_get_u32(reader);
    route->limit = wire_get_u32(reader);
    route->limit_max = wire_get_u32(reader);
}

static void read_lists(struct wire_reader *reader, struct wire_table *into, char **space) {
    for (uint32_t i = 0; i < into->table.attribute_count; i++) {
        into->attributes[i].name = wire_get_string(reader, space);
        into->attributes[i].type = wire_get_u32(reader);
    }
    for (uint32_t i = 0; i < into->table.filter_count; i++) {
        into->filters[i].field = wire_get_string(reader, space);
        into->filters[i].attribute = wire_get_u32(reader);
        into->filters[i].predicate = wire_get_u32(reader);
    }
    for (uint32_t i = 0; i < into->table.route_count; i++)
        read_route(reader, &into->routes[i], space);
}

int wire_read_table(const struct wire_frame *frame, struct wire_table **table) {
    struct wire_reader reader = wire_reader(frame->body);
    if (frame->kind != WIRE_TABLE)
        return SENTIO_INVALID;
    struct wire_table *copy = calloc(1, sizeof(*copy) + frame->body.size);
    if (copy == NULL)
        return SENTIO_NO_MEMORY;
    char *space = copy->texts;
    read_head(&reader, copy);
    copy->table.name = wire_get_string(&reader, &space);
    copy->table.version = wire_get_string(&reader, &space);
    copy->table.type = wire_get_string(&reader, &space);
    copy->table.snapshot_type = wire_get_string(&reader, &space);
    read_lists(&reader, copy, &space);
    if (wire_ended(&reader) != 0) {
        free(copy);
        return SENTIO_INVALID;
    }
    *table = copy;
    return 0;
}
