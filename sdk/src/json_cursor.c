/* SPDX-License-Identifier: MIT */
#include "json_text.h"

/* Of text between strings, what changes the depth. */
static const signed char depth_step[256] = {['{'] = 1, ['['] = 1, ['}'] = -1, [']'] = -1};

const char *sdk_json_skip_string(const char *at, const char *end) {
    for (at++; at < end; at++) {
        at = sdk_json_skip_plain(at, end);
        if (at == end || *at == '"')
            break;
        if (*at == '\\')
            at++;
    }
    return at < end ? at + 1 : end;
}

static const char *skip_container(const char *at, const char *end) {
    int depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = sdk_json_skip_string(at, end);
            continue;
        }
        depth += depth_step[(unsigned char)*at++];
        if (depth == 0)
            return at;
    }
    return end;
}

static bool ends_scalar(char c) {
    return c == ',' || c == '}' || c == ']' || sdk_json_is_space(c);
}

const char *sdk_json_skip_value(const char *at, const char *end) {
    if (*at == '"')
        return sdk_json_skip_string(at, end);
    if (*at == '{' || *at == '[')
        return skip_container(at, end);
    while (at < end && !ends_scalar(*at))
        at++;
    return at;
}

struct sentio_json_cursor sentio_json_each(const struct sentio_json *container) {
    struct sentio_json_cursor cursor = {.object = container->type == SENTIO_JSON_OBJECT};
    if (cursor.object || container->type == SENTIO_JSON_ARRAY) {
        cursor.at = container->text.data + 1;
        cursor.end = container->text.data + container->text.size - 1;
    }
    return cursor;
}

static const char *skip_to(const char *at, const char *end, char separator) {
    while (at < end && (sdk_json_is_space(*at) || *at == separator))
        at++;
    return at;
}

bool sentio_json_next(struct sentio_json_cursor *cursor, struct sentio_json *value) {
    if (!cursor->at)
        return false;
    const char *at = skip_to(cursor->at, cursor->end, ',');
    cursor->at = at;
    if (at == cursor->end)
        return false;
    if (cursor->object) {
        const char *name_end = sdk_json_skip_string(at, cursor->end);
        cursor->name = sentio_bytes(at + 1, (size_t)(name_end - at) - 2);
        at = skip_to(name_end, cursor->end, ':');
    }
    cursor->at = sdk_json_skip_value(at, cursor->end);
    value->type = sdk_json_type_of(*at);
    value->text = sentio_bytes(at, (size_t)(cursor->at - at));
    return true;
}

size_t sentio_json_count(const struct sentio_json *container) {
    struct sentio_json_cursor cursor = sentio_json_each(container);
    struct sentio_json value;
    size_t count = 0;
    while (sentio_json_next(&cursor, &value))
        count++;
    return count;
}
