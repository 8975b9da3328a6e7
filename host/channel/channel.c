/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "channel_durable.h"
#include "hub/hub.h"
#include "hub/job.h"
#include "journal/tape.h"
#include "plugin/candidate.h"
#include "plugin/source.h"
#include "presence/presence.h"
#include "publication.h"
#include "shadow/shadow.h"
#include "state.h"
#include "wakeup.h"

const struct sentio_plugin *channel_plugin(const struct channel *channel) {
    return instance_table(channel->instance);
}

int64_t channel_time(const struct channel *channel) {
    int64_t now = hub_time(channel->hub);
    return now > channel->engine.time ? now : channel->engine.time;
}

static int init(struct channel *channel, const struct sentio_plugin *plugin) {
    const struct config_channel *config = channel->config;
    size_t io_count = channel->hub->host->io_count;
    char epoch[EPOCH_SIZE];
    const char *state_dir = channel->hub->host->state_dir;
    if (state_dir == NULL || !state_epoch(state_dir, config->name, epoch))
        tape_epoch(channel->hub, config->name, epoch);
    topic_table_init(&channel->topics, io_count);
    interest_table_init(&channel->interests);
    table_init(&channel->users);
    table_init(&channel->phrases);
    publish_keys_init(&channel->keys);
    log_memory_init(&channel->log, &channel->topics);
    log_memory_limit(&channel->log, config, 0);
    engine_local_init(&channel->engine);
    channel->engine.clock = &channel->hub->now;
    channel->engine.ordered = publication_ordered;
    channel->engine.failed = publication_failed;
    channel->engine.context = channel;
    if (channel_durable_wanted(channel, plugin) && channel_durable_open(channel, epoch) != 0)
        return SENTIO_NO_MEMORY;
    channel->stream = stream_create(channel->index, config, plugin, epoch, io_count);
    if (channel->stream)
        channel->stream->durable = channel->disk != NULL;
    channel->io_subscribers = calloc(io_count, sizeof(size_t));
    if (!channel->stream || !channel->io_subscribers)
        return SENTIO_NO_MEMORY;
    int error = presence_configure(channel);
    return error ? error : wakeup_init(channel);
}

struct channel *channel_create_from(struct hub *hub, struct candidate *candidate, uint32_t index) {
    struct channel *channel = calloc(1, sizeof(*channel));
    if (channel == NULL)
        return NULL;
    channel->hub = hub;
    channel->config = candidate->config;
    channel->index = index;
    channel->label = strdup(candidate->label);
    if (channel->label == NULL || init(channel, instance_table(candidate->instance)) != 0) {
        channel_destroy(channel);
        return NULL;
    }
    channel_take(channel, candidate);
    state_restore(channel);
    channel_durable_load(channel);
    return channel;
}

void channel_line(struct channel *channel, struct sentio_bytes line) {
    struct publisher publisher = {
        .origin = SENTIO_FROM_SOURCE,
        .name =
            sentio_text(channel->config->source.count ? channel->config->source.items[0] : NULL),
    };
    hub_enter(channel->hub);
    tape_line(channel, line);
    channel_publish(channel, &publisher, line);
    jobs_run(channel->hub);
}

static void on_line(void *context, struct sentio_bytes line) {
    channel_line(context, line);
}

void channel_start(struct channel *channel) {
    if (channel->config->source.count == 0 || tape_playing(channel->hub))
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

/* Waits for the plugin. */
static void save_state(struct channel *channel) {
    char *bytes = NULL;
    size_t size = 0;
    uint32_t format = 0;
    if (channel->hub->host->state_dir == NULL)
        return;
    int error = channel_save_now(channel, &format, &bytes, &size);
    if (error && error != SENTIO_NOT_FOUND)
        log_warning(channel->label, "plugin fault: save() failed: %d (%s); its state is lost",
                    error, sentio_error_text(error));
    const struct sentio_bytes state = sentio_bytes(bytes, size);
    state_save(channel, format, error ? NULL : &state);
    free(bytes);
}

void channel_end_source(struct channel *channel) {
    source_stop(channel->source, NULL, NULL);
    channel->source = NULL;
}

void channel_stop(struct channel *channel) {
    channel_end_source(channel);
    if (channel->instance == NULL)
        return;
    if (channel->shadow)
        shadow_end(channel->shadow, "the channel ends");
    save_state(channel);
    wakeup_end(channel);
    channel_close(channel);
}

static void free_tasks(struct task_list *tasks) {
    for (struct task *task = task_list_take(tasks); task; task = task_list_take(tasks))
        free(task);
}

void channel_destroy(struct channel *channel) {
    if (channel == NULL)
        return;
    channel_stop(channel);
    shadow_destroy(channel->shadow);
    wakeup_finish(channel);
    free_tasks(&channel->held);
    free_tasks(&channel->played);
    presence_destroy(channel->presence);
    if (channel->stream) {
        publish_keys_finish(&channel->keys);
        log_memory_finish(&channel->log);
        interest_table_finish(&channel->interests);
        topic_table_finish(&channel->topics);
        table_finish(&channel->users);
        table_finish(&channel->phrases);
    }
    while (channel->counters != NULL) {
        struct counter *counter = channel->counters;
        channel->counters = counter->next;
        free(counter);
    }
    channel_durable_close(channel);
    free(channel->rates);
    stream_unref(channel->stream);
    free(channel->io_subscribers);
    free(channel->label);
    free(channel);
}
