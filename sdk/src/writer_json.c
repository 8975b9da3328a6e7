/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "json_text.h"

#define REPLACEMENT "\xef\xbf\xbd"

static void write_control(struct sentio_writer *writer, char c) {
    switch (c) {
    case '\b':
        sentio_write_text(writer, "\\b");
        break;
    case '\f':
        sentio_write_text(writer, "\\f");
        break;
    case '\n':
        sentio_write_text(writer, "\\n");
        break;
    case '\r':
        sentio_write_text(writer, "\\r");
        break;
    case '\t':
        sentio_write_text(writer, "\\t");
        break;
    default:
        sentio_write_format(writer, "\\u%04x", (unsigned)(unsigned char)c);
    }
}

/* Writes the one character at `at` that is not plain ASCII; returns its length in the source. */
static size_t write_special(struct sentio_writer *writer, const char *at, const char *end) {
    unsigned char c = (unsigned char)*at;
    if (c == '"' || c == '\\') {
        char escape[2] = {'\\', *at};
        sentio_write(writer, sentio_bytes(escape, 2));
        return 1;
    }
    if (c < 0x20) {
        write_control(writer, *at);
        return 1;
    }
    size_t length = sdk_utf8_sequence(at, end);
    if (length == 0) {
        sentio_write_text(writer, REPLACEMENT);
        return 1;
    }
    sentio_write(writer, sentio_bytes(at, length));
    return length;
}

void sentio_write_string(struct sentio_writer *writer, struct sentio_bytes string) {
    const char *at = string.size ? string.data : "";
    const char *end = at + string.size;
    sentio_write_text(writer, "\"");
    while (at < end) {
        const char *special = sdk_json_skip_plain(at, end);
        sentio_write(writer, sentio_bytes(at, (size_t)(special - at)));
        at = special;
        if (at < end)
            at += write_special(writer, at, end);
    }
    sentio_write_text(writer, "\"");
}

static size_t count_digits(const char *at) {
    size_t count = 0;
    while (sdk_json_is_digit(at[count]))
        count++;
    return count;
}

static bool all_zero(const char *digits, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (digits[i] != '0')
            return false;
    return true;
}

void sentio_write_number(struct sentio_writer *writer, double number, int decimals) {
    if (!isfinite(number)) {
        sentio_write_text(writer, "null");
        return;
    }
    decimals = decimals < 0 ? 0 : decimals > 15 ? 15 : decimals;
    char text[352]; /* 309 digits before the point, the locale's point, 15 behind it */
    int length = snprintf(text, sizeof text, "%.*f", decimals, fabs(number));
    if (length < 0 || (size_t)length >= sizeof text) {
        writer->failed = true;
        return;
    }
    size_t whole = count_digits(text);
    const char *fraction = text + length - decimals;
    size_t places = (size_t)decimals;
    while (places > 0 && fraction[places - 1] == '0')
        places--;
    if (signbit(number) && !(all_zero(text, whole) && places == 0))
        sentio_write_text(writer, "-");
    sentio_write(writer, sentio_bytes(text, whole));
    if (places > 0) {
        sentio_write_text(writer, ".");
        sentio_write(writer, sentio_bytes(fraction, places));
    }
}
