/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "channel_held.h"
#include "channel_worker.h"
#include "hub/hub.h"
#include "plugin/candidate.h"
#include "subscription/subscription.h"
#include "wakeup.h"
#include "worker/worker.h"

/* What a plugin knows: saved, restored, handed to the next. */

static void tell(const struct wait *wait, int error, uint32_t format, struct sentio_bytes state) {
    const struct answer answer = {.error = error, .format = format, .state = state};
    wait->over(wait->context, &answer);
}

static void save_here(struct channel *channel, const struct wait *wait) {
    struct call call = {.kind = CALL_SAVE};
    int error =
        instance_has(channel->instance, CALL_SAVE) ? channel_run(channel, &call) : SENTIO_NOT_FOUND;
    const struct effect *kept = effects_find(&call.effects, EFFECT_KEEP);
    if (error == 0 && kept == NULL)
        error = SENTIO_NOT_FOUND;
    tell(wait, error, channel_plugin(channel)->state_format,
         kept ? kept->b : sentio_bytes(NULL, 0));
    effects_finish(&call.effects);
}

/* A worker that is not to be there any more can not be asked: what it last saved has to do. */
static void save_checkpoint(struct channel *channel, const struct wait *wait) {
    const struct worker *worker = channel->instance->worker;
    const struct answer answer = {
        .error = worker->checkpoint ? 0 : SENTIO_NOT_FOUND,
        .old = worker->journal > 0,
        .format = worker->checkpoint_format,
        .state = sentio_bytes(worker->checkpoint, worker->checkpoint_size),
    };
    if (answer.old)
        log_warning(channel->label, "its worker is not running: what it did since its last save() "
                                    "is not part of its state");
    wait->over(wait->context, &answer);
}

/* Where it can not save, the answer says so once it has answered everything else. */
static void ask_worker(struct channel *channel, const struct wait *wait) {
    struct worker *worker = channel->instance->worker;
    struct call call = {.kind = CALL_SAVE, .instance = channel->instance};
    call.abi.now = channel_time(channel);
    struct task *task = task_create(&call, NULL);
    if (task == NULL) {
        tell(wait, SENTIO_NO_MEMORY, 0, sentio_bytes(NULL, 0));
        return;
    }
    channel->wait = *wait;
    channel->wanted = task;
    worker_submit(worker, task);
    worker_hurry(worker);
    worker_flush(worker);
}

/* One that died is followed by another, which is put back to the same place and can say it. One
 * that dies of saying it can not, and whoever waits may be about to replace it. */
void channel_saved(struct channel *channel, const struct task *task, const struct result *result) {
    struct wait wait = channel->wait;
    const struct effect *kept = effects_find(result->effects, EFFECT_KEEP);
    bool saved = result->code == 0 && kept != NULL;
    if (task != channel->wanted)
        return;
    channel->wanted = NULL;
    channel->wait.over = NULL;
    if (wait.over == NULL)
        return;
    if (result->outcome == OUTCOME_RETURNED && saved)
        tell(&wait, 0, channel_plugin(channel)->state_format, kept->b);
    else if (result->outcome == OUTCOME_RETURNED)
        tell(&wait, result->code ? result->code : SENTIO_NOT_FOUND, 0, sentio_bytes(NULL, 0));
    else if (channel->instance->worker->state == WORKER_DEAD && ++wait.deaths < 2)
        ask_worker(channel, &wait);
    else
        save_checkpoint(channel, &wait);
}

void channel_save(struct channel *channel, const struct wait *wait) {
    const struct worker *worker = channel->instance->worker;
    if (worker == NULL)
        save_here(channel, wait);
    else if (worker->state == WORKER_FAILED)
        save_checkpoint(channel, wait);
    else
        ask_worker(channel, wait);
}

/* For those who wait. */
struct wanted {
    bool over;
    int error;
    uint32_t format;
    char *state;
    size_t size;
};

static void take_answer(void *context, const struct answer *answer) {
    struct wanted *wanted = context;
    wanted->over = true;
    wanted->error = answer->error;
    wanted->format = answer->format;
    if (answer->error || answer->state.size == 0)
        return;
    wanted->state = malloc(answer->state.size);
    wanted->size = answer->state.size;
    if (wanted->state == NULL)
        wanted->error = SENTIO_NO_MEMORY;
    else
        memcpy(wanted->state, answer->state.data, answer->state.size);
}

static void wait_for(struct channel *channel, const struct wanted *wanted) {
    while (!wanted->over)
        uv_run(&channel->hub->loop, UV_RUN_ONCE);
}

int channel_save_now(struct channel *channel, uint32_t *format, char **state, size_t *size) {
    struct wanted wanted = {0};
    const struct wait wait = {.over = take_answer, .context = &wanted};
    channel_save(channel, &wait);
    wait_for(channel, &wanted);
    *format = wanted.format;
    *state = wanted.state;
    *size = wanted.size;
    return wanted.error;
}

/* close() of what runs here; a worker does it by itself. */
void channel_close(struct channel *channel) {
    struct instance *instance = channel->instance;
    struct call call = {.kind = CALL_CLOSE};
    if (instance && instance->worker == NULL && instance->open) {
        channel_run(channel, &call);
        effects_finish(&call.effects);
    }
    instance_destroy(instance);
    channel->instance = NULL;
}

static void present(struct channel *channel, struct call *call, const struct asker *asker) {
    channel_call(channel, call, asker);
}

void channel_take(struct channel *channel, struct candidate *candidate) {
    bool restored = candidate->restored;
    channel_held_gather(channel);
    if (channel->instance)
        channel_held_sift(channel, candidate->instance, restored);
    wakeup_end(channel);
    channel_close(channel);
    channel->instance = candidate->instance;
    const struct worker *worker = channel->instance->worker;
    channel->failed = worker && worker->state == WORKER_FAILED;
    candidate->instance = NULL;
    candidate->worker = NULL;
    if (channel->instance->worker)
        channel_worker_take(channel);
    bool holding = channel->holding;
    channel->holding = false;
    channel_carry_out(channel, &candidate->effects, NULL, 0);
    effects_finish(&candidate->effects);
    if (!restored)
        subscription_present_all(channel, present);
    channel->holding = holding;
}
