/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "model/message.h"

static struct disk_job *create(struct disk_channel *channel, enum disk_op op, size_t room,
                               const struct disk_asker *asker) {
    struct disk_job *job = calloc(1, sizeof(*job) + room);
    if (job == NULL)
        return NULL;
    job->head.kind = MESSAGE_DISK;
    job->head.size = sizeof(*job) + room;
    job->op = op;
    job->channel = channel;
    if (asker)
        job->asker = *asker;
    job->answer.complete = true;
    return job;
}

static struct sentio_bytes keep(char **at, struct sentio_bytes text) {
    struct sentio_bytes copy = {*at, text.size};
    if (text.size)
        memcpy(*at, text.data, text.size);
    *at += text.size;
    return copy;
}

void disk_job_destroy(struct disk_job *job) {
    if (job->op == DISK_APPEND)
        update_unref(job->append.update);
    disk_answer_finish(&job->answer);
    free(job->why);
    free(job);
}

void disk_message_destroy(struct message *message) {
    disk_job_destroy((struct disk_job *)message);
}

void disk_ask(struct disk *disk, struct disk_job *job) {
    if (job->asker.over)
        disk->asked++;
    if (disk->next_told)
        disk_told_wait(disk, job);
    else
        queue_put(&disk->queue, &job->head);
}

/* There is no memory for the job: whoever asked is told from here. */
static void refuse(const struct disk_asker *asker) {
    const struct disk_answer answer = {.error = "the host is out of memory"};
    log_error("disk", "%s: a request is lost", answer.error);
    if (asker)
        asker->over(asker->context, asker->id, &answer);
}

void disk_append(struct disk_channel *channel, struct update *update,
                 const struct disk_extra *extra, const struct disk_asker *asker) {
    const struct disk_key *key = extra ? extra->key : NULL;
    size_t room = key ? key->publisher.size + key->key.size : 0;
    struct disk_job *job = create(channel, DISK_APPEND, room, asker);
    if (job == NULL) {
        refuse(asker);
        return;
    }
    char *at = (char *)(job + 1);
    job->append.update = update_ref(update);
    if (key) {
        job->append.key = *key;
        job->append.key.publisher = keep(&at, key->publisher);
        job->append.key.key = keep(&at, key->key);
    }
    if (extra) {
        job->append.settles = extra->settles;
        job->append.consequences = extra->consequences;
        for (const struct disk_consequence *each = extra->consequences; each; each = each->next)
            job->head.size += sizeof(*each) + each->target.size + each->body.size;
    }
    job->head.size += update_size(update);
    disk_ask(channel->disk, job);
}

void disk_read(struct disk_channel *channel, const struct disk_range *range,
               const struct disk_asker *asker) {
    size_t room = range->topic_count * sizeof(struct sentio_bytes);
    for (size_t i = 0; i < range->topic_count; i++)
        room += range->topics[i].size;
    struct disk_job *job = create(channel, DISK_READ, room, asker);
    if (job == NULL) {
        refuse(asker);
        return;
    }
    struct sentio_bytes *topics = (struct sentio_bytes *)(job + 1);
    char *at = (char *)(topics + range->topic_count);
    for (size_t i = 0; i < range->topic_count; i++)
        topics[i] = keep(&at, range->topics[i]);
    job->read = *range;
    job->read.topics = topics;
    disk_ask(channel->disk, job);
}

void disk_ack(struct disk_channel *channel, const struct disk_place *place, uint64_t offset,
              const struct disk_asker *asker) {
    struct disk_job *job =
        create(channel, DISK_ACK, place->user.size + place->consumer.size, asker);
    if (job == NULL) {
        refuse(asker);
        return;
    }
    char *at = (char *)(job + 1);
    job->ack.place.user = keep(&at, place->user);
    job->ack.place.consumer = keep(&at, place->consumer);
    job->ack.offset = offset;
    disk_ask(channel->disk, job);
}

void disk_pending(struct disk_channel *channel, const struct disk_wait *wait,
                  const struct disk_asker *asker) {
    struct disk_job *job =
        create(channel, DISK_PENDING, wait->place.user.size + wait->place.consumer.size, asker);
    if (job == NULL) {
        refuse(asker);
        return;
    }
    char *at = (char *)(job + 1);
    job->pending = *wait;
    job->pending.place.user = keep(&at, wait->place.user);
    job->pending.place.consumer = keep(&at, wait->place.consumer);
    disk_ask(channel->disk, job);
}

void disk_limit(struct disk_channel *channel, const struct disk_limits *limits) {
    struct disk_job *job = create(channel, DISK_LIMIT, 0, NULL);
    if (job == NULL) {
        refuse(NULL);
        return;
    }
    job->limits = *limits;
    disk_ask(channel->disk, job);
}

void disk_forget_keys(struct disk_channel *channel, int64_t before) {
    struct disk_job *job = create(channel, DISK_FORGET_KEYS, 0, NULL);
    if (job == NULL) {
        refuse(NULL);
        return;
    }
    job->before = before;
    disk_ask(channel->disk, job);
}

void disk_settle_consequence(struct disk *disk, int64_t id) {
    struct disk_job *job = create(NULL, DISK_SETTLE, 0, NULL);
    if (job == NULL) {
        refuse(NULL);
        return;
    }
    job->settled = id;
    disk_ask(disk, job);
}

void disk_call(struct disk *disk, void (*run)(struct disk *disk, void *context), void *context) {
    uv_sem_t done;
    struct disk_job job = {.head = {.size = sizeof(job)}, .op = DISK_SYNC};
    if (uv_sem_init(&done, 0) != 0)
        abort();
    job.sync.run = run;
    job.sync.context = context;
    job.sync.done = &done;
    queue_push(&disk->queue, &job.head);
    uv_sem_wait(&done);
    uv_sem_destroy(&done);
    if (job.why)
        disk_note_failure(disk, job.why);
    free(job.why);
}
