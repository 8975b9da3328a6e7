/* SPDX-License-Identifier: MIT */
#include "json_text.h"

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* RFC 3629 section 4: the second byte's range excludes overlong forms, surrogates and what lies
 * above U+10FFFF. */
static bool second_byte_fits(unsigned char first, unsigned char second) {
    switch (first) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second <= 0x9f;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second <= 0x8f;
    default:
        return true;
    }
}

size_t sdk_utf8_sequence(const char *at, const char *end) {
    unsigned char first = (unsigned char)*at;
    size_t length;
    if (first < 0x80)
        return 1;
    else if (first >= 0xc2 && first <= 0xdf)
        length = 2;
    else if (first >= 0xe0 && first <= 0xef)
        length = 3;
    else if (first >= 0xf0 && first <= 0xf4)
        length = 4;
    else
        return 0;
    if ((size_t)(end - at) < length || !second_byte_fits(first, (unsigned char)at[1]))
        return 0;
    for (size_t i = 1; i < length; i++)
        if (!is_continuation(at[i]))
            return 0;
    return length;
}

size_t sdk_utf8_encode(uint32_t code_point, char *out) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | (code_point >> 6));
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | (code_point >> 12));
        out[1] = (char)(0x80 | ((code_point >> 6) & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (code_point >> 18));
    out[1] = (char)(0x80 | ((code_point >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((code_point >> 6) & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

static const char *skip_ascii(const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
        at += 8;
    }
    while (at < end && (unsigned char)*at < 0x80)
        at++;
    return at;
}

bool sentio_utf8_valid(struct sentio_bytes text) {
    if (text.size == 0)
        return true;
    const char *at = text.data;
    const char *end = text.data + text.size;
    for (;;) {
        at = skip_ascii(at, end);
        if (at == end)
            return true;
        size_t length = sdk_utf8_sequence(at, end);
        if (length == 0)
            return false;
        at += length;
    }
}
