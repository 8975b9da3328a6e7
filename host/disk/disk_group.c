/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdlib.h>
#include <string.h>

#include "model/message.h"

int disk_group_begin(struct disk *disk) {
    struct disk_group *group = &disk->group;
    if (disk->database == NULL)
        return -1;
    if (group->open)
        return 0;
    if (disk_sql_run(disk, SQL_BEGIN, "") != 0)
        return -1;
    group->open = true;
    group->since = uv_hrtime();
    group->before = sqlite3_total_changes(disk->database);
    return 0;
}

void disk_job_fail(struct disk_job *job, const char *why) {
    if (job->answer.error)
        return;
    job->why = strdup(why);
    job->answer.error = job->why ? job->why : "the disk has failed, and there is no memory";
}

static void give_back(struct disk *disk, struct disk_job *job) {
    if (job->asker.over)
        queue_put(&disk->answers, &job->head);
    else
        disk_job_destroy(job);
}

void disk_group_answer(struct disk *disk, struct disk_job *job) {
    struct disk_group *group = &disk->group;
    bool writes = job->op == DISK_APPEND || job->op == DISK_ACK;
    if (writes && job->asker.over && job->answer.error == NULL)
        group->due = true;
    if (!group->due) {
        give_back(disk, job);
        return;
    }
    job->head.next = NULL;
    if (group->last)
        group->last->head.next = &job->head;
    else
        group->first = job;
    group->last = job;
}

/* All that waited, in the order in which it came. */
static void answer_all(struct disk *disk) {
    struct disk_job *job = disk->group.first;
    while (job != NULL) {
        struct disk_job *next = (struct disk_job *)job->head.next;
        give_back(disk, job);
        job = next;
    }
    memset(&disk->group, 0, sizeof(disk->group));
    queue_announce(&disk->answers);
}

static void untouch(struct disk_group *group, bool committed) {
    while (group->touched != NULL) {
        struct disk_channel *channel = group->touched;
        group->touched = channel->touched;
        channel->is_touched = false;
        if (committed)
            channel->committed = channel->written;
        else
            channel->written = channel->committed;
    }
}

void disk_group_fail(struct disk *disk, struct disk_job *job) {
    struct disk_group *group = &disk->group;
    /* Some errors have undone it already. */
    if (disk->database && sqlite3_get_autocommit(disk->database) == 0) {
        sqlite3_stmt *rollback = disk_sql(disk, SQL_ROLLBACK, "");
        if (rollback) {
            sqlite3_step(rollback);
            sqlite3_reset(rollback);
        }
    }
    untouch(group, false);
    for (struct disk_job *each = group->first; each; each = (struct disk_job *)each->head.next)
        if (each->op == DISK_APPEND || each->op == DISK_ACK)
            disk_job_fail(each, disk->why);
    if (job) {
        disk_job_fail(job, disk->why);
        group->due = true;
        disk_group_answer(disk, job);
    }
    if (disk->database)
        atomic_fetch_add(&disk->failures, 1);
    disk->failing = true;
    answer_all(disk);
}

static int write_channels(struct disk *disk) {
    int error = 0;
    for (const struct disk_channel *channel = disk->group.touched; channel && !error;
         channel = channel->touched)
        error = disk_sql_run(disk, SQL_CHANNEL_SET, "iui", channel->id, channel->written,
                             channel->written_time);
    return error;
}

void disk_group_works(struct disk *disk) {
    if (!disk->failing)
        return;
    disk->failing = false;
    struct disk_job *job = calloc(1, sizeof(*job));
    /* Without memory the next item says it. */
    if (job == NULL)
        return;
    job->head.kind = MESSAGE_DISK;
    job->head.size = sizeof(*job);
    job->op = DISK_WORKS;
    queue_push(&disk->answers, &job->head);
}

int disk_group_end(struct disk *disk) {
    struct disk_group *group = &disk->group;
    if (!group->open)
        return 0;
    if (write_channels(disk) != 0 || disk_sql_run(disk, SQL_COMMIT, "") != 0) {
        disk_group_fail(disk, NULL);
        return -1;
    }
    untouch(group, true);
    atomic_fetch_add(&disk->items, group->items);
    /* One that has changed nothing has written nothing: it says nothing of the disk. */
    if (sqlite3_total_changes(disk->database) != group->before) {
        atomic_fetch_add(&disk->commits, 1);
        disk_group_works(disk);
    }
    answer_all(disk);
    return 0;
}
