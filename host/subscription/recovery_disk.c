/* SPDX-License-Identifier: MIT */
#include "recovery_disk.h"

#include <stdlib.h>
#include <string.h>

#include "disk/disk.h"
#include "subscription_internal.h"

enum { PIECE_ITEMS = 500, PIECE_BYTES = 256 * 1024 };

/* What one subscribe has missed; it lives until its last answer. */
struct missed {
    struct reading reading; /* first */
    struct hub *hub;
    uint64_t conn;
    struct wants joined; /* topics that it reads */
    uint64_t after;      /* as far as was read */
    uint64_t until;      /* the channel's offset at the subscribe */
    bool whole;          /* nothing of it had been dropped */
};

static void destroy(struct reading *reading) {
    struct missed *missed = (struct missed *)reading;
    wants_finish(&missed->joined);
    free(missed);
}

static int send_piece(const struct subscription *subscription, const struct missed *missed,
                      const struct disk_answer *answer, bool more) {
    struct piece piece = {
        .number = missed->reading.number,
        .since = missed->after,
        .until = missed->until,
        .answer = answer,
        .more = more,
        .ends = true,
        .recovered = missed->whole,
    };
    /* Where some were dropped, the gap shows. */
    if (!missed->whole)
        piece.since = answer->count > 0 ? answer->items[0]->offset - 1 : missed->until;
    return reading_send(subscription, &piece);
}

static void on_read(void *context, uint64_t id, const struct disk_answer *answer);

static int read_piece(struct channel *channel, struct missed *missed) {
    const struct wants *joined = &missed->joined;
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
        .after = missed->after,
        .until = missed->until,
        .max_items = PIECE_ITEMS,
        .max_bytes = PIECE_BYTES,
    };
    const struct disk_asker asker = {.over = on_read, .context = missed};
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
    struct missed *missed = context;
    struct subscription *subscription = subscription_find(missed->hub, missed->conn);
    (void)id;
    if (subscription == NULL || reading_is_void(subscription, missed->reading.number))
        goto done;
    missed->whole = missed->whole && answer->complete;
    bool more = answer->more && answer->count > 0;
    if (begins_afresh(subscription->channel, answer) ||
        send_piece(subscription, missed, answer, more) != 0) {
        subscription_tell_afresh(subscription);
        goto done;
    }
    if (more) {
        missed->after = answer->items[answer->count - 1]->offset;
        reading_wait(subscription, &missed->reading);
        return;
    }
done:
    destroy(&missed->reading);
}

static void go_on(struct subscription *subscription, struct reading *reading) {
    struct missed *missed = (struct missed *)reading;
    if (read_piece(subscription->channel, missed) == 0)
        return;
    destroy(reading);
    subscription_tell_afresh(subscription);
}

uint64_t recovery_disk_number(struct subscription *subscription) {
    return ++subscription->reading;
}

void recovery_disk_begin(struct subscription *subscription, const struct recovery *recovery,
                         uint64_t number) {
    struct missed *missed = calloc(1, sizeof(*missed));
    if (missed == NULL || wants_copy(&missed->joined, &recovery->joined) != 0)
        goto no_memory;
    missed->hub = subscription->channel->hub;
    missed->conn = subscription->conn;
    missed->reading = (struct reading){.number = number, .go_on = go_on, .destroy = destroy};
    missed->after = recovery->offset;
    missed->until = subscription->channel->engine.offset;
    missed->whole = true;
    if (read_piece(subscription->channel, missed) == 0)
        return;
    wants_finish(&missed->joined);
no_memory:
    free(missed);
    subscription_tell_afresh(subscription);
}
