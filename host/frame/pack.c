/* SPDX-License-Identifier: MIT */
#include "pack.h"

#include <string.h>

int packer_init(struct packer *packer, int level, size_t min) {
    memset(packer, 0, sizeof(*packer));
    packer->min = min;
    return deflater_init(&packer->deflater, level);
}

void packer_finish(struct packer *packer) {
    deflater_finish(&packer->deflater);
    arena_finish(&packer->arena);
}

int pack_text(struct packer *packer, struct arena *arena, struct sentio_bytes text,
              struct span *span) {
    int error = SENTIO_TOO_BIG;
    if (text.size >= packer->min)
        error = deflater_frame(&packer->deflater, arena, text, span);
    return error == SENTIO_TOO_BIG ? arena_text(arena, text, span) : error;
}

int pack_frames(struct packer *packer, struct arena *arena, struct span from, struct span *span) {
    const uint8_t *data = span_data(from);
    size_t size = span_size(from);
    size_t start = arena->size;
    for (size_t at = 0; at < size; at += frame_length(data + at, size - at)) {
        int error = pack_text(packer, arena, frame_payload(data + at, size - at), span);
        if (error) {
            arena->size = start;
            return error;
        }
    }
    *span = (struct span){arena, (uint32_t)start, (uint32_t)arena->size};
    return 0;
}

struct span pack_span(struct packer *packer, struct span span) {
    struct span packed;
    return pack_frames(packer, &packer->arena, span, &packed) == 0 ? packed : span;
}
