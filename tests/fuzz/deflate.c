/* SPDX-License-Identifier: MIT */

/*
 * libFuzzer: a compressed message of a client, and the header that offers such. Whatever comes,
 * inflating stays within its limit and the stream serves the next message as before; what this host
 * compresses, it inflates to the same text.
 * sources: frame/deflate.c frame/frame.c frame/extension.c http/header.c http/target.c
 */
#include "frame/deflate.h"

#include <stdlib.h>
#include <string.h>

#include "frame/extension.h"
#include "io/connection.h"

enum { LIMIT = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition)
        abort();
}

static void check_hostile(struct inflater *inflater, struct sentio_bytes packed) {
    struct sentio_bytes text;
    int error = inflater_message(inflater, packed, LIMIT, &text);
    require(error == 0 || error == SENTIO_TOO_BIG || error == SENTIO_INVALID);
    require(error != 0 || text.size <= LIMIT);
    size_t copied = error ? 0 : text.size;
    char *copy = malloc(copied + 1);
    require(copy != NULL);
    if (copied)
        memcpy(copy, text.data, copied);
    struct sentio_bytes again;
    require(inflater_message(inflater, packed, LIMIT, &again) == error);
    require(error != 0 || (again.size == copied && memcmp(again.data, copy, copied) == 0));
    free(copy);
}

static void check_round_trip(struct deflater *deflater, struct inflater *inflater,
                             struct sentio_bytes text) {
    struct arena arena = {.data = NULL};
    struct span span;
    struct sentio_bytes back;
    int error = deflater_frame(deflater, &arena, text, &span);
    require(error == 0 || (error == SENTIO_TOO_BIG && arena.size == 0));
    if (error == 0) {
        const uint8_t *frame = span_data(span);
        require(frame[0] == 0xc1 && frame_length(frame, span_size(span)) == span_size(span));
        require(inflater_message(inflater, frame_payload(frame, span_size(span)), text.size,
                                 &back) == 0);
        require(back.size == text.size && memcmp(back.data, text.data, text.size) == 0);
    }
    arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sentio_bytes bytes = {(const char *)data, size};
    struct deflater deflater;
    struct inflater inflater;
    require(deflater_init(&deflater, 1 + (int)(size % 9)) == 0);
    require(inflater_init(&inflater) == 0);
    extension_choose(bytes);
    if (size > 0)
        check_round_trip(&deflater, &inflater, bytes);
    check_hostile(&inflater, bytes);
    if (size > 0)
        check_round_trip(&deflater, &inflater, bytes);
    inflater_finish(&inflater);
    deflater_finish(&deflater);
    return 0;
}
