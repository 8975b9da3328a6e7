/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_READER_H
#define SENTIO_FEED_READER_H

#include <stdint.h>
#include <stdio.h>

#include "row.h"

/* So many bad rows are reported one by one; the rest is counted. */
#define READER_REPORTS 10

/* Reads the rows of a file: CSV with a header, or NDJSON when the first character that is not white
 * space is '{'. A bad row is reported with file and line, once in all passes, and passed over. */
struct reader;

/* The streams stay the caller's; `name` is the file's in reports, which go to `reports`, and has to
 * live as long as the reader. NULL: out of memory. */
struct reader *reader_create(FILE *file, const char *name, FILE *reports);
void reader_destroy(struct reader *reader);

/* The next row, which lives until the next call. SENTIO_NOT_FOUND at the end of the file;
 * SENTIO_INVALID, SENTIO_NO_MEMORY, SENTIO_FAILED when the file cannot be used: reported. */
int reader_next(struct reader *reader, const struct row **row);

/* Back to the first row. SENTIO_FAILED: not a file that can be read again; reported. */
int reader_rewind(struct reader *reader);

/* Reports how many bad rows there were, if they were not all reported; once. */
void reader_report_rest(struct reader *reader);

#endif
