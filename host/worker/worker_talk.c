/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "base/log.h"
#include "plugin/instance.h"
#include "wire_note.h"
#include "wire_result.h"
#include "wire_table.h"
#include "worker_internal.h"

enum { PARTS_MAX = 64 };

static int gather(const struct worker *worker, struct iovec parts[PARTS_MAX]) {
    int count = 0;
    if (worker->out.end > worker->out.start)
        parts[count++] = (struct iovec){worker->out.data + worker->out.start,
                                        worker->out.end - worker->out.start};
    struct task *task = worker->state == WORKER_RUNNING ? worker->unsent : NULL;
    size_t skip = worker->sent;
    for (; task && count < PARTS_MAX; task = task->next) {
        parts[count++] = (struct iovec){task->frame + skip, task->size - skip};
        skip = 0;
    }
    return count;
}

static void advance(struct worker *worker, size_t sent) {
    size_t first = worker->out.end - worker->out.start;
    if (first > sent)
        first = sent;
    wire_drop(&worker->out, first);
    sent -= first;
    while (sent > 0) {
        struct task *task = worker->unsent;
        size_t left = task->size - worker->sent;
        if (worker->expected == NULL)
            worker->expected = task;
        if (sent < left) {
            worker->sent += sent;
            return;
        }
        sent -= left;
        worker->sent = 0;
        worker->unsent = task->next;
    }
}

void worker_flush(struct worker *worker) {
    struct iovec parts[PARTS_MAX];
    if (worker->process == NULL || worker->process->wants_write)
        return;
    for (int count = gather(worker, parts); count > 0; count = gather(worker, parts)) {
        ssize_t sent = worker_process_send(worker->process, parts, count);
        if (sent <= 0)
            break; /* it is taken on by `writable`, or its end is told */
        advance(worker, (size_t)sent);
    }
    worker_watch_hang(worker);
}

void worker_writable(void *context) {
    worker_flush(context);
}

/* Its result came: it is not waited for any more. */
static void pass(struct worker *worker, const struct task *task) {
    worker->expected = task->next == worker->unsent && worker->sent == 0 ? NULL : task->next;
}

/* It was put back by this call, which had been answered before. */
static void repeated(struct worker *worker, struct task *task, int code, struct effects *effects) {
    if (task->kind == CALL_OPEN && code != 0) {
        worker_distrust(worker, "open() failed when it was started again");
        return;
    }
    if (task->kind == CALL_RESTORE && code != 0) {
        worker->clean = true;
        worker_distrust(worker, "restore() did not take what save() had given");
        return;
    }
    pass(worker, task);
    if (task->kind == CALL_OPEN && worker->afresh) {
        worker->clean = false;
        worker->handler.reopened(worker->handler.context, effects);
    }
    if (task->kind == CALL_OPEN || task->kind == CALL_RESTORE) {
        task_list_remove(&worker->tasks, task);
        free(task);
    }
}

static void take_result(struct worker *worker, const struct wire_frame *frame) {
    struct task *task = worker->expected;
    if (task == NULL || task == worker->unsent || frame->serial != task->serial) {
        worker_distrust(worker, "an answer to nothing");
        return;
    }
    struct call call = {.kind = task->kind, .instance = worker->instance};
    struct result result = {.outcome = OUTCOME_RETURNED, .effects = &call.effects};
    if (wire_read_result(frame, &call, &result.code, &result.micros) != 0) {
        worker_distrust(worker, "an answer that is not valid");
    } else if (task->answered) {
        repeated(worker, task, result.code, &call.effects);
    } else {
        pass(worker, task);
        task->answered = true;
        worker->progressed = true;
        worker->gave_up = worker->gave_up && worker->given_up != task->kind;
        worker->relapses = 0;
        worker->waiting -= task->size;
        worker->handler.answered(worker->handler.context, task, &result);
        if (worker->state == WORKER_RUNNING)
            worker_settle(worker, task, &result);
    }
    effects_finish(&call.effects);
}

