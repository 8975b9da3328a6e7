/* SPDX-License-Identifier: MIT */
#include "units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <sentio/plugin.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Largest first, so that printing finds the largest that divides. */
static const struct unit durations[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};
static const struct unit sizes[] = {
    {"TiB", INT64_C(1) << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1},
};

#define UNITS 5

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static int parse(const struct unit *units, const char *text, int64_t *value) {
    int64_t number = 0;
    const char *at = text;
    for (; digit(*at); at++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *at - '0', &number)) {
            return SENTIO_INVALID;
        }
    }
    if (at == text) {
        return SENTIO_INVALID;
    }
    if (strcmp(text, "0") == 0) {
        *value = 0;
        return 0;
    }
    for (size_t i = 0; i < UNITS; i++) {
        if (strcmp(at, units[i].name) == 0) {
            return __builtin_mul_overflow(number, units[i].factor, value) ? SENTIO_INVALID : 0;
        }
    }
    return SENTIO_INVALID;
}

static const char *print(const struct unit *units, int64_t value, char buffer[UNITS_TEXT]) {
    size_t i = 0;
    while (i < UNITS - 1 && (value == 0 || value % units[i].factor != 0)) {
        i++;
    }
    const char *name = value == 0 ? "" : units[i].name;
    snprintf(buffer, UNITS_TEXT, "%" PRId64 "%s", value / units[i].factor, name);
    return buffer;
}

int units_duration(const char *text, int64_t *milliseconds) {
    return parse(durations, text, milliseconds);
}

int units_size(const char *text, int64_t *bytes) {
    return parse(sizes, text, bytes);
}

const char *units_duration_text(int64_t value, char buffer[UNITS_TEXT]) {
    return print(durations, value, buffer);
}

const char *units_size_text(int64_t value, char buffer[UNITS_TEXT]) {
    return print(sizes, value, buffer);
}
