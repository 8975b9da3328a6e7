/* SPDX-License-Identifier: MIT */
#include "units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

/* Largest first, so that printing finds the largest that divides; all end with 1. */
static const struct unit {
    const char *name;
    int64_t factor;
} table[][5] = {
    [UNITS_COUNT] = {{"", 1}},
    [UNITS_DURATION] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}},
    [UNITS_SIZE] =
        {{"TiB", INT64_C(1) << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}},
};

int units_parse(enum units units, const char *text, int64_t *value) {
    const struct unit *unit = table[units];
    size_t digits = strspn(text, "0123456789");
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (digits == 0 || errno == ERANGE) {
        return SENTIO_INVALID;
    }
    while (unit->factor > 1 && strcmp(text + digits, unit->name) != 0) {
        unit++;
    }
    bool good = strcmp(text + digits, unit->name) == 0 || strcmp(text, "0") == 0;
    bool wraps = __builtin_mul_overflow(number, unit->factor, value);
    return good && !wraps ? 0 : SENTIO_INVALID;
}

int units_duration(const char *text, int64_t *milliseconds) {
    return units_parse(UNITS_DURATION, text, milliseconds);
}

const char *units_text(enum units units, int64_t value, char buffer[UNITS_TEXT]) {
    const struct unit *unit = table[units];
    while (value % unit->factor != 0) {
        unit++;
    }
    snprintf(buffer, UNITS_TEXT, "%" PRId64 "%s", value / unit->factor, value ? unit->name : "");
    return buffer;
}
