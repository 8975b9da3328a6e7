/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * What nobody wants any more goes, a topic at a time: topics that have changed, and once around
 * and again all of them, for what grows old. It goes with the transactions of others.
 */

enum { STEP_ITEMS = 256, WALK_TOPICS = 32, WALK_ROWS = 256, DIRTY_MAX = 65536 };

struct dirty {
    size_t size;
    char name[];
};

static bool has_name(const void *value, const void *key) {
    const struct dirty *dirty = value;
    const struct sentio_bytes *name = key;
    return dirty->size == name->size && memcmp(dirty->name, name->data, name->size) == 0;
}

void disk_prune_note(struct disk_channel *channel, struct sentio_bytes topic) {
    uint64_t hash = table_hash(&channel->dirty, topic);
    if (table_find(&channel->dirty, hash, has_name, &topic) || channel->dirty.count >= DIRTY_MAX)
        return;
    struct dirty *dirty = malloc(sizeof(*dirty) + topic.size);
    /* Without memory it is found on the next walk. */
    if (dirty == NULL)
        return;
    dirty->size = topic.size;
    memcpy(dirty->name, topic.data, topic.size);
    if (table_insert(&channel->dirty, hash, dirty) != 0)
        free(dirty);
}

void disk_prune_forget(struct disk_channel *channel) {
    for (size_t i = 0; i < channel->dirty.capacity; i++)
        free(channel->dirty.slots[i].value);
    table_finish(&channel->dirty);
}

/* Times never go down with offsets: the first item that is young enough is searched for. */
int disk_aged(struct disk *disk, const struct disk_channel *channel, int64_t age, int64_t now,
              uint64_t *offset) {
    uint64_t low = 0;
    uint64_t high = channel->written;
    *offset = 0;
    while (age > 0 && low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        int64_t time = 0;
        sqlite3_stmt *row = disk_sql(disk, SQL_TIME_FROM, "iu", channel->id, middle);
        if (disk_sql_number(row, INT64_MAX, &time) != 0) {
            disk_database_why(disk);
            return -1;
        }
        if (time < now - age)
            low = middle;
        else
            high = middle - 1;
    }
    *offset = low;
    return 0;
}

/* The newest item of the topic that is not among its last `count`; 0: there are no more. */
static int beyond(struct disk *disk, const struct disk_channel *channel, struct sentio_bytes topic,
                  int64_t count, uint64_t *offset) {
    int64_t number = 0;
    sqlite3_stmt *row = disk_sql(disk, SQL_TOPIC_RANK, "iti", channel->id, topic, count);
    int error = disk_sql_number(row, 0, &number);
    if (error)
        disk_database_why(disk);
    *offset = (uint64_t)number;
    return error;
}

