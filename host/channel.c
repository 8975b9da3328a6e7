/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hub.h"
#include "inquiry.h"
#include "io.h"
#include "log.h"
#include "publication.h"
#include "runner_inline.h"
#include "source.h"
#include "state.h"
#include "subscription.h"
#include "wakeup.h"

const struct sentio_plugin *channel_plugin(const struct channel *channel) {
    return &channel->plugin->table;
}

struct sentio_channel *channel_state(const struct channel *channel) {
    return channel->state;
}

const char *channel_label(const struct channel *channel) {
    return channel->label;
}

int64_t channel_time(const struct channel *channel) {
    int64_t now = io_time();
    return now > channel->engine.time ? now : channel->engine.time;
}

size_t channel_call_bytes(const struct channel *channel) {
    return (size_t)channel->hub->host->config->plugins.call_bytes;
}

bool channel_may_forward(const struct channel *channel, struct sentio_bytes name) {
    for (size_t i = 0; i < channel->config->forwards.count; i++)
        if (sentio_is(name, channel->config->forwards.items[i]))
            return true;
    return false;
}

void channel_call_begins(struct channel *channel, enum call_kind kind) {
    struct hub *hub = channel->hub;
    atomic_store(&hub->busy_label, channel->label);
    atomic_store(&hub->busy_call, call_name(kind));
    atomic_store(&hub->busy_since, (int64_t)(uv_hrtime() / 1000000));
}

void channel_call_ended(struct channel *channel, enum call_kind kind, int64_t took) {
    atomic_store(&channel->hub->busy_since, 0);
    if (took < channel->hub->host->config->plugins.slow_call)
        return;
    channel->slow_calls++;
    log_warning(channel->label, "plugin fault: %s() of %s took %lld ms, over plugins.slow_call",
                call_name(kind), channel->config->plugin, (long long)took);
}

static void count(struct channel *channel, struct sentio_bytes name, uint64_t n) {
    struct counter *counter = channel->counters;
    while (counter != NULL && !sentio_is(name, counter->name))
        counter = counter->next;
    if (counter == NULL) {
        counter = calloc(1, sizeof(*counter) + name.size + 1);
        if (counter == NULL)
            return;
        memcpy(counter->name, name.data, name.size);
        counter->next = channel->counters;
        channel->counters = counter;
    }
    counter->value += n;
}

static void carry_out(struct channel *channel, const struct effect *effect) {
    switch (effect->kind) {
    case EFFECT_JOIN:
    case EFFECT_LEAVE:
    case EFFECT_ACCEPT:
    case EFFECT_REFUSE:
    case EFFECT_SEND:
    case EFFECT_CLOSE:
        subscription_effect(channel, effect);
        return;
    case EFFECT_RESPOND:
        inquiry_effect(channel, effect);
        return;
    case EFFECT_FORWARD:
        hub_forward_later(channel, effect->a, effect->b);
        return;
    case EFFECT_COUNT:
        count(channel, effect->a, effect->id);
        return;
    case EFFECT_WAKE:
        wakeup_set(channel, (uint64_t)effect->number);
        return;
    case EFFECT_WATCH:
        wakeup_watch(channel, (int)effect->number, effect->on != 0);
        return;
    case EFFECT_EMIT:
    case EFFECT_REJECT:
    case EFFECT_KEEP:
        return;
    }
}

/* The emitted items go out as one update, where the first of them stands. */
static void commit(struct call *call, const struct publisher *publisher) {
    bool published = false;
    for (const struct effect *effect = call->effects.first; effect; effect = effect->next) {
        if (effect->kind == EFFECT_EMIT && !published) {
            published = true;
            publication_order(call->channel, &call->effects, publisher);
        }
        carry_out(call->channel, effect);
    }
}

