/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "json_text.h"

/* No more digits than these can change how a decimal rounds to a double, save that there are any
 * behind them (the longest midpoint between two doubles has 767). */
#define DIGITS_MAX 780
#define EXPONENT_MAX INT64_C(1000000000000)

/* digits[0..count) times ten to the `exponent`. */
struct decimal {
    char digits[DIGITS_MAX + 2];
    size_t count;
    int64_t exponent;
    uint64_t mantissa; /* the digits' value as long as there are at most 19 */
    bool negative;
};

static void add_digit(struct decimal *decimal, char digit) {
    if (decimal->count == 0 && digit == '0')
        return;
    if (decimal->count < 19)
        decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(digit - '0');
    if (decimal->count < DIGITS_MAX) {
        decimal->digits[decimal->count++] = digit;
        return;
    }
    decimal->exponent++;
    if (digit != '0')
        decimal->digits[DIGITS_MAX - 1] |= 1;
}

static int64_t read_exponent(const char *at, const char *end) {
    bool negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    int64_t exponent = 0;
    for (; at < end && exponent < EXPONENT_MAX; at++)
        exponent = exponent * 10 + (*at - '0');
    return negative ? -exponent : exponent;
}

static void read_decimal(struct decimal *decimal, const char *at, const char *end) {
    decimal->count = 0;
    decimal->exponent = 0;
    decimal->mantissa = 0;
    decimal->negative = *at == '-';
    if (decimal->negative)
        at++;
    for (; at < end && sdk_json_is_digit(*at); at++)
        add_digit(decimal, *at);
    if (at < end && *at == '.') {
        for (at++; at < end && sdk_json_is_digit(*at); at++) {
            add_digit(decimal, *at);
            decimal->exponent--;
        }
    }
    if (at < end)
        decimal->exponent += read_exponent(at + 1, end);
}

/* strtod depends on the locale only in its decimal point, and none is written here. */
static double convert_exactly(struct decimal *decimal) {
    struct sentio_writer writer;
    char buffer[DIGITS_MAX + 32];
    sentio_writer_init(&writer, buffer, sizeof buffer);
    sentio_write(&writer, sentio_bytes(decimal->digits, decimal->count));
    sentio_write_format(&writer, "e%lld", (long long)decimal->exponent);
    sentio_write(&writer, sentio_bytes("", 1));
    double number = strtod(writer.data, NULL);
    sentio_writer_finish(&writer);
    return number;
}

static double magnitude(struct decimal *decimal) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (decimal->count == 0)
        return 0;
    /* Both operands are exact doubles, so that the one operation rounds correctly (Clinger, 1990).
     */
    if (decimal->count <= 19 && decimal->mantissa <= (UINT64_C(1) << 53)) {
        if (decimal->exponent >= 0 && decimal->exponent <= 22)
            return (double)decimal->mantissa * powers[decimal->exponent];
        if (decimal->exponent < 0 && decimal->exponent >= -22)
            return (double)decimal->mantissa / powers[-decimal->exponent];
    }
    int64_t scale = decimal->exponent + (int64_t)decimal->count;
    if (scale > 400)
        return HUGE_VAL;
    if (scale < -400)
        return 0;
    return convert_exactly(decimal);
}

double sdk_convert_number(const char *at, const char *end) {
    struct decimal decimal;
    read_decimal(&decimal, at, end);
    double number = magnitude(&decimal);
    return decimal.negative ? -number : number;
}
