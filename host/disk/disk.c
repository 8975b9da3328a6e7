/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "model/message.h"

static bool hold(void *context) {
    const struct disk *disk = context;
    if (disk->settling)
        return false;
    if (disk->stepwise)
        return disk->answered >= disk->wanted;
    return disk->hold && disk->hold(disk->context);
}

static void hand_over(void *context, struct message *message) {
    struct disk *disk = context;
    disk->deliver(disk->context, message);
}

/* The first failure of a row is told; the end of them as well. */
void disk_note_failure(struct disk *disk, const char *why) {
    if (disk->reason[0] == '\0')
        log_error("disk", "%s; durable channels refuse publishes until it works", why);
    snprintf(disk->reason, sizeof(disk->reason), "%s", why);
}

static void note_success(struct disk *disk) {
    if (disk->reason[0] != '\0')
        log_info("disk", "%s: it works again", disk->path);
    disk->reason[0] = '\0';
}

static void open_database(struct disk *disk, void *context) {
    (void)context;
    disk->failing = disk_database_open(disk) != 0;
    disk->unmade = disk->failing && disk->full;
}

static int start(struct disk *disk, uv_loop_t *loop, size_t limit) {
    disk->answers.hold = hold;
    disk->answers.deliver = hand_over;
    disk->answers.context = disk;
    if (queue_init(&disk->answers, loop, SIZE_MAX) != 0)
        return -1;
    if (disk_thread_init(disk, limit) != 0)
        return -1;
    if (pthread_create(&disk->thread, NULL, disk_thread, disk) == 0)
        return 0;
    disk_thread_finish(disk);
    return -1;
}

struct disk *disk_create(const char *state_dir, uv_loop_t *loop, size_t limit,
                         void (*deliver)(void *context, struct message *message),
                         bool (*hold_answers)(void *context), void *context) {
    struct disk *disk = calloc(1, sizeof(*disk));
    if (disk == NULL)
        return NULL;
    disk->hold = hold_answers;
    disk->context = context;
    disk->deliver = deliver;
    if (asprintf(&disk->path, "%s/sentio.db", state_dir) == -1) {
        free(disk);
        return NULL;
    }
    /* What it leaves behind is on the loop, and the host ends. */
    if (start(disk, loop, limit) != 0)
        return NULL;
    disk_call(disk, open_database, NULL);
    return disk;
}

static void end(struct disk *disk, void *context) {
    (void)context;
    disk_consequences_calm(disk);
    uv_stop(&disk->loop);
}

void disk_stop(struct disk *disk) {
    if (disk == NULL)
        return;
    disk_settle(disk);
    disk_call(disk, end, NULL);
    pthread_join(disk->thread, NULL);
    disk_database_close(disk);
    disk_thread_finish(disk);
    queue_finish(&disk->answers, disk_message_destroy);
}

void disk_destroy(struct disk *disk) {
    if (disk == NULL)
        return;
    free(disk->channels);
    free(disk->path);
    free(disk);
}

void disk_deliver(struct disk *disk, struct message *message) {
    struct disk_job *job = (struct disk_job *)message;
    if (job->answer.error)
        disk_note_failure(disk, job->answer.error);
    else if (job->op == DISK_APPEND || job->op == DISK_WORKS)
        note_success(disk);
    if (job->asker.over == NULL)
        return;
    disk->asked--;
    disk->answered++;
    if (!disk_channel_topics(job->channel, &job->answer)) {
        job->answer.error = "the host is out of memory";
        disk_answer_finish(&job->answer);
    }
    job->asker.over(job->asker.context, job->asker.id, &job->answer);
}

void disk_announce(struct disk *disk) {
    queue_announce(&disk->queue);
}

void disk_pump(struct disk *disk) {
    queue_pump(&disk->answers);
}

bool disk_full(const struct disk *disk) {
    return queue_full(&disk->queue);
}

static void nothing(struct disk *disk, void *context) {
    (void)disk;
    (void)context;
}

void disk_settle(struct disk *disk) {
    bool before = disk->settling;
    if (disk->next_told)
        disk_told_settle(disk);
    disk->settling = true;
    while (disk->asked > 0) {
        disk_call(disk, nothing, NULL);
        disk_pump(disk);
    }
    disk->settling = before;
}

bool disk_is_answer(const struct message *message) {
    return ((const struct disk_job *)message)->asker.over != NULL;
}

static void set_still(struct disk *disk, void *context) {
    disk->still = *(const bool *)context;
}

void disk_keep_still(struct disk *disk, bool still) {
    disk_call(disk, set_still, &still);
}

void disk_step(struct disk *disk) {
    disk->stepwise = true;
    disk_keep_still(disk, true);
}

bool disk_take(struct disk *disk) {
    disk->wanted = disk->answered + 1;
    while (disk->asked > 0 && disk->answered < disk->wanted) {
        disk_call(disk, nothing, NULL);
        disk_pump(disk);
    }
    return disk->answered >= disk->wanted;
}

/* Of the file and of its log. */
static uint64_t size_of(const struct disk *disk) {
    char path[4096];
    struct stat file;
    uint64_t bytes = 0;
    if (stat(disk->path, &file) == 0)
        bytes = (uint64_t)file.st_size;
    snprintf(path, sizeof(path), "%s-wal", disk->path);
    if (stat(path, &file) == 0)
        bytes += (uint64_t)file.st_size;
    return bytes;
}

void disk_status(const struct disk *disk, struct disk_status *status) {
    *status = (struct disk_status){
        .path = disk->path,
        .reason = disk->reason,
        .bytes = size_of(disk),
        .commits = atomic_load(&disk->commits),
        .items = atomic_load(&disk->items),
        .failures = atomic_load(&disk->failures),
        .dropped = atomic_load(&disk->dropped),
    };
}