int channel_call(struct call *call, const struct publisher *publisher) {
    struct channel *channel = call->channel;
    int result = runner_inline(call);
    if (result == 0 && call->effects.rejections == 0) {
        commit(call, publisher);
        return 0;
    }
    if (result != 0 && result != SENTIO_NOT_FOUND && call->effects.rejections == 0) {
        channel->faults++;
        log_warning(
            channel->label, "plugin fault: %s() of %s returned %d (%s); nothing of it counts",
            call_name(call->kind), channel->config->plugin, result, sentio_error_text(result));
    }
    return result;
}

void channel_publish(struct channel *channel, const struct publisher *publisher,
                     struct sentio_bytes body) {
    struct sentio_json value;
    struct sentio_json_error error;
    if (sentio_json_parse(body, &value, &error) != 0) {
        publication_malformed(channel, publisher, &error);
        return;
    }
    if (value.type != SENTIO_JSON_OBJECT) {
        publication_refuse(channel, publisher, 422, "the body must be a JSON object");
        return;
    }
    struct sentio_update update = {.origin = publisher->origin, .name = publisher->name};
    struct call call = {
        .kind = CALL_PUBLISH, .channel = channel, .update = &update, .text = value.text};
    int result = channel_call(&call, publisher);
    if (call.effects.rejections > 0)
        publication_reject(channel, publisher, &call.effects);
    else if (result == SENTIO_NOT_FOUND)
        publication_refuse(channel, publisher, 404, "this channel takes no publishes");
    else if (result != 0)
        publication_refuse(channel, publisher, 500, "the channel's plugin failed; see the log");
    else if (call.effects.emits == 0)
        publication_accept(channel, publisher, 0);
    effects_finish(&call.effects);
}

void channel_observe(struct channel *channel, const struct update *update) {
    struct sentio_item *views = malloc(update->count * sizeof(*views));
    if (views == NULL) {
        log_error(channel->label, "out of memory: an update of %s is not observed",
                  update->stream->name);
        return;
    }
    for (uint32_t i = 0; i < update->count; i++)
        views[i] = item_view(update->items[i]);
    struct call call = {
        .kind = CALL_OBSERVE,
        .channel = channel,
        .items = views,
        .count = update->count,
        .name = sentio_text(update->stream->name),
    };
    channel_call(&call, NULL);
    effects_finish(&call.effects);
    free(views);
}

static int open_plugin(struct channel *channel) {
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
        return SENTIO_FAILED;
    struct call call = {
        .kind = CALL_OPEN,
        .channel = channel,
        .text = sentio_text(channel->config->options),
        .number = seed,
    };
    int result = runner_inline(&call);
    channel->open = result == 0;
    if (result == 0)
        for (const struct effect *effect = call.effects.first; effect; effect = effect->next)
            carry_out(channel, effect);
    else
        log_error(channel->label, "%s:%d: open() of %s returned %d (%s); see its options",
                  channel->config->file, channel->config->line, channel->config->plugin, result,
                  sentio_error_text(result));
    effects_finish(&call.effects);
    return result;
}

static bool settings_fit(const struct channel *channel) {
    const struct config_channel *config = channel->config;
    const struct sentio_plugin *plugin = channel_plugin(channel);
    if (config->interval > 0 && !(plugin->flags & SENTIO_STATES)) {
        log_error(channel->label,
                  "%s:%d: \"interval\" is for channels of states, which those of %s "
                  "are not; remove it",
                  config->file, config->line, config->plugin);
        return false;
    }
    if (config->slow == CONFIG_SLOW_CONFLATE && !(plugin->flags & SENTIO_STATES)) {
        log_error(channel->label,
                  "%s:%d: slow = \"conflate\" is for channels of states, which those of %s are "
                  "not: \"disconnect\" or \"drop\"",
                  config->file, config->line, config->plugin);
        return false;
    }
    if (config->observes.count > 0 && plugin->observe == NULL) {
        log_error(channel->label, "%s:%d: \"observes\" is set, but %s does not observe; remove it",
                  config->file, config->line, config->plugin);
        return false;
    }
    return true;
}

