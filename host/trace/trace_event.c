/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "io/io.h"
#include "subscription/subscription_internal.h"
#include "trace.h"
#include "trace_internal.h"

enum { DETAIL_SIZE = 512 };

static bool shows(const struct trace *trace, const struct channel *channel, uint64_t client) {
    return trace->channel == channel || (client != 0 && trace->tracer->client == client);
}

/* An event of a channel, and of one of its clients unless `client` is 0. */
static void tell(const struct channel *channel, uint64_t client, struct trace_event *event) {
    struct hub *hub = channel->hub;
    bool before = hub->aside;
    event->time = hub_time(hub);
    event->channel = channel->stream->name;
    event->client = client;
    hub->aside = true;
    for (struct trace *trace = hub->traces; trace; trace = trace->next) {
        if (!shows(trace, channel, client) ||
            !tracer_takes(trace->tracer, &trace->budget, event->time))
            continue;
        struct message *message = trace_message_create(trace->tracer, event, false);
        if (message != NULL)
            hub_send(hub, trace->tracer->io, message);
    }
    hub->aside = before;
}

static bool watched(const struct channel *channel) {
    return channel->hub->traces != NULL;
}

/* Where it came from. */
static void describe(const struct publisher *publisher, char text[DETAIL_SIZE]) {
    int size = (int)(publisher ? publisher->name.size : 0);
    const char *name = size ? publisher->name.data : "";
    if (publisher == NULL)
        snprintf(text, DETAIL_SIZE, "by the plugin");
    else if (publisher->origin == SENTIO_FROM_SOURCE)
        snprintf(text, DETAIL_SIZE, "by the channel's source");
    else if (publisher->origin == SENTIO_FROM_FORWARD)
        snprintf(text, DETAIL_SIZE, "forwarded by %.*s", size, name);
    else
        snprintf(text, DETAIL_SIZE, "published by %.*s", size, name);
}

/* As much of the items as is shown. */
static void write_items(const struct update *update, struct sentio_writer *out) {
    sentio_write_text(out, "[");
    for (uint32_t i = 0; i < update->count && sentio_written(out).size <= TRACE_TEXT_MAX; i++) {
        sentio_write_text(out, i ? "," : "");
        sentio_write(out, update->items[i]->json);
    }
    sentio_write_text(out, "]");
}

void trace_update(const struct channel *channel, const struct update *update,
                  const struct publisher *publisher) {
    char space[1024];
    char detail[DETAIL_SIZE];
    struct sentio_writer text;
    if (!watched(channel))
        return;
    describe(publisher, detail);
    sentio_writer_init(&text, space, sizeof(space));
    write_items(update, &text);
    struct trace_event event = {
        .kind = "update",
        .offset = update->last,
        .items = update->count,
        .text = sentio_written(&text),
        .detail = detail,
    };
    for (uint32_t i = 0; i < update->count; i++)
        event.bytes += update->items[i]->json.size;
    tell(channel, 0, &event);
    sentio_writer_finish(&text);
}

void trace_update_refused(const struct channel *channel, const struct publisher *publisher,
                          uint32_t status, const char *detail) {
    char from[DETAIL_SIZE];
    char text[2 * DETAIL_SIZE];
    if (!watched(channel))
        return;
    describe(publisher, from);
    snprintf(text, sizeof(text), "%u, %s: %s", status, from, detail);
    tell(channel, 0, &(struct trace_event){.kind = "refused", .detail = text});
}

void trace_fault(const struct channel *channel, enum call_kind kind, int code) {
    char detail[DETAIL_SIZE];
    if (!watched(channel))
        return;
    snprintf(detail, sizeof(detail), "plugin fault: %s() returned %d (%s)", call_name(kind), code,
             sentio_error_text(code));
    tell(channel, 0, &(struct trace_event){.kind = "error", .detail = detail});
}

void trace_failed(const struct channel *channel) {
    if (watched(channel))
        tell(channel, 0,
             &(struct trace_event){.kind = "error",
                                   .detail = "the channel has failed: its plugin died too often"});
}

static void tell_of(const struct subscription *subscription, struct trace_event *event) {
    event->user = subscription->user ? subscription->user->name : NULL;
    tell(subscription->channel, subscription->client, event);
}

void trace_accepted(const struct subscription *subscription,
                    const struct command_message *message) {
    char space[1024];
    struct sentio_writer text;
    bool subscribe = message->what == COMMAND_SUBSCRIBE;
    if (!watched(subscription->channel) || (!subscribe && message->what != COMMAND_UNSUBSCRIBE))
        return;
    sentio_writer_init(&text, space, sizeof(space));
    redact(message->request, &text);
    tell_of(subscription, &(struct trace_event){.kind = subscribe ? "subscribe" : "unsubscribe",
                                                .bytes = message->request.size,
                                                .text = sentio_written(&text)});
    sentio_writer_finish(&text);
}

void trace_joined(const struct subscription *subscription) {
    if (watched(subscription->channel))
        tell_of(subscription, &(struct trace_event){.kind = "joined"});
}

void trace_left(const struct subscription *subscription) {
    if (watched(subscription->channel))
        tell_of(subscription, &(struct trace_event){.kind = "left"});
}

void trace_refused(const struct subscription *subscription, struct sentio_bytes code,
                   struct sentio_bytes text) {
    char detail[DETAIL_SIZE];
    if (!watched(subscription->channel))
        return;
    snprintf(detail, sizeof(detail), "%.*s: %.*s", (int)code.size, code.data, (int)text.size,
             text.data);
    tell_of(subscription, &(struct trace_event){.kind = "refused", .detail = detail});
}
