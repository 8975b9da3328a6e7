/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <stdlib.h>

#include "io/io.h"

/* How exactly it is known when a cursor was last asked for. */
enum { SEEN_MS = 60 * 60 * 1000 };

struct cursor {
    uint64_t offset;
    uint64_t everyone; /* the same for the topic "*" */
    bool found;
};

static int find(struct disk *disk, const struct disk_channel *channel,
                const struct disk_place *place, struct cursor *cursor) {
    sqlite3_stmt *row =
        disk_sql(disk, SQL_CURSOR, "itt", channel->id, place->user, place->consumer);
    int code = row ? sqlite3_step(row) : SQLITE_ERROR;
    *cursor = (struct cursor){.found = code == SQLITE_ROW};
    if (cursor->found) {
        cursor->offset = (uint64_t)sqlite3_column_int64(row, 0);
        cursor->everyone = (uint64_t)sqlite3_column_int64(row, 1);
    } else if (row && code != SQLITE_DONE) {
        disk_database_why(disk);
    }
    if (row)
        sqlite3_reset(row);
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

/* The place's cursor, which is made if need be: where the user's "" is, or for a new user with
 * everything to him before it, and of what is to "*" what comes after `now_at`. */
static int obtain(struct disk *disk, const struct disk_channel *channel,
                  const struct disk_place *place, uint64_t now_at, int64_t now,
                  struct cursor *cursor) {
    const struct disk_place shared = {.user = place->user, .consumer = sentio_text("")};
    if (find(disk, channel, place, cursor) != 0)
        return -1;
    if (cursor->found)
        return disk_sql_run(disk, SQL_CURSOR_SEEN, "ittii", channel->id, place->user,
                            place->consumer, now, now - SEEN_MS);
    if (find(disk, channel, &shared, cursor) != 0)
        return -1;
    if (!cursor->found)
        cursor->everyone = now_at;
    return disk_sql_run(disk, SQL_CURSOR_ADD, "ittuui", channel->id, place->user, place->consumer,
                        cursor->offset, cursor->everyone, now);
}

void disk_do_ack(struct disk *disk, struct disk_job *job) {
    struct disk_channel *channel = job->channel;
    const struct disk_place *place = &job->ack.place;
    struct cursor cursor;
    uint64_t offset = job->ack.offset;
    if (offset > channel->written)
        offset = channel->written;
    if (disk_group_begin(disk) != 0 ||
        obtain(disk, channel, place, offset, io_time(), &cursor) != 0 ||
        disk_sql_run(disk, SQL_CURSOR_MOVE, "ittu", channel->id, place->user, place->consumer,
                     offset) != 0) {
        disk_group_fail(disk, job);
        return;
    }
    job->answer.after = cursor.offset > offset ? cursor.offset : offset;
    disk->group.changes++;
    disk_prune_note(channel, place->user);
    disk_group_answer(disk, job);
}

/* Up to where what waits has been dropped, is too old or too much. */
static int find_waiting(struct disk *disk, const struct disk_channel *channel,
                        const struct disk_wait *wait, const struct cursor *cursor,
                        struct disk_found *found) {
    struct disk_range range = {.until = wait->until, .last = (size_t)channel->limits.queue};
    uint64_t aged = 0;
    if (disk_aged(disk, channel, channel->limits.ttl, wait->now, &aged) != 0)
        return -1;
    /* One more shows that there were more. */
    int64_t count = channel->limits.queue + 1;
    range.after = cursor->offset > aged ? cursor->offset : aged;
    range.after = wait->after > range.after ? wait->after : range.after;
    if (disk_find(disk, channel, wait->place.user, &range, count, found) != 0)
        return -1;
    range.after = cursor->everyone > aged ? cursor->everyone : aged;
    range.after = wait->after > range.after ? wait->after : range.after;
    if (disk_find(disk, channel, sentio_text("*"), &range, count, found) != 0)
        return -1;
    disk_found_sort(found);
    return 0;
}

/* Was anything dropped that the user had not acknowledged? */
static int check_complete(struct disk *disk, const struct disk_channel *channel,
                          const struct disk_wait *wait, const struct cursor *cursor,
                          struct disk_answer *answer) {
    uint64_t own = 0;
    uint64_t everyone = 0;
    struct disk_found found = {0};
    struct disk_range range = {.after = cursor->offset, .until = 0};
    if (disk_trimmed(disk, channel, wait->place.user, &own) != 0 ||
        disk_trimmed(disk, channel, sentio_text("*"), &everyone) != 0 ||
        disk_aged(disk, channel, channel->limits.ttl, wait->now, &range.until) != 0)
        return -1;
    answer->complete = own <= cursor->offset && everyone <= cursor->everyone;
    /* Those that are too old may still be there. */
    if (range.until > wait->until)
        range.until = wait->until;
    int error = disk_find(disk, channel, wait->place.user, &range, 1, &found);
    range.after = cursor->everyone;
    if (!error)
        error = disk_find(disk, channel, sentio_text("*"), &range, 1, &found);
    answer->complete = answer->complete && found.count == 0;
    free(found.rows);
    return error;
}

static int read_pending(struct disk *disk, const struct disk_channel *channel,
                        const struct disk_wait *wait, struct disk_answer *answer) {
    const struct disk_range limits = {.max_items = wait->max_items, .max_bytes = wait->max_bytes};
    struct disk_found found = {0};
    struct cursor cursor;
    int error = obtain(disk, channel, &wait->place, wait->until, wait->now, &cursor);
    answer->after = cursor.offset;
    if (!error)
        error = check_complete(disk, channel, wait, &cursor, answer);
    if (!error)
        error = find_waiting(disk, channel, wait, &cursor, &found);
    size_t queue = (size_t)channel->limits.queue;
    size_t first = found.count > queue ? found.count - queue : 0;
    if (first > 0)
        answer->complete = false;
    if (!error)
        error = disk_fetch(disk, &found, first, &limits, answer);
    free(found.rows);
    return error;
}

void disk_do_pending(struct disk *disk, struct disk_job *job) {
    struct disk_channel *channel = job->channel;
    int error = disk_group_begin(disk);
    if (!error && channel->id != 0)
        error = read_pending(disk, channel, &job->pending, &job->answer);
    if (error) {
        disk_answer_finish(&job->answer);
        disk_group_fail(disk, job);
        return;
    }
    disk->group.changes++;
    disk_group_answer(disk, job);
}
