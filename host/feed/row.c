/* SPDX-License-Identifier: MIT */
#include "row.h"

#include <stddef.h>
#include <strings.h>

#include "iso_time.h"
#include "result.h"

static const char *const names[FIELD_COUNT] = {
    [FIELD_PRICE] = "price",
    [FIELD_BID] = "bid",
    [FIELD_ASK] = "ask",
    [FIELD_OPEN] = "open",
    [FIELD_HIGH] = "high",
    [FIELD_LOW] = "low",
    [FIELD_CLOSE] = "close",
    [FIELD_VOLUME] = "volume",
    [FIELD_PREV_CLOSE] = "prev_close",
    [FIELD_CHANGE] = "change",
    [FIELD_CHANGE_PCT] = "change_pct",
    [FIELD_TIMESTAMP] = "timestamp",
    [FIELD_SYMBOL] = "symbol",
};

const char *field_name(enum field field) {
    return names[field];
}

enum field field_of(const char *name) {
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (strcasecmp(name, names[i]) == 0)
            return (enum field)i;
    }
    return FIELD_COUNT;
}

void row_clear(struct row *row) {
    *row = (struct row){0};
}

static int check_numbers(struct row *row, struct problem *problem) {
    for (int i = 0; i < FIELD_NUMBERS; i++) {
        if (row->text[i] == NULL)
            continue;
        if (!number_parse(row->text[i], &row->number[i]))
            return problem_set(problem, "%s \"%.40s\" is not a number; write it like 112.06",
                               names[i], row->text[i]);
    }
    return 0;
}

static int check_bar(struct row *row, struct problem *problem) {
    static const enum field required[] = {FIELD_TIMESTAMP, FIELD_OPEN,  FIELD_HIGH,
                                          FIELD_LOW,       FIELD_CLOSE, FIELD_VOLUME};
    for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
        if (row->text[required[i]] == NULL)
            return problem_set(problem, "the bar has no %s; give it one", names[required[i]]);
    }
    row->bar = true;
    row->text[FIELD_PRICE] = row->text[FIELD_CLOSE];
    row->number[FIELD_PRICE] = row->number[FIELD_CLOSE];
    return 0;
}

int row_check(struct row *row, struct problem *problem) {
    if (row->text[FIELD_SYMBOL] == NULL)
        return problem_set(problem, "the row has no symbol; give it one");
    if (!symbol_read(row->text[FIELD_SYMBOL], row->symbol))
        return problem_set(problem,
                           "symbol \"%.40s\" is not 1 to 32 of the characters A-Z 0-9 . ^ = : _ / "
                           "-; correct it",
                           row->text[FIELD_SYMBOL]);
    row->text[FIELD_SYMBOL] = row->symbol;
    const char *timestamp = row->text[FIELD_TIMESTAMP];
    if (timestamp != NULL && !iso_time_parse(timestamp, &row->time))
        return problem_set(problem,
                           "timestamp \"%.40s\" is not ISO 8601; write it like "
                           "2024-10-05T10:30:00Z",
                           timestamp);
    int result = check_numbers(row, problem);
    if (result != 0)
        return result;
    if (row->text[FIELD_PRICE] != NULL)
        return 0;
    if (row->text[FIELD_CLOSE] == NULL)
        return problem_set(problem, "the row has no price (a bar: no close); give it one");
    return check_bar(row, problem);
}

void row_derive_change(struct row *row) {
    const char *price = row->text[FIELD_PRICE];
    const char *prev_close = row->text[FIELD_PREV_CLOSE];
    if (price == NULL || prev_close == NULL)
        return;
    double change = row->number[FIELD_PRICE] - row->number[FIELD_PREV_CLOSE];
    if (row->text[FIELD_CHANGE] == NULL) {
        int decimals = number_decimals(price);
        int others = number_decimals(prev_close);
        int most = decimals > others ? decimals : others;
        number_format(row->change, sizeof row->change, change,
                      decimals < 0 || others < 0 ? -1 : most);
        row->text[FIELD_CHANGE] = row->change;
    }
    if (row->text[FIELD_CHANGE_PCT] == NULL && row->number[FIELD_PREV_CLOSE] > 0) {
        double percent = change / row->number[FIELD_PREV_CLOSE] * 100;
        number_format(row->change_pct, sizeof row->change_pct, percent, 2);
        row->text[FIELD_CHANGE_PCT] = row->change_pct;
    }
}

void row_write(const struct row *row, struct line *line) {
    line_add(line, "{\"symbol\":\"");
    line_add(line, row->symbol);
    line_add(line, "\"");
    for (int i = 0; i < FIELD_NUMBERS; i++) {
        if (row->text[i] == NULL || i == FIELD_CLOSE)
            continue;
        line_add(line, ",\"");
        line_add(line, names[i]);
        line_add(line, "\":");
        line_add(line, row->text[i]);
    }
    if (row->text[FIELD_TIMESTAMP] != NULL) {
        line_add(line, ",\"timestamp\":\"");
        line_add(line, row->text[FIELD_TIMESTAMP]);
        line_add(line, "\"");
    }
    line_add(line, "}");
}
