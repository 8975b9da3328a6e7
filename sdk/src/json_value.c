/* SPDX-License-Identifier: MIT */
#include "json_text.h"

int sentio_json_number(const struct sentio_json *value, double *number) {
    if (value->type != SENTIO_JSON_NUMBER)
        return SENTIO_INVALID;
    *number = sdk_convert_number(value->text.data, value->text.data + value->text.size);
    return SENTIO_OK;
}

int sentio_json_unsigned(const struct sentio_json *value, uint64_t *number) {
    if (value->type != SENTIO_JSON_NUMBER || value->text.size > 16)
        return SENTIO_INVALID;
    uint64_t sum = 0;
    for (size_t i = 0; i < value->text.size; i++) {
        if (!sdk_json_is_digit(value->text.data[i]))
            return SENTIO_INVALID;
        sum = sum * 10 + (uint64_t)(value->text.data[i] - '0');
    }
    if (sum > UINT64_C(1) << 53)
        return SENTIO_INVALID;
    *number = sum;
    return SENTIO_OK;
}

bool sentio_json_true(const struct sentio_json *value) {
    return value->type == SENTIO_JSON_BOOL && value->text.data[0] == 't';
}

static size_t unescape_unicode(const char **at, char *out) {
    uint32_t code = 0;
    uint32_t low = 0;
    sdk_json_hex4(*at + 2, &code);
    *at += 6;
    if (code >= 0xd800 && code <= 0xdbff) {
        sdk_json_hex4(*at + 2, &low);
        *at += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return sdk_utf8_encode(code, out);
}

size_t sdk_json_unescape(const char **at, char *out) {
    char c = (*at)[1];
    switch (c) {
    case 'u':
        return unescape_unicode(at, out);
    case 'b':
        c = '\b';
        break;
    case 'f':
        c = '\f';
        break;
    case 'n':
        c = '\n';
        break;
    case 'r':
        c = '\r';
        break;
    case 't':
        c = '\t';
        break;
    default:
        break;
    }
    out[0] = c;
    *at += 2;
    return 1;
}

static int unescape_all(struct sentio_bytes source, char *buffer, size_t size,
                        struct sentio_bytes *string) {
    const char *at = source.data;
    const char *end = source.data + source.size;
    size_t used = 0;
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        size_t run = (size_t)((escape ? escape : end) - at);
        if (run > size - used)
            return SENTIO_TOO_BIG;
        memcpy(buffer + used, at, run);
        used += run;
        at += run;
        if (!escape)
            break;
        char character[4];
        size_t length = sdk_json_unescape(&at, character);
        if (length > size - used)
            return SENTIO_TOO_BIG;
        memcpy(buffer + used, character, length);
        used += length;
    }
    *string = sentio_bytes(buffer, used);
    return SENTIO_OK;
}

int sentio_json_string(const struct sentio_json *value, char *buffer, size_t size,
                       struct sentio_bytes *string) {
    if (value->type != SENTIO_JSON_STRING)
        return SENTIO_INVALID;
    struct sentio_bytes source = sentio_bytes(value->text.data + 1, value->text.size - 2);
    if (source.size == 0 || !memchr(source.data, '\\', source.size)) {
        *string = source;
        return SENTIO_OK;
    }
    if (!buffer || size == 0)
        return SENTIO_TOO_BIG;
    return unescape_all(source, buffer, size, string);
}
