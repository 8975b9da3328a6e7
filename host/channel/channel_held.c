/* SPDX-License-Identifier: MIT */
#include "channel_held.h"

#include <stdlib.h>

#include "channel_worker.h"
#include "consequence.h"
#include "http/route.h"
#include "hub/hub.h"
#include "hub/job.h"
#include "journal/tape.h"
#include "publication.h"
#include "wakeup.h"
#include "worker/wire_call.h"
#include "worker/worker.h"

void channel_hold(struct channel *channel) {
    channel->holding = true;
    wakeup_pause(channel, true);
}

/* In a worker it had the time at which it was written down. */
static int run_played(struct channel *channel, struct call *call, int64_t now) {
    call->instance = channel->instance;
    return hub_run_call(channel->hub, call, now);
}

/* A call that was written down, for a plugin that is loaded here. */
static void run_task(struct channel *channel, const struct task *task) {
    struct wire_call read = {0};
    struct wire_frame frame;
    struct result result = {.outcome = OUTCOME_NOT_RUNNING, .effects = &read.call.effects};
    task_frame(task, &frame);
    if (!instance_has(channel->instance, task->kind)) {
        result.outcome = OUTCOME_LACKING;
    } else if (wire_read_call(&frame, channel_plugin(channel), &read) == 0) {
        result.outcome = OUTCOME_RETURNED;
        result.code = channel->instance->delayed ? run_played(channel, &read.call, task->now)
                                                 : channel_run(channel, &read.call);
        result.micros = channel->micros;
    }
    channel_called(channel, task->kind, &task->asker, &result);
    effects_finish(&read.call.effects);
    wire_call_finish(&read);
}

/* What the tape says that it came to, when it does. */
static void tell_played(struct channel *channel, const struct task *task, enum outcome outcome,
                        struct sentio_bytes effects) {
    struct call call = {.kind = task->kind, .instance = channel->instance};
    struct result result = {.outcome = outcome, .effects = &call.effects};
    if (effects.size > 0 && tape_effects(effects, &call, &result.code) != 0)
        result.outcome = OUTCOME_NOT_RUNNING;
    channel_called(channel, task->kind, &task->asker, &result);
    effects_finish(&call.effects);
}

void channel_held_answer(struct channel *channel, enum call_kind kind, bool presented,
                         enum outcome outcome, struct sentio_bytes effects) {
    struct task *task = channel->played.first;
    while (task && (task->kind != kind || task->asker.presented != presented))
        task = task->next;
    if (task == NULL || channel->instance == NULL)
        return;
    task_list_remove(&channel->played, task);
    if (outcome == OUTCOME_RETURNED && !channel->instance->taped)
        run_task(channel, task);
    else
        tell_played(channel, task, outcome, effects);
    free(task);
    jobs_run(channel->hub);
}

void channel_let_go(struct channel *channel) {
    channel->holding = false;
    wakeup_pause(channel, false);
    for (struct task *task = task_list_take(&channel->held); task;
         task = task_list_take(&channel->held)) {
        if (channel->instance->worker && instance_has(channel->instance, task->kind)) {
            channel_worker_call(channel, task);
            continue;
        }
        if (channel->instance->delayed && instance_has(channel->instance, task->kind)) {
            task_list_add(&channel->played, task);
            continue;
        }
        run_task(channel, task);
        free(task);
    }
    jobs_run(channel->hub);
    channel_press_source(channel);
}

void channel_held_gather(struct channel *channel) {
    struct task_list waiting = {0};
    if (channel->instance && channel->instance->worker)
        worker_take_waiting(channel->instance->worker, &waiting);
    task_list_prepend(&waiting, &channel->played);
    task_list_prepend(&channel->held, &waiting);
}

/* It was given the items that its route asked for. */
static bool has_route(const struct channel *channel, const struct task *task,
                      const struct sentio_plugin *next) {
    struct wire_call read = {0};
    struct wire_frame frame;
    task_frame(task, &frame);
    bool has = wire_read_call(&frame, channel_plugin(channel), &read) == 0 &&
               read.call.route < next->route_count &&
               route_same(read.call.request->route, &next->routes[read.call.route]);
    wire_call_finish(&read);
    return has;
}

static bool is_lost(const struct channel *channel, const struct task *task,
                    const struct instance *next, bool restored) {
    if (task->kind == CALL_LEFT)
        return !restored; /* it does not hear of that subscription at all */
    if (task->kind == CALL_RENDER)
        return !has_route(channel, task, instance_table(next));
    /* The descriptor and the timer were the other one's. */
    return task->kind == CALL_READY || task->kind == CALL_WOKEN || task->asker.presented;
}

void channel_held_sift(struct channel *channel, const struct instance *next, bool restored) {
    struct task_list all = channel->held;
    channel->held = (struct task_list){0};
    for (struct task *task = task_list_take(&all); task; task = task_list_take(&all)) {
        struct effects none = {0};
        const struct result result = {.outcome = OUTCOME_NOT_RUNNING, .effects = &none};
        task->deaths = 0;
        if (!is_lost(channel, task, next, restored)) {
            task_list_add(&channel->held, task);
            continue;
        }
        channel_called(channel, task->kind, &task->asker, &result);
        free(task);
    }
}

void channel_held_refuse(struct channel *channel) {
    channel_held_gather(channel);
    for (struct task *task = task_list_take(&channel->held); task;
         task = task_list_take(&channel->held)) {
        if (task->kind == CALL_PUBLISH)
            publication_refuse(channel, &task->asker.publisher, 404, "the channel was removed");
        consequence_settle(channel->hub, task->asker.publisher.consequence);
        free(task);
    }
}
