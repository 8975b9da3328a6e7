/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include "hub.h"
#include "inquiry.h"
#include "log.h"
#include "publication.h"
#include "runner_inline.h"
#include "subscription.h"
#include "wakeup.h"

static void count(struct channel *channel, struct sentio_bytes name, uint64_t n) {
    struct counter *counter = channel->counters;
    while (counter != NULL && !sentio_is(name, counter->name))
        counter = counter->next;
    if (counter == NULL) {
        counter = calloc(1, sizeof(*counter) + name.size + 1);
        if (counter == NULL)
            return;
        memcpy(counter->name, name.data, name.size);
        counter->next = channel->counters;
        channel->counters = counter;
    }
    counter->value += n;
}

static void carry_out(struct channel *channel, const struct effect *effect) {
    switch (effect->kind) {
    case EFFECT_JOIN:
    case EFFECT_LEAVE:
    case EFFECT_ACCEPT:
    case EFFECT_REFUSE:
    case EFFECT_SEND:
    case EFFECT_CLOSE:
        subscription_effect(channel, effect);
        return;
    case EFFECT_RESPOND:
        inquiry_effect(channel, effect);
        return;
    case EFFECT_FORWARD:
        hub_forward_later(channel, effect->a, effect->b);
        return;
    case EFFECT_COUNT:
        count(channel, effect->a, effect->id);
        return;
    case EFFECT_WAKE:
        wakeup_set(channel, (uint64_t)effect->number);
        return;
    case EFFECT_WATCH:
        wakeup_watch(channel, (int)effect->number, effect->on != 0);
        return;
    case EFFECT_EMIT:
    case EFFECT_REJECT:
    case EFFECT_KEEP:
        return;
    }
}

void channel_carry_out(struct channel *channel, struct effects *effects,
                       const struct publisher *publisher) {
    bool published = false;
    for (const struct effect *effect = effects->first; effect; effect = effect->next) {
        if (effect->kind == EFFECT_EMIT && !published) {
            /* The items go out as one update, where the first of them stands. */
            published = true;
            publication_order(channel, effects, publisher);
        }
        carry_out(channel, effect);
    }
}

/* For the watchdog. */
static void begin(struct channel *channel, enum call_kind kind) {
    struct hub *hub = channel->hub;
    atomic_store(&hub->busy_label, channel->label);
    atomic_store(&hub->busy_call, call_name(kind));
    atomic_store(&hub->busy_since, (int64_t)(uv_hrtime() / 1000000));
}

void channel_took(struct channel *channel, enum call_kind kind, int64_t took) {
    if (took < channel->hub->host->config->plugins.slow_call)
        return;
    channel->slow_calls++;
    log_warning(channel->label, "plugin fault: %s() of %s took %lld ms, over plugins.slow_call",
                call_name(kind), channel->config->plugin, (long long)took);
}

int channel_run(struct channel *channel, struct call *call) {
    struct instance *instance = call->instance ? call->instance : channel->instance;
    int64_t now = channel_time(channel);
    uint64_t start = uv_hrtime();
    call->instance = instance;
    begin(channel, call->kind);
    int result = runner_inline(call, now);
    atomic_store(&channel->hub->busy_since, 0);
    channel_took(channel, call->kind, (int64_t)((uv_hrtime() - start) / 1000000));
    return result;
}

static void answer_publisher(struct channel *channel, const struct publisher *publisher,
                             enum outcome outcome, int result, const struct effects *effects) {
    if (outcome == OUTCOME_LACKING)
        publication_refuse(channel, publisher, 404, "this channel takes no publishes");
    else if (outcome == OUTCOME_NOT_RUNNING)
        publication_refuse(channel, publisher, 503, "the channel's plugin is not running");
    else if (effects->rejections > 0)
        publication_reject(channel, publisher, effects);
    else if (result != 0)
        publication_refuse(channel, publisher, 500, "the channel's plugin failed; see the log");
    else if (effects->emits == 0)
        publication_accept(channel, publisher, 0);
}

void channel_called(struct channel *channel, enum call_kind kind, const struct asker *asker,
                    const struct result *result) {
    struct effects *effects = result->effects;
    bool well = result->outcome == OUTCOME_RETURNED && result->code == 0;
    bool publishes = kind == CALL_PUBLISH;
    if (well && effects->rejections == 0)
        channel_carry_out(channel, effects, publishes ? &asker->publisher : NULL);
    if (result->outcome == OUTCOME_RETURNED && !well && effects->rejections == 0) {
        channel->faults++;
        log_warning(channel->label,
                    "plugin fault: %s() of %s returned %d (%s); nothing of it counts",
                    call_name(kind), channel->config->plugin, result->code,
                    sentio_error_text(result->code));
    }
    if (publishes)
        answer_publisher(channel, &asker->publisher, result->outcome, result->code, effects);
    else if (kind == CALL_SUBSCRIBE || kind == CALL_UNSUBSCRIBE || kind == CALL_MESSAGE)
        subscription_called(channel->hub, asker->id, kind, result);
    else if (kind == CALL_RENDER)
        inquiry_called(channel->hub, asker->id, result);
}

void channel_call(struct channel *channel, struct call *call, const struct asker *asker) {
    struct result result = {.outcome = OUTCOME_LACKING, .effects = &call->effects};
    call->instance = channel->instance;
    if (instance_has(channel->instance, call->kind)) {
        result.outcome = OUTCOME_RETURNED;
        result.code = channel_run(channel, call);
    }
    channel_called(channel, call->kind, asker, &result);
    effects_finish(&call->effects);
}

void channel_publish(struct channel *channel, const struct publisher *publisher,
                     struct sentio_bytes body) {
    struct sentio_json value;
    struct sentio_json_error error;
    if (sentio_json_parse(body, &value, &error) != 0) {
        publication_malformed(channel, publisher, &error);
        return;
    }
    if (value.type != SENTIO_JSON_OBJECT) {
        publication_refuse(channel, publisher, 422, "the body must be a JSON object");
        return;
    }
    struct sentio_update update = {.origin = publisher->origin, .name = publisher->name};
    struct call call = {.kind = CALL_PUBLISH, .update = &update, .text = value.text};
    const struct asker asker = {.publisher = *publisher};
    channel_call(channel, &call, &asker);
}

void channel_observe(struct channel *channel, const struct update *update) {
    struct sentio_item *views = malloc(update->count * sizeof(*views));
    if (views == NULL) {
        log_error(channel->label, "out of memory: an update of %s is not observed",
                  update->stream->name);
        return;
    }
    for (uint32_t i = 0; i < update->count; i++)
        views[i] = item_view(update->items[i]);
    struct call call = {
        .kind = CALL_OBSERVE,
        .items = views,
        .count = update->count,
        .name = sentio_text(update->stream->name),
    };
    channel_call(channel, &call, NULL);
    free(views);
}