/* A second life of the same file is the same plugin. */
static void take_table(struct worker *worker, const struct wire_frame *frame) {
    char why[512] = "its worker told something that is no plugin's table";
    const struct plugin_report report = {worker->settings.plugin, why, sizeof(why)};
    struct wire_table *table = NULL;
    if (worker->described) {
        worker->state = WORKER_RUNNING;
        worker_put_back(worker);
        return;
    }
    struct plugin *plugin = calloc(1, sizeof(*plugin));
    char *file = strdup(worker->settings.plugin);
    bool valid = plugin && file && wire_read_table(frame, &table) == 0 &&
                 plugin_check_header(&report, &table->table, 0) == 0 &&
                 plugin_check_table(&report, &table->table, table->callbacks) == 0;
    if (!valid) {
        free(plugin);
        free(file);
        free(table);
        worker->state = WORKER_FAILED;
        worker_process_kill(worker->process);
        worker->handler.described(worker->handler.context, why);
        return;
    }
    *plugin = (struct plugin){.table = table->table, .file = file, .described = table};
    worker->plugin = plugin;
    worker->described = true;
    worker->state = WORKER_RUNNING;
    worker->handler.described(worker->handler.context, NULL);
}

static void take_refusal(struct worker *worker, const struct wire_frame *frame) {
    struct sentio_bytes text = {NULL, 0};
    char why[512];
    if (worker->state != WORKER_STARTING || wire_read_refused(frame, &text) != 0) {
        worker_distrust(worker, "a refusal out of place");
        return;
    }
    snprintf(why, sizeof(why), "%.*s", (int)text.size, text.data);
    if (worker->described) {
        worker_distrust(worker, why);
        return;
    }
    worker->state = WORKER_FAILED;
    worker_process_kill(worker->process);
    worker->handler.described(worker->handler.context, why);
}

static void take_readable(struct worker *worker, int32_t fd) {
    if (worker->handler.readable)
        worker->handler.readable(worker->handler.context, fd);
    else if (worker->readable_count < WORKER_WATCHES_MAX)
        worker->readable[worker->readable_count++] = fd;
}

static void take_note(struct worker *worker, const struct wire_frame *frame) {
    uint32_t level;
    int32_t fd;
    struct sentio_bytes text;
    if (worker->instance == NULL || worker->state != WORKER_RUNNING)
        return;
    if (frame->kind == WIRE_LOG && wire_read_log(frame, &level, &text) == 0)
        instance_log(worker->instance, level, text);
    else if (frame->kind == WIRE_READABLE && wire_read_readable(frame, &fd) == 0)
        take_readable(worker, fd);
    else
        worker_distrust(worker, "a message that is not valid");
}

static void take(struct worker *worker, const struct wire_frame *frame) {
    if (frame->kind == WIRE_RESULT && worker->state == WORKER_RUNNING)
        take_result(worker, frame);
    else if (frame->kind == WIRE_TABLE && worker->state == WORKER_STARTING)
        take_table(worker, frame);
    else if (frame->kind == WIRE_REFUSED)
        take_refusal(worker, frame);
    else if (frame->kind == WIRE_LOG || frame->kind == WIRE_READABLE)
        take_note(worker, frame);
    else
        worker_distrust(worker, "a message out of place");
}

/* Whether what it says counts. */
static bool is_heard(const struct worker *worker) {
    return !worker->distrusted &&
           (worker->state == WORKER_STARTING || worker->state == WORKER_RUNNING);
}

static void take_all(struct worker *worker) {
    struct wire_frame frame;
    int result = 0;
    while (is_heard(worker) && result == 0) {
        result = wire_next(&worker->in, &frame);
        if (result == 0) {
            take(worker, &frame);
            wire_consume(&worker->in, &frame);
        }
    }
    if (result == SENTIO_INVALID)
        worker_distrust(worker, "something that is no message");
}

/* What it logs while it closes. */
static void take_last(struct worker *worker) {
    struct wire_frame frame;
    uint32_t level;
    struct sentio_bytes text;
    int result = wire_next(&worker->in, &frame);
    for (; result == 0; result = wire_next(&worker->in, &frame)) {
        if (frame.kind == WIRE_LOG && wire_read_log(&frame, &level, &text) == 0)
            log_write((enum log_level)level, worker->settings.label, "%.*s", (int)text.size,
                      text.data);
        wire_consume(&worker->in, &frame);
    }
    if (result == SENTIO_INVALID)
        wire_drop(&worker->in, worker->in.end - worker->in.start);
}

void worker_received(void *context) {
    enum { ROUNDS = 16 };
    struct worker *worker = context;
    ssize_t got = 1;
    for (int i = 0;
         got > 0 && (i < ROUNDS || worker->process->end.status || worker->process->end.signal);
         i++) {
        got = worker_process_receive(worker->process, &worker->in);
        if (got > 0)
            take_all(worker);
        if (worker->state == WORKER_STOPPED)
            take_last(worker);
        else if (!is_heard(worker))
            wire_drop(&worker->in, worker->in.end - worker->in.start);
    }
    if (got < 0)
        worker_hang_up(worker);
    worker_watch_hang(worker);
}
