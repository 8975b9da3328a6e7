/* SPDX-License-Identifier: MIT */
#include "channel_worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/hub.h"
#include "hub/job.h"
#include "journal/tape.h"
#include "plugin/source.h"
#include "set_aside.h"
#include "shadow/shadow.h"
#include "subscription/subscription.h"
#include "trace/trace.h"
#include "wakeup.h"
#include "worker/worker.h"

static void on_described(void *context, const char *why) {
    (void)context;
    (void)why;
}

static void on_answered(void *context, struct task *task, const struct result *result) {
    struct channel *channel = context;
    hub_enter(channel->hub);
    if (result->outcome == OUTCOME_RETURNED)
        channel_took(channel, task->kind, result->micros / 1000);
    if (task->kind == CALL_SAVE) {
        channel_saved(channel, task, result);
        return;
    }
    tape_answered(channel, task, result);
    if (result->outcome == OUTCOME_DIED) {
        channel->given_up++;
        if (task->kind == CALL_PUBLISH)
            set_aside(channel, task);
    }
    channel_called(channel, task->kind, &task->asker, result);
    channel_press_source(channel);
    jobs_run(channel->hub);
}

static void present(struct channel *channel, struct call *call, const struct asker *asker) {
    call->instance = channel->instance;
    call->abi.now = worker_time(channel->instance->worker);
    struct task *task = task_create(call, asker);
    if (task == NULL)
        log_error(channel->label, "out of memory: the plugin does not hear of a subscription");
    else
        worker_present(channel->instance->worker, task);
}

static void on_afresh(void *context) {
    struct channel *channel = context;
    hub_enter(channel->hub);
    if (channel->shadow)
        shadow_end(channel->shadow, "the running version has died and begun afresh");
    subscription_present_all(channel, present);
}

static void on_reopened(void *context, struct effects *effects) {
    struct channel *channel = context;
    hub_enter(channel->hub);
    wakeup_set(channel, 0);
    channel_carry_out(channel, effects, NULL, 0);
}

static void on_readable(void *context, int32_t fd) {
    struct channel *channel = context;
    wakeup_readable(channel, fd);
}

static void on_failed(void *context) {
    struct channel *channel = context;
    hub_enter(channel->hub);
    tape_event(channel, TAPE_FAILED, 0);
    channel->failed = true;
    if (channel->shadow)
        shadow_end(channel->shadow, "the running version has failed");
    subscription_tell_all(channel, "channel_failed",
                          "the channel has failed; nothing comes until it is mended");
    trace_failed(channel);
    jobs_run(channel->hub);
}

void channel_worker_take(struct channel *channel) {
    const struct worker_handler handler = {
        .described = on_described,
        .answered = on_answered,
        .afresh = on_afresh,
        .reopened = on_reopened,
        .readable = on_readable,
        .failed = on_failed,
        .context = channel,
    };
    worker_handle(channel->instance->worker, &handler);
}

void channel_worker_call(struct channel *channel, struct task *task) {
    worker_submit(channel->instance->worker, task);
    channel_press_source(channel);
}
