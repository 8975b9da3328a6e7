/* SPDX-License-Identifier: MIT */
#include "inquiry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin_api.h"
#include "base/log.h"
#include "control.h"
#include "readiness.h"
#include "status.h"

enum { TOPICS_MAX = 1000 };

/* A REST request that a plugin is to answer. */
struct inquiry {
    uint64_t id;
    struct channel *channel;
    struct request *request;
    uint32_t io;
    int64_t since; /* Unix ms */
    bool called;   /* render() has returned; until then it is not overdue */
};

/* What a route asks for. */
struct selection {
    struct topic **topics; /* counted */
    size_t count;
    bool all;
    size_t limit; /* of history */
};

static bool has_id(const void *value, const void *key) {
    return ((const struct inquiry *)value)->id == *(const uint64_t *)key;
}

static struct inquiry *create(struct channel *channel, const struct query_message *query) {
    struct hub *hub = channel->hub;
    struct inquiry *inquiry = calloc(1, sizeof(*inquiry));
    if (inquiry == NULL)
        return NULL;
    inquiry->id = ++hub->next_inquiry;
    inquiry->channel = channel;
    inquiry->request = query->request;
    inquiry->io = query->io;
    inquiry->since = hub_time(hub);
    if (table_insert(&hub->inquiries, table_hash_number(inquiry->id), inquiry) == 0)
        return inquiry;
    free(inquiry);
    return NULL;
}

static void end(struct hub *hub, struct inquiry *inquiry) {
    table_remove(&hub->inquiries, table_hash_number(inquiry->id), inquiry);
    free(inquiry);
}

static void end_with_error(struct hub *hub, struct inquiry *inquiry, uint32_t status,
                           const char *detail) {
    hub_respond_error(hub, inquiry->io, inquiry->request, status, detail);
    end(hub, inquiry);
}

void inquiry_effect(struct channel *channel, const struct effect *effect) {
    struct hub *hub = channel->hub;
    uint64_t id = effect->id;
    struct inquiry *inquiry = table_find(&hub->inquiries, table_hash_number(id), has_id, &id);
    if (inquiry == NULL || inquiry->channel != channel)
        return;
    hub_respond(hub, inquiry->io, inquiry->request, (uint32_t)effect->number, effect->a, effect->b);
    end(hub, inquiry);
}

static void add_topic(struct selection *selection, struct channel *channel,
                      struct sentio_bytes name) {
    struct topic *topic = topic_find(&channel->topics, name);
    for (size_t i = 0; i < selection->count; i++)
        if (selection->topics[i] == topic)
            return;
    if (topic != NULL && selection->count < TOPICS_MAX)
        selection->topics[selection->count++] = topic_ref(topic);
}

/* Comma-separated names; those that no item ever had are passed over. */
static void add_names(struct selection *selection, struct channel *channel, char *names,
                      size_t size, bool upper) {
    size_t start = 0;
    for (size_t i = 0; i < size && upper; i++)
        if (names[i] >= 'a' && names[i] <= 'z')
            names[i] = (char)(names[i] - 'a' + 'A');
    for (size_t i = 0; i <= size; i++) {
        if (i < size && names[i] != ',')
            continue;
        size_t end = i;
        while (start < end && names[start] == ' ')
            start++;
        while (end > start && names[end - 1] == ' ')
            end--;
        if (end > start)
            add_topic(selection, channel, sentio_bytes(names + start, end - start));
        start = i + 1;
    }
}

/* The query's parameter `name`, copied to `space`; empty when it is not there. SENTIO_TOO_BIG. */
static int parameter(const struct query_message *query, const char *name, char *space, size_t size,
                     struct sentio_bytes *value) {
    struct sentio_json object;
    struct sentio_field field = {.name = name, .types = SENTIO_JSON_STRING};
    *value = sentio_bytes(space, 0);
    if (sentio_json_parse(query->parameters, &object, NULL) != 0 ||
        sentio_json_read(&object, &field, 1, NULL) != 0 || field.value.type == SENTIO_JSON_ABSENT)
        return 0;
    struct sentio_bytes text;
    if (sentio_json_string(&field.value, space, size, &text) != 0 || text.size > size)
        return SENTIO_TOO_BIG;
    if (text.size > 0 && text.data != space)
        memcpy(space, text.data, text.size);
    value->size = text.size;
    return 0;
}

