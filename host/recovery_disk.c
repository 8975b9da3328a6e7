/* SPDX-License-Identifier: MIT */
#include "recovery_disk.h"

#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "subscription_internal.h"

enum { PIECE_ITEMS = 500, PIECE_BYTES = 256 * 1024 };

/* One subscribe's reading; it lives until its last answer. */
struct reading {
    struct hub *hub;
    uint64_t conn;
    uint64_t number;
    struct wants joined; /* topics that it reads */
    uint64_t after;      /* as far as was read */
    uint64_t until;      /* the channel's offset at the subscribe */
    bool whole;          /* nothing of it had been dropped */
};

static void reading_destroy(struct reading *reading) {
    wants_finish(&reading->joined);
    free(reading);
}

/* Once more of what the io thread waits for. SENTIO_NO_MEMORY. */
static int send_piece(const struct subscription *subscription, const struct reading *reading,
                      const struct disk_answer *answer, bool more) {
    struct channel *channel = subscription->channel;
    struct log_items items = {0};
    struct sentio_writer end;
    sentio_writer_init(&end, NULL, 0);
    if (!more)
        recovery_write_end(&end, channel, subscription->named, reading->whole, reading->until);
    int error = log_items_add(&items, answer->items, answer->count);
    wants_choose(&subscription->wants, &items);
    const struct joined_parts parts = {
        .end = sentio_written(&end),
        .replay = items.items,
        .replay_count = items.count,
    };
    struct joined_message *message = error || end.failed ? NULL : replay_message_create(&parts);
    if (message != NULL) {
        message->member = subscription->member;
        message->offset = reading->until;
        message->time = channel_time(channel);
        message->since = reading->after;
        message->reading = reading->number;
        message->more = more;
        /* Where some were dropped, the gap shows. */
        if (!reading->whole)
            message->since = answer->count > 0 ? answer->items[0]->offset - 1 : reading->until;
        hub_send(channel->hub, subscription->io, &message->head);
    }
    sentio_writer_finish(&end);
    log_items_finish(&items);
    return message ? 0 : SENTIO_NO_MEMORY;
}

static void on_read(void *context, uint64_t id, const struct disk_answer *answer);

static int read_piece(struct channel *channel, struct reading *reading) {
    const struct wants *joined = &reading->joined;
    size_t count = joined->all ? 0 : joined->count + 1;
    struct sentio_bytes *topics = calloc(count + 1, sizeof(*topics));
    if (topics == NULL)
        return SENTIO_NO_MEMORY;
    for (size_t i = 0; i < joined->count; i++)
        topics[i] = topic_name(joined->topics[i]);
    if (count > 0)
        topics[count - 1] = sentio_text("*");
    const struct disk_range range = {
        .topics = topics,
        .topic_count = count,
        .after = reading->after,
        .until = reading->until,
        .max_items = PIECE_ITEMS,
        .max_bytes = PIECE_BYTES,
    };
    const struct disk_asker asker = {.over = on_read, .context = reading};
    disk_read(channel->disk, &range, &asker);
    free(topics);
    return 0;
}

/* What there is now takes the place of what was missed; where there are no snapshots, at least what
 * is still there is given. */
static bool begins_afresh(const struct channel *channel, const struct disk_answer *answer) {
    return answer->error || (!answer->complete && wants_gives_snapshot(channel));
}

static void on_read(void *context, uint64_t id, const struct disk_answer *answer) {
    struct reading *reading = context;
    struct subscription *subscription = subscription_find(reading->hub, reading->conn);
    (void)id;
    if (subscription == NULL)
        goto done;
    if (begins_afresh(subscription->channel, answer)) {
        subscription_tell_afresh(subscription);
        goto done;
    }
    reading->whole = reading->whole && answer->complete;
    bool more = answer->more && answer->count > 0;
    if (send_piece(subscription, reading, answer, more) != 0) {
        subscription_tell_afresh(subscription);
        goto done;
    }
    if (more) {
        reading->after = answer->items[answer->count - 1]->offset;
        if (read_piece(subscription->channel, reading) == 0)
            return;
        subscription_tell_afresh(subscription);
    }
done:
    reading_destroy(reading);
}

uint64_t recovery_disk_number(struct subscription *subscription) {
    return ++subscription->reading;
}

void recovery_disk_begin(struct subscription *subscription, const struct recovery *recovery,
                         uint64_t number) {
    struct reading *reading = calloc(1, sizeof(*reading));
    if (reading == NULL || wants_copy(&reading->joined, &recovery->joined) != 0)
        goto no_memory;
    reading->hub = subscription->channel->hub;
    reading->conn = subscription->conn;
    reading->number = number;
    reading->after = recovery->offset;
    reading->until = subscription->channel->engine.offset;
    reading->whole = true;
    if (read_piece(subscription->channel, reading) == 0)
        return;
    wants_finish(&reading->joined);
no_memory:
    free(reading);
    subscription_tell_afresh(subscription);
}
