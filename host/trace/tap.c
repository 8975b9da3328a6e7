/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "frame/deflate.h"
#include "frame/event.h"
#include "io/io.h"
#include "tracer.h"

enum { RSV1 = 0x40, OPCODE = 0xf, INFLATED_MAX = 1024 * 1024 };

/* One tracer's look at one connection. */
struct tap {
    struct tap *next; /* of io->taps */
    struct connection *connection;
    struct tracer *tracer; /* counted */
    struct trace_budget budget;
    struct inflater inflater; /* all zero unless the client's messages are compressed */
};

struct message *tap_message_create(struct tracer *tracer, bool on) {
    struct tap_message *message = message_create(MESSAGE_TAP, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->tracer = tracer_ref(tracer);
    message->on = on;
    return &message->head;
}

void tap_message_release(struct tap_message *message) {
    tracer_unref(message->tracer);
}

static void destroy(struct tap *tap) {
    inflater_finish(&tap->inflater);
    tracer_unref(tap->tracer);
    free(tap);
}

static struct tap *create(struct connection *connection, struct tracer *tracer) {
    struct tap *tap = calloc(1, sizeof(*tap));
    if (tap == NULL)
        return NULL;
    tap->connection = connection;
    tap->tracer = tracer_ref(tracer);
    if (connection->form != FORM_PACKED || inflater_init(&tap->inflater) == 0)
        return tap;
    destroy(tap);
    return NULL;
}

/* False: there is no such client, or no memory to look at it. */
static bool look(struct io *io, struct tracer *tracer) {
    struct connection *connection = roster_find(&io->roster, tracer->client);
    if (connection == NULL || connection->state != CONNECTION_OPEN || connection->viewing)
        return false;
    struct tap *tap = create(connection, tracer);
    if (tap == NULL)
        return false;
    tap->next = io->taps;
    io->taps = tap;
    connection->traced = true;
    return true;
}

static struct tap *find(const struct io *io, const struct connection *connection) {
    struct tap *tap = io->taps;
    while (tap != NULL && tap->connection != connection)
        tap = tap->next;
    return tap;
}

static void take_out(struct io *io, struct tap **link) {
    struct tap *tap = *link;
    *link = tap->next;
    tap->connection->traced = find(io, tap->connection) != NULL;
    destroy(tap);
}

static void look_away(struct io *io, const struct tracer *tracer) {
    struct tap **link = &io->taps;
    while (*link != NULL) {
        if ((*link)->tracer == tracer)
            take_out(io, link);
        else
            link = &(*link)->next;
    }
}

void tap_deliver(struct io *io, struct tap_message *message) {
    if (message->on) {
        message->found = look(io, message->tracer);
        queue_put(io->host->to_hub, &message->head);
        return;
    }
    look_away(io, message->tracer);
    message_destroy(&message->head);
}

static void tell(struct tap *tap, struct trace_event *event) {
    const struct connection *connection = tap->connection;
    event->client = connection->id;
    event->user = connection->user;
    if (connection->stream)
        event->channel = connection->stream->name;
    struct message *message = trace_message_create(tap->tracer, event, false);
    if (message != NULL)
        queue_push(&connection->io->host->ios[tap->tracer->io]->queue, message);
}

/* What a client proves itself by is not shown. */
static void tell_received(struct tap *tap, int64_t time, struct sentio_bytes text) {
    char space[1024];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    redact(text, &out);
    struct trace_event event = {
        .time = time, .kind = "received", .bytes = text.size, .text = sentio_written(&out)};
    if (sentio_is(event.text, "{}") && !sentio_is(text, "{}"))
        event.detail = "it is not a JSON object";
    tell(tap, &event);
    sentio_writer_finish(&out);
}

void tap_received(struct connection *connection, struct sentio_bytes text) {
    int64_t now = io_time();
    for (struct tap *tap = connection->io->taps; tap; tap = tap->next)
        if (tap->connection == connection && tracer_takes(tap->tracer, &tap->budget, now))
            tell_received(tap, now, text);
}

/* The frame's payload as text. */
static void tell_frame(struct tap *tap, int64_t time, const uint8_t *frame, size_t size) {
    struct sentio_bytes payload = frame_payload(frame, size);
    const uint8_t *code = (const uint8_t *)payload.data;
    struct trace_event event = {.time = time, .kind = "sent", .bytes = size};
    char detail[160];
    if ((frame[0] & OPCODE) == FRAME_CLOSE && payload.size >= 2) {
        snprintf(detail, sizeof(detail), "close %u %.*s", (unsigned)code[0] << 8 | code[1],
                 (int)payload.size - 2, payload.data + 2);
        event.detail = detail;
    } else if ((frame[0] & OPCODE) != FRAME_TEXT) {
        event.detail = "ping";
    } else if ((frame[0] & RSV1) == 0) {
        event.text = payload;
    } else if (inflater_message(&tap->inflater, payload, INFLATED_MAX, &event.text) == 0) {
        event.detail = "compressed";
    } else {
        event.detail = "compressed, and too large to be shown";
    }
    tell(tap, &event);
}

/* An event's lines of data, without what goes before them. */
static void tell_event(struct tap *tap, int64_t time, const uint8_t *block, size_t size) {
    static const char begin[] = "data: ";
    const char *data = memmem(block, size, begin, sizeof(begin) - 1);
    struct trace_event event = {.time = time, .kind = "sent", .bytes = size};
    if (data != NULL) {
        data += sizeof(begin) - 1;
        const char *end = (const char *)block + size;
        while (end > data && end[-1] == '\n')
            end--;
        event.text = sentio_bytes(data, (size_t)(end - data));
    } else {
        event.detail = block[0] == ':' ? "ping" : "position";
    }
    tell(tap, &event);
}

static void tell_sent(struct tap *tap, int64_t time, struct span span) {
    const uint8_t *data = span_data(span);
    size_t size = span_size(span);
    bool events = tap->connection->sse != NULL;
    for (size_t at = 0; at < size;) {
        size_t length =
            events ? event_length(data + at, size - at) : frame_length(data + at, size - at);
        if (length == 0 || length > size - at)
            return;
        if (tracer_takes(tap->tracer, &tap->budget, time)) {
            if (events)
                tell_event(tap, time, data + at, length);
            else
                tell_frame(tap, time, data + at, length);
        }
        at += length;
    }
}

void tap_sent(struct connection *connection, struct span span) {
    int64_t now = io_time();
    for (struct tap *tap = connection->io->taps; tap; tap = tap->next)
        if (tap->connection == connection)
            tell_sent(tap, now, span);
}

/* The hub ends the trace, behind what it has to say of the client's subscriptions. */
void tap_gone(struct connection *connection) {
    struct io *io = connection->io;
    struct tap **link = &io->taps;
    while (*link != NULL) {
        if ((*link)->connection != connection) {
            link = &(*link)->next;
            continue;
        }
        struct message *message = tap_message_create((*link)->tracer, false);
        if (message != NULL && io->host->to_hub != NULL)
            queue_put(io->host->to_hub, message);
        else
            message_destroy(message);
        take_out(io, link);
    }
}

void taps_finish(struct io *io) {
    while (io->taps != NULL)
        take_out(io, &io->taps);
}
