/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_GRID_H
#define SENTIO_CTL_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Text in rows and aligned columns; the first row is the heading. */

enum { GRID_COLUMNS_MAX = 16 };

struct grid {
    size_t columns;
    unsigned right; /* a bit for each column that is aligned to the right: numbers */
    char **cells;   /* row by row */
    size_t count;
    size_t room;
    bool failed; /* out of memory: grid_print says so */
};

void grid_init(struct grid *grid, size_t columns, unsigned right);
void grid_finish(struct grid *grid);

/* The next cell, from left to right and row by row; copied. NULL stands for "-". */
void grid_add(struct grid *grid, const char *text);
__attribute__((format(printf, 2, 3))) void grid_format(struct grid *grid, const char *format, ...);

/* What is complete, without blanks at the ends of lines. 0 or SENTIO_NO_MEMORY. */
int grid_print(const struct grid *grid, FILE *out);

#endif
