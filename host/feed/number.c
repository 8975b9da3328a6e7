/* SPDX-License-Identifier: MIT */
#include "number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DURATION_MAX (1000 * 3600e9)

static const char *skip_digits(const char *at) {
    while (*at >= '0' && *at <= '9')
        at++;
    return at;
}

/* The end of the JSON number at the start of `at`; NULL when there is none. */
static const char *number_end(const char *at) {
    if (*at == '-')
        at++;
    const char *end = skip_digits(at);
    if (end == at || (*at == '0' && end - at > 1))
        return NULL;
    at = end;
    if (*at == '.') {
        end = skip_digits(at + 1);
        if (end == at + 1)
            return NULL;
        at = end;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '+' || *at == '-')
            at++;
        end = skip_digits(at);
        if (end == at)
            return NULL;
        at = end;
    }
    return at;
}

bool number_parse(const char *text, double *value) {
    const char *end = number_end(text);
    if (end == NULL || *end != '\0' || end - text >= NUMBER_SIZE)
        return false;
    *value = strtod(text, NULL);
    return isfinite(*value);
}

int number_decimals(const char *text) {
    if (strpbrk(text, "eE") != NULL)
        return -1;
    const char *point = strchr(text, '.');
    return point == NULL ? 0 : (int)strlen(point + 1);
}

void number_format(char *out, size_t size, double value, int decimals) {
    int length = -1;
    if (decimals >= 0)
        length = snprintf(out, size, "%.*f", decimals, value);
    if (length < 0 || (size_t)length >= size)
        snprintf(out, size, "%.15g", value);
    if (out[0] == '-' && strpbrk(out, "123456789") == NULL)
        memmove(out, out + 1, strlen(out));
}

bool duration_parse(const char *text, int64_t *nanoseconds) {
    static const struct {
        const char *suffix;
        double nanoseconds;
    } units[] = {{"", 1e9}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    const char *end = number_end(text);
    if (end == NULL || *text == '-')
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].suffix) != 0)
            continue;
        double value = strtod(text, NULL) * units[i].nanoseconds;
        if (!(value <= DURATION_MAX))
            return false;
        *nanoseconds = llround(value);
        return true;
    }
    return false;
}
