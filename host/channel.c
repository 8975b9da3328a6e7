/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hub.h"
#include "io.h"
#include "log.h"
#include "publication.h"
#include "source.h"
#include "state.h"
#include "wakeup.h"

const struct sentio_plugin *channel_plugin(const struct channel *channel) {
    return instance_table(channel->instance);
}

int64_t channel_time(const struct channel *channel) {
    int64_t now = io_time();
    return now > channel->engine.time ? now : channel->engine.time;
}

static int open_plugin(struct channel *channel) {
    struct instance *instance = channel->instance;
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
        return SENTIO_FAILED;
    struct call call = {
        .kind = CALL_OPEN,
        .text = sentio_text(channel->config->options),
        .number = seed,
    };
    int result = channel_run(channel, &call);
    instance->open = result == 0;
    if (result == 0)
        channel_carry_out(channel, &call.effects, NULL);
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
    if (!channel->stream || !channel->io_subscribers)
        return SENTIO_NO_MEMORY;
    return wakeup_init(channel);
}

static int load(struct channel *channel) {
    const struct config_channel *config = channel->config;
    struct plugin *plugin = NULL;
    char why[512];
    if (plugin_load(config->plugin, channel->hub->host->copy_dir, &plugin, why, sizeof(why)) != 0) {
        log_error(channel->label, "%s:%d: %s", config->file, config->line, why);
        return SENTIO_FAILED;
    }
    channel->instance = instance_create(channel->label, plugin);
    if (channel->instance == NULL) {
        plugin_unload(plugin);
        return SENTIO_NO_MEMORY;
    }
    channel->instance->forwards = &config->forwards;
    channel->instance->call_bytes = (size_t)channel->hub->host->config->plugins.call_bytes;
    return 0;
}

struct channel *channel_create(struct hub *hub, const struct config_channel *config,
                               uint32_t index) {
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
    if (load(channel) != 0 || !settings_fit(channel) || init(channel) != 0 ||
        open_plugin(channel) != 0)
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
    struct call call = {.kind = CALL_CLOSE};
    if (channel->instance == NULL || !channel->instance->open)
        return;
    channel_run(channel, &call);
    effects_finish(&call.effects);
    channel->instance->open = false;
}

void channel_destroy(struct channel *channel) {
    if (channel == NULL)
        return;
    source_stop(channel->source, NULL, NULL);
    wakeup_finish(channel);
    if (channel->instance && channel->instance->open)
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
    instance_destroy(channel->instance);
    free(channel->label);
    free(channel);
}
