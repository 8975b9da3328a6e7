/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/log.h"
#include "shadow_internal.h"
#include "subscription/subscription.h"
#include "worker/worker.h"

/* The first call that the old one has not answered: its answer is no part of anything yet. */
static uint64_t next_call(const struct shadow *shadow) {
    const struct pair *pair = shadow->pairs.unanswered[SIDE_OLD];
    return pair ? pair->id : UINT64_MAX;
}

/* Where the old one had to be asked twice for its state, there are some. */
static void skip_answered(struct shadow *shadow) {
    uint64_t next = next_call(shadow);
    while (shadow->early.first && shadow->early.first->asker.shadowed < next)
        free(task_list_take(&shadow->early));
    pairs_pass(&shadow->pairs, SIDE_NEW, next);
}

int shadow_restore(struct shadow *shadow, const struct answer *saved) {
    struct call call = {
        .kind = CALL_RESTORE,
        .instance = shadow->candidate->instance,
        .abi.now = shadow->since, /* the calls since then are no older */
        .number = saved->format,
        .text = saved->state,
    };
    struct task *task = task_create(&call, NULL);
    if (task == NULL)
        return SENTIO_NO_MEMORY;
    skip_answered(shadow);
    worker_submit(shadow->candidate->worker, task);
    return 0;
}

static struct task *presentation(const struct shadow *shadow, struct call *call,
                                 const struct asker *asker, int64_t now) {
    call->instance = shadow->candidate->instance;
    call->abi.now = now;
    struct task *task = task_create(call, asker);
    if (task == NULL)
        log_error(shadow->channel->label, "out of memory: %s does not hear of a subscription",
                  shadow->plugin);
    return task;
}

static void present(struct channel *channel, struct call *call, const struct asker *asker) {
    const struct shadow *shadow = channel->shadow;
    struct task *task = presentation(shadow, call, asker, shadow->since);
    if (task != NULL)
        worker_submit(shadow->candidate->worker, task);
}

/* Who has left is not presented any more, so that it is not told of that either. The calls before
 * that, in which the old one still knows him, are given to it and not compared. */
static void pass_leavers(struct shadow *shadow) {
    uint64_t end = 0;
    for (const struct pair *pair = shadow->pairs.unanswered[SIDE_NEW]; pair; pair = pair->next)
        if (pair->kind == CALL_LEFT)
            end = pair->id + 1;
    pairs_pass(&shadow->pairs, SIDE_NEW, end);
}

static bool is_left(const struct task *task) {
    return task->kind == CALL_LEFT;
}

void shadow_present(struct shadow *shadow) {
    struct task_list leavers = {0};
    skip_answered(shadow);
    pass_leavers(shadow);
    task_list_split(&shadow->early, is_left, &leavers);
    for (struct task *task = task_list_take(&leavers); task; task = task_list_take(&leavers))
        free(task);
    subscription_present_all(shadow->channel, present);
}

static void present_again(struct channel *channel, struct call *call, const struct asker *asker) {
    const struct shadow *shadow = channel->shadow;
    struct worker *worker = shadow->candidate->worker;
    struct task *task = presentation(shadow, call, asker, worker_time(worker));
    if (task != NULL)
        worker_present(worker, task);
}

/* The call that it has died of is answered by that: it would be a stranger to what it is told. */
static bool forget_answered(struct shadow *shadow) {
    struct worker *worker = shadow->candidate->worker;
    struct effects none = {0};
    const struct result died = {.outcome = OUTCOME_DIED, .effects = &none};
    uint64_t next = next_call(shadow);
    struct task *task = worker->tasks.first;
    while (task != NULL) {
        struct task *after = task->next;
        if (!task->answered && task->asker.shadowed && task->asker.shadowed < next) {
            if (task->deaths > 0 && !shadow_note(shadow, task, &died))
                return false;
            worker_forget(worker, task);
        }
        task = after;
    }
    pairs_pass(&shadow->pairs, SIDE_NEW, next);
    return true;
}

void shadow_present_again(struct shadow *shadow) {
    if (!forget_answered(shadow))
        return;
    pass_leavers(shadow); /* the worker has taken their calls out */
    subscription_present_all(shadow->channel, present_again);
}
