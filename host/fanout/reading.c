/* SPDX-License-Identifier: MIT */
#include "reading.h"

#include "disk/disk.h"
#include "subscription/subscription_internal.h"

int reading_send(const struct subscription *subscription, const struct piece *piece) {
    struct channel *channel = subscription->channel;
    struct log_items items = {0};
    struct sentio_writer end;
    sentio_writer_init(&end, NULL, 0);
    if (!piece->more && piece->ends)
        recovery_write_end(&end, channel, subscription->named, piece->recovered, piece->until);
    int error = log_items_add(&items, piece->older, piece->older_count);
    if (!error)
        error = log_items_add(&items, piece->answer->items, piece->answer->count);
    wants_choose(&subscription->wants, &items);
    const struct joined_parts parts = {
        .end = sentio_written(&end),
        .replay = items.items,
        .replay_count = items.count,
    };
    struct joined_message *message = error || end.failed ? NULL : replay_message_create(&parts);
    if (message != NULL) {
        message->member = subscription->member;
        message->offset = piece->until;
        message->time = channel_time(channel);
        message->since = piece->since;
        message->reading = piece->number;
        message->more = piece->more;
        hub_send(channel->hub, subscription->io, &message->head);
    }
    sentio_writer_finish(&end);
    log_items_finish(&items);
    return message ? 0 : SENTIO_NO_MEMORY;
}

void reading_wait(struct subscription *subscription, struct reading *reading) {
    reading->next = subscription->readings;
    subscription->readings = reading;
}

void readings_drop(struct subscription *subscription) {
    subscription->void_readings = subscription->reading;
    while (subscription->readings != NULL) {
        struct reading *reading = subscription->readings;
        subscription->readings = reading->next;
        reading->destroy(reading);
    }
}

bool reading_is_void(const struct subscription *subscription, uint64_t number) {
    return number <= subscription->void_readings;
}

void reading_more(struct hub *hub, uint64_t conn, uint64_t number) {
    struct subscription *subscription = subscription_find(hub, conn);
    if (subscription == NULL)
        return;
    struct reading **link = &subscription->readings;
    while (*link != NULL && (*link)->number != number)
        link = &(*link)->next;
    struct reading *reading = *link;
    if (reading == NULL)
        return;
    *link = reading->next;
    reading->go_on(subscription, reading);
}