/* Up to where all who wait for the topic's items have acknowledged them. */
static int acknowledged(struct disk *disk, const struct disk_channel *channel,
                        struct sentio_bytes topic, uint64_t *offset) {
    bool everyone = sentio_is(topic, "*");
    int64_t number = 0;
    sqlite3_stmt *row = everyone ? disk_sql(disk, SQL_CURSOR_EVERYONE, "i", channel->id)
                                 : disk_sql(disk, SQL_CURSOR_LEAST, "it", channel->id, topic);
    /* Nobody is known: nobody waits for what is to everyone, and the user for what is to him. */
    int error = disk_sql_number(row, everyone ? INT64_MAX : 0, &number);
    if (error)
        disk_database_why(disk);
    *offset = (uint64_t)number;
    return error;
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* *unwanted: items of the topic up to there may go. */
static int find_unwanted(struct disk *disk, const struct disk_channel *channel,
                         struct sentio_bytes topic, int64_t now, uint64_t *unwanted,
                         uint64_t *acked) {
    const struct disk_limits *limits = &channel->limits;
    uint64_t history;
    uint64_t old;
    uint64_t queue;
    uint64_t expired;
    uint64_t unobserved = UINT64_MAX;
    if (beyond(disk, channel, topic, limits->history, &history) != 0 ||
        disk_aged(disk, channel, limits->history_age, now, &old) != 0 ||
        beyond(disk, channel, topic, limits->queue, &queue) != 0 ||
        disk_aged(disk, channel, limits->ttl, now, &expired) != 0 ||
        acknowledged(disk, channel, topic, acked) != 0 ||
        (channel->observed && disk_unobserved(disk, channel, &unobserved) != 0))
        return -1;
    history = larger(history, old);
    queue = larger(larger(queue, expired), *acked);
    *unwanted = history < queue ? history : queue;
    if (*unwanted >= unobserved)
        *unwanted = unobserved - 1;
    return 0;
}

/* Drops some of the topic's items up to `unwanted`, oldest first. *left: there may be more. */
static int drop(struct disk *disk, struct disk_channel *channel, struct sentio_bytes topic,
                uint64_t unwanted, uint64_t acked, int64_t now, bool *left) {
    sqlite3_stmt *row = disk_sql(disk, SQL_TOPIC_OLDEST, "ituui", channel->id, topic, unwanted,
                                 acked, (int64_t)STEP_ITEMS);
    if (row == NULL || sqlite3_step(row) != SQLITE_ROW) {
        disk_database_why(disk);
        return -1;
    }
    uint64_t last = (uint64_t)sqlite3_column_int64(row, 0);
    uint64_t count = (uint64_t)sqlite3_column_int64(row, 1);
    uint64_t waiting = (uint64_t)sqlite3_column_int64(row, 2);
    sqlite3_reset(row);
    *left = count == STEP_ITEMS;
    if (count == 0)
        return 0;
    if (disk_group_begin(disk) != 0 ||
        disk_sql_run(disk, SQL_TOPIC_DROP, "itu", channel->id, topic, last) != 0 ||
        disk_sql_run(disk, SQL_TOPIC_TRIM, "itui", channel->id, topic, last, now) != 0)
        return -1;
    channel->trimmed = larger(channel->trimmed, last);
    disk->group.changes += (uint32_t)count;
    atomic_fetch_add(&disk->dropped, waiting);
    return 0;
}

static int prune(struct disk *disk, struct disk_channel *channel, struct sentio_bytes topic,
                 int64_t now, bool *left) {
    uint64_t unwanted = 0;
    uint64_t acked = 0;
    *left = false;
    if (find_unwanted(disk, channel, topic, now, &unwanted, &acked) != 0)
        return -1;
    return unwanted ? drop(disk, channel, topic, unwanted, acked, now, left) : 0;
}

static struct dirty *any(const struct table *table, uint64_t *hash) {
    for (size_t i = 0; i < table->capacity && table->count > 0; i++) {
        if (table->slots[i].value == NULL)
            continue;
        *hash = table->slots[i].hash;
        return table->slots[i].value;
    }
    return NULL;
}

bool disk_prune_step(struct disk *disk, int64_t now) {
    for (size_t i = 0; i < disk->channel_count; i++) {
        struct disk_channel *channel = disk->channels[i];
        uint64_t hash;
        bool left = false;
        struct dirty *dirty = any(&channel->dirty, &hash);
        if (dirty == NULL)
            continue;
        if (prune(disk, channel, sentio_bytes(dirty->name, dirty->size), now, &left) != 0) {
            disk_group_fail(disk, NULL);
            return false;
        }
        if (!left) {
            table_remove(&channel->dirty, hash, dirty);
            free(dirty);
        }
        return true;
    }
    return false;
}

/* The next topics of the channel are looked at as if they had changed; false: it was the last. */
static bool walk_topics(struct disk *disk, struct disk_channel *channel) {
    struct disk_walk *walk = &disk->walk;
    for (size_t i = 0; i < WALK_TOPICS; i++) {
        sqlite3_stmt *row = disk_sql(disk, SQL_TOPIC_AFTER, "it", channel->id,
                                     sentio_bytes(walk->topic, walk->topic_size));
        struct sentio_bytes topic = sentio_text("");
        if (row && sqlite3_step(row) == SQLITE_ROW)
            topic = disk_sql_text(row, 0);
        bool found = topic.size > 0 && topic.size <= sizeof(walk->topic);
        if (found) {
            memcpy(walk->topic, topic.data, topic.size);
            walk->topic_size = topic.size;
            disk_prune_note(channel, topic);
        }
        if (row)
            sqlite3_reset(row);
        if (!found)
            return false;
    }
    return true;
}

/* The topics' rows in the window that are as old go, and raise what holds for those without. */
static int expire_topics(struct disk *disk, struct disk_channel *channel, int64_t from,
                         int64_t before) {
    int64_t to = from + WALK_ROWS;
    int64_t trimmed = 0;
    sqlite3_stmt *row = disk_sql(disk, SQL_TOPIC_EXPIRED, "iiii", channel->id, from, to, before);
    if (disk_sql_number(row, 0, &trimmed) != 0)
        return -1;
    if (trimmed == 0)
        return 0;
    channel->floor = larger(channel->floor, (uint64_t)trimmed);
    disk->group.changes++;
    if (disk_sql_run(disk, SQL_CHANNEL_FLOOR, "iu", channel->id, channel->floor) != 0)
        return -1;
    return disk_sql_run(disk, SQL_TOPIC_EXPIRE, "iiii", channel->id, from, to, before);
}

/* A user who was not here for so long that nothing of his time is left is not known any more. */
static int expire(struct disk *disk, struct disk_channel *channel, int64_t from, int64_t now) {
    const struct disk_limits *limits = &channel->limits;
    int64_t age = limits->ttl > limits->history_age ? limits->ttl : limits->history_age;
    if (channel->id == 0 || limits->ttl == 0 || limits->history_age == 0)
        return 0;
    if (disk_sql_run(disk, SQL_CURSOR_EXPIRE, "iiii", channel->id, from, from + WALK_ROWS,
                     now - age) != 0)
        return -1;
    return expire_topics(disk, channel, from, now - age);
}

static void walk_rows(struct disk *disk, int64_t now) {
    struct disk_walk *walk = &disk->walk;
    int64_t last = 0;
    int error = disk_sql_number(disk_sql(disk, SQL_LAST_ROW, ""), 0, &last);
    int64_t from = walk->row < last ? walk->row : 0;
    walk->row = from + WALK_ROWS;
    if (!error)
        error = disk_group_begin(disk);
    for (size_t i = 0; i < disk->channel_count && !error; i++)
        error = expire(disk, disk->channels[i], from, now);
    if (error)
        disk_group_fail(disk, NULL);
}

void disk_prune_tick(struct disk *disk, int64_t now) {
    struct disk_walk *walk = &disk->walk;
    if (disk->channel_count == 0)
        return;
    if (walk->channel >= disk->channel_count)
        walk->channel = 0;
    struct disk_channel *channel = disk->channels[walk->channel];
    if (channel->id == 0 || !walk_topics(disk, channel)) {
        walk->topic_size = 0;
        walk->channel++;
    }
    walk_rows(disk, now);
}
