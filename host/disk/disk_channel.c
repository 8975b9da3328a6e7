/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the hub waits for. */
struct opening {
    struct disk_channel *channel;
    int error;
};

struct loading {
    struct disk_channel *channel;
    struct disk_answer *answer;
    uint64_t *trimmed;
    int64_t since;
    void (*found)(void *context, const struct disk_key *key);
    void *context;
    int error;
};

void disk_give_up(struct disk *disk) {
    disk_group_fail(disk, NULL);
    disk_database_close(disk);
}

static int find(struct disk *disk, struct disk_channel *channel) {
    int64_t trimmed = 0;
    sqlite3_stmt *row = disk_sql(disk, SQL_CHANNEL_FIND, "t", sentio_text(channel->name));
    int code = row ? sqlite3_step(row) : SQLITE_ERROR;
    if (code == SQLITE_ROW) {
        struct sentio_bytes epoch = disk_sql_text(row, 1);
        channel->id = sqlite3_column_int64(row, 0);
        snprintf(channel->epoch, sizeof(channel->epoch), "%.*s", (int)epoch.size, epoch.data);
        channel->offset = (uint64_t)sqlite3_column_int64(row, 2);
        channel->time = sqlite3_column_int64(row, 3);
        channel->floor = (uint64_t)sqlite3_column_int64(row, 4);
    }
    if (row && code != SQLITE_ROW && code != SQLITE_DONE)
        disk_database_why(disk);
    if (row)
        sqlite3_reset(row);
    if (code != SQLITE_ROW)
        return code == SQLITE_DONE ? 0 : -1;
    row = disk_sql(disk, SQL_CHANNEL_TRIMMED, "i", channel->id);
    if (disk_sql_number(row, 0, &trimmed) != 0) {
        disk_database_why(disk);
        return -1;
    }
    channel->trimmed = (uint64_t)trimmed > channel->floor ? (uint64_t)trimmed : channel->floor;
    return disk_consequences_find(disk, channel);
}

int disk_channel_add(struct disk *disk, struct disk_channel *channel) {
    disk_group_end(disk);
    if (disk_group_begin(disk) != 0 ||
        disk_sql_run(disk, SQL_CHANNEL_ADD, "tt", sentio_text(channel->name),
                     sentio_text(channel->epoch)) != 0) {
        disk_group_fail(disk, NULL);
        return -1;
    }
    int64_t id = sqlite3_last_insert_rowid(disk->database);
    if (disk_group_end(disk) != 0)
        return -1;
    channel->id = id;
    return 0;
}

static void run_open(struct disk *disk, void *context) {
    struct opening *opening = context;
    struct disk_channel *channel = opening->channel;
    struct disk_channel **channels =
        realloc(disk->channels, (disk->channel_count + 1) * sizeof(struct disk_channel *));
    if (channels == NULL) {
        opening->error = -1;
        return;
    }
    disk->channels = channels;
    if (disk->database && find(disk, channel) != 0)
        disk_give_up(disk);
    if (disk->database && channel->id == 0)
        disk_channel_add(disk, channel);
    channel->committed = channel->offset;
    channel->written = channel->offset;
    channels[disk->channel_count++] = channel;
}

struct disk_channel *disk_open(struct disk *disk, const char *name,
                               const struct disk_limits *limits, struct topic_table *topics) {
    struct disk_channel *channel = calloc(1, sizeof(*channel));
    struct opening opening = {.channel = channel};
    if (channel == NULL)
        return NULL;
    channel->disk = disk;
    channel->topics = topics;
    channel->limits = *limits;
    channel->name = strdup(name);
    stream_draw_epoch(channel->epoch);
    table_init(&channel->dirty);
    if (channel->name)
        disk_call(disk, run_open, &opening);
    if (channel->name && opening.error == 0)
        return channel;
    free(channel->name);
    free(channel);
    return NULL;
}

static void run_close(struct disk *disk, void *context) {
    const struct disk_channel *channel = context;
    size_t i = 0;
    while (disk->channels[i] != channel)
        i++;
    disk->channels[i] = disk->channels[--disk->channel_count];
}

void disk_close(struct disk_channel *channel) {
    if (channel == NULL)
        return;
    disk_call(channel->disk, run_close, channel);
    disk_prune_forget(channel);
    free(channel->name);
    free(channel);
}

