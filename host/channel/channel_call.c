/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "channel_worker.h"
#include "consequence.h"
#include "hub/hub.h"
#include "hub/inquiry.h"
#include "hub/job.h"
#include "idempotency.h"
#include "plugin/source.h"
#include "publication.h"
#include "shadow/shadow.h"
#include "subscription/subscription.h"
#include "trace/trace.h"
#include "wakeup.h"
#include "worker/worker.h"

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
        job_forward(channel, effect->a, effect->b);
        return;
    case EFFECT_COUNT:
        count(channel, effect->a, effect->id);
        return;
    case EFFECT_WAKE:
        wakeup_set(channel, (uint64_t)effect->number);
        return;
    case EFFECT_WATCH:
        /* A worker's descriptor is the worker's to watch. */
        if (channel->instance->worker == NULL)
            wakeup_watch(channel, (int)effect->number, effect->on != 0);
        return;
    case EFFECT_EMIT:
    case EFFECT_REJECT:
    case EFFECT_KEEP:
        return;
    }
}

void channel_carry_out(struct channel *channel, struct effects *effects,
                       const struct publisher *publisher, int64_t consequence) {
    bool published = false;
    for (const struct effect *effect = effects->first; effect; effect = effect->next) {
        /* What a durable channel forwards is committed with its items. */
        bool ordered =
            effect->kind == EFFECT_EMIT || (effect->kind == EFFECT_FORWARD && channel->disk);
        /* The items go out as one update, where the first of them stands. */
        if (ordered && !published)
            publication_order(channel, effects, publisher, consequence);
        published = published || ordered;
        if (!ordered)
            carry_out(channel, effect);
    }
}

void channel_took(struct channel *channel, enum call_kind kind, int64_t took) {
    if (took < channel->hub->host->config->plugins.slow_call)
        return;
    channel->slow_calls++;
    log_warning(channel->label, "plugin fault: %s() of %s took %lld ms, over plugins.slow_call",
                call_name(kind), channel->config->plugin, (long long)took);
}

int channel_run(struct channel *channel, struct call *call) {
    uint64_t start = uv_hrtime();
    call->instance = channel->instance;
    int result = hub_run_call(channel->hub, call, channel_time(channel));
    uint64_t took = uv_hrtime() - start;
    channel->micros = (uint32_t)(took / 1000);
    channel_took(channel, call->kind, (int64_t)(took / 1000000));
    return result;
}

static const char *not_running(const struct channel *channel) {
    return channel->failed ? "the channel has failed: its plugin died too often; see the log"
                           : "the channel is behind; try again later";
}

static void answer_publisher(struct channel *channel, const struct publisher *publisher,
                             enum outcome outcome, int result, const struct effects *effects) {
    if (outcome == OUTCOME_LACKING)
        publication_refuse(channel, publisher, 404, "this channel takes no publishes");
    else if (outcome == OUTCOME_NOT_RUNNING)
        publication_refuse(channel, publisher, 503, not_running(channel));
    else if (outcome == OUTCOME_DIED)
        publication_refuse(channel, publisher, 500,
                           "the channel's plugin died of this update twice; it is set aside");
    else if (effects->rejections > 0)
        publication_reject(channel, publisher, effects);
    else if (result != 0)
        publication_refuse(channel, publisher, 500, "the channel's plugin failed; see the log");
    else if (!publication_due(channel, effects))
        publication_accept(channel, publisher, 0, channel->engine.offset);
}

/* The subscription has what it joined, and its answer: what is about the plugin itself is left. */
static void carry_out_presented(struct channel *channel, const struct effects *effects) {
    for (const struct effect *effect = effects->first; effect; effect = effect->next)
        if (effect->kind == EFFECT_WAKE || effect->kind == EFFECT_WATCH ||
            effect->kind == EFFECT_CLOSE)
            carry_out(channel, effect);
}

static void note_fault(struct channel *channel, enum call_kind kind, int code) {
    channel->faults++;
    log_warning(channel->label, "plugin fault: %s() of %s returned %d (%s); nothing of it counts",
                call_name(kind), channel->config->plugin, code, sentio_error_text(code));
    if (channel->hub->traces)
        trace_fault(channel, kind, code);
}

/* The call was another channel's consequence. What it has asked the disk for settles that, with all
 * of it or not; and what is refused because everything ends is for the next start. */
static void settle(struct channel *channel, int64_t consequence, bool carried_out,
                   const struct result *result) {
    bool with_disk = carried_out && channel->disk && publication_due(channel, result->effects);
    if (!with_disk && channel->instance)
        consequence_settle(channel->hub, consequence);
}

