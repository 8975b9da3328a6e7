/* SPDX-License-Identifier: MIT */
#include "json_text.h"

/* The top bits of the bytes that are not plain, exact up to the first of them. */
static uint64_t find_special(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t high = ones << 7;
    uint64_t control = (word - ones * 0x20) & ~word & high;
    return control | (word & high) | sdk_has_byte(word, '"') | sdk_has_byte(word, '\\');
}

static bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

const char *sdk_json_skip_plain(const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t special = find_special(word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (special)
            return at + __builtin_ctzll(special) / 8;
#else
        if (special)
            break;
#endif
        at += 8;
    }
    while (at < end && is_plain((unsigned char)*at))
        at++;
    return at;
}
