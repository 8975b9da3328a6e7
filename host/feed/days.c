/* SPDX-License-Identifier: MIT */
#include "days.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "iso_time.h"
#include "result.h"

#define DECIMALS_MAX 15

struct kept {
    char text[NUMBER_SIZE];
    double number;
};

struct day {
    char symbol[SYMBOL_SIZE]; /* the key */
    int64_t date;             /* days since 1970-01-01 */
    bool has_prev_close;
    bool exponent; /* a volume was written with one */
    int decimals;  /* the most of any volume */
    struct kept high;
    struct kept low;
    struct kept close;
    struct kept prev_close;
    struct kept volume;
};

struct days {
    void *root; /* of tsearch */
};

struct days *days_create(void) {
    return calloc(1, sizeof(struct days));
}

void days_clear(struct days *days) {
    tdestroy(days->root, free);
    days->root = NULL;
}

void days_destroy(struct days *days) {
    if (days == NULL)
        return;
    days_clear(days);
    free(days);
}

static int compare(const void *a, const void *b) {
    const struct day *left = a;
    const struct day *right = b;
    return strcmp(left->symbol, right->symbol);
}

/* The symbol's day; one that is new has no date that a row could have. */
static struct day *find(struct days *days, const char *symbol) {
    struct day *day = calloc(1, sizeof *day);
    if (day == NULL)
        return NULL;
    memcpy(day->symbol, symbol, strlen(symbol) + 1);
    day->date = -1;
    struct day **found = tsearch(day, &days->root, compare);
    struct day *result = found == NULL ? NULL : *found;
    if (result != day)
        free(day);
    return result;
}

static void keep(struct kept *kept, const struct row *row, enum field field) {
    memcpy(kept->text, row->text[field], strlen(row->text[field]) + 1);
    kept->number = row->number[field];
}

static void give(const struct kept *kept, struct row *row, enum field field) {
    row->text[field] = kept->text;
    row->number[field] = kept->number;
}

static void begin(struct day *day, int64_t date, const struct row *row) {
    day->has_prev_close = day->date >= 0 && day->date < date;
    if (day->has_prev_close)
        day->prev_close = day->close;
    day->date = date;
    keep(&day->high, row, FIELD_HIGH);
    keep(&day->low, row, FIELD_LOW);
    day->volume.number = 0;
    day->decimals = 0;
    day->exponent = false;
}

static void add_volume(struct day *day, const struct row *row) {
    int decimals = number_decimals(row->text[FIELD_VOLUME]);
    if (decimals > day->decimals)
        day->decimals = decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals;
    if (decimals < 0)
        day->exponent = true;
    day->volume.number += row->number[FIELD_VOLUME];
    number_format(day->volume.text, sizeof day->volume.text, day->volume.number,
                  day->exponent ? -1 : day->decimals);
}

int days_apply(struct days *days, struct row *row) {
    struct day *day = find(days, row->symbol);
    if (day == NULL)
        return SENTIO_NO_MEMORY;
    int64_t date = row->time / ISO_TIME_DAY_US;
    if (day->date != date)
        begin(day, date, row);
    if (row->number[FIELD_HIGH] > day->high.number)
        keep(&day->high, row, FIELD_HIGH);
    if (row->number[FIELD_LOW] < day->low.number)
        keep(&day->low, row, FIELD_LOW);
    keep(&day->close, row, FIELD_CLOSE);
    add_volume(day, row);
    give(&day->high, row, FIELD_HIGH);
    give(&day->low, row, FIELD_LOW);
    give(&day->volume, row, FIELD_VOLUME);
    if (day->has_prev_close)
        give(&day->prev_close, row, FIELD_PREV_CLOSE);
    return 0;
}
