/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_CSV_H
#define SENTIO_FEED_CSV_H

#include <stddef.h>

#include "problem.h"
#include "row.h"

#define CSV_COLUMNS 64

/* What the header says: the field of each column, FIELD_COUNT for one that is passed over. */
struct csv {
    enum field columns[CSV_COLUMNS];
    size_t count;
};

/* Lines are RFC 4180 without the line break, except that a field lies within one line. They are
 * taken apart in place, and the row's texts point into them. */
int csv_header(struct csv *csv, char *line, struct problem *problem);
int csv_row(const struct csv *csv, char *line, struct row *row, struct problem *problem);

#endif
