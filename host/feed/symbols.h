/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_SYMBOLS_H
#define SENTIO_FEED_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "problem.h"

#define SYMBOL_SIZE 33    /* a symbol and its NUL */
#define SYMBOLS_COUNT 500 /* at most so many in one list */

struct symbol {
    char name[SYMBOL_SIZE];
    double volatility; /* annual, for the simulation: 0.3 is 30 % */
};

/* A list of different symbols, in the order given. Zeroed is empty. */
struct symbols {
    struct symbol *items;
    size_t count;
};

/* Upper-cases ASCII letters and checks for [A-Z0-9.^=:_/-]{1,32}. */
bool symbol_read(const char *text, char out[SYMBOL_SIZE]);

/* Reads "AAPL,msft" into an empty list; SENTIO_INVALID, SENTIO_NO_MEMORY: the list stays empty. */
int symbols_read(struct symbols *symbols, const char *text, struct problem *problem);
void symbols_finish(struct symbols *symbols);

/* NULL when it is not in the list. */
struct symbol *symbols_find(const struct symbols *symbols, const char *name);

/* Reads "0.3", or "TSLA=0.6,AAPL=0.25", or both, into the list. */
int symbols_set_volatility(struct symbols *symbols, const char *text, struct problem *problem);

#endif
