/* SPDX-License-Identifier: MIT */
#include "header.h"

#include <string.h>
#include <strings.h>

#include "target.h"

enum { PARAMETERS_MAX = 32, NAME_MAX_SIZE = 64, LENGTH_DIGITS = 18 };

int header_copy(struct lws *wsi, enum lws_token_indexes token, char *buffer, size_t size,
                struct sentio_bytes *value) {
    *value = sentio_bytes(buffer, 0);
    int length = lws_hdr_total_length(wsi, token);
    if (length <= 0)
        return 0;
    if ((size_t)length >= size)
        return SENTIO_TOO_BIG;
    length = lws_hdr_copy(wsi, buffer, (int)size, token);
    if (length < 0)
        return SENTIO_TOO_BIG;
    value->size = (size_t)length;
    return 0;
}

enum method header_method(struct lws *wsi) {
    char *uri;
    int length;
    int method = lws_http_get_uri_and_method(wsi, &uri, &length);
    switch (method) {
    case LWSHUMETH_GET:
        return METHOD_GET;
    case LWSHUMETH_HEAD:
        return METHOD_HEAD;
    case LWSHUMETH_POST:
        return METHOD_POST;
    case LWSHUMETH_OPTIONS:
        return METHOD_OPTIONS;
    default:
        return METHOD_OTHER;
    }
}

int header_length(struct sentio_bytes value, bool encoded, size_t *length) {
    *length = 0;
    if (value.data == NULL)
        return encoded ? SENTIO_FAILED : SENTIO_NOT_FOUND;
    if (encoded || value.size == 0 || value.size > LENGTH_DIGITS)
        return SENTIO_INVALID;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return SENTIO_INVALID;
        *length = *length * 10 + (size_t)(value.data[i] - '0');
    }
    return 0;
}

static int read_length(struct lws *wsi, size_t *length) {
    char text[LENGTH_DIGITS + 2];
    struct sentio_bytes value = {NULL, 0};
    bool encoded = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 &&
        header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof(text), &value) != 0)
        value.size = 0;
    return header_length(value, encoded, length);
}

/* Where a walk over the query is. */
struct walk {
    int number;
    struct sentio_bytes rest;
};

static struct walk walk_begin(const struct header *header) {
    return (struct walk){.rest = header->query};
}

/* The next "name=value" as the library has decoded it. A lone "?" comes as "/". */
static bool next_of_library(const struct header *header, struct walk *walk,
                            char space[QUERY_MAX_SIZE], struct sentio_bytes *name,
                            struct sentio_bytes *value) {
    int length = lws_hdr_copy_fragment(header->wsi, space, QUERY_MAX_SIZE, WSI_TOKEN_HTTP_URI_ARGS,
                                       walk->number++);
    if (length < 0)
        return false;
    const char *equals = memchr(space, '=', (size_t)length);
    size_t name_size = equals ? (size_t)(equals - space) : (size_t)length;
    *name = sentio_bytes(space, name_size);
    *value = equals ? sentio_bytes(equals + 1, (size_t)length - name_size - 1) : sentio_text("");
    if (sentio_is(*name, "/"))
        name->size = 0;
    return true;
}

/* The next parameter. False: there is none. */
static bool next(const struct header *header, struct walk *walk, char space[QUERY_MAX_SIZE],
                 struct sentio_bytes *name, struct sentio_bytes *value) {
    if (header->wsi)
        return next_of_library(header, walk, space, name, value);
    if (walk->rest.size == 0 || header->query.size > QUERY_MAX_SIZE)
        return false;
    *name = target_parameter(&walk->rest, space, value);
    return true;
}

static bool is_too_long(const struct header *header) {
    if (header->wsi)
        return lws_hdr_total_length(header->wsi, WSI_TOKEN_HTTP_URI_ARGS) >= QUERY_MAX_SIZE;
    return header->query.size >= QUERY_MAX_SIZE;
}

int header_parameter(const struct header *header, const char *name, char *buffer, size_t size,
                     struct sentio_bytes *value) {
    char space[QUERY_MAX_SIZE];
    struct sentio_bytes found;
    struct walk walk = walk_begin(header);
    while (next(header, &walk, space, &found, value)) {
        if (!sentio_is(found, name))
            continue;
        size_t length = value->size;
        if (length > size)
            return SENTIO_TOO_BIG;
        if (length)
            memcpy(buffer, value->data, length);
        *value = sentio_bytes(buffer, length);
        return 0;
    }
    *value = sentio_bytes(buffer, 0);
    return SENTIO_NOT_FOUND;
}

