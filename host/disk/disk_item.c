/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdlib.h>
#include <string.h>

enum { ATTRIBUTES_MAX = 64, HEAD_SIZE = 12 };

enum { OFFSET, TIME, FLAGS, TOPIC, KEY, TYPE, ATTRIBUTES, JSON };

/* An attribute: 4 bytes of type, 8 of number or of the text's size, the text. */
static void put(char **at, const void *bytes, size_t size) {
    if (size)
        memcpy(*at, bytes, size);
    *at += size;
}

int disk_attributes_write(const struct item *item, struct sentio_bytes *bytes) {
    size_t size = 0;
    *bytes = sentio_bytes(NULL, 0);
    for (size_t i = 0; i < item->attribute_count; i++)
        size += HEAD_SIZE + item->attributes[i].text.size;
    if (size == 0)
        return 0;
    char *data = malloc(size);
    if (data == NULL)
        return -1;
    char *at = data;
    for (size_t i = 0; i < item->attribute_count; i++) {
        const struct sentio_value *value = &item->attributes[i];
        uint32_t type = value->type;
        uint64_t length = value->text.size;
        put(&at, &type, sizeof(type));
        if (type == SENTIO_TEXT)
            put(&at, &length, sizeof(length));
        else
            put(&at, &value->number, sizeof(value->number));
        put(&at, value->text.data, type == SENTIO_TEXT ? length : 0);
    }
    *bytes = sentio_bytes(data, (size_t)(at - data));
    return 0;
}

/* False: it is damaged. */
static bool read_attributes(struct sentio_bytes bytes, struct sentio_value *values, size_t *count) {
    *count = 0;
    while (bytes.size > 0) {
        struct sentio_value *value = &values[*count];
        uint32_t type;
        uint64_t length = 0;
        if (*count == ATTRIBUTES_MAX || bytes.size < HEAD_SIZE)
            return false;
        memset(value, 0, sizeof(*value));
        memcpy(&type, bytes.data, sizeof(type));
        value->type = type;
        if (type == SENTIO_TEXT)
            memcpy(&length, bytes.data + sizeof(type), sizeof(length));
        else
            memcpy(&value->number, bytes.data + sizeof(type), sizeof(value->number));
        if (type > SENTIO_TEXT || length > bytes.size - HEAD_SIZE)
            return false;
        value->text = sentio_bytes(bytes.data + HEAD_SIZE, length);
        bytes = sentio_bytes(bytes.data + HEAD_SIZE + length, bytes.size - HEAD_SIZE - length);
        ++*count;
    }
    return true;
}

struct item *disk_item(sqlite3_stmt *row) {
    struct sentio_value values[ATTRIBUTES_MAX];
    struct sentio_item view = {
        .topic = disk_sql_text(row, TOPIC),
        .key = disk_sql_text(row, KEY),
        .type = disk_sql_text(row, TYPE),
        .json = disk_sql_text(row, JSON),
        .flags = (uint32_t)sqlite3_column_int64(row, FLAGS),
        .attributes = values,
    };
    bool whole = read_attributes(disk_sql_text(row, ATTRIBUTES), values, &view.attribute_count);
    if (!whole || view.json.size == 0 || view.topic.size > SENTIO_TOPIC_MAX)
        return NULL;
    struct item *item = item_create(&view);
    if (item == NULL)
        return NULL;
    item->offset = (uint64_t)sqlite3_column_int64(row, OFFSET);
    item->time = sqlite3_column_int64(row, TIME);
    return item;
}

int disk_answer_add(struct disk_answer *answer, struct item *item) {
    /* Doubled whenever the count is a power of two. */
    if ((answer->count & (answer->count - 1)) == 0) {
        size_t capacity = answer->count ? answer->count * 2 : 1;
        struct item **items = realloc(answer->items, capacity * sizeof(struct item *));
        if (items == NULL) {
            item_unref(item);
            return -1;
        }
        answer->items = items;
    }
    answer->items[answer->count++] = item;
    return 0;
}

void disk_answer_finish(struct disk_answer *answer) {
    for (size_t i = 0; i < answer->count; i++)
        item_unref(answer->items[i]);
    free(answer->items);
    answer->items = NULL;
    answer->count = 0;
}
