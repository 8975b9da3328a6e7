/* SPDX-License-Identifier: MIT */
#include "iso_time.h"

#include <stdio.h>

struct date {
    int year;
    int month;
    int day;
};

/* Years begin in March here, so that a leap day comes last: Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", days_from_civil and civil_from_days. */
int64_t iso_time_days(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static struct date date_of(int64_t days) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t month = (5 * doy + 2) / 153;
    struct date date;
    date.day = (int)(doy - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = (int)(yoe + era * 400 + (date.month <= 2 ? 1 : 0));
    return date;
}

int iso_time_year(int64_t days) {
    return date_of(days).year;
}

/* Reads exactly `digits` digits. */
static bool take_number(const char **at, int digits, int *value) {
    *value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        *value = *value * 10 + (c - '0');
    }
    *at += digits;
    return true;
}

static bool take(const char **at, char wanted) {
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, int64_t *days) {
    struct date date;
    if (!take_number(at, 4, &date.year) || !take(at, '-') || !take_number(at, 2, &date.month) ||
        !take(at, '-') || !take_number(at, 2, &date.day))
        return false;
    if (date.year < 1970 || date.month < 1 || date.month > 12 || date.day < 1)
        return false;
    *days = iso_time_days(date.year, date.month, date.day);
    struct date same = date_of(*days);
    return same.month == date.month && same.day == date.day;
}

static bool take_fraction(const char **at, int *microseconds) {
    int digits = 0;
    int unit = 100000;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        *microseconds += (**at - '0') * unit;
        unit /= 10;
        digits++;
    }
    return digits >= 1 && digits <= 9;
}

static bool take_clock(const char **at, int64_t *microseconds) {
    int hour;
    int minute;
    int second = 0;
    int fraction = 0;
    if (!take_number(at, 2, &hour) || !take(at, ':') || !take_number(at, 2, &minute))
        return false;
    if (take(at, ':')) {
        if (!take_number(at, 2, &second))
            return false;
        if (take(at, '.') && !take_fraction(at, &fraction))
            return false;
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *microseconds = (hour * INT64_C(3600) + minute * 60 + second) * 1000000 + fraction;
    return true;
}

static bool take_zone(const char **at, int64_t *microseconds) {
    *microseconds = 0;
    if (**at == '\0' || take(at, 'Z'))
        return true;
    int sign = **at == '-' ? -1 : 1;
    int hours;
    int minutes;
    if (!take(at, '+') && !take(at, '-'))
        return false;
    if (!take_number(at, 2, &hours))
        return false;
    take(at, ':');
    if (!take_number(at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *microseconds = sign * (hours * INT64_C(60) + minutes) * 60000000;
    return true;
}

bool iso_time_parse(const char *text, int64_t *unix_us) {
    int64_t days;
    int64_t clock = 0;
    int64_t zone = 0;
    if (!take_date(&text, &days))
        return false;
    if (*text != '\0') {
        if (!take(&text, 'T') && !take(&text, ' '))
            return false;
        if (!take_clock(&text, &clock) || !take_zone(&text, &zone))
            return false;
    }
    if (*text != '\0')
        return false;
    *unix_us = days * ISO_TIME_DAY_US + clock - zone;
    return true;
}

void iso_time_format(char out[ISO_TIME_SIZE], int64_t unix_ms) {
    struct date date = date_of(unix_ms / 86400000);
    unsigned rest = (unsigned)(unix_ms % 86400000);
    unsigned seconds = rest / 1000;
    snprintf(out, ISO_TIME_SIZE, "%04d-%02d-%02dT%02u:%02u:%02u.%03uZ", date.year, date.month,
             date.day, seconds / 3600, seconds / 60 % 60, seconds % 60, rest % 1000);
}
