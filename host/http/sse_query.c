/* SPDX-License-Identifier: MIT */
#include "sse_query.h"

#include <string.h>

enum { DIGITS_MAX = 19 };

static const uint64_t OFFSET_MAX = UINT64_C(1) << 53; /* of JSON's integers */

static const char lower_digits_dash[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

/* Takes what comes before the next comma. */
static struct sentio_bytes take_part(struct sentio_bytes *list) {
    const char *comma = list->size ? memchr(list->data, ',', list->size) : NULL;
    size_t size = comma ? (size_t)(comma - list->data) : list->size;
    struct sentio_bytes part = sentio_bytes(list->data, size);
    size += comma != NULL;
    list->data += size;
    list->size -= size;
    return part;
}

static bool name_valid(struct sentio_bytes name) {
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == '\0' || strchr(lower_digits_dash, name.data[i]) == NULL)
            return false;
    return name.size > 0 && name.size < SSE_NAME_MAX;
}

static bool has_name(const struct sse_names *names, struct sentio_bytes name) {
    for (size_t i = 0; i < names->count; i++)
        if (sentio_is(name, names->items[i]))
            return true;
    return false;
}

int sse_query_channels(struct sentio_bytes list, struct sse_names *names) {
    names->count = 0;
    while (list.size > 0) {
        struct sentio_bytes name = take_part(&list);
        if (!name_valid(name))
            return SENTIO_INVALID;
        if (has_name(names, name))
            continue;
        if (names->count == SSE_CHANNELS_MAX)
            return SENTIO_INVALID;
        memcpy(names->items[names->count], name.data, name.size);
        names->items[names->count++][name.size] = '\0';
    }
    return names->count > 0 ? 0 : SENTIO_INVALID;
}

static bool read_offset(struct sentio_bytes text, uint64_t *offset) {
    *offset = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *offset = *offset * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.size > 0 && text.size < DIGITS_MAX && *offset <= OFFSET_MAX;
}

static bool read_epoch(struct sentio_bytes text, char epoch[EPOCH_SIZE]) {
    if (text.size == 0 || text.size >= EPOCH_SIZE)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\0' || strchr("0123456789abcdef", text.data[i]) == NULL)
            return false;
    memcpy(epoch, text.data, text.size);
    epoch[text.size] = '\0';
    return true;
}

static void read_place(struct sentio_bytes text, struct event_place *place) {
    const char *colon = memchr(text.data, ':', text.size);
    size_t size = colon ? (size_t)(colon - text.data) : 0;
    place->known = true;
    if (colon != NULL && read_epoch(sentio_bytes(text.data, size), place->epoch) &&
        read_offset(sentio_bytes(colon + 1, text.size - size - 1), &place->offset))
        return;
    place->epoch[0] = '0';
    place->epoch[1] = '\0';
    place->offset = 0;
}

bool sse_query_place(struct sentio_bytes id, struct event_place *place) {
    if (id.size > 0 && memchr(id.data, '=', id.size) == NULL) {
        read_place(id, place);
        return true;
    }
    size_t size = strlen(place->name);
    while (id.size > 0) {
        struct sentio_bytes part = take_part(&id);
        if (part.size <= size || memcmp(part.data, place->name, size) != 0 ||
            part.data[size] != '=')
            continue;
        read_place(sentio_bytes(part.data + size + 1, part.size - size - 1), place);
        return true;
    }
    return false;
}

enum shape { SHAPE_JSON, SHAPE_TEXT, SHAPE_LIST, SHAPE_NONE };

/* A parameter that is none of these is JSON if it can be, else a text. */
static enum shape shape_of(struct sentio_bytes name) {
    static const struct {
        const char *name;
        enum shape shape;
    } table[] = {
        {"symbols", SHAPE_LIST},     {"signals", SHAPE_LIST},       {"kinds", SHAPE_LIST},
        {"user_id", SHAPE_TEXT},     {"interval", SHAPE_TEXT},      {"id", SHAPE_TEXT},
        {"consumer", SHAPE_TEXT},    {"channels", SHAPE_NONE},      {"access_token", SHAPE_NONE},
        {"admin_token", SHAPE_NONE}, {"last_event_id", SHAPE_NONE},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (sentio_is(name, table[i].name))
            return table[i].shape;
    return SHAPE_JSON;
}

static void write_list(struct sentio_writer *out, struct sentio_bytes list) {
    const char *separator = "[";
    while (list.size > 0) {
        sentio_write_text(out, separator);
        sentio_write_string(out, take_part(&list));
        separator = ",";
    }
    sentio_write_text(out, *separator == '[' ? "[]" : "]");
}

/* `value` is a JSON string. */
static void write_value(struct sentio_writer *out, enum shape shape,
                        const struct sentio_json *value) {
    char space[4096];
    struct sentio_bytes text;
    struct sentio_json json;
    bool plain = sentio_json_string(value, space, sizeof(space), &text) == 0;
    if (plain && shape == SHAPE_LIST)
        write_list(out, text);
    else if (plain && shape == SHAPE_JSON && sentio_json_parse(text, &json, NULL) == 0)
        sentio_write(out, json.text);
    else
        sentio_write(out, value->text);
}

/* The member's name without "<channel>.": empty when it is another channel's. */
static struct sentio_bytes own_name(const struct sse_names *names, const char *channel,
                                    struct sentio_bytes name, bool *own) {
    const char *dot = name.size ? memchr(name.data, '.', name.size) : NULL;
    *own = false;
    if (names == NULL || dot == NULL)
        return name;
    struct sentio_bytes owner = sentio_bytes(name.data, (size_t)(dot - name.data));
    if (!has_name(names, owner))
        return name;
    *own = sentio_is(owner, channel);
    return *own ? sentio_bytes(dot + 1, name.size - owner.size - 1) : sentio_text("");
}

/* What is given for all, and for this channel too. */
static bool overridden(const struct sentio_json *parameters, const struct sse_names *names,
                       const char *channel, struct sentio_bytes wanted) {
    struct sentio_json_cursor cursor = sentio_json_each(parameters);
    struct sentio_json value;
    bool own;
    while (sentio_json_next(&cursor, &value))
        if (sentio_equal(own_name(names, channel, cursor.name, &own), wanted) && own)
            return true;
    return false;
}

static void write_since(struct sentio_writer *out, const struct event_place *place) {
    sentio_write_format(out, ",\"since\":{\"epoch\":\"%s\",\"offset\":%llu}", place->epoch,
                        (unsigned long long)place->offset);
}

void sse_query_subscribe(struct sentio_bytes parameters, const struct sse_names *names,
                         const struct event_place *place, struct sentio_writer *out) {
    struct sentio_json object = {.type = SENTIO_JSON_ABSENT};
    struct sentio_json value;
    sentio_write_text(out, "{\"action\":\"subscribe\"");
    if (names)
        sentio_write_format(out, ",\"channel\":\"%s\"", place->name);
    if (place->known)
        write_since(out, place);
    if (sentio_json_parse(parameters, &object, NULL) != 0)
        out->failed = true;
    struct sentio_json_cursor cursor = sentio_json_each(&object);
    while (!out->failed && sentio_json_next(&cursor, &value)) {
        bool own;
        struct sentio_bytes name = own_name(names, place->name, cursor.name, &own);
        enum shape shape = shape_of(name);
        if (name.size == 0 || shape == SHAPE_NONE ||
            (!own && overridden(&object, names, place->name, name)))
            continue;
        sentio_write_format(out, ",\"%.*s\":", (int)name.size, name.data);
        write_value(out, shape, &value);
    }
    sentio_write_text(out, "}");
}
