/* SPDX-License-Identifier: MIT */
#include "tracer.h"

#include <stdlib.h>

struct tracer *tracer_create(uint32_t io, uint64_t client) {
    struct tracer *tracer = calloc(1, sizeof(*tracer));
    if (tracer == NULL)
        return NULL;
    atomic_init(&tracer->refs, 1);
    tracer->io = io;
    tracer->client = client;
    return tracer;
}

struct tracer *tracer_ref(struct tracer *tracer) {
    atomic_fetch_add_explicit(&tracer->refs, 1, memory_order_relaxed);
    return tracer;
}

void tracer_unref(struct tracer *tracer) {
    if (tracer && atomic_fetch_sub_explicit(&tracer->refs, 1, memory_order_acq_rel) == 1)
        free(tracer);
}

void tracer_miss(struct tracer *tracer) {
    atomic_fetch_add_explicit(&tracer->missed, 1, memory_order_relaxed);
}

bool tracer_takes(struct tracer *tracer, struct trace_budget *budget, int64_t now) {
    int64_t second = now / 1000;
    if (budget->second != second)
        *budget = (struct trace_budget){.second = second};
    if (budget->spent >= TRACE_RATE ||
        atomic_load_explicit(&tracer->ahead, memory_order_relaxed) >= TRACE_AHEAD) {
        tracer_miss(tracer);
        return false;
    }
    budget->spent++;
    return true;
}

/* At a character's boundary. */
static struct sentio_bytes cut(struct sentio_bytes text) {
    if (text.size <= TRACE_TEXT_MAX)
        return text;
    text.size = TRACE_TEXT_MAX;
    while (text.size > 0 && ((unsigned char)text.data[text.size] & 0xc0) == 0x80)
        text.size--;
    return text;
}

static void write_string(struct sentio_writer *out, const char *name, struct sentio_bytes value) {
    if (value.size == 0)
        return;
    sentio_write_format(out, ",\"%s\":", name);
    sentio_write_string(out, value);
}

static void write_number(struct sentio_writer *out, const char *name, uint64_t value) {
    if (value > 0)
        sentio_write_format(out, ",\"%s\":%llu", name, (unsigned long long)value);
}

void tracer_write(const struct trace_event *event, struct sentio_writer *out) {
    sentio_write_text(out, "{\"type\":\"trace\",\"time\":\"");
    sentio_write_time(out, event->time);
    sentio_write_format(out, "\",\"kind\":\"%s\"", event->kind);
    write_string(out, "channel", sentio_text(event->channel));
    if (event->client)
        sentio_write_format(out, ",\"client\":\"%llu\"", (unsigned long long)event->client);
    write_string(out, "user", sentio_text(event->user));
    write_number(out, "offset", event->offset);
    write_number(out, "items", event->items);
    write_number(out, "bytes", event->bytes);
    write_number(out, "count", event->count);
    write_string(out, "text", cut(event->text));
    write_string(out, "detail", sentio_text(event->detail));
    sentio_write_text(out, "}");
}

struct message *trace_message_create(struct tracer *tracer, const struct trace_event *event,
                                     bool last) {
    char space[1024];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    tracer_write(event, &out);
    struct sentio_bytes text = sentio_written(&out);
    struct trace_message *message =
        out.failed ? NULL : message_create(MESSAGE_TRACE, sizeof(*message), text.size);
    if (message != NULL) {
        char *at = (char *)(message + 1);
        message->head.size = 0; /* no queue is full of them: TRACE_AHEAD is their bound */
        message->tracer = tracer_ref(tracer);
        message->last = last;
        message->text = message_keep(&at, text);
        atomic_fetch_add_explicit(&tracer->ahead, 1, memory_order_relaxed);
    } else {
        tracer_miss(tracer);
    }
    sentio_writer_finish(&out);
    return message ? &message->head : NULL;
}

void trace_message_release(struct trace_message *message) {
    atomic_fetch_sub_explicit(&message->tracer->ahead, 1, memory_order_relaxed);
    tracer_unref(message->tracer);
}
