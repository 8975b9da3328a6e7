/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "reload/reload.h"
#include "shadow_internal.h"
#include "worker/worker.h"

static void on_described(void *context, const char *why) {
    (void)context;
    (void)why;
}

static void on_answered(void *context, struct task *task, const struct result *result) {
    struct shadow *shadow = context;
    bool well = result->outcome == OUTCOME_RETURNED && result->code == 0;
    if (shadow_is_over(shadow))
        return;
    if (task->kind == CALL_RESTORE && well)
        shadow_accept(shadow);
    else if (task->kind == CALL_RESTORE)
        shadow_fail(shadow, "restore() did not take the state of the running version; see the log");
    else if (task->asker.shadowed && shadow_note(shadow, task, result))
        shadow_compare(shadow);
}

/* Started afresh after a death, like a channel's plugin. One that can save has lost what it knew.
 */
static void on_afresh(void *context) {
    struct shadow *shadow = context;
    if (shadow->state != SHADOW_RUNNING)
        return;
    if (instance_has(shadow->candidate->instance, CALL_SAVE)) {
        shadow_fail(shadow, "it died and has begun afresh, without its state; see the log");
        return;
    }
    shadow_present_again(shadow);
    if (!shadow_is_over(shadow))
        shadow_compare(shadow);
}

static void on_reopened(void *context, struct effects *effects) {
    (void)context;
    (void)effects;
}

/* When that is, is chance: what it does then is not compared. */
static void on_readable(void *context, int32_t fd) {
    const struct shadow *shadow = context;
    struct call call = {.kind = CALL_READY, .number = (uint64_t)fd};
    if (shadow->candidate == NULL || !instance_has(shadow->candidate->instance, CALL_READY))
        return;
    call.abi.now = channel_time(shadow->channel);
    struct task *task = task_create(&call, NULL);
    if (task != NULL)
        worker_submit(shadow->candidate->worker, task);
}

static void on_failed(void *context) {
    shadow_end(context, "it dies again and again; see the log");
}

static void on_timer(uv_timer_t *timer) {
    shadow_compare(timer->data);
}

static void run(struct shadow *shadow) {
    enum { LOOK = 200 /* ms: whether the last calls are answered */ };
    struct worker *worker = shadow->candidate->worker;
    shadow->state = SHADOW_RUNNING;
    shadow->ends = shadow_time() + shadow->duration;
    shadow->moved = shadow->ends;
    uv_timer_start(shadow->timer, on_timer, (uint64_t)shadow->duration, LOOK);
    for (struct task *task = task_list_take(&shadow->early); task;
         task = task_list_take(&shadow->early))
        worker_submit(worker, task);
    worker_flush(worker);
    log_info(shadow->channel->label, "%s runs beside the plugin, unheard, for %lld ms",
             shadow->plugin, (long long)shadow->duration);
}

static void on_saved(void *context, const struct answer *saved) {
    struct shadow *shadow = context;
    bool given = saved->error == 0 && saved->state.size > 0 &&
                 instance_has(shadow->candidate->instance, CALL_RESTORE);
    if (saved->error && saved->error != SENTIO_NOT_FOUND) {
        shadow_fail(shadow, "save() of the running version failed; see the log");
        return;
    }
    if (saved->old) {
        shadow_fail(shadow, "the running version is not running, and what it knew is lost");
        return;
    }
    if (given && shadow_restore(shadow, saved) != 0) {
        shadow_fail(shadow, "the host is out of memory");
        return;
    }
    if (!given)
        shadow_present(shadow);
    run(shadow);
    if (!given)
        shadow_accept(shadow);
}

/* Why a reload would not take it either; NULL: it would. */
static const char *unfit(const struct shadow *shadow) {
    return reload_unfit(channel_plugin(shadow->channel),
                        instance_table(shadow->candidate->instance));
}

static bool is_usable(struct shadow *shadow, const struct candidate *candidate) {
    char why[CANDIDATE_WHY];
    if (candidate->error) {
        shadow_fail(shadow, candidate->why);
        return false;
    }
    if (unfit(shadow)) {
        snprintf(why, sizeof(why), "%s: %s, which the channel's subscribers go by", shadow->plugin,
                 unfit(shadow));
        shadow_fail(shadow, why);
        return false;
    }
    if (shadow->channel->wait.over || shadow->channel->holding) {
        shadow_fail(shadow, "a reload is under way");
        return false;
    }
    return true;
}

void shadow_opened(void *context, struct candidate *candidate) {
    struct shadow *shadow = context;
    const struct worker_handler handler = {
        .described = on_described,
        .answered = on_answered,
        .afresh = on_afresh,
        .reopened = on_reopened,
        .readable = on_readable,
        .failed = on_failed,
        .context = shadow,
    };
    const struct wait wait = {.over = on_saved, .context = shadow};
    if (!is_usable(shadow, candidate))
        return;
    worker_handle(candidate->worker, &handler);
    shadow->version = strdup(instance_table(candidate->instance)->version);
    shadow->since = channel_time(shadow->channel);
    shadow->state = SHADOW_SAVING;
    channel_save(shadow->channel, &wait);
}
