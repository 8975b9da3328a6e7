/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <stdlib.h>

#include "admin/admin_api.h"
#include "http/parameter.h"
#include "io/io.h"
#include "tap.h"
#include "trace_internal.h"
#include "tracer.h"
#include "viewer.h"

enum { TEXT_SIZE = 4096 /* no parameter is longer */ };

static struct trace **find(struct hub *hub, const struct tracer *tracer) {
    struct trace **link = &hub->traces;
    while (*link != NULL && (*link)->tracer != tracer)
        link = &(*link)->next;
    return link;
}

static void destroy(struct trace **link) {
    struct trace *trace = *link;
    *link = trace->next;
    tracer_unref(trace->tracer);
    free(trace);
}

/* What has nothing to do with what a journal takes down. */
static void send_aside(struct hub *hub, uint32_t io, struct message *message) {
    bool before = hub->aside;
    hub->aside = true;
    hub_send(hub, io, message);
    hub->aside = before;
}

static size_t count(const struct hub *hub) {
    size_t count = 0;
    for (const struct trace *trace = hub->traces; trace; trace = trace->next)
        count++;
    return count;
}

/* NULL: out of memory. */
static struct trace *begin(struct hub *hub, const struct admin_question *question,
                           struct channel *channel, uint64_t client) {
    struct trace *trace = calloc(1, sizeof(*trace));
    if (trace == NULL)
        return NULL;
    trace->tracer = tracer_create(question->io, client);
    if (trace->tracer == NULL) {
        free(trace);
        return NULL;
    }
    trace->channel = channel;
    trace->request = question->request;
    trace->next = hub->traces;
    hub->traces = trace;
    return trace;
}

/* The request becomes a stream. */
static void show(struct hub *hub, struct trace *trace) {
    struct message *message = viewer_message_create(trace->tracer, trace->request);
    trace->request = NULL;
    send_aside(hub, trace->tracer->io, message);
}

static void refuse_unknown(struct hub *hub, const struct admin_question *question) {
    admin_api_refuse(hub, question, 404, "there is no such client; it may have left");
}

static void trace_client(struct hub *hub, const struct admin_question *question) {
    uint64_t client = 0;
    if (!parameter_number(question->parameters, "client", 1, UINT64_MAX, &client) ||
        io_of_id(client) >= hub->host->io_count) {
        refuse_unknown(hub, question);
        return;
    }
    struct trace *trace = begin(hub, question, NULL, client);
    struct message *message = trace ? tap_message_create(trace->tracer, true) : NULL;
    if (message != NULL) {
        send_aside(hub, (uint32_t)io_of_id(client), message);
        return;
    }
    admin_api_refuse(hub, question, 503, "the host is out of memory");
    if (trace != NULL)
        destroy(&hub->traces);
}

static void trace_channel(struct hub *hub, const struct admin_question *question,
                          struct sentio_bytes name) {
    struct channel *channel = hub_channel_named(hub, name);
    if (channel == NULL) {
        admin_api_refuse(hub, question, 404, "there is no such channel");
        return;
    }
    struct trace *trace = begin(hub, question, channel, 0);
    if (trace != NULL)
        show(hub, trace);
    else
        admin_api_refuse(hub, question, 503, "the host is out of memory");
}

void trace_ask(struct hub *hub, const struct admin_question *question) {
    char channel_space[TEXT_SIZE];
    char client_space[TEXT_SIZE];
    struct sentio_bytes channel =
        parameter_text(question->parameters, "channel", channel_space, sizeof(channel_space));
    struct sentio_bytes client =
        parameter_text(question->parameters, "client", client_space, sizeof(client_space));
    if ((channel.size > 0) == (client.size > 0))
        admin_api_refuse(hub, question, 422, "name a \"channel\" or a \"client\"");
    else if (count(hub) >= TRACERS_MAX)
        admin_api_refuse(hub, question, 429, "eight traces run already; end one of them");
    else if (client.size > 0)
        trace_client(hub, question);
    else
        trace_channel(hub, question, channel);
}

/* With a last event for who watches. */
static void end(struct hub *hub, struct trace **link, const char *kind, const char *detail) {
    struct trace *trace = *link;
    struct trace_event event = {
        .time = hub_time(hub),
        .kind = kind,
        .client = trace->tracer->client,
        .channel = trace->channel ? trace->channel->stream->name : NULL,
        .detail = detail,
    };
    send_aside(hub, trace->tracer->io, trace_message_create(trace->tracer, &event, true));
    destroy(link);
}

void trace_tapped(struct hub *hub, const struct tap_message *message) {
    struct trace **link = find(hub, message->tracer);
    struct trace *trace = *link;
    if (trace == NULL)
        return;
    if (trace->request == NULL) {
        end(hub, link, "left", "the client's connection has ended");
        return;
    }
    if (message->found) {
        show(hub, trace);
        return;
    }
    const struct admin_question question = {.io = trace->tracer->io, .request = trace->request};
    bool before = hub->aside;
    hub->aside = true;
    refuse_unknown(hub, &question);
    hub->aside = before;
    destroy(link);
}

void trace_unwatched(struct hub *hub, const struct viewer_message *message) {
    struct trace **link = find(hub, message->tracer);
    uint64_t client = message->tracer->client;
    if (*link == NULL)
        return;
    if (client)
        send_aside(hub, (uint32_t)io_of_id(client), tap_message_create(message->tracer, false));
    destroy(link);
}

void trace_channel_removed(struct channel *channel) {
    struct trace **link = &channel->hub->traces;
    while (*link != NULL) {
        if ((*link)->channel == channel)
            end(channel->hub, link, "error", "the channel was removed");
        else
            link = &(*link)->next;
    }
}

void trace_destroy_all(struct hub *hub) {
    while (hub->traces != NULL)
        destroy(&hub->traces);
}
