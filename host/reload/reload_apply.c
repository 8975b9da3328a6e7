/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "admin/rates.h"
#include "base/log.h"
#include "channel/channel_durable.h"
#include "channel/channel_held.h"
#include "channel/state.h"
#include "hub/job.h"
#include "hub/view_hub.h"
#include "journal/tape.h"
#include "plugin/source.h"
#include "presence/presence.h"
#include "reload_internal.h"
#include "shadow/shadow.h"
#include "subscription/subscription.h"
#include "worker/worker.h"

static int add_channel(struct change *change) {
    struct hub *hub = change->reload->hub;
    size_t count = hub->channel_count;
    struct channel **channels = realloc(hub->channels, (count + 1) * sizeof(*channels));
    if (channels == NULL)
        return SENTIO_NO_MEMORY;
    hub->channels = channels;
    change->channel = channel_create_from(hub, change->candidate, (uint32_t)count);
    if (change->channel == NULL)
        return SENTIO_NO_MEMORY;
    channels[hub->channel_count++] = change->channel;
    return 0;
}

static void set_settings(struct change *change) {
    struct channel *channel = change->channel;
    const struct config_channel *config = change->config;
    const struct config *host = change->reload->view->config;
    channel->config = config;
    if (channel->shadow)
        shadow_configure(channel->shadow, config, host);
    if (presence_configure(channel) != 0)
        log_error(channel->label, "out of memory: presence stays off");
    log_memory_limit(&channel->log, config, channel_time(channel));
    channel_durable_limit(channel);
    atomic_store(&channel->stream->slow, config->slow);
    channel->instance->forwards = &config->forwards;
    channel->instance->call_bytes = (size_t)host->plugins.call_bytes;
    if (channel->source)
        source_limit(channel->source, (size_t)host->publish.body_size);
}

static void replace(struct change *change) {
    struct candidate *candidate = change->candidate;
    struct channel *channel = change->channel;
    const char *state = candidate->restored                          ? ", its state handed over"
                        : instance_has(channel->instance, CALL_SAVE) ? ", beginning afresh"
                                                                     : "";
    reload_note(&change->reload->done, "channel %s: plugin %s %s replaced by %s %s%s",
                change->config->name, channel_plugin(channel)->name,
                channel_plugin(channel)->version, instance_table(candidate->instance)->name,
                instance_table(candidate->instance)->version, state);
    channel_take(channel, candidate);
}

static void remove_channel(struct change *change) {
    struct channel *channel = change->channel;
    struct hub *hub = change->reload->hub;
    const struct sentio_bytes state = sentio_bytes(change->state, change->state_size);
    reload_note(&change->reload->done, "channel %s: removed", channel->config->name);
    jobs_run(hub);
    channel_durable_settle(channel);
    channel_held_refuse(channel);
    subscription_remove_channel(hub, channel);
    state_save(channel, change->state_format, change->state ? &state : NULL);
    rates_keep(hub, channel);
    hub->channels[channel->index] = NULL;
    channel_close(channel);
    channel_destroy(channel);
}

static void restart_source(struct change *change) {
    struct channel *channel = change->channel;
    source_stop(channel->source, NULL, NULL);
    channel->source = NULL;
    channel->source_paused = false;
    channel_start(channel);
    channel_press_source(channel);
}

static void tell_kept(struct change *change) {
    if (change->kind == CHANGE_ADDED)
        reload_note(&change->reload->done, "channel %s: added, plugin %s %s", change->config->name,
                    channel_plugin(change->channel)->name,
                    channel_plugin(change->channel)->version);
    else if (*change->settings)
        reload_note(&change->reload->done, "channel %s: %s changed", change->config->name,
                    change->settings);
}

static void apply(struct change *change) {
    struct hub *hub = change->reload->hub;
    if (change->kind == CHANGE_REPLACED)
        replace(change);
    set_settings(change);
    tell_kept(change);
    if (change->interval)
        subscription_reinterest(hub, change->channel);
    if (change->kind == CHANGE_ADDED)
        channel_start(change->channel);
    else if (change->source)
        restart_source(change);
}

int reload_apply(struct reload *reload) {
    struct hub *hub = reload->hub;
    size_t first = hub->channel_count;
    int error = 0;
    tape_mark(hub, TAPE_APPLY);
    for (size_t i = 0; i < reload->count && !error; i++)
        if (reload->changes[i].kind == CHANGE_ADDED)
            error = add_channel(&reload->changes[i]);
    if (error) {
        for (size_t i = first; i < hub->channel_count; i++) {
            channel_destroy(hub->channels[i]);
            hub->channels[i] = NULL;
        }
        reload_error(reload, "out of memory");
        return error;
    }
    reload_note_settings(reload);
    for (size_t i = 0; i < reload->count; i++)
        if (reload->changes[i].kind == CHANGE_REMOVED)
            remove_channel(&reload->changes[i]);
    for (size_t i = 0; i < reload->count; i++)
        if (reload->changes[i].kind != CHANGE_REMOVED)
            apply(&reload->changes[i]);
    reload_note_durable(reload);
    const struct config *config = reload->view->config;
    log_start((enum log_level)config->log.level, (enum log_format)config->log.format);
    if (view_fill(reload->view, hub) != 0 || hub_show(hub, reload->view) != 0)
        /* Half of it would be worse: the io threads would not know what the hub does. */
        abort();
    reload->view = NULL;
    for (size_t i = 0; i < reload->count; i++)
        if (reload->changes[i].kind == CHANGE_REPLACED)
            channel_let_go(reload->changes[i].channel);
    jobs_run(hub);
    return 0;
}