void channel_called(struct channel *channel, enum call_kind kind, const struct asker *asker,
                    const struct result *result) {
    struct effects *effects = result->effects;
    bool well = result->outcome == OUTCOME_RETURNED && result->code == 0;
    bool publishes = kind == CALL_PUBLISH;
    channel->calls += result->outcome == OUTCOME_RETURNED;
    if (asker && asker->shadowed && channel->shadow)
        shadow_answered(channel->shadow, asker->shadowed, result);
    if (asker && asker->presented) {
        if (well)
            carry_out_presented(channel, effects);
        subscription_presented(channel, asker->id, result);
        return;
    }
    int64_t consequence = asker ? asker->publisher.consequence : 0;
    bool carried_out = well && effects->rejections == 0;
    if (carried_out)
        channel_carry_out(channel, effects, publishes ? &asker->publisher : NULL, consequence);
    if (consequence)
        settle(channel, consequence, carried_out, result);
    if (result->outcome == OUTCOME_RETURNED && !well && effects->rejections == 0)
        note_fault(channel, kind, result->code);
    if (publishes)
        answer_publisher(channel, &asker->publisher, result->outcome, result->code, effects);
    else if (kind == CALL_SUBSCRIBE || kind == CALL_UNSUBSCRIBE || kind == CALL_MESSAGE)
        subscription_called(channel, asker, kind, result);
    else if (kind == CALL_RENDER)
        inquiry_called(channel->hub, asker->id, result);
    else if (kind == CALL_OBSERVE && result->outcome == OUTCOME_NOT_RUNNING)
        log_warning(channel->label, "an update that it observes is lost: %s", not_running(channel));
}

/* Bytes of calls that wait. */
static size_t backlog(const struct channel *channel) {
    const struct worker *worker = channel->instance->worker;
    return channel->held.bytes + channel->played.bytes + (worker ? worker->waiting : 0);
}

void channel_press_source(struct channel *channel) {
    size_t limit = (size_t)channel->hub->host->config->limits.queue;
    size_t waiting = backlog(channel);
    bool paused = waiting > (channel->source_paused ? limit / 8 : limit / 4);
    if (paused == channel->source_paused)
        return;
    channel->source_paused = paused;
    if (channel->source)
        source_pause(channel->source, paused || channel->hub->held);
}

/* The call is written down: it is run later, or elsewhere. False: there is no room for it. What a
 * plugin must not miss is always written down. */
static bool line_up(struct channel *channel, struct call *call, const struct asker *asker) {
    size_t limit = (size_t)channel->hub->host->config->limits.queue;
    bool must = call->kind == CALL_LEFT || call->kind == CALL_READY || call->kind == CALL_WOKEN ||
                (asker && asker->presented);
    if (channel->failed || (!must && backlog(channel) > limit))
        return false;
    call->abi.now = channel_time(channel);
    struct task *task = task_create(call, asker);
    if (task == NULL)
        return false;
    if (channel->holding) {
        task_list_add(&channel->held, task);
        channel_press_source(channel);
        return true;
    }
    if (channel->instance->delayed) {
        task_list_add(&channel->played, task);
        return true;
    }
    if (channel->shadow && !task->asker.presented)
        task->asker.shadowed = shadow_called(channel->shadow, call);
    worker_submit(channel->instance->worker, task);
    channel_press_source(channel);
    return true;
}

/* It was run here: the shadow gets what the plugin had, its time included. */
static void cast_shadow(struct channel *channel, const struct call *call, const struct asker *asker,
                        const struct result *result) {
    if (asker && asker->presented)
        return;
    uint64_t id = shadow_called(channel->shadow, call);
    shadow_answered(channel->shadow, id, result);
}

void channel_call(struct channel *channel, struct call *call, const struct asker *asker) {
    struct result result = {.outcome = OUTCOME_LACKING, .effects = &call->effects};
    call->instance = channel->instance;
    if (channel->instance == NULL) {
        /* It is stopped, and another that is being stopped has something for it. */
        result.outcome = OUTCOME_NOT_RUNNING;
    } else if (instance_has(channel->instance, call->kind)) {
        bool later = channel->holding || channel->instance->worker || channel->instance->delayed;
        if (later && line_up(channel, call, asker))
            return;
        result.outcome = later ? OUTCOME_NOT_RUNNING : OUTCOME_RETURNED;
        if (!later) {
            result.code = channel_run(channel, call);
            result.micros = channel->micros;
            if (channel->shadow)
                cast_shadow(channel, call, asker, &result);
        }
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
        consequence_settle(channel->hub, publisher->consequence);
        return;
    }
    if (value.type != SENTIO_JSON_OBJECT) {
        publication_refuse(channel, publisher, 422, "the body must be a JSON object");
        consequence_settle(channel->hub, publisher->consequence);
        return;
    }
    struct sentio_update update = {.origin = publisher->origin, .name = publisher->name};
    struct call call = {.kind = CALL_PUBLISH, .update = &update, .text = value.text};
    struct asker asker = {.publisher = *publisher};
    if (publisher->http && !idempotency_admit(channel, &asker.publisher, &value))
        return;
    channel_call(channel, &call, &asker);
}

void channel_observe(struct channel *channel, const struct update *update, int64_t consequence) {
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
    const struct asker asker = {.publisher.consequence = consequence};
    channel_call(channel, &call, consequence ? &asker : NULL);
    free(views);
}
