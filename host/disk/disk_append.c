/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdio.h>
#include <stdlib.h>

static int add_item(struct disk *disk, struct disk_channel *channel, const struct item *item) {
    struct sentio_bytes attributes;
    struct sentio_bytes key = item->key;
    if (sentio_equal(key, item->topic_name))
        key.size = 0;
    if (disk_attributes_write(item, &attributes) != 0) {
        snprintf(disk->why, sizeof(disk->why), "the host is out of memory");
        return -1;
    }
    int error = disk_sql_run(disk, SQL_ITEM_ADD, "iuiitTTBt", channel->id, item->offset, item->time,
                             (int64_t)item->flags, item->topic_name, key, item->type, attributes,
                             item->json);
    free((char *)(uintptr_t)attributes.data);
    return error;
}

static int add_key(struct disk *disk, const struct disk_channel *channel,
                   const struct disk_key *key, const struct update *update) {
    const struct sentio_bytes hash = sentio_bytes((const char *)key->hash, DISK_HASH_SIZE);
    if (key->key.size == 0)
        return 0;
    return disk_sql_run(disk, SQL_REQUEST_ADD, "ittbiui", channel->id, key->publisher, key->key,
                        hash, (int64_t)update->count, update->last, update->time);
}

static void touch(struct disk *disk, struct disk_channel *channel, const struct update *update) {
    channel->written = update->last;
    channel->written_time = update->time;
    if (channel->is_touched)
        return;
    channel->is_touched = true;
    channel->touched = disk->group.touched;
    disk->group.touched = channel;
}

void disk_do_append(struct disk *disk, struct disk_job *job) {
    struct disk_channel *channel = job->channel;
    const struct update *update = job->append.update;
    if (disk->database && update->last != channel->written + update->count) {
        /* What it follows has failed; disk->why says how. */
        disk_job_fail(job, disk->why);
        disk_group_answer(disk, job);
        return;
    }
    int error = 0;
    if (disk->database && channel->id == 0)
        error = disk_channel_add(disk, channel);
    if (!error)
        error = disk_group_begin(disk);
    for (uint32_t i = 0; i < update->count && !error; i++)
        error = add_item(disk, channel, update->items[i]);
    if (!error)
        error = add_key(disk, channel, &job->append.key, update);
    if (!error && (job->append.consequences || job->append.settles))
        error = disk_consequences_write(disk, job);
    if (error) {
        disk_group_fail(disk, job);
        return;
    }
    for (uint32_t i = 0; i < update->count; i++)
        disk_prune_note(channel, update->items[i]->topic_name);
    touch(disk, channel, update);
    disk->group.items += update->count;
    disk->group.changes += update->count;
    disk_group_answer(disk, job);
}

void disk_do_forget_keys(struct disk *disk, struct disk_job *job) {
    if (disk_group_begin(disk) != 0 ||
        disk_sql_run(disk, SQL_REQUESTS_EXPIRE, "ii", job->channel->id, job->before) != 0) {
        disk_group_fail(disk, job);
        return;
    }
    disk->group.changes++;
    disk_group_answer(disk, job);
}
