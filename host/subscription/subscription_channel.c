/* SPDX-License-Identifier: MIT */
#include "hub/inquiry.h"
#include "subscription_internal.h"
#include "trace/trace.h"

void subscription_remove_channel(struct hub *hub, struct channel *channel) {
    const struct table *table = &hub->subscriptions;
    size_t i = 0;
    while (i < table->capacity) {
        struct subscription *subscription = table->slots[i].value;
        size_t capacity = table->capacity;
        if (subscription == NULL || subscription->channel != channel) {
            i++;
            continue;
        }
        subscription_say_removed(subscription);
        subscription_destroy(subscription);
        /* Another one may have come to its place, or all to new ones. */
        if (table->capacity != capacity)
            i = 0;
    }
    inquiry_remove_channel(hub, channel);
    trace_channel_removed(channel);
}

void subscription_reinterest(struct hub *hub, struct channel *channel) {
    for (size_t i = 0; i < hub->subscriptions.capacity; i++) {
        struct subscription *subscription = hub->subscriptions.slots[i].value;
        if (subscription && subscription->channel == channel && subscription->accepted &&
            !subscription->wants.has_interval)
            subscription_tell(subscription, &subscription->wants, sentio_text(""), NULL);
    }
}
