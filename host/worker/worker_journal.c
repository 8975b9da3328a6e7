/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plugin/instance.h"
#include "wire_call.h"
#include "worker_internal.h"

/* Beside its bytes, a call counts this much: what it takes to be repeated. */
enum { CALL_COST = 256, JOURNAL_MIN = 256 * 1024, JOURNAL_MAX = 32 * 1024 * 1024 };

int worker_keep_checkpoint(struct worker *worker, uint32_t format, struct sentio_bytes state) {
    char *copy = malloc(state.size + 1);
    if (copy == NULL)
        return SENTIO_NO_MEMORY;
    if (state.size)
        memcpy(copy, state.data, state.size);
    free(worker->checkpoint);
    worker->checkpoint = copy;
    worker->checkpoint_size = state.size;
    worker->checkpoint_format = format;
    return 0;
}

void worker_drop_checkpoint(struct worker *worker) {
    free(worker->checkpoint);
    worker->checkpoint = NULL;
    worker->checkpoint_size = 0;
}

/* What was answered before `end` (NULL: everything that was answered) is not needed any more. */
static void drop_journal(struct worker *worker, const struct task *end) {
    while (worker->tasks.first != end && worker->tasks.first && worker->tasks.first->answered)
        free(task_list_take(&worker->tasks));
    worker->journal = 0;
}

static void save(struct worker *worker) {
    struct call call = {.kind = CALL_SAVE, .instance = worker->instance};
    struct task *task = task_create(&call, NULL);
    if (task == NULL)
        return;
    task->own = true;
    worker->saving = true;
    worker_submit(worker, task);
}

/* A state that costs more to save is saved less often. */
static bool is_long(const struct worker *worker) {
    size_t limit = worker->checkpoint_size * 4;
    if (limit < JOURNAL_MIN)
        limit = JOURNAL_MIN;
    return worker->journal > (limit < JOURNAL_MAX ? limit : JOURNAL_MAX);
}

static void saved(struct worker *worker, struct task *task, const struct result *result) {
    const struct effect *kept = effects_find(result->effects, EFFECT_KEEP);
    worker->saving = false;
    if (!worker->journals) {
        task_list_remove(&worker->tasks, task);
        free(task);
        return;
    }
    if (result->code == 0 && kept != NULL &&
        worker_keep_checkpoint(worker, instance_table(worker->instance)->state_format, kept->b) ==
            0) {
        drop_journal(worker, task);
    } else {
        if (result->code != 0)
            log_warning(worker->settings.label,
                        "plugin fault: save() failed; after a death it starts afresh");
        worker_drop_checkpoint(worker);
        worker->journals = false;
        drop_journal(worker, task);
    }
    task_list_remove(&worker->tasks, task);
    free(task);
}

/* From now on it is put back to this state. */
static void restored(struct worker *worker, const struct task *task) {
    struct wire_call call = {0};
    struct wire_frame frame;
    task_frame(task, &frame);
    if (wire_read_call(&frame, instance_table(worker->instance), &call) != 0 ||
        worker_keep_checkpoint(worker, (uint32_t)call.call.number, call.call.text) != 0) {
        log_error(worker->settings.label, "out of memory: after a death it starts afresh");
        worker->journals = false;
    }
    wire_call_finish(&call);
}

static void opened(struct worker *worker, const struct result *result) {
    if (result->outcome != OUTCOME_RETURNED || result->code != 0)
        return;
    worker->opened = true;
    worker->journals =
        instance_has(worker->instance, CALL_SAVE) && instance_has(worker->instance, CALL_RESTORE);
}

void worker_settle(struct worker *worker, struct task *task, const struct result *result) {
    enum call_kind kind = task->kind;
    if (kind == CALL_SAVE) {
        saved(worker, task, result);
        return;
    }
    if (kind == CALL_OPEN)
        opened(worker, result);
    if (kind == CALL_RESTORE && result->code == 0)
        restored(worker, task);
    if (worker->journals && kind != CALL_OPEN && kind != CALL_RESTORE && kind != CALL_READY) {
        worker->journal += task->size + CALL_COST;
    } else {
        task_list_remove(&worker->tasks, task);
        free(task);
    }
    /* What a descriptor told can not be told again. */
    if (worker->journals && !worker->saving && (is_long(worker) || kind == CALL_READY))
        save(worker);
}
