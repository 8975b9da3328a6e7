/* SPDX-License-Identifier: MIT */
#include "calendar.h"

static const int64_t DAY_MINUTES = 1440;
static const int64_t DAY_MS = 86400000;

/* Of the calendar that repeats every 400 years. */
static const int64_t ERA_DAYS = 146097;
/* From 0000-03-01 to 1970-01-01. */
static const int64_t EPOCH_SHIFT = 719468;

struct date {
    int64_t year;
    int64_t month; /* 1..12 */
    int64_t day;   /* 1..31 */
};

static int64_t floor_divide(int64_t number, int64_t divisor) {
    int64_t quotient = number / divisor;
    return quotient * divisor > number ? quotient - 1 : quotient;
}

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years that begin in March. */
static int64_t day_of_date(struct date date) {
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = floor_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t month = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

int64_t calendar_month(int64_t day) {
    int64_t shifted = day + EPOCH_SHIFT;
    int64_t era = floor_divide(shifted, ERA_DAYS);
    int64_t day_of_era = shifted - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    return (year_of_era + era * 400) * 12 + month + 2;
}

int64_t calendar_day(int64_t unix_ms) {
    return floor_divide(unix_ms, DAY_MS);
}

/* Takes `count` digits off the front. */
static bool take_number(struct sentio_bytes *text, size_t count, int64_t *number) {
    if (text->size < count)
        return false;
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return false;
        *number = *number * 10 + (text->data[i] - '0');
    }
    *text = sentio_bytes(text->data + count, text->size - count);
    return true;
}

static bool take(struct sentio_bytes *text, char c) {
    if (text->size == 0 || text->data[0] != c)
        return false;
    *text = sentio_bytes(text->data + 1, text->size - 1);
    return true;
}

static bool take_date(struct sentio_bytes *text, struct date *date) {
    return take_number(text, 4, &date->year) && take(text, '-') &&
           take_number(text, 2, &date->month) && take(text, '-') &&
           take_number(text, 2, &date->day) && date->month >= 1 && date->month <= 12 &&
           date->day >= 1 && date->day <= 31;
}

/* "hh:mm", the colon optional. */
static bool take_minutes(struct sentio_bytes *text, int64_t *minutes) {
    int64_t hour = 0;
    int64_t minute = 0;
    if (!take_number(text, 2, &hour))
        return false;
    take(text, ':');
    if (!take_number(text, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *minutes = hour * 60 + minute;
    return true;
}

/* ":ss" and a fraction, both optional. */
static bool take_seconds(struct sentio_bytes *text) {
    int64_t number = 0;
    if (!take(text, ':'))
        return true;
    if (!take_number(text, 2, &number) || number > 60)
        return false;
    if (!take(text, '.'))
        return true;
    if (!take_number(text, 1, &number))
        return false;
    while (take_number(text, 1, &number))
        ;
    return true;
}

/* "Z", "+hh:mm", "-hh:mm" or nothing. */
static bool take_offset(struct sentio_bytes *text, int64_t *minutes) {
    *minutes = 0;
    if (text->size == 0 || take(text, 'Z'))
        return true;
    bool west = text->data[0] == '-';
    if (!take(text, '-') && !take(text, '+'))
        return false;
    if (!take_minutes(text, minutes))
        return false;
    *minutes = west ? -*minutes : *minutes;
    return true;
}

bool calendar_read_day(struct sentio_bytes text, int64_t *day) {
    struct date date;
    int64_t minutes = 0;
    int64_t offset = 0;
    if (!take_date(&text, &date))
        return false;
    if (text.size > 0) {
        if (!take(&text, 'T') && !take(&text, ' '))
            return false;
        if (!take_minutes(&text, &minutes) || !take_seconds(&text) ||
            !take_offset(&text, &offset) || text.size > 0)
            return false;
    }
    *day = floor_divide(day_of_date(date) * DAY_MINUTES + minutes - offset, DAY_MINUTES);
    return true;
}
