/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_JSON_TEXT_H
#define SENTIO_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sentio/sdk.h>

/* What the parts of the JSON reader share. Nothing here is public. */

static inline bool sdk_json_is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline bool sdk_json_is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline const char *sdk_json_skip_space(const char *at, const char *end) {
    while (at < end && sdk_json_is_space(*at))
        at++;
    return at;
}

/* Has the top bit of the first byte that equals `byte` set, and none in front of it: as the bytes
 * are in memory on little-endian machines. 0 when none does. */
static inline uint64_t sdk_has_byte(uint64_t word, unsigned char byte) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t x = word ^ (ones * byte);
    return (x - ones) & ~x & (ones << 7);
}

/* The first byte in [at, end) that ends a string's run of plain ASCII: a quote, a backslash, a
 * control character or a byte of 0x80 and above. */
const char *sdk_json_skip_plain(const char *at, const char *end);

/* The length of the UTF-8 sequence that starts at `at` (RFC 3629), 0 when it is malformed. */
size_t sdk_utf8_sequence(const char *at, const char *end);

/* Writes the code point, which is no surrogate, to `out` (4 bytes) and returns its length. */
size_t sdk_utf8_encode(uint32_t code_point, char *out);

/* Four hexadecimal digits; false when one is none. */
bool sdk_json_hex4(const char *at, uint32_t *value);

/* Decodes the escape at *at, a backslash in a validated string, and moves on behind it; returns
 * the length of what it wrote to `out` (4 bytes). */
size_t sdk_json_unescape(const char **at, char *out);

/* A number by RFC 8259's grammar, rounded to the nearest double; may be infinite. */
double sdk_convert_number(const char *at, const char *end);

/* Behind the string or the value that starts at `at`, in validated text. */
const char *sdk_json_skip_string(const char *at, const char *end);
const char *sdk_json_skip_value(const char *at, const char *end);

/* The type by a value's first character. */
uint32_t sdk_json_type_of(char first);

#endif
