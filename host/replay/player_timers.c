/* SPDX-License-Identifier: MIT */
#include "channel/wakeup.h"
#include "player.h"

enum {
    EARLY = 100, /* ms that a recorded timer may go off before the one that is set now */
    LATE = 1000  /* ms for which one that is set now waits for a recorded one */
};

/* The first that will not wait any longer. */
static struct channel *find_due(const struct player *player, int64_t time) {
    const struct hub *hub = player->hub;
    struct channel *first = NULL;
    for (size_t i = 0; i < hub->channel_count; i++) {
        struct channel *channel = hub->channels[i];
        if (channel == NULL || channel->wake_due == 0 || channel->wake_due + LATE >= time ||
            !player_replaced(player, channel))
            continue;
        if (first == NULL || channel->wake_due < first->wake_due)
            first = channel;
    }
    return first;
}

bool player_wait(struct player *player, const struct tape_entry *entry) {
    struct hub *hub = player->hub;
    struct channel *channel = NULL;
    if (!player->replacing)
        return true;
    channel = find_due(player, entry->time);
    for (; channel != NULL; channel = find_due(player, entry->time)) {
        if (channel->wake_due > hub->now)
            hub->now = channel->wake_due;
        wakeup_fire(channel);
    }
    channel = hub_channel(hub, entry->channel);
    if (entry->kind != TAPE_WOKEN || channel == NULL || !player_replaced(player, channel))
        return true;
    return channel->wake_due != 0 && channel->wake_due <= entry->time + EARLY;
}
