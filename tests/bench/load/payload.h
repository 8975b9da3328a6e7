/* SPDX-License-Identifier: MIT */
#ifndef LOAD_PAYLOAD_H
#define LOAD_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_SYMBOLS 500
#define PAYLOAD_BATCHES 10 /* batch k has the symbols k, k + 10, k + 20, ...: 50 items */
#define PAYLOAD_OWN 10     /* symbols of one client */
#define PAYLOAD_MAX 65536

/*
 * Bodies that are published. Each item carries "@" and eight digits, by which a client tells which
 * message it has received, whatever the server has put around it.
 */

/* `size` bytes, at least 110: one item. */
size_t payload_broadcast(char out[PAYLOAD_MAX], size_t size, uint32_t sequence);
/* Batch `sequence` % PAYLOAD_BATCHES: 50 items. */
size_t payload_batch(char out[PAYLOAD_MAX], uint32_t sequence);
/* The sequence in a received message. */
bool payload_sequence(const char *text, size_t size, uint32_t *sequence);

/* The symbols of client `number`, all different, the same in every run. */
void payload_own(unsigned number, unsigned own[PAYLOAD_OWN]);

#endif
