/* SPDX-License-Identifier: MIT */
#include "publication.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "batch.h"
#include "consequence.h"
#include "http/response.h"
#include "hub/hub.h"
#include "hub/job.h"
#include "idempotency.h"
#include "trace/trace.h"

/* What the engine carries along with an update. */
struct ticket {
    struct publisher publisher;            /* its name lies behind the ticket */
    bool answered;                         /* there is a publisher to answer */
    struct disk_consequence *consequences; /* of a durable channel */
};

static struct ticket *ticket_create(const struct publisher *publisher) {
    size_t size = publisher ? publisher->name.size : 0;
    struct ticket *ticket = calloc(1, sizeof(*ticket) + size);
    if (ticket == NULL || publisher == NULL)
        return ticket;
    ticket->answered = true;
    ticket->publisher = *publisher;
    ticket->publisher.name.data = (char *)(ticket + 1);
    if (size)
        memcpy(ticket + 1, publisher->name.data, size);
    return ticket;
}

static void ticket_destroy(struct ticket *ticket) {
    if (ticket == NULL)
        return;
    consequences_free(ticket->consequences);
    free(ticket);
}

static struct update *gather(struct channel *channel, struct effects *effects) {
    struct update *update = update_create(channel->stream, effects->emits);
    if (update == NULL)
        return NULL;
    for (struct effect *effect = effects->first; effect; effect = effect->next) {
        if (effect->kind != EFFECT_EMIT)
            continue;
        effect->item->topic = topic_obtain(&channel->topics, effect->item->topic_name);
        if (effect->item->topic == NULL) {
            update_unref(update);
            return NULL;
        }
        update->items[update->count++] = effect->item;
        effect->item = NULL;
    }
    return update;
}

bool publication_due(const struct channel *channel, const struct effects *effects) {
    return effects->emits > 0 || (channel->disk && effects_find(effects, EFFECT_FORWARD));
}

void publication_order(struct channel *channel, struct effects *effects,
                       const struct publisher *publisher, int64_t consequence) {
    struct ticket *ticket = ticket_create(publisher);
    struct update *update = gather(channel, effects);
    int error = ticket && update ? 0 : SENTIO_NO_MEMORY;
    if (channel->disk && !error)
        error = consequences_gather(channel, effects, &ticket->consequences);
    if (error) {
        ticket_destroy(ticket);
        update_unref(update);
        if (publisher)
            publication_refuse(channel, publisher, 503, "the host is out of memory");
        return;
    }
    struct disk_key key;
    bool keyed = publisher && publisher->entry;
    if (keyed)
        idempotency_describe(publisher->entry, &key);
    const struct disk_extra extra = {
        .key = keyed ? &key : NULL,
        .consequences = ticket->consequences,
        .settles = consequence,
    };
    channel->engine.publish(&channel->engine, update, &extra, ticket);
}

static void show(struct channel *channel, struct update *update, const struct ticket *ticket) {
    channel->published++;
    channel->items += update->count;
    if (channel->hub->traces)
        trace_update(channel, update, ticket->answered ? &ticket->publisher : NULL);
    log_memory_append(&channel->log, update);
    hub_broadcast(channel, update);
}

void publication_ordered(void *context, struct update *update, void *token) {
    struct channel *channel = context;
    struct ticket *ticket = token;
    if (update->count > 0)
        show(channel, update, ticket);
    if (channel->disk)
        consequences_begin(channel, update, ticket->consequences);
    else
        job_observe(channel, update);
    if (ticket->answered)
        publication_accept(channel, &ticket->publisher, update->count, update->last);
    ticket_destroy(ticket);
    update_unref(update);
}

void publication_failed(void *context, struct update *update, void *token, const char *why) {
    struct channel *channel = context;
    struct ticket *ticket = token;
    /* Whoever is not told by an answer is told by the log, once: disk.c. */
    if (ticket->answered && ticket->publisher.http)
        publication_refuse(channel, &ticket->publisher, 503, why);
    else
        channel->rejected++;
    ticket_destroy(ticket);
    update_unref(update);
}

