/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "disk_internal.h"

/* Items by their offsets, which the hub waits for. */
struct fetching {
    const struct disk_channel *channel;
    struct sentio_bytes offsets;
    struct disk_answer answer;
    int error;
};

static size_t count_of(struct sentio_bytes offsets) {
    return offsets.size / sizeof(uint64_t);
}

static uint64_t offset_at(struct sentio_bytes offsets, size_t i) {
    uint64_t offset;
    memcpy(&offset, offsets.data + i * sizeof(offset), sizeof(offset));
    return offset;
}

void disk_offsets(const struct disk_answer *answer, struct sentio_writer *out) {
    for (size_t i = 0; i < answer->count; i++)
        sentio_write(out, sentio_bytes((const char *)&answer->items[i]->offset, sizeof(uint64_t)));
}

/* The offset that it is about, by which requests of two runs are told to be the same. */
static uint64_t about(const struct disk_job *job) {
    if (job->op == DISK_APPEND)
        return job->append.update->last;
    if (job->op == DISK_ACK)
        return job->ack.offset;
    return job->op == DISK_READ ? job->read.until : job->pending.until;
}

void disk_tell(const struct message *message, struct disk_told *told, struct sentio_writer *out) {
    const struct disk_job *job = (const struct disk_job *)message;
    disk_offsets(&job->answer, out);
    *told = (struct disk_told){
        .request = job->op,
        .channel = sentio_text(job->channel->name),
        .about = about(job),
        .error = sentio_text(job->answer.error),
        .complete = job->answer.complete,
        .more = job->answer.more,
        .after = job->answer.after,
        .offsets = sentio_written(out),
    };
}

static bool is_for(const struct disk_job *job, const struct disk_told *told) {
    return told != NULL && told->request == (uint32_t)job->op &&
           sentio_is(told->channel, job->channel->name);
}

static void run_fetch(struct disk *disk, void *context) {
    struct fetching *fetching = context;
    size_t count = count_of(fetching->offsets);
    struct disk_found found = {0};
    const struct disk_range any = {0};
    fetching->error = disk->database ? 0 : -1;
    for (size_t i = 0; i < count && !fetching->error; i++) {
        uint64_t offset = offset_at(fetching->offsets, i);
        const struct disk_range one = {.after = offset - 1, .until = offset};
        fetching->error = disk_find(disk, fetching->channel, sentio_text(""), &one, 1, &found);
    }
    if (found.count != count)
        fetching->error = -1;
    if (!fetching->error)
        fetching->error = disk_fetch(disk, &found, 0, &any, &fetching->answer);
    free(found.rows);
}

static bool has_topic(const struct disk_job *job, struct sentio_bytes topic) {
    if (job->op == DISK_PENDING)
        return sentio_is(topic, "*") || sentio_equal(topic, job->pending.place.user);
    bool has = job->read.topic_count == 0;
    for (size_t i = 0; i < job->read.topic_count && !has; i++)
        has = sentio_equal(topic, job->read.topics[i]);
    return has;
}

/* Another plugin may have given other topics to items of the same offsets. */
static bool asks_for(const struct disk_job *job, const struct disk_answer *answer) {
    uint64_t after = job->op == DISK_PENDING ? job->pending.after : job->read.after;
    bool asks = true;
    for (size_t i = 0; i < answer->count && asks; i++)
        asks = answer->items[i]->offset > after && has_topic(job, answer->items[i]->topic_name);
    return asks;
}

static bool has_items(const struct disk_answer *answer, struct sentio_bytes offsets) {
    bool same = answer->count == count_of(offsets);
    for (size_t i = 0; i < answer->count && same; i++)
        same = answer->items[i]->offset == offset_at(offsets, i);
    return same;
}

/* Gives the answer, which is the job's if there is one, these items in place of its own. False:
 * they are not all there, or not what it asks for, and it is as it was. */
static bool set_items(const struct disk_channel *channel, const struct disk_job *job,
                      struct disk_answer *answer, struct sentio_bytes offsets) {
    struct fetching fetching = {.channel = channel, .offsets = offsets};
    disk_call(channel->disk, run_fetch, &fetching);
    if (fetching.error || (job && !asks_for(job, &fetching.answer))) {
        disk_answer_finish(&fetching.answer);
        return false;
    }
    disk_answer_finish(answer);
    answer->items = fetching.answer.items;
    answer->count = fetching.answer.count;
    return true;
}

int disk_load_told(struct disk_channel *channel, struct sentio_bytes offsets,
                   struct disk_answer *answer) {
    if (has_items(answer, offsets))
        return 0;
    if (set_items(channel, NULL, answer, offsets) && disk_channel_topics(channel, answer))
        return 0;
    return SENTIO_FAILED;
}

static void follow(struct disk_job *job, const struct disk_told *told) {
    struct disk_answer *answer = &job->answer;
    if (!is_for(job, told) || told->about != about(job) || answer->error)
        return;
    if (!has_items(answer, told->offsets) && !set_items(job->channel, job, answer, told->offsets))
        return;
    answer->complete = told->complete;
    answer->more = told->more;
    answer->after = told->after;
}

static void deliver(void *context, struct message *message) {
    struct disk *disk = context;
    if (disk_is_answer(message))
        follow((struct disk_job *)message, disk->told);
    disk->deliver(disk->context, message);
}

void disk_follow(struct disk *disk,
                 bool (*next)(void *context, const char *channel, struct disk_told *told),
                 void *context) {
    disk_step(disk);
    disk->next_told = next;
    disk->next_context = context;
    disk->answers.deliver = deliver;
}

/* What nobody is told of goes with the request before it. */
void disk_told_wait(struct disk *disk, struct disk_job *job) {
    if (disk->waiting == NULL && job->asker.over == NULL) {
        queue_put(&disk->queue, &job->head);
        return;
    }
    job->head.next = NULL;
    if (disk->waiting)
        disk->waiting_last->head.next = &job->head;
    else
        disk->waiting = job;
    disk->waiting_last = job;
}

static struct disk_job *take_first(struct disk *disk) {
    struct disk_job *job = disk->waiting;
    disk->waiting = (struct disk_job *)job->head.next;
    return job;
}

bool disk_take_told(struct disk *disk, const struct disk_told *told) {
    struct disk_job *job = disk->waiting ? take_first(disk) : NULL;
    if (job == NULL)
        return false;
    bool failed = is_for(job, told) && told->error.size > 0;
    if (!failed)
        queue_put(&disk->queue, &job->head);
    while (disk->waiting && disk->waiting->asker.over == NULL)
        queue_put(&disk->queue, &take_first(disk)->head);
    if (!failed) {
        disk->told = told;
        disk_take(disk);
        disk->told = NULL;
        return true;
    }
    job->why = text_copy(told->error);
    job->answer.error = job->why ? job->why : "the host is out of memory";
    disk->deliver(disk->context, &job->head);
    return true;
}

void disk_told_settle(struct disk *disk) {
    struct disk_told told;
    while (disk->waiting != NULL) {
        const char *name = disk->waiting->channel->name;
        bool any = disk->next_told(disk->next_context, name, &told);
        disk_take_told(disk, any ? &told : NULL);
    }
}
