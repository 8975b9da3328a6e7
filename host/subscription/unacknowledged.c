/* SPDX-License-Identifier: MIT */
#include "unacknowledged.h"

#include <stdlib.h>

#include "disk/disk.h"
#include "hub/hub.h"
#include "io/io.h"
#include "recovery.h"
#include "subscription_internal.h"

enum { PIECE_ITEMS = 500, PIECE_BYTES = 256 * 1024, TRY_LATER = 1013 };

/* What waits for a subscriber's user. */
struct waiting {
    struct reading reading; /* first */
    struct hub *hub;
    uint64_t conn;
    uint64_t after; /* as far as was read */
    uint64_t until; /* the channel's offset at the subscribe */
    bool first;     /* nothing was read yet */
    bool complete;  /* nothing of it had been dropped */
    struct log_items history;
};

bool unacknowledged_wanted(const struct subscription *subscription, const struct wants *before,
                           const struct recovery *recovery) {
    return acknowledgement_concerns(subscription, &subscription->wants) &&
           !acknowledgement_concerns(subscription, before) &&
           !(recovery && recovery_goes_on(recovery, subscription->channel));
}

static void destroy(struct reading *reading) {
    struct waiting *waiting = (struct waiting *)reading;
    log_items_finish(&waiting->history);
    free(waiting);
}

static void on_read(void *context, uint64_t id, const struct disk_answer *answer);

static void read_piece(const struct subscription *subscription, struct waiting *waiting) {
    const struct channel *channel = subscription->channel;
    const struct disk_wait wait = {
        .place = acknowledgement_place(subscription),
        .after = waiting->after,
        .until = waiting->until,
        .max_items = PIECE_ITEMS,
        .max_bytes = PIECE_BYTES,
        .now = channel_time(channel),
    };
    const struct disk_asker asker = {.over = on_read, .context = waiting};
    disk_pending(channel->disk, &wait, &asker);
}

/* Its live items can not be sent without those before them, so it gets none. */
static void give_up(struct subscription *subscription, const char *why) {
    if (subscription->named)
        subscription_end_unavailable(subscription, why);
    else
        hub_send(subscription->channel->hub, subscription->io,
                 close_message_create(subscription->member, TRY_LATER,
                                      sentio_text("the disk does not work: try again later")));
}

/* The offset that the piece goes on from: where items were dropped, the gap shows. */
static uint64_t find_since(const struct waiting *waiting, const struct disk_answer *answer) {
    if (!waiting->first)
        return waiting->after;
    if (!answer->complete)
        return answer->count > 0 ? answer->items[0]->offset - 1 : waiting->until;
    return waiting->after > answer->after ? waiting->after : answer->after;
}

/* Of the history, those that do not wait any more. */
static size_t count_older(const struct waiting *waiting, const struct disk_answer *answer) {
    uint64_t place = waiting->after > answer->after ? waiting->after : answer->after;
    size_t count = 0;
    while (waiting->first && count < waiting->history.count &&
           waiting->history.items[count]->offset <= place)
        count++;
    return count;
}

static int send_piece(const struct subscription *subscription, const struct waiting *waiting,
                      const struct disk_answer *answer) {
    struct piece piece = {
        .number = waiting->reading.number,
        .since = find_since(waiting, answer),
        .until = waiting->until,
        .older = waiting->history.items,
        .older_count = count_older(waiting, answer),
        .answer = answer,
        .more = answer->more,
        .ends = !waiting->complete,
    };
    if (piece.older_count > 0)
        piece.since = piece.older[0]->offset - 1;
    return reading_send(subscription, &piece);
}

static void on_read(void *context, uint64_t id, const struct disk_answer *answer) {
    struct waiting *waiting = context;
    struct subscription *subscription = subscription_find(waiting->hub, waiting->conn);
    (void)id;
    if (subscription == NULL || reading_is_void(subscription, waiting->reading.number))
        goto done;
    if (waiting->first && !answer->complete)
        waiting->complete = false;
    if (answer->error) {
        give_up(subscription, answer->error);
    } else if (send_piece(subscription, waiting, answer) != 0) {
        give_up(subscription, "the host is out of memory");
    } else if (answer->more) {
        waiting->first = false;
        waiting->after = answer->items[answer->count - 1]->offset;
        reading_wait(subscription, &waiting->reading);
        return;
    }
done:
    destroy(&waiting->reading);
}

static void go_on(struct subscription *subscription, struct reading *reading) {
    read_piece(subscription, (struct waiting *)reading);
}

void unacknowledged_begin(struct subscription *subscription, uint64_t sent,
                          const struct recovery *recovery) {
    struct log_items history = {0};
    struct waiting *waiting = malloc(sizeof(*waiting));
    if (waiting == NULL ||
        (recovery && recovery->history &&
         recovery_history(recovery, &subscription->wants, subscription->channel, &history) != 0)) {
        log_items_finish(&history);
        free(waiting);
        give_up(subscription, "the host is out of memory");
        return;
    }
    *waiting = (struct waiting){
        .reading = {.number = subscription->reading, .go_on = go_on, .destroy = destroy},
        .hub = subscription->channel->hub,
        .conn = subscription->conn,
        .after = sent,
        .until = subscription->channel->engine.offset,
        .first = true,
        .complete = !(recovery && recovery->since),
        .history = history,
    };
    read_piece(subscription, waiting);
}

static void ignore(void *context, uint64_t id, const struct disk_answer *answer) {
    (void)context;
    (void)id;
    (void)answer;
}

static void know(const struct subscription *subscription) {
    const struct channel *channel = subscription->channel;
    const struct disk_wait wait = {
        .place = acknowledgement_place(subscription),
        .after = channel->engine.offset,
        .until = channel->engine.offset,
        .max_items = 1,
        .now = channel_time(channel),
    };
    const struct disk_asker asker = {.over = ignore};
    disk_pending(channel->disk, &wait, &asker);
}

void unacknowledged_joined(struct subscription *subscription, const struct wants *before,
                           const struct recovery *recovery) {
    if (unacknowledged_wanted(subscription, before, recovery))
        unacknowledged_begin(subscription, subscription->sent, recovery);
    else if (unacknowledged_wanted(subscription, before, NULL))
        know(subscription);
}
