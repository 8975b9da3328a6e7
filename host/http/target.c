/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <string.h>

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int target_escape(struct sentio_bytes text) {
    if (text.size < 3 || digit(text.data[1]) < 0 || digit(text.data[2]) < 0)
        return -1;
    return digit(text.data[1]) << 4 | digit(text.data[2]);
}

static bool is_valid(struct sentio_bytes target) {
    if (target.size == 0 || target.data[0] != '/')
        return false;
    for (size_t i = 0; i < target.size; i++) {
        unsigned char c = (unsigned char)target.data[i];
        if (c <= ' ' || c >= 0x7f)
            return false;
        if (c == '%' && target_escape(sentio_bytes(target.data + i, target.size - i)) < 0)
            return false;
    }
    return true;
}

/* Of valid text: escapes, and the plus that forms write for a space. */
static size_t decode(struct sentio_bytes text, char *space) {
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i] == '+' ? ' ' : text.data[i];
        if (c == '%') {
            c = (char)target_escape(sentio_bytes(text.data + i, text.size - i));
            i += 2;
        }
        space[size++] = c;
    }
    return size;
}

/* RFC 3986 section 5.2.4, and empty segments as well. Returns the size that is left. */
static size_t remove_dots(char *path, size_t size) {
    size_t kept = 0;
    for (size_t at = 0; at < size;) {
        const char *slash = memchr(path + at + 1, '/', size - at - 1);
        size_t end = slash ? (size_t)(slash - path) : size;
        struct sentio_bytes segment = sentio_bytes(path + at + 1, end - at - 1);
        bool up = sentio_is(segment, "..");
        if (up)
            while (kept > 0 && path[--kept] != '/')
                continue;
        if (!up && segment.size > 0 && !sentio_is(segment, ".")) {
            memmove(path + kept, path + at, end - at);
            kept += end - at;
        } else if (end == size) {
            path[kept++] = '/';
        }
        at = end;
    }
    return kept;
}

int target_split(struct sentio_bytes target, char *space, struct sentio_bytes *path,
                 struct sentio_bytes *query) {
    if (!is_valid(target))
        return SENTIO_INVALID;
    const char *mark = memchr(target.data, '?', target.size);
    size_t size = mark ? (size_t)(mark - target.data) : target.size;
    *query = mark ? sentio_bytes(mark + 1, target.size - size - 1) : sentio_text("");
    size = decode(sentio_bytes(target.data, size), space);
    *path = sentio_bytes(space, remove_dots(space, size));
    return 0;
}

struct sentio_bytes target_parameter(struct sentio_bytes *query, char *space,
                                     struct sentio_bytes *value) {
    size_t size = 0;
    while (size < query->size && query->data[size] != '&' && query->data[size] != ';')
        size++;
    struct sentio_bytes part = sentio_bytes(query->data, size);
    size_t step = size < query->size ? size + 1 : size;
    *query = sentio_bytes(query->data + step, query->size - step);
    const char *equals = size ? memchr(part.data, '=', size) : NULL;
    size_t name_size = equals ? (size_t)(equals - part.data) : size;
    struct sentio_bytes name =
        sentio_bytes(space, decode(sentio_bytes(part.data, name_size), space));
    *value = sentio_text("");
    if (equals) {
        char *behind = space + name.size;
        *value =
            sentio_bytes(behind, decode(sentio_bytes(equals + 1, size - name_size - 1), behind));
    }
    return name;
}
