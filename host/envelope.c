/* SPDX-License-Identifier: MIT */
#include "envelope.h"

#include <string.h>

enum { SIDE_SIZE = 512 };

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

static void write_tail(struct sentio_writer *out, const struct envelope *envelope) {
    sentio_write_text(out, envelope->stream->shape == SENTIO_ARRAY ? "],\"timestamp\":\""
                                                                   : ",\"timestamp\":\"");
    sentio_write_time(out, envelope->time);
    sentio_write_format(out, "\",\"offset\":%llu,\"prev\":%llu,\"epoch\":\"%s\"",
                        (unsigned long long)envelope->offset, (unsigned long long)envelope->prev,
                        envelope->stream->epoch);
    if (envelope->snapshot)
        sentio_write_text(out, ",\"snapshot\":true");
    if (envelope->conflated)
        sentio_write_format(out, ",\"conflated\":%u", envelope->conflated);
    sentio_write_text(out, "}");
}

static char *copy(char *to, struct sentio_bytes bytes) {
    memcpy(to, bytes.data, bytes.size);
    return to + bytes.size;
}

int envelope_frame(struct arena *arena, const struct envelope *envelope, struct item *const *items,
                   size_t count, struct span *span) {
    char head_space[SIDE_SIZE];
    char tail_space[SIDE_SIZE];
    struct sentio_writer head;
    struct sentio_writer tail;
    int error = SENTIO_NO_MEMORY;
    sentio_writer_init(&head, head_space, sizeof(head_space));
    sentio_writer_init(&tail, tail_space, sizeof(tail_space));
    write_head(&head, envelope);
    write_tail(&tail, envelope);
    if (head.failed || tail.failed)
        goto finish;

    size_t size = head.size + tail.size + (count ? count - 1 : 0);
    for (size_t i = 0; i < count; i++)
        size += items[i]->json.size;
    char *at;
    error = arena_frame(arena, FRAME_TEXT, size, span, &at);
    if (error)
        goto finish;
    at = copy(at, sentio_written(&head));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ',';
        at = copy(at, items[i]->json);
    }
    copy(at, sentio_written(&tail));

finish:
    sentio_writer_finish(&head);
    sentio_writer_finish(&tail);
    return error;
}

static void begin(struct sentio_writer *out, const char *type, const char *channel,
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

static void end(struct sentio_writer *out, int64_t time) {
    sentio_write_text(out, ",\"timestamp\":\"");
    sentio_write_time(out, time);
    sentio_write_text(out, "\"}");
}

void envelope_error(struct sentio_writer *out, int64_t time, const char *channel,
                    struct sentio_bytes id, struct sentio_bytes code, struct sentio_bytes message) {
    begin(out, "error", channel, id);
    sentio_write_text(out, ",\"message\":");
    sentio_write_string(out, message);
    sentio_write_text(out, ",\"code\":");
    sentio_write_string(out, code);
    end(out, time);
}

void envelope_pong(struct sentio_writer *out, int64_t time, struct sentio_bytes id) {
    begin(out, "pong", NULL, id);
    end(out, time);
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
    end(out, time);
}