void publication_answer(struct channel *channel, const struct publisher *publisher, uint32_t status,
                        struct sentio_bytes body) {
    if (publisher->entry)
        idempotency_refused(channel, publisher->entry, status, body);
    if (publisher->batch)
        batch_refused(publisher->batch, publisher->line, status, body);
    else
        hub_respond(channel->hub, publisher->io, publisher->request, status, sentio_text(""), body);
}

void publication_accept(struct channel *channel, const struct publisher *publisher,
                        uint32_t accepted, uint64_t offset) {
    char space[256];
    if (!publisher->http)
        return;
    if (publisher->entry)
        idempotency_accepted(channel, publisher->entry, accepted, offset);
    if (publisher->batch) {
        batch_accepted(publisher->batch, accepted, offset);
        return;
    }
    int size = snprintf(space, sizeof(space),
                        "{\"channel\":\"%s\",\"accepted\":%u,\"offset\":%llu,\"epoch\":\"%s\"}",
                        channel->stream->name, accepted, (unsigned long long)offset,
                        channel->stream->epoch);
    hub_respond(channel->hub, publisher->io, publisher->request, 200, sentio_text(""),
                sentio_bytes(space, (size_t)size));
}

static void answer_error(struct channel *channel, const struct publisher *publisher,
                         uint32_t status, const char *detail) {
    char space[512];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    response_detail(&out, detail);
    publication_answer(channel, publisher, status, sentio_written(&out));
    sentio_writer_finish(&out);
}

static const char *origin_text(const struct publisher *publisher) {
    return publisher->origin == SENTIO_FROM_SOURCE ? "its source" : "forwarded by";
}

void publication_refuse(struct channel *channel, const struct publisher *publisher, uint32_t status,
                        const char *detail) {
    channel->rejected++;
    trace_update_refused(channel, publisher, status, detail);
    if (publisher->http) {
        answer_error(channel, publisher, status, detail);
        return;
    }
    log_warning(channel->label, "an update (%s %.*s) is refused: %s", origin_text(publisher),
                (int)publisher->name.size, publisher->name.data, detail);
}

void publication_malformed(struct channel *channel, const struct publisher *publisher,
                           const struct sentio_json_error *error) {
    char detail[256];
    snprintf(detail, sizeof(detail), "the body is not valid JSON: %s at byte %zu", error->message,
             error->position);
    publication_refuse(channel, publisher, 400, detail);
}

static void write_rejection(struct sentio_writer *out, const struct effect *effect) {
    sentio_write_text(out, "{");
    if (effect->number >= 0)
        sentio_write_format(out, "\"item\":%lld,", (long long)effect->number);
    sentio_write_text(out, "\"field\":");
    sentio_write_string(out, effect->a);
    sentio_write_text(out, ",\"message\":");
    sentio_write_string(out, effect->b);
    sentio_write_text(out, "}");
}

static const struct effect *next_rejection(const struct effect *effect) {
    while (effect != NULL && effect->kind != EFFECT_REJECT)
        effect = effect->next;
    return effect;
}

void publication_reject(struct channel *channel, const struct publisher *publisher,
                        const struct effects *effects) {
    const struct effect *effect = next_rejection(effects->first);
    char detail[512];
    snprintf(detail, sizeof(detail), "item %lld, \"%.*s\": %.*s (%u errors)",
             (long long)effect->number, (int)effect->a.size, effect->a.data, (int)effect->b.size,
             effect->b.data, effects->rejections);
    if (!publisher->http) {
        publication_refuse(channel, publisher, 422, detail);
        return;
    }
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, "{\"detail\":\"the update is not valid; nothing of it was published\","
                            "\"errors\":[");
    for (bool first = true; effect; effect = next_rejection(effect->next)) {
        if (!first)
            sentio_write_text(&out, ",");
        first = false;
        write_rejection(&out, effect);
    }
    sentio_write_text(&out, "]}");
    channel->rejected++;
    trace_update_refused(channel, publisher, 422, detail);
    publication_answer(channel, publisher, 422, sentio_written(&out));
    sentio_writer_finish(&out);
}
