/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_ROW_H
#define SENTIO_FEED_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "line.h"
#include "number.h"
#include "problem.h"
#include "symbols.h"

/* The fields known in a file, the numbers first. */
enum field {
    FIELD_PRICE,
    FIELD_BID,
    FIELD_ASK,
    FIELD_OPEN,
    FIELD_HIGH,
    FIELD_LOW,
    FIELD_CLOSE,
    FIELD_VOLUME,
    FIELD_PREV_CLOSE,
    FIELD_CHANGE,
    FIELD_CHANGE_PCT,
    FIELD_NUMBERS,
    FIELD_TIMESTAMP = FIELD_NUMBERS,
    FIELD_SYMBOL,
    FIELD_COUNT
};

/* One quote or bar. The texts belong to whoever filled the row in and live until the next one. */
struct row {
    const char *text[FIELD_COUNT]; /* NULL: not given */
    double number[FIELD_NUMBERS];  /* of the texts that are given */
    bool bar;                      /* price is the close; high, low and volume are the bar's own */
    int64_t time;                  /* of the timestamp, Unix microseconds */
    char symbol[SYMBOL_SIZE];      /* upper-case */
    char change[NUMBER_SIZE];      /* where row_derive_change puts its results */
    char change_pct[NUMBER_SIZE];
};

/* As in a header or a JSON member: "prev_close". Static. */
const char *field_name(enum field field);
/* FIELD_COUNT for a name that is not known; upper and lower case are the same. */
enum field field_of(const char *name);

void row_clear(struct row *row);

/* Checks what is given, upper-cases the symbol and sets bar, time and number. Without a price a row
 * with a close is a bar. SENTIO_INVALID: the problem says why. */
int row_check(struct row *row, struct problem *problem);

/* Sets change and change_pct from price and prev_close, when those are there and these are not. */
void row_derive_change(struct row *row);

/* Appends the item as a JSON object. */
void row_write(const struct row *row, struct line *line);

#endif
