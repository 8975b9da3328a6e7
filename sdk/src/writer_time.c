/* SPDX-License-Identifier: MIT */
#include <sentio/sdk.h>

#define DAY_MS INT64_C(86400000)

struct date {
    int64_t year;
    int month;
    int day;
};

static int64_t divide_down(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* The proleptic Gregorian date, counted in 400-year eras of years that begin in March, so that the
 * leap day comes last. */
static struct date date_of(int64_t days_since_1970) {
    int64_t days = days_since_1970 + 719468;
    int64_t era = divide_down(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct date date;
    date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = era * 400 + year_of_era + (date.month <= 2);
    return date;
}

static void put_digits(char *out, int count, int64_t value) {
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* ISO 8601 wants a sign where the year needs more than four digits. */
static void write_year(struct sentio_writer *writer, int64_t year) {
    if (year >= 0 && year <= 9999) {
        char digits[4];
        put_digits(digits, 4, year);
        sentio_write(writer, sentio_bytes(digits, 4));
        return;
    }
    long long magnitude = year < 0 ? -year : year;
    sentio_write_format(writer, "%s%06lld", year < 0 ? "-" : "+", magnitude);
}

void sentio_write_time(struct sentio_writer *writer, int64_t unix_ms) {
    int64_t days = divide_down(unix_ms, DAY_MS);
    int64_t rest = unix_ms % DAY_MS;
    if (rest < 0)
        rest += DAY_MS;
    struct date date = date_of(days);
    char text[] = "-mm-ddThh:mm:ss.mmmZ";
    put_digits(text + 1, 2, date.month);
    put_digits(text + 4, 2, date.day);
    put_digits(text + 7, 2, rest / 3600000);
    put_digits(text + 10, 2, rest / 60000 % 60);
    put_digits(text + 13, 2, rest / 1000 % 60);
    put_digits(text + 16, 3, rest % 1000);
    write_year(writer, date.year);
    sentio_write_text(writer, text);
}