static int select_topics(struct selection *selection, struct channel *channel,
                         const struct sentio_route *route, const struct query_message *query) {
    char space[4096];
    struct sentio_bytes value;
    switch ((enum sentio_topics)route->topics) {
    case SENTIO_TOPICS_ALL:
        selection->all = true;
        return 0;
    case SENTIO_TOPICS_USER:
        if (query->user.size == 0 || sentio_is(query->user, "*"))
            return 0;
        add_topic(selection, channel, query->user);
        add_topic(selection, channel, sentio_text("*"));
        return 0;
    case SENTIO_TOPICS_PATH:
    case SENTIO_TOPICS_QUERY:
        if (parameter(query, route->parameter, space, sizeof(space), &value) != 0)
            return SENTIO_TOO_BIG;
        selection->all = route->topics == SENTIO_TOPICS_QUERY && value.size == 0;
        add_names(selection, channel, space, value.size, (route->flags & SENTIO_UPPER_CASE) != 0);
        return 0;
    }
    return SENTIO_INVALID;
}

/* "limit" of a history route: a number from 1 to the route's maximum. */
static bool read_limit(struct selection *selection, const struct sentio_route *route,
                       const struct query_message *query) {
    char space[16];
    size_t limit = 0;
    struct sentio_bytes value;
    selection->limit = route->limit;
    if (parameter(query, "limit", space, sizeof(space), &value) != 0)
        return false;
    if (value.size == 0)
        return true;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' || limit > route->limit_max)
            return false;
        limit = limit * 10 + (size_t)(value.data[i] - '0');
    }
    selection->limit = limit;
    return limit >= 1 && limit <= route->limit_max;
}

static int collect(const struct selection *selection, struct channel *channel,
                   const struct sentio_route *route, struct log_items *items) {
    int error = 0;
    if (!selection->all && selection->count == 0)
        return 0;
    if (route->source == SENTIO_HISTORY)
        return log_memory_history(&channel->log, selection->topics,
                                  selection->all ? 0 : selection->count, selection->limit,
                                  channel_time(channel), items);
    if (selection->all)
        error = log_memory_latest(&channel->log, NULL, items);
    for (size_t i = 0; i < selection->count && !error; i++)
        error = log_memory_latest(&channel->log, selection->topics[i], items);
    log_items_sort(items);
    return error;
}

static void render(struct channel *channel, const struct query_message *query,
                   const struct sentio_route *route, const struct log_items *items) {
    struct inquiry *inquiry = create(channel, query);
    struct sentio_item *views = malloc(items->count ? items->count * sizeof(*views) : 1);
    if (inquiry == NULL || views == NULL) {
        hub_respond_error(channel->hub, query->io, query->request, 503,
                          "the host is out of memory");
        free(views);
        if (inquiry)
            end(channel->hub, inquiry);
        return;
    }
    for (size_t i = 0; i < items->count; i++)
        views[i] = item_view(items->items[i]);
    uint64_t id = inquiry->id;
    struct sentio_request request = {
        .id = id,
        .route = route,
        .who = {.user = query->user, .roles = query->roles},
        .path = query->path,
        .query = query->parameters,
        .epoch = sentio_text(channel->stream->epoch),
        .offset = channel->engine.offset,
    };
    struct call call = {.kind = CALL_RENDER,
                        .request = &request,
                        .route = (uint32_t)(route - channel_plugin(channel)->routes),
                        .items = views,
                        .count = items->count};
    const struct asker asker = {.id = id};
    channel_call(channel, &call, &asker);
    free(views);
}

void inquiry_called(struct hub *hub, uint64_t id, const struct result *result) {
    struct inquiry *inquiry = table_find(&hub->inquiries, table_hash_number(id), has_id, &id);
    if (inquiry == NULL)
        return;
    if (result->outcome == OUTCOME_NOT_RUNNING)
        end_with_error(hub, inquiry, 503, "the channel's plugin is not running");
    else if (result->outcome != OUTCOME_RETURNED || result->code != 0)
        end_with_error(hub, inquiry, 500, "the channel's plugin failed; see the log");
    else
        inquiry->called = true;
}

/* The route that the io thread has found, unless the plugin was swapped since: then one that is
 * written the same. NULL: there is none any more. */
static const struct sentio_route *find_route(const struct channel *channel,
                                             const struct query_message *query) {
    const struct sentio_plugin *plugin = channel_plugin(channel);
    if (query->route < plugin->route_count &&
        sentio_is(query->pattern, plugin->routes[query->route].path))
        return &plugin->routes[query->route];
    for (uint32_t i = 0; i < plugin->route_count; i++)
        if (sentio_is(query->pattern, plugin->routes[i].path))
            return &plugin->routes[i];
    return NULL;
}

