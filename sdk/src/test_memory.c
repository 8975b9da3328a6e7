/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

static void *there(void *memory) {
    if (memory)
        return memory;
    fputs("libsentio-test: out of memory\n", stderr);
    abort();
}

void *fake_allocate(size_t size) {
    return there(calloc(1, size ? size : 1));
}

void *fake_grow(void *list, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return list;
    *capacity = *capacity ? *capacity * 2 : 8;
    return there(realloc(list, *capacity * size));
}

struct sentio_bytes fake_copy(struct sentio_bytes bytes) {
    char *copy = there(malloc(bytes.size ? bytes.size : 1));
    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    return sentio_bytes(copy, bytes.size);
}

void fake_release(struct sentio_bytes bytes) {
    free((char *)bytes.data);
}

struct sentio_bytes fake_place(char **at, struct sentio_bytes bytes) {
    struct sentio_bytes placed = sentio_bytes(*at, bytes.size);
    if (bytes.size)
        memcpy(*at, bytes.data, bytes.size);
    *at += bytes.size;
    return placed;
}

bool fake_spelled(struct sentio_bytes text, const char *allowed, size_t size) {
    if (text.size == 0 || text.size > size)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\0' || !strchr(allowed, text.data[i]))
            return false;
    return true;
}

bool fake_is_json(struct sentio_bytes text, uint32_t types) {
    struct sentio_json value;
    return sentio_json_parse(text, &value, NULL) == SENTIO_OK && (value.type & types);
}
