/* SPDX-License-Identifier: MIT */
#include "wants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "fanout/interval.h"

int wants_copy(struct wants *to, const struct wants *from) {
    *to = *from;
    to->capacity = from->count;
    to->topics = malloc(from->count ? from->count * sizeof(*to->topics) : 1);
    to->predicates = NULL;
    if (from->predicates) {
        to->predicates = calloc(1, sizeof(*to->predicates));
        if (!to->predicates || predicates_copy(to->predicates, from->predicates) != 0)
            goto fail;
    }
    if (to->topics == NULL)
        goto fail;
    for (size_t i = 0; i < from->count; i++)
        to->topics[i] = topic_ref(from->topics[i]);
    return 0;
fail:
    free(to->topics);
    free(to->predicates);
    memset(to, 0, sizeof(*to));
    return SENTIO_NO_MEMORY;
}

static void drop_topics(struct wants *wants) {
    for (size_t i = 0; i < wants->count; i++)
        topic_unref(wants->topics[i]);
    wants->count = 0;
}

void wants_finish(struct wants *wants) {
    drop_topics(wants);
    free(wants->topics);
    if (wants->predicates)
        predicates_finish(wants->predicates);
    free(wants->predicates);
    memset(wants, 0, sizeof(*wants));
}

/* Where the topic is, or belongs. */
static size_t place_of(const struct wants *wants, const struct topic *topic) {
    size_t low = 0;
    size_t high = wants->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (wants->topics[middle] < topic)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool wants_has(const struct wants *wants, const struct topic *topic) {
    size_t place = place_of(wants, topic);
    return place < wants->count && wants->topics[place] == topic;
}

static int join_topic(struct wants *wants, struct channel *channel, struct sentio_bytes name) {
    struct topic *topic = topic_obtain(&channel->topics, name);
    if (topic == NULL)
        return SENTIO_NO_MEMORY;
    size_t place = place_of(wants, topic);
    if (place < wants->count && wants->topics[place] == topic) {
        topic_unref(topic);
        return 0;
    }
    if (wants->count == wants->capacity) {
        size_t capacity = wants->capacity ? wants->capacity * 2 : 4;
        struct topic **topics = realloc(wants->topics, capacity * sizeof(*topics));
        if (topics == NULL) {
            topic_unref(topic);
            return SENTIO_NO_MEMORY;
        }
        wants->topics = topics;
        wants->capacity = capacity;
    }
    memmove(wants->topics + place + 1, wants->topics + place,
            (wants->count - place) * sizeof(*wants->topics));
    wants->topics[place] = topic;
    wants->count++;
    return 0;
}

static void leave_topic(struct wants *wants, const struct channel *channel,
                        struct sentio_bytes name) {
    struct topic *topic = topic_find(&channel->topics, name);
    if (topic == NULL || !wants_has(wants, topic))
        return;
    size_t place = place_of(wants, topic);
    wants->count--;
    memmove(wants->topics + place, wants->topics + place + 1,
            (wants->count - place) * sizeof(*wants->topics));
    topic_unref(topic);
}

int wants_change(struct wants *wants, struct channel *channel, bool join,
                 struct sentio_bytes topic) {
    if (sentio_is(topic, "*")) {
        wants->all = join;
        drop_topics(wants);
        return 0;
    }
    if (!join) {
        leave_topic(wants, channel, topic);
        return 0;
    }
    if (wants->all)
        return 0;
    int error = join_topic(wants, channel, topic);
    wants->failed = wants->failed || error;
    return error;
}

static int read_interval(struct wants *wants, const struct channel *channel,
                         const struct sentio_json *request, char *why, size_t why_size) {
    const struct config_channel *config = channel->config;
    struct sentio_field field = {.name = "interval", .types = SENTIO_JSON_ANY};
    char space[32];
    struct sentio_bytes text = sentio_text("");
    int64_t interval = 0;
    if (sentio_json_read(request, &field, 1, NULL) != 0)
        return SENTIO_INVALID;
    if (field.value.type == SENTIO_JSON_ABSENT)
        return 0;
    if (field.value.type == SENTIO_JSON_NULL) {
        wants->has_interval = false;
        return 0;
    }
    if (field.value.type != SENTIO_JSON_STRING ||
        sentio_json_string(&field.value, space, sizeof(space) - 1, &text) != 0 ||
        text.size >= sizeof(space) || memchr(text.data, '\0', text.size) != NULL)
        goto invalid;
    memmove(space, text.data, text.size);
    space[text.size] = '\0';
    if (units_duration(space, &interval) != 0 || interval < config->interval_min ||
        interval > config->interval_max)
        goto invalid;
    wants->has_interval = true;
    wants->interval = (uint32_t)((interval + INTERVAL_STEP - 1) / INTERVAL_STEP * INTERVAL_STEP);
    return 0;
invalid:
    snprintf(why, why_size,
             "\"interval\" must be a duration such as \"1s\", from %lld ms to %lld ms, or null",
             (long long)config->interval_min, (long long)config->interval_max);
    return SENTIO_INVALID;
}

/* Most subscribers have no filters: then there is nothing to keep. */
static int read_filters(struct wants *wants, const struct sentio_plugin *plugin,
                        const struct sentio_json *request, char *why, size_t why_size) {
    struct predicates *predicates = wants->predicates;
    if (predicates == NULL)
        predicates = calloc(1, sizeof(*predicates));
    if (predicates == NULL)
        return SENTIO_NO_MEMORY;
    int error = predicates_update(predicates, plugin, request, why, why_size);
    wants->predicates = predicates;
    if (predicates->count > 0)
        return error;
    free(predicates);
    wants->predicates = NULL;
    return error;
}

static int read_presence(struct wants *wants, const struct channel *channel,
                         const struct sentio_json *request, char *why, size_t why_size) {
    struct sentio_field field = {.name = "presence", .types = SENTIO_JSON_BOOL | SENTIO_JSON_NULL};
    struct sentio_json_error error;
    if (sentio_json_read(request, &field, 1, &error) != 0) {
        snprintf(why, why_size, "\"presence\": %s", error.message);
        return SENTIO_INVALID;
    }
    if (field.value.type == SENTIO_JSON_ABSENT)
        return 0;
    wants->presence = field.value.type == SENTIO_JSON_BOOL && sentio_json_true(&field.value);
    if (!wants->presence || channel->config->presence != CONFIG_PRESENCE_OFF)
        return 0;
    snprintf(why, why_size, "presence is off on this channel");
    return SENTIO_DENIED;
}

int wants_read(struct wants *wants, const struct channel *channel,
               const struct sentio_json *request, char *why, size_t why_size) {
    const struct sentio_plugin *plugin = channel_plugin(channel);
    int error = plugin->filter_count ? read_filters(wants, plugin, request, why, why_size) : 0;
    if (error == 0)
        error = read_presence(wants, channel, request, why, why_size);
    if (error)
        return error;
    if (!channel->stream->states)
        return 0;
    return read_interval(wants, channel, request, why, why_size);
}

int wants_interest(const struct wants *wants, struct channel *channel, bool named,
                   struct interest **interest) {
    static const struct predicates nothing = {.count = 0};
    *interest = NULL;
    if (!wants->all && wants->count == 0)
        return 0;
    int64_t interval = wants->has_interval ? wants->interval : channel->config->interval;
    struct interest_key key = {
        .stream = channel->stream,
        .all = wants->all,
        .named = named,
        .interval = channel->stream->states ? (uint32_t)interval : 0,
        .predicates = wants->predicates ? wants->predicates : &nothing,
        .topics = wants->topics,
        .topic_count = (uint32_t)wants->count,
    };
    *interest = interest_obtain(&channel->interests, &key);
    return *interest ? 0 : SENTIO_NO_MEMORY;
}

bool wants_gives_snapshot(const struct channel *channel) {
    if (channel->config->snapshot >= 0)
        return channel->config->snapshot == 1;
    return !(channel_plugin(channel)->flags & SENTIO_NO_SNAPSHOT);
}

void wants_choose(const struct wants *wants, struct log_items *items) {
    size_t kept = 0;
    for (size_t i = 0; wants->predicates && i < items->count; i++) {
        if (predicates_pass(wants->predicates, items->items[i]))
            items->items[kept++] = items->items[i];
        else
            item_unref(items->items[i]);
    }
    if (wants->predicates)
        items->count = kept;
}

int wants_snapshot(const struct wants *wants, const struct wants *before, struct channel *channel,
                   struct log_items *items) {
    int error = 0;
    if (!wants_gives_snapshot(channel) || before->all)
        return 0;
    if (wants->all)
        error = log_memory_latest(&channel->log, NULL, items);
    for (size_t i = 0; i < wants->count && !error; i++)
        if (!wants_has(before, wants->topics[i]))
            error = log_memory_latest(&channel->log, wants->topics[i], items);
    struct topic *everyone = topic_find(&channel->topics, sentio_text("*"));
    if (everyone && !wants->all && wants->count > 0 && before->count == 0 && !error)
        error = log_memory_latest(&channel->log, everyone, items);
    wants_choose(wants, items);
    log_items_sort(items);
    return error;
}

static int compare_names(const void *a, const void *b) {
    return text_compare(topic_name(*(struct topic *const *)a),
                        topic_name(*(struct topic *const *)b));
}

static void write_topics(const struct wants *wants, struct sentio_writer *out) {
    struct topic **sorted = malloc(wants->count * sizeof(*sorted));
    if (sorted == NULL) {
        out->failed = true;
        return;
    }
    memcpy(sorted, wants->topics, wants->count * sizeof(*sorted));
    qsort(sorted, wants->count, sizeof(*sorted), compare_names);
    for (size_t i = 0; i < wants->count; i++) {
        sentio_write_text(out, i ? "," : "");
        sentio_write_string(out, topic_name(sorted[i]));
    }
    free(sorted);
}

void wants_write_ok(const struct wants *wants, const struct channel *channel, bool named,
                    struct sentio_bytes id, struct sentio_writer *out) {
    sentio_write_text(out, "{\"type\":\"ok\"");
    if (named)
        sentio_write_format(out, ",\"channel\":\"%s\"", channel->stream->name);
    sentio_write_text(out, ",\"id\":");
    sentio_write(out, id);
    sentio_write_format(out, ",\"offset\":%llu,\"epoch\":\"%s\",\"symbols\":[",
                        (unsigned long long)channel->engine.offset, channel->stream->epoch);
    if (wants->all)
        sentio_write_text(out, "\"*\"");
    else if (wants->count > 0)
        write_topics(wants, out);
    sentio_write_text(out, "],\"timestamp\":\"");
    sentio_write_time(out, channel_time(channel));
    sentio_write_text(out, "\"}");
}
