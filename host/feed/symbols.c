/* SPDX-License-Identifier: MIT */
#include "symbols.h"

#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "result.h"

#define VOLATILITY_MAX 10

bool symbol_read(const char *text, char out[SYMBOL_SIZE]) {
    size_t size = strlen(text);
    if (size == 0 || size >= SYMBOL_SIZE)
        return false;
    for (size_t i = 0; i <= size; i++) {
        char c = text[i];
        out[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.^=:_/-") == size;
}

struct symbol *symbols_find(const struct symbols *symbols, const char *name) {
    for (size_t i = 0; i < symbols->count; i++) {
        if (strcmp(symbols->items[i].name, name) == 0)
            return &symbols->items[i];
    }
    return NULL;
}

static int add(struct symbols *symbols, const char *text, struct problem *problem) {
    struct symbol *symbol = &symbols->items[symbols->count];
    if (!symbol_read(text, symbol->name))
        return problem_set(problem,
                           "\"%.40s\" is not a symbol; write 1 to 32 of the characters A-Z 0-9 . ^ "
                           "= : _ / -, with a comma between symbols",
                           text);
    if (symbols_find(symbols, symbol->name) != NULL)
        return problem_set(problem, "%s is given twice; name it once", symbol->name);
    symbols->count++;
    return 0;
}

static int add_each(struct symbols *symbols, char *list, struct problem *problem) {
    while (list != NULL) {
        const char *text = strsep(&list, ",");
        if (symbols->count == SYMBOLS_COUNT)
            return problem_set(problem, "more than %d symbols; start several feeds", SYMBOLS_COUNT);
        int result = add(symbols, text, problem);
        if (result != 0)
            return result;
    }
    return 0;
}

int symbols_read(struct symbols *symbols, const char *text, struct problem *problem) {
    int result = SENTIO_NO_MEMORY;
    char *list = strdup(text);
    symbols->items = calloc(SYMBOLS_COUNT, sizeof *symbols->items);
    if (list != NULL && symbols->items != NULL)
        result = add_each(symbols, list, problem);
    else
        problem_set(problem, "out of memory");
    free(list);
    if (result != 0)
        symbols_finish(symbols);
    return result;
}

void symbols_finish(struct symbols *symbols) {
    free(symbols->items);
    *symbols = (struct symbols){0};
}

/* One "0.3" or "TSLA=0.6". A symbol may contain '=': the last one divides. */
static int set_one(struct symbols *symbols, char *text, struct problem *problem) {
    char *equals = strrchr(text, '=');
    const char *number = equals == NULL ? text : equals + 1;
    double volatility;
    if (!number_parse(number, &volatility) || volatility < 0 || volatility > VOLATILITY_MAX)
        return problem_set(problem,
                           "\"%.40s\" is not a volatility from 0 to %d; write 0.3 or TSLA=0.6",
                           number, VOLATILITY_MAX);
    if (equals == NULL) {
        for (size_t i = 0; i < symbols->count; i++)
            symbols->items[i].volatility = volatility;
        return 0;
    }
    *equals = '\0';
    char name[SYMBOL_SIZE];
    struct symbol *symbol = symbol_read(text, name) ? symbols_find(symbols, name) : NULL;
    if (symbol == NULL)
        return problem_set(problem, "%.40s is not among the symbols; add it to --symbols", text);
    symbol->volatility = volatility;
    return 0;
}

/* In two turns, so that a value for one symbol wins wherever it stands. */
int symbols_set_volatility(struct symbols *symbols, const char *text, struct problem *problem) {
    int result = 0;
    for (int named = 0; named <= 1 && result == 0; named++) {
        char *list = strdup(text);
        if (list == NULL) {
            problem_set(problem, "out of memory");
            return SENTIO_NO_MEMORY;
        }
        char *rest = list;
        while (rest != NULL && result == 0) {
            char *one = strsep(&rest, ",");
            if ((strchr(one, '=') != NULL) == (named == 1))
                result = set_one(symbols, one, problem);
        }
        free(list);
    }
    return result;
}
