/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdlib.h>
#include <string.h>

#include "io/io.h"
#include "model/message.h"

enum {
    GROUP_CHANGES = 100,
    LAZY_CHANGES = 1000, /* of a group that nobody waits for */
    GROUP_NS = 5000000,
    TICK_MS = 1000
};

/* The job is the hub's again when the semaphore is posted. */
static void run_sync(struct disk *disk, struct disk_job *job) {
    disk_group_end(disk);
    job->sync.run(disk, job->sync.context);
    job->why = disk->failing ? strdup(disk->why) : NULL;
    uv_sem_post(job->sync.done);
}

static void run(struct disk *disk, struct disk_job *job) {
    switch (job->op) {
    case DISK_SYNC:
        run_sync(disk, job);
        return;
    case DISK_APPEND:
        disk_do_append(disk, job);
        return;
    case DISK_READ:
        disk_do_read(disk, job);
        return;
    case DISK_ACK:
        disk_do_ack(disk, job);
        return;
    case DISK_PENDING:
        disk_do_pending(disk, job);
        return;
    case DISK_LIMIT:
        job->channel->limits = job->limits;
        break;
    case DISK_FORGET_KEYS:
        disk_do_forget_keys(disk, job);
        return;
    case DISK_SETTLE:
        disk_do_settle(disk, job);
        return;
    case DISK_WORKS:
        break;
    }
    disk_group_answer(disk, job);
}

/* A group grows no further than this. */
static bool is_full(const struct disk_group *group) {
    if (!group->due)
        return group->changes >= LAZY_CHANGES;
    return group->changes >= GROUP_CHANGES || uv_hrtime() - group->since >= GROUP_NS;
}

static void deliver(void *context, struct message *message) {
    struct disk *disk = context;
    run(disk, (struct disk_job *)message);
    if (disk->group.open && is_full(&disk->group))
        disk_group_end(disk);
}

/* The end of the loop's turn: what has come meanwhile still goes with the group. */
static void on_prepare(uv_prepare_t *prepare) {
    struct disk *disk = prepare->data;
    queue_pump(&disk->queue);
    if (disk->group.due)
        disk_group_end(disk);
    queue_announce(&disk->answers);
}

static void on_idle(uv_idle_t *idle) {
    struct disk *disk = idle->data;
    if (disk->failing || disk->still || !disk_prune_step(disk, io_time()))
        uv_idle_stop(idle);
    if (disk->group.open && is_full(&disk->group))
        disk_group_end(disk);
}

/* Does it work again? What is written is large enough to need room of its own. */
static void probe(struct disk *disk) {
    if (disk_group_begin(disk) != 0 || disk_sql_run(disk, SQL_PROBE, "") != 0 ||
        disk_sql_run(disk, SQL_PROBE_END, "") != 0)
        disk_group_fail(disk, NULL);
    else if (disk_group_end(disk) == 0)
        disk_group_works(disk);
}

/* Once the disk has room for it. */
static void make(struct disk *disk) {
    if (disk_database_open(disk) == 0)
        disk_group_works(disk);
    disk->unmade = disk->database == NULL && disk->full;
}

static void on_tick(uv_timer_t *tick) {
    struct disk *disk = tick->data;
    if (disk->unmade)
        make(disk);
    if (disk->database == NULL)
        return;
    disk_group_end(disk);
    if (disk->failing) {
        probe(disk);
        return;
    }
    if (disk->still)
        return;
    disk_prune_tick(disk, io_time());
    uv_idle_start(&disk->idle, on_idle);
}

int disk_thread_init(struct disk *disk, size_t limit) {
    if (uv_loop_init(&disk->loop) != 0)
        return -1;
    disk->queue.deliver = deliver;
    disk->queue.context = disk;
    if (queue_init(&disk->queue, &disk->loop, limit) != 0) {
        uv_loop_close(&disk->loop);
        return -1;
    }
    uv_prepare_init(&disk->loop, &disk->prepare);
    uv_timer_init(&disk->loop, &disk->tick);
    uv_idle_init(&disk->loop, &disk->idle);
    disk->prepare.data = disk;
    disk->tick.data = disk;
    disk->idle.data = disk;
    uv_prepare_start(&disk->prepare, on_prepare);
    uv_timer_start(&disk->tick, on_tick, TICK_MS, TICK_MS);
    return 0;
}

void disk_thread_finish(struct disk *disk) {
    queue_finish(&disk->queue, message_destroy);
    uv_close((uv_handle_t *)&disk->prepare, NULL);
    uv_close((uv_handle_t *)&disk->tick, NULL);
    uv_close((uv_handle_t *)&disk->idle, NULL);
    uv_run(&disk->loop, UV_RUN_DEFAULT);
    uv_loop_close(&disk->loop);
}

void *disk_thread(void *context) {
    struct disk *disk = context;
    uv_run(&disk->loop, UV_RUN_DEFAULT);
    disk_group_end(disk);
    return NULL;
}
