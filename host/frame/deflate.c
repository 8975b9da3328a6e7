/* SPDX-License-Identifier: MIT */
#include "deflate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    RAW = -1,         /* zlib: without its own header and checksum */
    MEMORY_LEVEL = 6, /* below the usual 8: its hash table is cleared for each message */
    FRAME_RSV1 = 0x40,
    TEXT_START = 4 * 1024,
    TEXT_KEEP = 128 * 1024, /* bytes of the buffer that are kept between messages */
    BLOCK_ENDS = 128        /* of z_stream.data_type: see inflate() in zlib.h */
};

/* RFC 7692 section 7.2.1: the end of the empty block that a flush makes. It is not sent, and the
 * receiver puts it back. */
static const char flush_tail[4] = {0, 0, '\xff', '\xff'};

int deflater_init(struct deflater *deflater, int level) {
    memset(deflater, 0, sizeof(*deflater));
    int result = deflateInit2(&deflater->stream, level, Z_DEFLATED, RAW * DEFLATE_WINDOW,
                              MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    return result == Z_OK ? 0 : SENTIO_NO_MEMORY;
}

void deflater_finish(struct deflater *deflater) {
    deflateEnd(&deflater->stream);
}

/* Returns the size at `room`, which has the text's; 0: it does not fit, or no better. */
static size_t pack(z_stream *stream, struct sentio_bytes text, uint8_t *room) {
    deflateReset(stream);
    stream->next_in = (Bytef *)text.data;
    stream->avail_in = (uInt)text.size;
    stream->next_out = room;
    stream->avail_out = (uInt)text.size;
    int result = deflate(stream, Z_SYNC_FLUSH);
    if (result != Z_OK || stream->avail_out == 0)
        return 0;
    size_t size = text.size - stream->avail_out - sizeof(flush_tail);
    assert(stream->avail_in == 0 && memcmp(room + size, flush_tail, sizeof(flush_tail)) == 0);
    return size;
}

int deflater_frame(struct deflater *deflater, struct arena *arena, struct sentio_bytes text,
                   struct span *span) {
    size_t start = arena->size;
    char *room;
    int error = arena_frame(arena, FRAME_TEXT, text.size, span, &room);
    if (error)
        return error;
    arena->size = start;
    size_t size = text.size ? pack(&deflater->stream, text, (uint8_t *)room) : 0;
    if (size == 0)
        return SENTIO_TOO_BIG;
    uint8_t header[FRAME_HEADER_MAX];
    size_t length = frame_header(header, FRAME_TEXT, size);
    header[0] |= FRAME_RSV1;
    /* The header that stands there is the whole text's, and so may be longer. */
    memmove(arena->data + start + length, room, size);
    memcpy(arena->data + start, header, length);
    arena->size += length + size;
    span->end = (uint32_t)arena->size;
    return 0;
}

int inflater_init(struct inflater *inflater) {
    memset(inflater, 0, sizeof(*inflater));
    int result = inflateInit2(&inflater->stream, RAW * MAX_WBITS);
    return result == Z_OK ? 0 : SENTIO_NO_MEMORY;
}

void inflater_finish(struct inflater *inflater) {
    inflateEnd(&inflater->stream);
    free(inflater->text);
    memset(inflater, 0, sizeof(*inflater));
}

/* Room for at least one byte more, up to one over the limit: by that one it is known to be over. */
static int make_room(struct inflater *inflater, size_t limit) {
    if (inflater->size < inflater->capacity)
        return 0;
    size_t capacity = inflater->capacity ? inflater->capacity * 2 : TEXT_START;
    if (capacity > limit + 1)
        capacity = limit + 1;
    char *text = realloc(inflater->text, capacity);
    if (text == NULL)
        return SENTIO_NO_MEMORY;
    inflater->text = text;
    inflater->capacity = capacity;
    return 0;
}

/* After a final block there may be further ones, which then are a stream of their own: `ended` says
 * that nothing came after it. */
static int feed(struct inflater *inflater, struct sentio_bytes packed, size_t limit, bool *ended) {
    z_stream *stream = &inflater->stream;
    stream->next_in = (Bytef *)packed.data;
    stream->avail_in = (uInt)packed.size;
    do {
        int error = make_room(inflater, limit);
        if (error)
            return error;
        stream->next_out = (Bytef *)inflater->text + inflater->size;
        stream->avail_out = (uInt)(inflater->capacity - inflater->size);
        int result = inflate(stream, Z_SYNC_FLUSH);
        inflater->size = inflater->capacity - stream->avail_out;
        if (inflater->size > limit)
            return SENTIO_TOO_BIG;
        if (result == Z_MEM_ERROR)
            return SENTIO_NO_MEMORY;
        *ended = result == Z_STREAM_END;
        if (*ended)
            inflateReset(stream);
        else if (result != Z_OK && result != Z_BUF_ERROR)
            return SENTIO_INVALID;
    } while (stream->avail_in > 0 || (stream->avail_out == 0 && !*ended));
    return 0;
}

int inflater_message(struct inflater *inflater, struct sentio_bytes packed, size_t limit,
                     struct sentio_bytes *text) {
    bool ended = false;
    if (inflater->capacity > TEXT_KEEP || inflater->capacity > limit + 1) {
        free(inflater->text);
        inflater->text = NULL;
        inflater->capacity = 0;
    }
    inflater->size = 0;
    inflateReset(&inflater->stream);
    int error = feed(inflater, packed, limit, &ended);
    if (error == 0 && !ended)
        error = feed(inflater, sentio_bytes(flush_tail, sizeof(flush_tail)), limit, &ended);
    if (error)
        return error;
    if (!ended && !(inflater->stream.data_type & BLOCK_ENDS))
        return SENTIO_INVALID;
    *text = sentio_bytes(inflater->text, inflater->size);
    return 0;
}
