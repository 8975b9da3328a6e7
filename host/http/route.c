/* SPDX-License-Identifier: MIT */
#include "route.h"

#include <string.h>

/* The part of `*rest` up to the next '/', which is passed over. */
static struct sentio_bytes segment(struct sentio_bytes *rest) {
    const char *slash = rest->size ? memchr(rest->data, '/', rest->size) : NULL;
    size_t size = slash ? (size_t)(slash - rest->data) : rest->size;
    struct sentio_bytes part = {rest->data, size};
    size_t step = slash ? size + 1 : size;
    rest->data += step;
    rest->size -= step;
    return part;
}

static bool is_parameter(struct sentio_bytes part) {
    return part.size > 2 && part.data[0] == '{' && part.data[part.size - 1] == '}';
}

static size_t count_slashes(struct sentio_bytes text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '/';
    return count;
}

static void write_parameter(struct sentio_writer *out, bool *any, struct sentio_bytes part,
                            struct sentio_bytes value) {
    sentio_write_text(out, *any ? "," : "");
    sentio_write_string(out, sentio_bytes(part.data + 1, part.size - 2));
    sentio_write_text(out, ":");
    sentio_write_string(out, value);
    *any = true;
}

bool route_match(const char *pattern, struct sentio_bytes path, struct sentio_writer *out,
                 bool *any) {
    struct sentio_bytes left = sentio_text(pattern);
    if (count_slashes(left) != count_slashes(path))
        return false;
    while (left.size > 0 || path.size > 0) {
        struct sentio_bytes part = segment(&left);
        struct sentio_bytes value = segment(&path);
        if (is_parameter(part)) {
            if (value.size == 0 || !sentio_utf8_valid(value))
                return false;
            if (out)
                write_parameter(out, any, part, value);
        } else if (!sentio_equal(part, value)) {
            return false;
        }
    }
    return true;
}

static bool same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

bool route_same(const struct sentio_route *a, const struct sentio_route *b) {
    return same_text(a->path, b->path) && same_text(a->parameter, b->parameter) &&
           a->topics == b->topics && a->source == b->source && a->flags == b->flags &&
           a->limit == b->limit && a->limit_max == b->limit_max;
}
