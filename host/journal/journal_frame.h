/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_JOURNAL_FRAME_H
#define SENTIO_HOST_JOURNAL_FRAME_H

#include <sentio/sdk.h>

#include "tape.h"
#include "worker/wire.h"

/*
 * A journal's files (docs/replay.md): a head, then one frame for each entry, with its size and a
 * checksum, so that what a sudden end has left half written is told from damage.
 */

enum {
    JOURNAL_VERSION = 2,
    JOURNAL_OLDEST = 1, /* version that is still read */
    JOURNAL_HEAD_SIZE = 16
};

void journal_put_head(struct wire_buffer *out);
/* Passes over a file's head. 0; SENTIO_INVALID: it is none; SENTIO_TOO_BIG: its version, which
 * *version has, is none that is read. */
int journal_get_head(struct sentio_bytes *rest, unsigned *version);

/* 0, or SENTIO_NO_MEMORY, `out` being as before. */
int journal_put(struct wire_buffer *out, const struct tape_entry *entry);
/* Passes over the first entry of `rest`, whose texts are spans of it. 0; SENTIO_NOT_FOUND: there is
 * none; SENTIO_AGAIN: it is not whole; SENTIO_INVALID: it is damaged. */
int journal_get(struct sentio_bytes *rest, struct tape_entry *entry);

#endif