int header_parameters(const struct header *header, struct sentio_writer *out, bool *any) {
    char space[QUERY_MAX_SIZE];
    char seen[PARAMETERS_MAX][NAME_MAX_SIZE];
    int count = 0;
    struct sentio_bytes name;
    struct sentio_bytes value;
    struct walk walk = walk_begin(header);
    if (is_too_long(header))
        return SENTIO_INVALID;
    while (next(header, &walk, space, &name, &value)) {
        bool twice = false;
        if (name.size == 0)
            continue;
        if (count == PARAMETERS_MAX || name.size >= NAME_MAX_SIZE || !sentio_utf8_valid(name) ||
            !sentio_utf8_valid(value))
            return SENTIO_INVALID;
        for (int i = 0; i < count && !twice; i++)
            twice = sentio_is(name, seen[i]);
        if (twice)
            continue;
        memcpy(seen[count], name.data, name.size);
        seen[count++][name.size] = '\0';
        sentio_write_text(out, *any ? "," : "");
        sentio_write_string(out, name);
        sentio_write_text(out, ":");
        sentio_write_string(out, value);
        *any = true;
    }
    return 0;
}

bool header_version_is_13(struct lws *wsi) {
    char space[8];
    struct sentio_bytes version;
    return header_copy(wsi, WSI_TOKEN_VERSION, space, sizeof(space), &version) == 0 &&
           sentio_is(version, "13");
}

static struct sentio_bytes bearer(struct sentio_bytes value) {
    static const char scheme[] = "Bearer ";
    size_t size = sizeof(scheme) - 1;
    if (value.size <= size || strncasecmp(value.data, scheme, size) != 0)
        return sentio_text("");
    return sentio_bytes(value.data + size, value.size - size);
}

void header_find_token(struct header *header, struct sentio_bytes authorization, char *space,
                       size_t size) {
    header->token = bearer(authorization);
    if (header->token.size == 0 &&
        header_parameter(header, "access_token", space, size, &header->token) != 0)
        header_parameter(header, "admin_token", space, size, &header->token);
}

/* A field that the library does not know; it keeps names in lower case. `data` NULL: none. */
static int copy_other(struct lws *wsi, const char *name, char *space, size_t size,
                      struct sentio_bytes *value) {
    int name_size = (int)strlen(name);
    int length = lws_hdr_custom_length(wsi, name, name_size);
    *value = (struct sentio_bytes){NULL, 0};
    if (length < 0)
        return 0;
    if ((size_t)length >= size ||
        lws_hdr_custom_copy(wsi, space, (int)size, name, name_size) != length)
        return SENTIO_TOO_BIG;
    *value = sentio_bytes(space, (size_t)length);
    while (value->size > 0 &&
           (value->data[value->size - 1] == ' ' || value->data[value->size - 1] == '\t'))
        value->size--;
    return 0;
}

int header_read(struct lws *wsi, struct header *header, char *space, size_t size) {
    struct sentio_bytes authorization;
    const struct {
        enum lws_token_indexes token;
        struct sentio_bytes *value;
    } fields[] = {
        {WSI_TOKEN_HOST, &header->host},
        {WSI_TOKEN_ORIGIN, &header->origin},
        {WSI_TOKEN_HTTP_CONTENT_TYPE, &header->type},
        {WSI_TOKEN_HTTP_EXPECT, &header->expect},
        {WSI_TOKEN_HTTP_AUTHORIZATION, &authorization},
    };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (header_copy(wsi, fields[i].token, space, size, fields[i].value) != 0)
            return SENTIO_TOO_BIG;
        space += fields[i].value->size;
        size -= fields[i].value->size;
    }
    if (copy_other(wsi, "idempotency-key:", space, size, &header->key) != 0)
        return SENTIO_TOO_BIG;
    space += header->key.size;
    size -= header->key.size;
    if (copy_other(wsi, "last-event-id:", space, size, &header->last_event) != 0)
        return SENTIO_TOO_BIG;
    space += header->last_event.size;
    size -= header->last_event.size;
    header->wsi = wsi;
    header->query = sentio_text("");
    header_find_token(header, authorization, space, size);
    header->length_error = read_length(wsi, &header->length);
    return 0;
}
