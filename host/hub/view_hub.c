/* SPDX-License-Identifier: MIT */
#include "view_hub.h"

/* A user's own history, on a channel where it waits for him. */
static bool has_ack(const struct channel *channel, const struct sentio_route *route) {
    return channel->stream->durable && route->topics == SENTIO_TOPICS_USER &&
           route->source == SENTIO_HISTORY;
}

static int add_channel(struct view *view, const struct channel *channel) {
    const struct sentio_plugin *plugin = channel_plugin(channel);
    int error = view_add_channel(view, channel->stream, channel->config->path);
    for (uint32_t i = 0; i < plugin->route_count && !error; i++) {
        const struct sentio_route *route = &plugin->routes[i];
        error = view_add_route(view, route->path, channel->stream->index, i);
        if (!error && has_ack(channel, route))
            error = view_add_ack(view, route->path, channel->stream->index);
    }
    return error;
}

int view_fill(struct view *view, const struct hub *hub) {
    int error = 0;
    for (size_t i = 0; i < hub->channel_count && !error; i++)
        if (hub->channels[i] != NULL)
            error = add_channel(view, hub->channels[i]);
    return error;
}

/* One for each io thread, linked: all or none. */
static struct message *create_messages(const struct host *host, struct view *view) {
    struct message *first = NULL;
    for (size_t i = 0; i < host->io_count; i++) {
        struct message *message = view_message_create(view);
        if (message == NULL)
            goto fail;
        view_ref(view);
        message->next = first;
        first = message;
    }
    return first;
fail:
    while (first != NULL) {
        struct message *next = first->next;
        message_destroy(first);
        first = next;
    }
    return NULL;
}

int hub_show(struct hub *hub, struct view *view) {
    struct host *host = hub->host;
    struct view *before = host->view;
    struct message *message = create_messages(host, view);
    if (message == NULL)
        return SENTIO_NO_MEMORY;
    host->view = view;
    host->config = view->config;
    atomic_store(&host->hang, view->config->plugins.hang);
    quota_limit(&host->quota, view->config);
    for (uint32_t io = 0; message != NULL; io++) {
        struct message *next = message->next;
        hub_send(hub, io, message);
        message = next;
    }
    view_unref(before);
    return 0;
}
