/* SPDX-License-Identifier: MIT */
#include "csv.h"

#include <stdbool.h>
#include <string.h>

#include "result.h"

/* Takes the quotes off the field at `at`, which begins with one. `*rest` is what follows it. */
static char *unquote(char *at, char **rest) {
    char *start = at + 1;
    char *out = start;
    for (char *in = start; *in != '\0'; in++) {
        if (*in == '"' && in[1] != '"') {
            *rest = in + 1;
            *out = '\0';
            return start;
        }
        if (*in == '"')
            in++;
        *out++ = *in;
    }
    return NULL;
}

static char *trim(char *text) {
    text += strspn(text, " \t");
    size_t size = strlen(text);
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t'))
        size--;
    text[size] = '\0';
    return text;
}

/* The field at *line; *line goes on to the next one, NULL after the last. NULL: quotes are wrong.
 */
static char *next_field(char **line) {
    char *at = *line + strspn(*line, " \t");
    if (*at != '"')
        return trim(strsep(line, ","));
    char *rest;
    char *field = unquote(at, &rest);
    if (field == NULL)
        return NULL;
    rest += strspn(rest, " \t");
    if (*rest != ',' && *rest != '\0')
        return NULL;
    *line = *rest == ',' ? rest + 1 : NULL;
    return field;
}

static const char bad_quotes[] = "the quotes of a field are not closed; write \"...\" on one line, "
                                 "and \"\" for a quote inside";

static bool has_column(const struct csv *csv, enum field field) {
    for (size_t i = 0; i < csv->count; i++) {
        if (csv->columns[i] == field)
            return true;
    }
    return false;
}

static int check_columns(const struct csv *csv, struct problem *problem) {
    static const enum field bars[] = {FIELD_TIMESTAMP, FIELD_OPEN,  FIELD_HIGH,
                                      FIELD_LOW,       FIELD_CLOSE, FIELD_VOLUME};
    if (!has_column(csv, FIELD_SYMBOL))
        return problem_set(problem, "the header has no column \"symbol\"; name the columns in the "
                                    "first line, with commas between them");
    if (has_column(csv, FIELD_PRICE))
        return 0;
    if (!has_column(csv, FIELD_CLOSE))
        return problem_set(problem, "the header has no column \"price\" (or, for bars, \"close\"); "
                                    "add it");
    for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
        if (!has_column(csv, bars[i]))
            return problem_set(
                problem,
                "the header has no column \"%s\"; bars need timestamp, symbol, open, "
                "high, low, close and volume",
                field_name(bars[i]));
    }
    return 0;
}

int csv_header(struct csv *csv, char *line, struct problem *problem) {
    csv->count = 0;
    while (line != NULL) {
        const char *name = next_field(&line);
        if (name == NULL)
            return problem_set(problem, "%s", bad_quotes);
        if (csv->count == CSV_COLUMNS)
            return problem_set(problem, "the header has more than %d columns; leave some out",
                               CSV_COLUMNS);
        enum field field = field_of(name);
        if (field != FIELD_COUNT && has_column(csv, field))
            return problem_set(problem, "the header has two columns \"%s\"; rename one",
                               field_name(field));
        csv->columns[csv->count++] = field;
    }
    return check_columns(csv, problem);
}

int csv_row(const struct csv *csv, char *line, struct row *row, struct problem *problem) {
    row_clear(row);
    size_t count = 0;
    while (line != NULL) {
        const char *text = next_field(&line);
        if (text == NULL)
            return problem_set(problem, "%s", bad_quotes);
        if (count < csv->count && csv->columns[count] != FIELD_COUNT && *text != '\0')
            row->text[csv->columns[count]] = text;
        count++;
    }
    if (count != csv->count)
        return problem_set(problem, "the row has %zu fields and the header %zu; make them agree",
                           count, csv->count);
    return row_check(row, problem);
}
