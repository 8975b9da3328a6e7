/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* RFC 3986 section 2.1; "+" as in application/x-www-form-urlencoded. */
bool fake_decode(struct sentio_bytes text, bool plus_is_space, struct sentio_bytes *decoded) {
    char *out = fake_allocate(text.size);
    size_t used = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '+' && plus_is_space)
            c = ' ';
        if (c == '%') {
            int high = text.size - i > 2 ? hex_digit(text.data[i + 1]) : -1;
            int low = text.size - i > 2 ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                free(out);
                return false;
            }
            c = (char)(high << 4 | low);
            i += 2;
        }
        out[used++] = c;
    }
    *decoded = sentio_bytes(out, used);
    if (sentio_utf8_valid(*decoded))
        return true;
    free(out);
    return false;
}

static const struct fake_parameter *find(const struct fake_parameters *parameters,
                                         struct sentio_bytes name) {
    for (size_t i = 0; i < parameters->count; i++)
        if (sentio_equal(parameters->list[i].name, name))
            return &parameters->list[i];
    return NULL;
}

const struct fake_parameter *fake_parameters_find(const struct fake_parameters *parameters,
                                                  const char *name) {
    return find(parameters, sentio_text(name));
}

void fake_parameters_add(struct fake_parameters *parameters, struct sentio_bytes name,
                         struct sentio_bytes value) {
    parameters->list = fake_grow(parameters->list, parameters->count, &parameters->capacity,
                                 sizeof *parameters->list);
    parameters->list[parameters->count++] =
        (struct fake_parameter){.name = fake_copy(name), .value = fake_copy(value)};
}

void fake_parameters_finish(struct fake_parameters *parameters) {
    for (size_t i = 0; i < parameters->count; i++) {
        fake_release(parameters->list[i].name);
        fake_release(parameters->list[i].value);
    }
    free(parameters->list);
    *parameters = (struct fake_parameters){.list = NULL};
}

/* One name=value. */
static bool read_pair(struct fake_parameters *parameters, size_t from_path,
                      struct sentio_bytes pair) {
    const char *equals = memchr(pair.data, '=', pair.size);
    size_t name_size = equals ? (size_t)(equals - pair.data) : pair.size;
    size_t value_start = equals ? name_size + 1 : pair.size;
    struct sentio_bytes name;
    struct sentio_bytes value;
    if (!fake_decode(sentio_bytes(pair.data, name_size), true, &name))
        return false;
    if (!fake_decode(sentio_bytes(pair.data + value_start, pair.size - value_start), true,
                     &value)) {
        fake_release(name);
        return false;
    }
    const struct fake_parameter *earlier = find(parameters, name);
    bool good = !earlier || earlier < parameters->list + from_path;
    if (!earlier)
        fake_parameters_add(parameters, name, value);
    fake_release(name);
    fake_release(value);
    return good;
}

bool fake_parameters_read(struct fake_parameters *parameters, struct sentio_bytes query) {
    size_t from_path = parameters->count;
    while (query.size != 0) {
        const char *ampersand = memchr(query.data, '&', query.size);
        size_t size = ampersand ? (size_t)(ampersand - query.data) : query.size;
        if (size != 0 && !read_pair(parameters, from_path, sentio_bytes(query.data, size)))
            return false;
        size_t used = ampersand ? size + 1 : size;
        query = sentio_bytes(query.data + used, query.size - used);
    }
    return true;
}