const char *disk_epoch(const struct disk_channel *channel) {
    return channel->epoch;
}

uint64_t disk_offset(const struct disk_channel *channel) {
    return channel->offset;
}

int64_t disk_time(const struct disk_channel *channel) {
    return channel->time;
}

const char *disk_reason(const struct disk_channel *channel) {
    return channel->disk->reason;
}

/* From the newest on, until there is enough; then the other way round. */
static int load(struct disk *disk, struct loading *loading) {
    struct disk_answer *answer = loading->answer;
    const struct disk_channel *channel = loading->channel;
    sqlite3_stmt *row = disk_sql(disk, SQL_NEWEST, "i", channel->id);
    size_t bytes = 0;
    int code = row ? sqlite3_step(row) : SQLITE_ERROR;
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        struct item *item = disk_item(row);
        bytes += item ? item_size(item) : 0;
        bool kept = item && bytes <= (size_t)channel->limits.history_bytes;
        if (!kept)
            item_unref(item);
        if (!kept || disk_answer_add(answer, item) != 0) {
            *loading->trimmed = (uint64_t)sqlite3_column_int64(row, 0);
            break;
        }
    }
    if (row && code != SQLITE_ROW && code != SQLITE_DONE)
        disk_database_why(disk);
    if (row)
        sqlite3_reset(row);
    for (size_t i = 0; i < answer->count / 2; i++) {
        struct item *item = answer->items[i];
        answer->items[i] = answer->items[answer->count - 1 - i];
        answer->items[answer->count - 1 - i] = item;
    }
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

static void run_load(struct disk *disk, void *context) {
    struct loading *loading = context;
    *loading->trimmed = 0;
    if (disk->database)
        loading->error = load(disk, loading);
    if (loading->error)
        disk_give_up(disk);
    if (loading->channel->trimmed > *loading->trimmed)
        *loading->trimmed = loading->channel->trimmed;
}

bool disk_channel_topics(const struct disk_channel *channel, const struct disk_answer *answer) {
    for (size_t i = 0; i < answer->count; i++) {
        struct item *item = answer->items[i];
        item->topic = topic_obtain(channel->topics, item->topic_name);
        if (item->topic == NULL)
            return false;
    }
    return true;
}

int disk_load(struct disk_channel *channel, struct disk_answer *answer, uint64_t *trimmed) {
    struct loading loading = {.channel = channel, .answer = answer, .trimmed = trimmed};
    *answer = (struct disk_answer){.complete = true};
    disk_call(channel->disk, run_load, &loading);
    if (loading.error == 0 && disk_channel_topics(channel, answer))
        return 0;
    disk_answer_finish(answer);
    return SENTIO_FAILED;
}

static int load_keys(struct disk *disk, struct loading *loading) {
    sqlite3_stmt *row = disk_sql(disk, SQL_REQUESTS, "ii", loading->channel->id, loading->since);
    int code = row ? sqlite3_step(row) : SQLITE_ERROR;
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        struct disk_key key = {
            .publisher = disk_sql_text(row, 0),
            .key = disk_sql_text(row, 1),
            .accepted = (uint32_t)sqlite3_column_int64(row, 3),
            .offset = (uint64_t)sqlite3_column_int64(row, 4),
            .time = sqlite3_column_int64(row, 5),
        };
        struct sentio_bytes hash = disk_sql_text(row, 2);
        if (hash.size != DISK_HASH_SIZE)
            continue;
        memcpy(key.hash, hash.data, DISK_HASH_SIZE);
        loading->found(loading->context, &key);
    }
    if (row && code != SQLITE_DONE)
        disk_database_why(disk);
    if (row)
        sqlite3_reset(row);
    return code == SQLITE_DONE ? 0 : -1;
}

static void run_load_keys(struct disk *disk, void *context) {
    struct loading *loading = context;
    if (disk->database)
        loading->error = load_keys(disk, loading);
    if (loading->error)
        disk_give_up(disk);
}

int disk_load_keys(struct disk_channel *channel, int64_t since,
                   void (*found)(void *context, const struct disk_key *key), void *context) {
    struct loading loading = {
        .channel = channel, .since = since, .found = found, .context = context};
    disk_call(channel->disk, run_load_keys, &loading);
    return loading.error ? SENTIO_FAILED : 0;
}
