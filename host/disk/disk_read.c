/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct disk *disk, struct disk_found *found, sqlite3_stmt *row) {
    if (found->count == found->capacity) {
        size_t capacity = found->capacity ? found->capacity * 2 : 64;
        struct disk_row *rows = realloc(found->rows, capacity * sizeof(*rows));
        if (rows == NULL) {
            snprintf(disk->why, sizeof(disk->why), "the host is out of memory");
            return -1;
        }
        found->rows = rows;
        found->capacity = capacity;
    }
    found->rows[found->count++] = (struct disk_row){
        .offset = (uint64_t)sqlite3_column_int64(row, 0),
        .id = sqlite3_column_int64(row, 1),
    };
    return 0;
}

static sqlite3_stmt *select_rows(struct disk *disk, const struct disk_channel *channel,
                                 struct sentio_bytes topic, const struct disk_range *range,
                                 int64_t count) {
    if (topic.size == 0)
        return disk_sql(disk, range->last ? SQL_ITEMS_LAST : SQL_ITEMS, "iuui", channel->id,
                        range->after, range->until, count);
    return disk_sql(disk, range->last ? SQL_TOPIC_ITEMS_LAST : SQL_TOPIC_ITEMS, "iuuit",
                    channel->id, range->after, range->until, count, topic);
}

int disk_find(struct disk *disk, const struct disk_channel *channel, struct sentio_bytes topic,
              const struct disk_range *range, int64_t count, struct disk_found *found) {
    sqlite3_stmt *row = select_rows(disk, channel, topic, range, count);
    if (row == NULL)
        return -1;
    int code = sqlite3_step(row);
    int error = 0;
    for (; code == SQLITE_ROW && !error; code = sqlite3_step(row))
        error = add(disk, found, row);
    if (!error && code != SQLITE_DONE) {
        disk_database_why(disk);
        error = -1;
    }
    sqlite3_reset(row);
    return error;
}

static int compare(const void *a, const void *b) {
    const struct disk_row *x = a;
    const struct disk_row *y = b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void disk_found_sort(struct disk_found *found) {
    if (found->count > 1)
        qsort(found->rows, found->count, sizeof(*found->rows), compare);
}

static int fetch_one(struct disk *disk, int64_t id, struct disk_answer *answer, size_t *bytes) {
    sqlite3_stmt *row = disk_sql(disk, SQL_ITEM_GET, "i", id);
    int code = row ? sqlite3_step(row) : SQLITE_ERROR;
    int error = -1;
    if (code == SQLITE_ROW) {
        struct item *item = disk_item(row);
        *bytes += item ? item_size(item) : 0;
        error = item ? disk_answer_add(answer, item) : -1;
        if (error)
            snprintf(disk->why, sizeof(disk->why), "%s: an item is damaged, or there is no memory",
                     disk->path);
    } else if (row) {
        disk_database_why(disk);
    }
    if (row)
        sqlite3_reset(row);
    return error;
}

int disk_fetch(struct disk *disk, const struct disk_found *found, size_t first,
               const struct disk_range *limits, struct disk_answer *answer) {
    size_t bytes = 0;
    int error = 0;
    for (size_t i = first; i < found->count && !error; i++) {
        bool enough = (limits->max_items && answer->count >= limits->max_items) ||
                      (limits->max_bytes && bytes >= limits->max_bytes);
        if (enough) {
            answer->more = true;
            break;
        }
        error = fetch_one(disk, found->rows[i].id, answer, &bytes);
    }
    return error;
}

int disk_trimmed(struct disk *disk, const struct disk_channel *channel, struct sentio_bytes topic,
                 uint64_t *trimmed) {
    int64_t number = 0;
    sqlite3_stmt *row = disk_sql(disk, SQL_TOPIC_TRIMMED, "it", channel->id, topic);
    if (disk_sql_number(row, 0, &number) != 0) {
        disk_database_why(disk);
        return -1;
    }
    *trimmed = (uint64_t)number;
    return 0;
}

static int check_complete(struct disk *disk, const struct disk_channel *channel,
                          const struct disk_range *range, struct disk_answer *answer) {
    uint64_t trimmed = range->topic_count ? channel->floor : channel->trimmed;
    int error = 0;
    answer->complete = trimmed <= range->after;
    for (size_t i = 0; i < range->topic_count && answer->complete && !error; i++) {
        error = disk_trimmed(disk, channel, range->topics[i], &trimmed);
        answer->complete = trimmed <= range->after;
    }
    return error;
}

static int read_range(struct disk *disk, const struct disk_channel *channel,
                      const struct disk_range *range, struct disk_answer *answer) {
    struct disk_found found = {0};
    size_t limit = range->last ? range->last : range->max_items;
    /* One more shows that there is more. */
    int64_t count = limit == 0 || limit >= INT64_MAX ? -1 : (int64_t)limit + !range->last;
    int error = check_complete(disk, channel, range, answer);
    if (!error && range->topic_count == 0)
        error = disk_find(disk, channel, sentio_text(""), range, count, &found);
    for (size_t i = 0; i < range->topic_count && !error; i++)
        error = disk_find(disk, channel, range->topics[i], range, count, &found);
    disk_found_sort(&found);
    size_t first = range->last && found.count > range->last ? found.count - range->last : 0;
    if (!error)
        error = disk_fetch(disk, &found, first, range, answer);
    free(found.rows);
    return error;
}

void disk_do_read(struct disk *disk, struct disk_job *job) {
    struct disk_channel *channel = job->channel;
    if (disk->database == NULL ||
        (channel->id != 0 && read_range(disk, channel, &job->read, &job->answer) != 0)) {
        disk_answer_finish(&job->answer);
        disk_job_fail(job, disk->why);
    }
    disk_group_answer(disk, job);
}
