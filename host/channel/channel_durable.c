/* SPDX-License-Identifier: MIT */
#include "channel_durable.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "disk/disk.h"
#include "hub/hub.h"
#include "journal/tape_disk.h"

enum { FORGET_KEYS = 30 * 1000 /* ms: to do so is to look at all of them */ };

bool channel_durable_wanted(const struct channel *channel, const struct sentio_plugin *plugin) {
    if (channel->hub->host->state_dir == NULL || plugin->type == NULL)
        return false;
    if (channel->config->durable >= 0)
        return channel->config->durable == 1;
    return (plugin->flags & SENTIO_DURABLE) != 0;
}

static struct disk_limits limits_of(const struct config_channel *config) {
    return (struct disk_limits){
        .history = config->history,
        .history_age = config->history_age,
        .history_bytes = config->history_bytes,
        .queue = config->queue,
        .ttl = config->ttl,
    };
}

int channel_durable_open(struct channel *channel, char epoch[EPOCH_SIZE]) {
    const struct disk_limits limits = limits_of(channel->config);
    struct disk *disk = hub_disk(channel->hub);
    if (disk == NULL)
        return SENTIO_NO_MEMORY;
    channel->disk = disk_open(disk, channel->config->name, &limits, &channel->topics);
    if (channel->disk == NULL)
        return SENTIO_NO_MEMORY;
    memcpy(epoch, disk_epoch(channel->disk), EPOCH_SIZE);
    tape_disk_epoch(channel->hub, channel->config->name, epoch);
    return engine_disk_init(&channel->engine, channel->disk);
}

static void keep_key(void *context, const struct disk_key *key) {
    struct channel *channel = context;
    struct publish_key *entry =
        publish_keys_add(&channel->keys, key->publisher, key->key, key->hash);
    if (entry == NULL) {
        log_error(channel->label, "out of memory: a publish may be repeated");
        return;
    }
    entry->accepted = key->accepted;
    entry->offset = key->offset;
    publish_keys_keep(&channel->keys, entry, key->time);
}

static void load_keys(struct channel *channel) {
    int64_t since = hub_time(channel->hub) - channel->hub->host->config->publish.window;
    if (disk_load_keys(channel->disk, since, keep_key, channel) != 0)
        log_error(channel->label, "what was published before may be published again: its "
                                  "idempotency keys can not be read");
}

void channel_durable_load(struct channel *channel) {
    struct disk_answer answer;
    uint64_t trimmed = 0;
    if (channel->disk == NULL || disk_load(channel->disk, &answer, &trimmed) != 0)
        return;
    tape_disk_loaded(channel, &answer, &trimmed);
    /* Topics that are made from here on have what none of the items is. */
    channel->topics.trimmed = channel->topics.everyone_trimmed = trimmed;
    channel->log.trimmed = trimmed;
    for (size_t i = 0; i < answer.count; i++) {
        struct item *item = answer.items[i];
        if (item->topic->trimmed < trimmed)
            item->topic->trimmed = trimmed;
        log_memory_restore(&channel->log, item, true, true);
        item_unref(item);
    }
    free(answer.items);
    log_memory_limit(&channel->log, channel->config, hub_time(channel->hub));
    load_keys(channel);
}

void channel_durable_forget_keys(struct channel *channel) {
    int64_t now = hub_time(channel->hub);
    const struct publish_key *oldest = channel->keys.oldest;
    if (channel->disk == NULL || now - channel->keys_forgotten < FORGET_KEYS)
        return;
    channel->keys_forgotten = now;
    /* A key's time is that of its answer, a little later than on the disk. */
    disk_forget_keys(channel->disk, (oldest ? oldest->time : now) - FORGET_KEYS);
}

void channel_durable_limit(struct channel *channel) {
    const struct disk_limits limits = limits_of(channel->config);
    if (channel->disk)
        disk_limit(channel->disk, &limits);
}

void channel_durable_settle(struct channel *channel) {
    if (channel->disk)
        disk_settle(channel->hub->disk);
}

void channel_durable_close(struct channel *channel) {
    disk_close(channel->disk);
    channel->disk = NULL;
    engine_finish(&channel->engine);
}