static void ask_plugin(struct channel *channel, const struct sentio_route *route,
                       const struct query_message *query) {
    struct hub *hub = channel->hub;
    struct topic *topics[TOPICS_MAX];
    struct selection selection = {.topics = topics};
    struct log_items items = {0};
    if (route->source == SENTIO_HISTORY && !read_limit(&selection, route, query)) {
        char detail[96];
        snprintf(detail, sizeof(detail), "\"limit\" must be a number from 1 to %u",
                 route->limit_max);
        hub_respond_error(hub, query->io, query->request, 400, detail);
        return;
    }
    if (select_topics(&selection, channel, route, query) != 0)
        hub_respond_error(hub, query->io, query->request, 400, "the query is too long");
    else if (collect(&selection, channel, route, &items) != 0)
        hub_respond_error(hub, query->io, query->request, 503, "the host is out of memory");
    else
        render(channel, query, route, &items);
    log_items_finish(&items);
    for (size_t i = 0; i < selection.count; i++)
        topic_unref(topics[i]);
}

static void ask_channel(struct hub *hub, const struct query_message *query) {
    struct channel *channel = hub_channel(hub, query->channel);
    const struct sentio_route *route = channel ? find_route(channel, query) : NULL;
    if (channel == NULL)
        hub_respond_error(hub, query->io, query->request, 404, "there is nothing at this path");
    else if (route == NULL)
        hub_respond_error(hub, query->io, query->request, 503,
                          "the channel's plugin was replaced: try again");
    else
        ask_plugin(channel, route, query);
}

void inquiry_query(struct hub *hub, const struct query_message *query) {
    struct sentio_writer out;
    if (query->what == QUERY_ROUTE) {
        ask_channel(hub, query);
        return;
    }
    if (query->what == QUERY_CONTROL) {
        control_answer(hub, query);
        return;
    }
    if (query->what == QUERY_ADMIN) {
        admin_api_query(hub, query);
        return;
    }
    uint32_t status = 200;
    sentio_writer_init(&out, NULL, 0);
    if (query->what == QUERY_HEALTH)
        status_write_health(hub, &out);
    else if (query->what == QUERY_CHANNELS)
        status_write_channels(hub, false, &out);
    else if (query->what == QUERY_ALIVE)
        readiness_write_alive(hub, &out);
    else
        status = readiness_write(hub, &out) ? 200 : 503;
    hub_respond_aside(hub, query->io, query->request, status, sentio_text(""),
                      sentio_written(&out));
    sentio_writer_finish(&out);
}

static struct inquiry *find_overdue(const struct hub *hub, int64_t due) {
    for (size_t i = 0; i < hub->inquiries.capacity; i++) {
        struct inquiry *inquiry = hub->inquiries.slots[i].value;
        if (inquiry != NULL && inquiry->called && inquiry->since <= due)
            return inquiry;
    }
    return NULL;
}

static struct inquiry *find_of(const struct hub *hub, const struct channel *channel) {
    for (size_t i = 0; i < hub->inquiries.capacity; i++) {
        struct inquiry *inquiry = hub->inquiries.slots[i].value;
        if (inquiry != NULL && inquiry->channel == channel)
            return inquiry;
    }
    return NULL;
}

void inquiry_remove_channel(struct hub *hub, const struct channel *channel) {
    struct inquiry *inquiry = find_of(hub, channel);
    while (inquiry != NULL) {
        end_with_error(hub, inquiry, 503, "the channel was removed");
        inquiry = find_of(hub, channel);
    }
}

void inquiry_tick(struct hub *hub) {
    int64_t due = hub_time(hub) - hub->host->config->plugins.answer;
    struct inquiry *inquiry = find_overdue(hub, due);
    while (inquiry != NULL) {
        log_warning(inquiry->channel->label, "plugin fault: no answer to a REST request");
        end_with_error(hub, inquiry, 503, "the channel did not answer in time");
        inquiry = find_overdue(hub, due);
    }
}

void inquiry_destroy_all(struct hub *hub) {
    for (size_t i = 0; i < hub->inquiries.capacity; i++)
        free(hub->inquiries.slots[i].value);
    table_finish(&hub->inquiries);
}
