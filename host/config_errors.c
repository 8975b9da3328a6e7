/* SPDX-License-Identifier: MIT */
#include "config_errors.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config_memory.h"

struct config_problem {
    enum config_origin_kind kind;
    int file;
    int line;
    size_t turn;
    char *name;
    char *message;
    char *suggestion;
};

struct config_origin config_origin_element(const struct config_origin *origin, size_t index) {
    struct config_origin element = *origin;
    if (index < origin->line_count) {
        element.line = origin->lines[index];
    }
    element.lines = NULL;
    element.line_count = 0;
    return element;
}

void config_error(struct config_errors *errors, const struct config_origin *origin,
                  const char *suggestion, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *message = NULL;
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    if (length < 0) {
        abort();
    }
    errors->items = config_grown(errors->items, errors->count, sizeof(*errors->items));
    struct config_problem *problem = &errors->items[errors->count];
    problem->kind = origin->kind;
    problem->file = origin->file;
    problem->line = origin->line;
    problem->turn = errors->count;
    problem->name = config_copied(origin->name ? origin->name : "defaults");
    problem->message = message;
    problem->suggestion = config_copied(suggestion);
    errors->count++;
}

static int compare(long a, long b) {
    return (a > b) - (a < b);
}

static int by_place(const void *left, const void *right) {
    const struct config_problem *a = left;
    const struct config_problem *b = right;
    int order = compare(a->kind, b->kind);
    if (order == 0) {
        order = compare(a->file, b->file);
    }
    if (order == 0) {
        order = compare(a->line, b->line);
    }
    if (order == 0 && a->kind != CONFIG_FROM_FILE) {
        order = strcmp(a->name, b->name);
    }
    return order != 0 ? order : compare((long)a->turn, (long)b->turn);
}

void config_errors_print(struct config_errors *errors, FILE *out) {
    if (errors->count > 0) {
        qsort(errors->items, errors->count, sizeof(*errors->items), by_place);
    }
    for (size_t i = 0; i < errors->count; i++) {
        const struct config_problem *problem = &errors->items[i];
        fputs(problem->name, out);
        if (problem->kind == CONFIG_FROM_FILE && problem->line > 0) {
            fprintf(out, ":%d", problem->line);
        }
        fprintf(out, ": %s", problem->message);
        if (problem->suggestion != NULL) {
            fprintf(out, " (did you mean \"%s\"?)", problem->suggestion);
        }
        fputc('\n', out);
    }
}

void config_errors_finish(struct config_errors *errors) {
    for (size_t i = 0; i < errors->count; i++) {
        free(errors->items[i].name);
        free(errors->items[i].message);
        free(errors->items[i].suggestion);
    }
    free(errors->items);
    errors->items = NULL;
    errors->count = 0;
}
