/* SPDX-License-Identifier: MIT */
#include "unacknowledged.h"

#include <stdlib.h>

#include "disk.h"
#include "hub.h"
#include "io.h"
#include "recovery.h"
#include "subscription_internal.h"

enum { PIECE_ITEMS = 500, PIECE_BYTES = 256 * 1024, TRY_LATER = 1013 };

/* One subscribe's reading. */
struct reading {
    struct hub *hub;
    uint64_t conn;
    uint64_t number;
    uint64_t after; /* as far as was read */
    uint64_t until; /* the channel's offset at the subscribe */
    bool first;     /* nothing was read yet */
    bool complete;  /* nothing of it had been dropped */
};

bool unacknowledged_wanted(const struct subscription *subscription, const struct wants *before,
                           const struct recovery *recovery) {
    return acknowledgement_concerns(subscription, &subscription->wants) &&
           !acknowledgement_concerns(subscription, before) &&
           !(recovery && recovery_asked(recovery));
}

/* The subscription that it is still for; NULL: there is none. */
static struct subscription *find(const struct reading *reading) {
    struct subscription *subscription = subscription_find(reading->hub, reading->conn);
    if (subscription == NULL || subscription->unacknowledged != reading->number ||
        !acknowledgement_concerns(subscription, &subscription->wants))
        return NULL;
    return subscription;
}

static void on_read(void *context, uint64_t id, const struct disk_answer *answer);

static void read_piece(const struct subscription *subscription, struct reading *reading) {
    const struct channel *channel = subscription->channel;
    const struct disk_wait wait = {
        .place = acknowledgement_place(subscription),
        .after = reading->after,
        .until = reading->until,
        .max_items = PIECE_ITEMS,
        .max_bytes = PIECE_BYTES,
        .now = channel_time(channel),
    };
    const struct disk_asker asker = {.over = on_read, .context = reading};
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
static uint64_t find_since(const struct reading *reading, const struct disk_answer *answer) {
    if (!reading->first)
        return reading->after;
    if (!answer->complete)
        return answer->count > 0 ? answer->items[0]->offset - 1 : reading->until;
    return reading->after > answer->after ? reading->after : answer->after;
}

static int copy_items(struct log_items *items, const struct disk_answer *answer) {
    items->items = malloc((answer->count ? answer->count : 1) * sizeof(struct item *));
    if (items->items == NULL)
        return SENTIO_NO_MEMORY;
    items->capacity = answer->count;
    for (; items->count < answer->count; items->count++)
        items->items[items->count] = item_ref(answer->items[items->count]);
    return 0;
}

static int send_piece(const struct subscription *subscription, const struct reading *reading,
                      const struct disk_answer *answer) {
    struct channel *channel = subscription->channel;
    struct log_items items = {0};
    struct sentio_writer end;
    sentio_writer_init(&end, NULL, 0);
    if (!answer->more && !reading->complete)
        recovery_write_end(&end, channel, subscription->named, false, reading->until);
    int error = copy_items(&items, answer);
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
        message->since = find_since(reading, answer);
        message->more = answer->more;
        message->reading = reading->number;
        hub_send(channel->hub, subscription->io, &message->head);
    }
    sentio_writer_finish(&end);
    log_items_finish(&items);
    return message ? 0 : SENTIO_NO_MEMORY;
}

static void on_read(void *context, uint64_t id, const struct disk_answer *answer) {
    struct reading *reading = context;
    struct subscription *subscription = find(reading);
    bool more = false;
    (void)id;
    if (subscription == NULL)
        goto done;
    if (reading->first && !answer->complete)
        reading->complete = false;
    if (answer->error) {
        give_up(subscription, answer->error);
    } else if (send_piece(subscription, reading, answer) != 0) {
        give_up(subscription, "the host is out of memory");
    } else if (answer->more) {
        more = true;
        reading->first = false;
        reading->after = answer->items[answer->count - 1]->offset;
        read_piece(subscription, reading);
    }
done:
    if (!more)
        free(reading);
}

void unacknowledged_begin(struct subscription *subscription, uint64_t sent) {
    struct reading *reading = calloc(1, sizeof(*reading));
    if (reading == NULL) {
        give_up(subscription, "the host is out of memory");
        return;
    }
    reading->hub = subscription->channel->hub;
    reading->conn = subscription->conn;
    reading->number = subscription->reading;
    subscription->unacknowledged = reading->number;
    reading->after = sent;
    reading->until = subscription->channel->engine.offset;
    reading->first = true;
    reading->complete = true;
    read_piece(subscription, reading);
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
        unacknowledged_begin(subscription, subscription->sent);
    else if (unacknowledged_wanted(subscription, before, NULL))
        know(subscription);
}
