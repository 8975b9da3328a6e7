/* SPDX-License-Identifier: MIT */
#include "envelope.h"

#include <string.h>

enum { NUMBER_MAX = 20 };

struct sentio_bytes envelope_type(const struct stream *stream, const struct item *item) {
    return item->type.size ? item->type : sentio_text(stream->type);
}

static void write_head(struct sentio_writer *out, const struct envelope *envelope) {
    sentio_write_text(out, "{\"type\":");
    sentio_write_string(out, envelope->type);
    if (envelope->named) {
        sentio_write_text(out, ",\"channel\":");
        sentio_write_string(out, sentio_text(envelope->stream->name));
    }
    sentio_write_text(out, envelope->stream->shape == SENTIO_ARRAY ? ",\"data\":[" : ",\"data\":");
}

/* Up to the number of "prev". */
static void write_body(struct sentio_writer *out, const struct envelope *envelope) {
    sentio_write_text(out, envelope->stream->shape == SENTIO_ARRAY ? "],\"timestamp\":\""
                                                                   : ",\"timestamp\":\"");
    sentio_write_time(out, envelope->time);
    sentio_write_format(out, "\",\"offset\":%llu,\"prev\":", (unsigned long long)envelope->offset);
}

static void write_tail(struct sentio_writer *out, const struct envelope *envelope) {
    sentio_write_text(out, ",\"epoch\":\"");
    sentio_write_text(out, envelope->stream->epoch);
    sentio_write_text(out, envelope->snapshot ? "\",\"snapshot\":true"
                           : envelope->replay ? "\",\"replay\":true"
                                              : "\"");
    if (envelope->conflated)
        sentio_write_format(out, ",\"conflated\":%u", envelope->conflated);
    sentio_write_text(out, "}");
}

int wrapping_init(struct wrapping *wrapping, const struct envelope *envelope) {
    sentio_writer_init(&wrapping->text, wrapping->space, sizeof(wrapping->space));
    write_head(&wrapping->text, envelope);
    wrapping->head = wrapping->text.size;
    write_body(&wrapping->text, envelope);
    wrapping->body = wrapping->text.size;
    write_tail(&wrapping->text, envelope);
    return wrapping->text.failed ? SENTIO_NO_MEMORY : 0;
}

void wrapping_finish(struct wrapping *wrapping) {
    sentio_writer_finish(&wrapping->text);
}

static char *copy(char *to, const char *data, size_t size) {
    memcpy(to, data, size);
    return to + size;
}

/* Its digits at the end of `space`; returns where they begin. */
static const char *digits(char space[NUMBER_MAX], uint64_t number) {
    char *at = space + NUMBER_MAX;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return at;
}

int wrapping_frame(const struct wrapping *wrapping, struct arena *arena, uint64_t prev,
                   struct item *const *items, size_t count, struct span *span) {
    const char *text = wrapping->text.data;
    if (wrapping->text.failed)
        return SENTIO_NO_MEMORY;
    char space[NUMBER_MAX];
    const char *number = digits(space, prev);
    size_t number_size = (size_t)(space + NUMBER_MAX - number);
    size_t size = wrapping->text.size + number_size + (count ? count - 1 : 0);
    for (size_t i = 0; i < count; i++)
        size += items[i]->json.size;
    char *at;
    int error = arena_frame(arena, FRAME_TEXT, size, span, &at);
    if (error)
        return error;
    at = copy(at, text, wrapping->head);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ',';
        at = copy(at, items[i]->json.data, items[i]->json.size);
    }
    at = copy(at, text + wrapping->head, wrapping->body - wrapping->head);
    at = copy(at, number, number_size);
    copy(at, text + wrapping->body, wrapping->text.size - wrapping->body);
    return 0;
}

size_t wrapping_size(const struct wrapping *wrapping, struct item *const *items, size_t count) {
    size_t size = FRAME_HEADER_MAX + wrapping->text.size + NUMBER_MAX + count;
    for (size_t i = 0; i < count; i++)
        size += items[i]->json.size;
    return size;
}

int envelope_frame(struct arena *arena, const struct envelope *envelope, uint64_t prev,
                   struct item *const *items, size_t count, struct span *span) {
    struct wrapping wrapping;
    int error = wrapping_init(&wrapping, envelope);
    if (error == 0)
        error = wrapping_frame(&wrapping, arena, prev, items, count, span);
    wrapping_finish(&wrapping);
    return error;
}

void envelope_begin(struct sentio_writer *out, const char *type, const char *channel,
                    struct sentio_bytes id) {
    sentio_write_text(out, "{\"type\":");
    sentio_write_string(out, sentio_text(type));
    if (channel) {
        sentio_write_text(out, ",\"channel\":");
        sentio_write_string(out, sentio_text(channel));
    }
    if (id.size) {
        sentio_write_text(out, ",\"id\":");
        sentio_write(out, id);
    }
}

void envelope_end(struct sentio_writer *out, int64_t time) {
    sentio_write_text(out, ",\"timestamp\":\"");
    sentio_write_time(out, time);
    sentio_write_text(out, "\"}");
}

void envelope_error(struct sentio_writer *out, int64_t time, const char *channel,
                    struct sentio_bytes id, struct sentio_bytes code, struct sentio_bytes message) {
    envelope_begin(out, "error", channel, id);
    sentio_write_text(out, ",\"message\":");
    sentio_write_string(out, message);
    sentio_write_text(out, ",\"code\":");
    sentio_write_string(out, code);
    envelope_end(out, time);
}

void envelope_pong(struct sentio_writer *out, int64_t time, struct sentio_bytes id) {
    envelope_begin(out, "pong", NULL, id);
    envelope_end(out, time);
}

void envelope_message(struct sentio_writer *out, int64_t time, const char *channel,
                      struct sentio_bytes type, struct sentio_bytes data) {
    sentio_write_text(out, "{\"type\":");
    sentio_write_string(out, type);
    if (channel) {
        sentio_write_text(out, ",\"channel\":");
        sentio_write_string(out, sentio_text(channel));
    }
    sentio_write_text(out, ",\"data\":");
    sentio_write(out, data);
    envelope_end(out, time);
}
