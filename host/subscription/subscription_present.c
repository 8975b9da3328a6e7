/* SPDX-License-Identifier: MIT */
#include "subscription_internal.h"

/* A plugin that begins anew hears of the subscriptions that are there already (plugin.h: Restart).
 */

static struct sentio_bytes request_of(const struct subscription *subscription) {
    static const char least[] = "{\"action\":\"subscribe\"}";
    const struct phrase *request = subscription->request;
    return request ? sentio_bytes(request->text, request->size) : sentio_text(least);
}

static void present(struct subscription *subscription,
                    void (*call_plugin)(struct channel *channel, struct call *call,
                                        const struct asker *asker)) {
    const struct sentio_subscriber subscriber = {
        .conn = subscription->conn,
        .who = {.user = sentio_text(subscription->user ? subscription->user->name : NULL),
                .roles = subscription->roles},
    };
    struct call call = {
        .kind = CALL_SUBSCRIBE,
        .subscriber = &subscriber,
        .name = sentio_text("subscribe"),
        .text = request_of(subscription),
    };
    const struct asker asker = {.id = subscription->conn, .presented = true};
    call_plugin(subscription->channel, &call, &asker);
}

void subscription_present_all(struct channel *channel,
                              void (*call_plugin)(struct channel *channel, struct call *call,
                                                  const struct asker *asker)) {
    const struct hub *hub = channel->hub;
    if (!instance_has(channel->instance, CALL_SUBSCRIBE))
        return;
    for (size_t i = 0; i < hub->subscriptions.capacity; i++) {
        struct subscription *subscription = hub->subscriptions.slots[i].value;
        if (subscription && subscription->channel == channel && subscription->accepted)
            present(subscription, call_plugin);
    }
}

/* Joins and answers were given before; what is new is that it may be refused now. */
void subscription_presented(struct channel *channel, uint64_t conn, const struct result *result) {
    enum { NOT_ALLOWED = 1008 };
    struct hub *hub = channel->hub;
    const struct subscription *subscription = subscription_find(hub, conn);
    const struct effect *refusal = effects_find(result->effects, EFFECT_REFUSE);
    if (subscription == NULL || result->outcome != OUTCOME_RETURNED || result->code != 0 ||
        refusal == NULL || refusal->id != conn)
        return;
    uint32_t code = refusal->number ? (uint32_t)refusal->number : NOT_ALLOWED;
    hub_send(hub, subscription->io, close_message_create(subscription->member, code, refusal->b));
}

void subscription_tell_all(struct channel *channel, const char *code, const char *message) {
    const struct hub *hub = channel->hub;
    for (size_t i = 0; i < hub->subscriptions.capacity; i++) {
        const struct subscription *subscription = hub->subscriptions.slots[i].value;
        if (subscription && subscription->channel == channel && subscription->accepted)
            subscription_warn(subscription, code, message);
    }
}
