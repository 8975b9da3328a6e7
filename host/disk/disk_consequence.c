/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdlib.h>

enum { ID, TARGET, BODY, FIRST, LAST, TRIES };

/* What the hub waits for. */
struct loading {
    struct disk_channel *channel;
    void (*found)(void *context, const struct disk_consequence *consequence);
    void *context;
    struct disk_range range;
    struct disk_answer *answer;
    int error;
};

static int add(struct disk *disk, struct disk_channel *channel, const struct update *update,
               struct disk_consequence *consequence) {
    uint64_t first = update->last - update->count + 1;
    bool observed = consequence->body.size == 0;
    int error = observed ? disk_sql_run(disk, SQL_OBSERVE_ADD, "ituu", channel->id,
                                        consequence->target, first, update->last)
                         : disk_sql_run(disk, SQL_FORWARD_ADD, "itt", channel->id,
                                        consequence->target, consequence->body);
    consequence->id = sqlite3_last_insert_rowid(disk->database);
    channel->observed = channel->observed || observed;
    disk->group.changes++;
    return error;
}

static int drop(struct disk *disk, int64_t id) {
    disk->group.changes++;
    return disk_sql_run(disk, SQL_CONSEQUENCE_DROP, "i", id);
}

int disk_consequences_write(struct disk *disk, struct disk_job *job) {
    int error = job->append.settles ? drop(disk, job->append.settles) : 0;
    for (struct disk_consequence *each = job->append.consequences; each && !error;
         each = each->next)
        error = add(disk, job->channel, job->append.update, each);
    return error;
}

void disk_do_settle(struct disk *disk, struct disk_job *job) {
    if (disk_group_begin(disk) != 0 || drop(disk, job->settled) != 0) {
        disk_group_fail(disk, job);
        return;
    }
    disk_group_answer(disk, job);
}

int disk_unobserved(struct disk *disk, const struct disk_channel *channel, uint64_t *first) {
    int64_t number = 0;
    int error = disk_sql_number(disk_sql(disk, SQL_OBSERVED_FIRST, "i", channel->id), 0, &number);
    if (error)
        disk_database_why(disk);
    *first = number ? (uint64_t)number : UINT64_MAX;
    return error;
}

int disk_consequences_find(struct disk *disk, struct disk_channel *channel) {
    uint64_t first = UINT64_MAX;
    int error = disk_unobserved(disk, channel, &first);
    channel->observed = first != UINT64_MAX;
    return error;
}

void disk_consequences_calm(struct disk *disk) {
    if (disk_group_begin(disk) != 0)
        return;
    if (disk_sql_run(disk, SQL_CONSEQUENCES_CALM, "") != 0)
        disk_group_fail(disk, NULL);
    else
        disk_group_end(disk);
}

static int load(struct disk *disk, const struct loading *loading, bool *any) {
    sqlite3_stmt *row = disk_sql(disk, SQL_CONSEQUENCES, "i", loading->channel->id);
    int code = row ? sqlite3_step(row) : SQLITE_ERROR;
    *any = code == SQLITE_ROW;
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        const struct disk_consequence consequence = {
            .id = sqlite3_column_int64(row, ID),
            .target = disk_sql_text(row, TARGET),
            .body = disk_sql_text(row, BODY),
            .first = (uint64_t)sqlite3_column_int64(row, FIRST),
            .last = (uint64_t)sqlite3_column_int64(row, LAST),
            .tries = sqlite3_column_int64(row, TRIES),
        };
        loading->found(loading->context, &consequence);
    }
    if (row && code != SQLITE_DONE)
        disk_database_why(disk);
    if (row)
        sqlite3_reset(row);
    return code == SQLITE_DONE ? 0 : -1;
}

static void run_load(struct disk *disk, void *context) {
    struct loading *loading = context;
    bool any = false;
    if (disk->database == NULL)
        return;
    loading->error = load(disk, loading, &any);
    if (loading->error) {
        disk_give_up(disk);
        return;
    }
    if (!any)
        return;
    if (disk_group_begin(disk) != 0 ||
        disk_sql_run(disk, SQL_CONSEQUENCES_TRIED, "i", loading->channel->id) != 0)
        disk_group_fail(disk, NULL);
    else
        disk_group_end(disk);
}

int disk_load_consequences(struct disk_channel *channel,
                           void (*found)(void *context, const struct disk_consequence *consequence),
                           void *context) {
    struct loading loading = {.channel = channel, .found = found, .context = context};
    disk_call(channel->disk, run_load, &loading);
    return loading.error ? SENTIO_FAILED : 0;
}

static void run_load_items(struct disk *disk, void *context) {
    struct loading *loading = context;
    struct disk_found found = {0};
    loading->error = -1;
    if (disk->database == NULL)
        return;
    loading->error =
        disk_find(disk, loading->channel, sentio_text(""), &loading->range, -1, &found);
    if (!loading->error)
        loading->error = disk_fetch(disk, &found, 0, &loading->range, loading->answer);
    free(found.rows);
    if (loading->error)
        disk_give_up(disk);
}

int disk_load_items(struct disk_channel *channel, uint64_t first, uint64_t last,
                    struct disk_answer *answer) {
    struct loading loading = {
        .channel = channel,
        .range = {.after = first - 1, .until = last},
        .answer = answer,
    };
    *answer = (struct disk_answer){.complete = true};
    disk_call(channel->disk, run_load_items, &loading);
    if (loading.error == 0 && disk_channel_topics(channel, answer))
        return 0;
    disk_answer_finish(answer);
    return SENTIO_FAILED;
}