static int init(struct channel *channel) {
    const struct config_channel *config = channel->config;
    size_t io_count = channel->hub->host->io_count;
    char epoch[EPOCH_SIZE];
    size_t size = (size_t)channel_plugin(channel)->channel_size;
    const char *state_dir = channel->hub->host->state_dir;
    if (state_dir == NULL || !state_epoch(state_dir, config->name, epoch))
        stream_draw_epoch(epoch);
    topic_table_init(&channel->topics, io_count);
    interest_table_init(&channel->interests);
    table_init(&channel->users);
    log_memory_init(&channel->log, &channel->topics);
    channel->log.limit_items = (uint32_t)config->history;
    channel->log.limit_age = config->history_age;
    channel->log.limit_bytes = (size_t)config->history_bytes;
    engine_local_init(&channel->engine);
    channel->engine.ordered = publication_ordered;
    channel->engine.context = channel;
    channel->stream =
        stream_create(channel->index, config, channel_plugin(channel), epoch, io_count);
    channel->io_subscribers = calloc(io_count, sizeof(size_t));
    channel->state = calloc(1, size ? size : 1);
    if (!channel->stream || !channel->io_subscribers || !channel->state)
        return SENTIO_NO_MEMORY;
    return wakeup_init(channel);
}

struct channel *channel_create(struct hub *hub, const struct config_channel *config,
                               uint32_t index) {
    char why[512];
    struct channel *channel = calloc(1, sizeof(*channel));
    if (channel == NULL)
        return NULL;
    channel->hub = hub;
    channel->config = config;
    channel->index = index;
    if (asprintf(&channel->label, "channel %s", config->name) == -1) {
        channel->label = NULL;
        goto fail;
    }
    if (plugin_load(config->plugin, hub->host->copy_dir, &channel->plugin, why, sizeof(why)) != 0) {
        log_error(channel->label, "%s:%d: %s", config->file, config->line, why);
        goto fail;
    }
    if (!settings_fit(channel) || init(channel) != 0 || open_plugin(channel) != 0)
        goto fail;
    state_restore(channel);
    return channel;
fail:
    channel_destroy(channel);
    return NULL;
}

static void on_line(void *context, struct sentio_bytes line) {
    struct channel *channel = context;
    struct publisher publisher = {
        .origin = SENTIO_FROM_SOURCE,
        .name = sentio_text(channel->config->source.items[0]),
    };
    channel_publish(channel, &publisher, line);
    hub_run_jobs(channel->hub);
}

void channel_start(struct channel *channel) {
    if (channel->config->source.count == 0)
        return;
    struct source_handler handler = {
        .line = on_line,
        .context = channel,
        .line_max = (size_t)channel->hub->host->config->publish.body_size,
    };
    channel->source =
        source_create(&channel->hub->loop, channel->label, &channel->config->source, &handler);
    if (channel->source == NULL)
        log_error(channel->label, "out of memory: the source is not started");
}

static void close_plugin(struct channel *channel) {
    if (!channel->open)
        return;
    struct call call = {.kind = CALL_CLOSE, .channel = channel};
    runner_inline(&call);
    effects_finish(&call.effects);
    channel->open = false;
}

void channel_destroy(struct channel *channel) {
    if (channel == NULL)
        return;
    source_stop(channel->source, NULL, NULL);
    wakeup_finish(channel);
    if (channel->open)
        state_save(channel);
    close_plugin(channel);
    if (channel->stream) {
        log_memory_finish(&channel->log);
        interest_table_finish(&channel->interests);
        topic_table_finish(&channel->topics);
        table_finish(&channel->users);
    }
    while (channel->counters != NULL) {
        struct counter *counter = channel->counters;
        channel->counters = counter->next;
        free(counter);
    }
    stream_unref(channel->stream);
    free(channel->io_subscribers);
    free(channel->state);
    plugin_unload(channel->plugin);
    free(channel->label);
    free(channel);
}
