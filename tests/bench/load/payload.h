/* SPDX-License-Identifier: MIT */
#ifndef LOAD_PAYLOAD_H
#define LOAD_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_SYMBOLS 500
#define PAYLOAD_BATCHES 10 /* batch k has the symbols k, k + 10, k + 20, ...: 50 items */
#define PAYLOAD_OWN 10     /* symbols of one client */
#define PAYLOAD_QUOTED 100 /* symbols of the quotes, of which a batch has every second */
#define PAYLOAD_MAX 65536

/*
 * Bodies that are published. Each item carries "@" and eight digits, by which a client tells which
 * message it has received, whatever the server has put around it.
 */

/* `size` bytes, at least 110: one item. */
size_t payload_broadcast(char out[PAYLOAD_MAX], size_t size, uint32_t sequence);
/* Batch `sequence` % PAYLOAD_BATCHES: 50 items. */
size_t payload_batch(char out[PAYLOAD_MAX], uint32_t sequence);
/* Quotes of the symbols sequence % 2, sequence % 2 + 2, ...; each item's "@" and digits are
 * followed by a dot and the symbol's three digits. */
size_t payload_quotes(char out[PAYLOAD_MAX], uint32_t sequence);
/* The sequence in a received message. */
bool payload_sequence(const char *text, size_t size, uint32_t *sequence);

/* One quote in a received message. */
struct payload_quote {
    uint32_t sequence;
    unsigned symbol;
};

/* The first quote in `*text`, of which what lies behind it is left; false: there is none. */
bool payload_next_quote(const char **text, size_t *size, struct payload_quote *quote);

/* The symbols of client `number`, all different, the same in every run. */
void payload_own(unsigned number, unsigned own[PAYLOAD_OWN]);

#endif
