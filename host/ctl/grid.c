/* SPDX-License-Identifier: MIT */
#include "grid.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

enum { FIRST_ROOM = 64, CELL_SIZE = 1024, GAP = 2 };

void grid_init(struct grid *grid, size_t columns, unsigned right) {
    assert(columns > 0 && columns <= GRID_COLUMNS_MAX);
    *grid = (struct grid){.columns = columns, .right = right};
}

void grid_finish(struct grid *grid) {
    for (size_t i = 0; i < grid->count; i++)
        free(grid->cells[i]);
    free(grid->cells);
}

static int make_room(struct grid *grid) {
    size_t room = grid->room ? grid->room * 2 : FIRST_ROOM;
    if (grid->count < grid->room)
        return 0;
    char **cells = realloc(grid->cells, room * sizeof(*cells));
    if (cells == NULL)
        return SENTIO_NO_MEMORY;
    grid->cells = cells;
    grid->room = room;
    return 0;
}

void grid_add(struct grid *grid, const char *text) {
    char *copy = make_room(grid) == 0 ? strdup(text ? text : "-") : NULL;
    if (copy == NULL)
        grid->failed = true;
    else
        grid->cells[grid->count++] = copy;
}

void grid_format(struct grid *grid, const char *format, ...) {
    char text[CELL_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    grid_add(grid, text);
}

/* Columns that it takes on a terminal: UTF-8 sequences count once. */
static size_t width_of(const char *text) {
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void print_row(const struct grid *grid, size_t row, const size_t *widths, FILE *out) {
    size_t owed = 0; /* blanks, printed only when something follows */
    for (size_t i = 0; i < grid->columns; i++) {
        const char *text = grid->cells[row * grid->columns + i];
        size_t rest = widths[i] - width_of(text);
        bool right = grid->right >> i & 1;
        owed += right ? rest : 0;
        if (*text) {
            fprintf(out, "%*s%s", (int)owed, "", text);
            owed = 0;
        }
        owed += GAP + (right ? 0 : rest);
    }
    fputc('\n', out);
}

int grid_print(const struct grid *grid, FILE *out) {
    size_t widths[GRID_COLUMNS_MAX] = {0};
    size_t rows = grid->count / grid->columns;
    if (grid->failed)
        return SENTIO_NO_MEMORY;
    for (size_t i = 0; i < rows * grid->columns; i++) {
        size_t width = width_of(grid->cells[i]);
        size_t *widest = &widths[i % grid->columns];
        *widest = width > *widest ? width : *widest;
    }
    for (size_t row = 0; row < rows; row++)
        print_row(grid, row, widths, out);
    return 0;
}
