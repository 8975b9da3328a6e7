/* SPDX-License-Identifier: MIT */
#include "wire_item.h"

#include <assert.h>

/* Followed by the texts of topic, key, type and json, then by the attributes. */
struct item_head {
    uint64_t offset;
    int64_t time;
    uint32_t topic;
    uint32_t key;
    uint32_t type;
    uint32_t json;
    uint32_t flags;
    uint32_t attributes;
};

/* Followed by the text. */
struct value_head {
    double number;
    uint32_t type;
    uint32_t text;
};

static_assert(sizeof(struct item_head) == WIRE_ITEM_MIN, "no padding is sent");
static_assert(sizeof(struct value_head) == WIRE_VALUE_MIN, "no padding is sent");

static void put_value(struct wire_buffer *buffer, const struct sentio_value *value) {
    const struct value_head head = {value->number, value->type, (uint32_t)value->text.size};
    wire_put(buffer, &head, sizeof(head));
    wire_put_bytes(buffer, value->text);
}

void wire_put_item(struct wire_buffer *buffer, const struct sentio_item *item) {
    const struct item_head head = {
        .offset = item->offset,
        .time = item->time,
        .topic = (uint32_t)item->topic.size,
        .key = (uint32_t)item->key.size,
        .type = (uint32_t)item->type.size,
        .json = (uint32_t)item->json.size,
        .flags = item->flags,
        .attributes = (uint32_t)item->attribute_count,
    };
    wire_put(buffer, &head, sizeof(head));
    wire_put_bytes(buffer, item->topic);
    wire_put_bytes(buffer, item->key);
    wire_put_bytes(buffer, item->type);
    wire_put_bytes(buffer, item->json);
    for (size_t i = 0; i < item->attribute_count; i++)
        put_value(buffer, &item->attributes[i]);
}

static void get_value(struct wire_reader *reader, struct sentio_value *value) {
    struct value_head head;
    wire_get(reader, &head, sizeof(head));
    *value = (struct sentio_value){.type = head.type, .number = head.number};
    value->text = wire_get_bytes(reader, head.text);
}

void wire_get_item(struct wire_reader *reader, struct sentio_item *item,
                   struct sentio_value *values, size_t room) {
    struct item_head head;
    wire_get(reader, &head, sizeof(head));
    *item = (struct sentio_item){.flags = head.flags, .offset = head.offset, .time = head.time};
    item->topic = wire_get_bytes(reader, head.topic);
    item->key = wire_get_bytes(reader, head.key);
    item->type = wire_get_bytes(reader, head.type);
    item->json = wire_get_bytes(reader, head.json);
    if (head.attributes > room) {
        reader->failed = true;
        return;
    }
    for (uint32_t i = 0; i < head.attributes; i++)
        get_value(reader, &values[i]);
    item->attribute_count = head.attributes;
    item->attributes = head.attributes ? values : NULL;
}
