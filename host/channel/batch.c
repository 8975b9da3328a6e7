/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "hub/hub.h"
#include "hub/job.h"
#include "idempotency.h"
#include "publication.h"

enum { ERRORS_LISTED = 100 };

struct batch {
    struct batch *next; /* of the hub's */
    struct batch *previous;
    struct hub *hub;
    struct stream *stream; /* counted */
    uint32_t io;
    struct request *request;
    uint32_t pending; /* lines that are not answered, and one more while lines are read */
    uint32_t lines;   /* that were accepted */
    uint32_t refused;
    uint32_t failed;   /* the first status from 500 on; 0: none */
    bool faulty;       /* a line was refused with a lower one */
    uint64_t accepted; /* items */
    uint64_t offset;   /* of the last accepted */
    struct sentio_writer errors;
    uint8_t digest[KEY_DIGEST];
};

const uint8_t *batch_digest(const struct batch *batch) {
    return batch->digest;
}

static struct batch *create(struct channel *channel, const struct publish_message *message) {
    struct batch *batch = calloc(1, sizeof(*batch));
    if (batch == NULL)
        return NULL;
    if (message->key.size && publish_key_digest(message->body, batch->digest) != 0) {
        free(batch);
        return NULL;
    }
    batch->hub = channel->hub;
    batch->stream = stream_ref(channel->stream);
    batch->io = message->io;
    batch->request = message->request;
    batch->offset = channel->engine.offset;
    batch->pending = 1;
    sentio_writer_init(&batch->errors, NULL, 0);
    batch->next = batch->hub->batches;
    if (batch->next)
        batch->next->previous = batch;
    batch->hub->batches = batch;
    return batch;
}

static void destroy(struct batch *batch) {
    if (batch->previous)
        batch->previous->next = batch->next;
    else
        batch->hub->batches = batch->next;
    if (batch->next)
        batch->next->previous = batch->previous;
    stream_unref(batch->stream);
    sentio_writer_finish(&batch->errors);
    free(batch);
}

void batch_destroy_all(struct hub *hub) {
    while (hub->batches != NULL)
        destroy(hub->batches);
}

/* Nothing was accepted, and nothing is wrong with the lines: all of it may be sent again. */
static uint32_t status_of(const struct batch *batch) {
    return batch->lines == 0 && batch->failed && !batch->faulty ? batch->failed : 200;
}

static void answer(const struct batch *batch) {
    struct sentio_writer out;
    uint32_t status = status_of(batch);
    sentio_writer_init(&out, NULL, 0);
    sentio_write_format(&out, "{\"channel\":\"%s\",\"accepted\":%llu,\"offset\":%llu,",
                        batch->stream->name, (unsigned long long)batch->accepted,
                        (unsigned long long)batch->offset);
    sentio_write_format(&out, "\"epoch\":\"%s\"", batch->stream->epoch);
    if (status != 200)
        sentio_write_text(&out, ",\"detail\":\"no line was published; try again\"");
    if (batch->refused) {
        sentio_write_format(&out, ",\"refused\":%u,\"errors\":[", batch->refused);
        sentio_write(&out, sentio_written(&batch->errors));
        sentio_write_text(&out, "]");
    }
    sentio_write_text(&out, "}");
    hub_respond(batch->hub, batch->io, batch->request, status, sentio_text(""),
                sentio_written(&out));
    sentio_writer_finish(&out);
}

static void settle(struct batch *batch) {
    if (--batch->pending > 0)
        return;
    answer(batch);
    destroy(batch);
}

void batch_accepted(struct batch *batch, uint32_t accepted, uint64_t offset) {
    batch->lines++;
    batch->accepted += accepted;
    if (offset > batch->offset || batch->lines == 1)
        batch->offset = offset;
    settle(batch);
}

void batch_refused(struct batch *batch, uint32_t line, uint32_t status, struct sentio_bytes body) {
    if (status < 500)
        batch->faulty = true;
    else if (batch->failed == 0)
        batch->failed = status;
    if (batch->refused++ < ERRORS_LISTED) {
        sentio_write_format(&batch->errors, "%s{\"line\":%u,\"status\":%u,",
                            batch->refused > 1 ? "," : "", line, status);
        sentio_write(&batch->errors, sentio_bytes(body.data + 1, body.size - 1));
    }
    settle(batch);
}

/* Where a walk over the lines is. */
struct walk {
    struct sentio_bytes rest;
    uint32_t number; /* of the line that was read last */
};

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next line that has something in it. */
static bool next(struct walk *walk, struct sentio_bytes *line) {
    while (walk->rest.size > 0) {
        const char *end = memchr(walk->rest.data, '\n', walk->rest.size);
        size_t size = end ? (size_t)(end - walk->rest.data) : walk->rest.size;
        size_t step = end ? size + 1 : size;
        *line = sentio_bytes(walk->rest.data, size);
        walk->rest = sentio_bytes(walk->rest.data + step, walk->rest.size - step);
        walk->number++;
        while (line->size > 0 && is_space(line->data[0]))
            *line = sentio_bytes(line->data + 1, line->size - 1);
        if (line->size > 0)
            return true;
    }
    return false;
}

/* Its key stands for another body: then nothing of this one is published. */
static bool is_other_body(const struct channel *channel, const struct publisher *like,
                          struct sentio_bytes body) {
    struct walk walk = {.rest = body};
    struct publisher publisher = *like;
    struct sentio_bytes line;
    while (publisher.key.size > 0 && next(&walk, &line)) {
        publisher.line = walk.number;
        if (idempotency_differs(channel, &publisher))
            return true;
    }
    return false;
}

static void publish_lines(struct channel *channel, const struct publisher *like,
                          struct sentio_bytes body) {
    struct walk walk = {.rest = body};
    struct sentio_bytes line;
    while (next(&walk, &line)) {
        struct publisher publisher = *like;
        publisher.line = walk.number;
        publisher.batch->pending++;
        channel_publish(channel, &publisher, line);
        /* What an update leads to comes before the next one. */
        jobs_run(channel->hub);
    }
}

void batch_publish(struct channel *channel, const struct publish_message *message) {
    struct publisher publisher = {
        .http = true,
        .io = message->io,
        .request = message->request,
        .origin = SENTIO_FROM_PUBLISHER,
        .name = message->publisher,
        .key = message->key,
    };
    struct walk walk = {.rest = message->body};
    struct sentio_bytes line;
    struct batch *batch = NULL;
    if (!next(&walk, &line)) {
        publication_refuse(channel, &publisher, 422, "the body has no update in it");
        return;
    }
    batch = create(channel, message);
    if (batch == NULL) {
        publication_refuse(channel, &publisher, 503, "the host is out of memory");
        return;
    }
    publisher.batch = batch;
    if (is_other_body(channel, &publisher, message->body)) {
        publisher.batch = NULL;
        idempotency_refuse(channel, &publisher, publisher.key);
        destroy(batch);
        return;
    }
    publish_lines(channel, &publisher, message->body);
    settle(batch);
}
