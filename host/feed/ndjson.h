/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_NDJSON_H
#define SENTIO_FEED_NDJSON_H

#include <stddef.h>

#include "problem.h"
#include "row.h"

/* Reads rows that are JSON objects, one a line. */
struct ndjson;

struct ndjson *ndjson_create(void);
void ndjson_destroy(struct ndjson *ndjson);

/* The row's texts live until the next call. */
int ndjson_row(struct ndjson *ndjson, const char *line, size_t size, struct row *row,
               struct problem *problem);

#endif
