/* SPDX-License-Identifier: MIT */
#include "static_match.h"

#include <string.h>
#include <strings.h>

enum { QUALITY_MAX = 1000, NOT_NAMED = -1 };

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

static void skip_spaces(struct sentio_bytes *text) {
    while (text->size > 0 && is_space(text->data[0]))
        *text = sentio_bytes(text->data + 1, text->size - 1);
}

static struct sentio_bytes trim(struct sentio_bytes text) {
    skip_spaces(&text);
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* What stands before the next `separator`, which is taken off the text with it. */
static struct sentio_bytes take(struct sentio_bytes *text, char separator) {
    const char *end = text->size ? memchr(text->data, separator, text->size) : NULL;
    size_t size = end ? (size_t)(end - text->data) : text->size;
    struct sentio_bytes part = sentio_bytes(text->data, size);
    size_t taken = end ? size + 1 : size;
    *text = sentio_bytes(text->data + taken, text->size - taken);
    return trim(part);
}

static bool same(struct sentio_bytes text, const char *name) {
    return text.size == strlen(name) && strncasecmp(text.data, name, text.size) == 0;
}

/* RFC 9110 section 12.4.2, in thousandths. What is malformed counts as 0: it is not asked for. */
static int read_quality(struct sentio_bytes text) {
    int value = 0;
    int unit = QUALITY_MAX;
    for (size_t i = 0; i < text.size; i++) {
        if (i == 1 && text.data[i] == '.')
            continue;
        if (text.data[i] < '0' || text.data[i] > '9' || unit == 0)
            return 0;
        value += (text.data[i] - '0') * unit;
        unit /= 10;
    }
    return value > QUALITY_MAX ? 0 : value;
}

static int find_quality(struct sentio_bytes parameters) {
    while (parameters.size > 0) {
        struct sentio_bytes one = take(&parameters, ';');
        struct sentio_bytes name = take(&one, '=');
        if (same(name, "q"))
            return read_quality(trim(one));
    }
    return QUALITY_MAX;
}

/* That of `name` in a list of names with weights, or NOT_NAMED. */
static int quality(struct sentio_bytes list, const char *name) {
    while (list.size > 0) {
        struct sentio_bytes element = take(&list, ',');
        if (same(take(&element, ';'), name))
            return find_quality(element);
    }
    return NOT_NAMED;
}

bool static_match_gzip(struct sentio_bytes accept_encoding) {
    int rest = quality(accept_encoding, "*");
    int gzip = quality(accept_encoding, "gzip");
    int identity = quality(accept_encoding, "identity");
    if (gzip == NOT_NAMED)
        gzip = quality(accept_encoding, "x-gzip");
    if (gzip == NOT_NAMED)
        gzip = rest;
    if (identity == NOT_NAMED)
        identity = rest;
    return gzip > 0 && gzip >= identity;
}

bool static_match_html(struct sentio_bytes accept) {
    return quality(accept, "text/html") > 0;
}

/* The next entity tag's opaque part. False: there is none, or it is malformed. */
static bool next_etag(struct sentio_bytes *list, struct sentio_bytes *etag) {
    while (list->size > 0 && (is_space(list->data[0]) || list->data[0] == ','))
        *list = sentio_bytes(list->data + 1, list->size - 1);
    if (list->size > 2 && memcmp(list->data, "W/", 2) == 0)
        *list = sentio_bytes(list->data + 2, list->size - 2);
    if (list->size < 2 || list->data[0] != '"')
        return false;
    const char *end = memchr(list->data + 1, '"', list->size - 1);
    if (end == NULL)
        return false;
    *etag = sentio_bytes(list->data + 1, (size_t)(end - list->data) - 1);
    *list = sentio_bytes(end + 1, list->size - etag->size - 2);
    return true;
}

bool static_match_etag(struct sentio_bytes list, struct sentio_bytes etag) {
    struct sentio_bytes one;
    if (sentio_is(trim(list), "*"))
        return true;
    while (next_etag(&list, &one))
        if (one.size == etag.size && memcmp(one.data, etag.data, one.size) == 0)
            return true;
    return false;
}
