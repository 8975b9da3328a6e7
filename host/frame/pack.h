/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PACK_H
#define SENTIO_HOST_PACK_H

#include <stddef.h>

#include <sentio/sdk.h>

#include "deflate.h"
#include "frame.h"

/*
 * What an io thread sends in one turn of its loop to those of its connections that negotiated
 * permessage-deflate: the same messages as the others get, each compressed once if it is worth it.
 * They lie in an arena of their own, small ones too, so that a connection's frames are neighbours.
 */
struct packer {
    struct deflater deflater;
    struct arena arena;
    size_t min; /* compress.min */
};

/* SENTIO_NO_MEMORY. One that is all zero is never asked to pack: nobody negotiates then. */
int packer_init(struct packer *packer, int level, size_t min);
void packer_finish(struct packer *packer);

/* A whole text message into the packer's arena, or another one. SENTIO_NO_MEMORY. */
int pack_text(struct packer *packer, struct arena *arena, struct sentio_bytes text,
              struct span *span);

/* The same frames of text as those of another arena. SENTIO_NO_MEMORY. */
int pack_frames(struct packer *packer, struct arena *arena, struct span from, struct span *span);

/* The same into the packer's arena; out of memory, the span itself. */
struct span pack_span(struct packer *packer, struct span span);

#endif
