/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "cgroup.h"
#include "instance.h"
#include "io.h"
#include "log.h"
#include "wire_start.h"
#include "worker_internal.h"

enum {
    BACKOFF_FIRST = 100,   /* ms */
    BACKOFF_MAX = 10000,   /* ms */
    DEATHS_WITHIN = 60000, /* ms */
    PROCESSES = 64,        /* and threads of a worker */
    PROCESSES_PROGRAMS = 512
};

struct call worker_open_call(const struct worker *worker) {
    return (struct call){
        .kind = CALL_OPEN,
        .abi.now = io_time(),
        .text = sentio_text(worker->settings.options),
        .number = worker->settings.seed,
    };
}

struct call worker_restore_call(const struct worker *worker) {
    return (struct call){
        .kind = CALL_RESTORE,
        .abi.now = io_time(),
        .number = worker->checkpoint_format,
        .text = sentio_bytes(worker->checkpoint, worker->checkpoint_size),
    };
}

static uint64_t now_ms(void) {
    return uv_hrtime() / 1000000;
}

static void on_look(uv_timer_t *timer) {
    struct worker *worker = timer->data;
    uint64_t serial = atomic_load(&worker->page->serial);
    if (worker->process == NULL)
        return;
    if (worker->state != WORKER_STARTING && (serial == 0 || serial != worker->hang_serial)) {
        worker->hang_serial = serial;
        worker->hang_since = now_ms();
        return;
    }
    if (now_ms() - worker->hang_since < (uint64_t)worker->settings.hang)
        return;
    log_error(worker->settings.label,
              "plugin fault: %s has not %s within plugins.hang; its worker is killed",
              worker->settings.plugin, worker->state == WORKER_STARTING ? "loaded" : "returned");
    worker->hang_since = now_ms();
    worker_process_kill(worker->process);
}

void worker_watch_hang(struct worker *worker) {
    bool busy = worker->expected != NULL || worker->state == WORKER_STARTING;
    if (worker->state == WORKER_STOPPED || worker->state == WORKER_DEAD ||
        worker->settings.hang == 0)
        return;
    if (!busy) {
        uv_timer_stop(&worker->timer);
        return;
    }
    if (uv_is_active((uv_handle_t *)&worker->timer))
        return;
    uint64_t period = (uint64_t)worker->settings.hang / 5 + 1;
    worker->hang_serial = 0;
    worker->hang_since = now_ms();
    uv_timer_start(&worker->timer, on_look, period, period);
}

void worker_distrust(struct worker *worker, const char *what) {
    log_error(worker->settings.label, "plugin fault: its worker is ended: %s", what);
    worker->distrusted = true;
    worker_process_kill(worker->process);
}

static void describe(const struct worker *worker, const struct worker_end *end, char text[128]) {
    const struct worker_settings *settings = &worker->settings;
    if (cgroup_ran_out(settings->groups, settings->name, worker->pid))
        snprintf(text, 128, "lack of memory (plugins.memory)");
    else if (end->signal)
        snprintf(text, 128, "signal %d (%s)", end->signal, strsignal(end->signal));
    else
        snprintf(text, 128, "exit status %lld", (long long)end->status);
}

/* The task that the worker was in when it died, or that it has answered as it may not; NULL: none.
 */
static struct task *in_hand(const struct worker *worker) {
    uint64_t serial = worker->accused ? worker->accused : atomic_load(&worker->page->serial);
    struct task *task = worker->expected;
    while (serial && task && task != worker->unsent && task->serial != serial)
        task = task->next;
    return serial && task && task->serial == serial ? task : NULL;
}

static void answer(struct worker *worker, struct task *task, enum outcome outcome) {
    struct effects none = {0};
    const struct result result = {.outcome = outcome, .effects = &none};
    task_list_remove(&worker->tasks, task);
    worker->waiting -= task->size;
    worker->handler.answered(worker->handler.context, task, &result);
    free(task);
}

/* Two workers have died of it. */
static void give_up(struct worker *worker, struct task *task) {
    log_error(worker->settings.label, "plugin fault: two workers have died in the same %s()",
              call_name(task->kind));
    worker->expected = NULL;
    worker->unsent = NULL;
    answer(worker, task, OUTCOME_DIED);
}

static void fail(struct worker *worker) {
    worker->state = WORKER_FAILED;
    worker->expected = NULL;
    worker->unsent = NULL;
    struct task *task = worker->tasks.first;
    while (task != NULL) {
        struct task *next = task->next;
        if (!task->answered)
            answer(worker, task, OUTCOME_NOT_RUNNING);
        task = next;
    }
    if (worker->opened)
        worker->handler.failed(worker->handler.context);
}

/* Whether this one makes too many within a minute. */
static bool count_death(struct worker *worker) {
    uint64_t max = (uint64_t)worker->settings.max_deaths;
    int64_t now = io_time();
    worker->death_count++;
    if (max == 0)
        return false;
    worker->deaths[worker->death_count % max] = now;
    if (worker->death_count < max)
        return false;
    int64_t first = worker->deaths[(worker->death_count + 1) % max];
    return now - first < DEATHS_WITHIN;
}

static void blame(struct worker *worker, struct task *task) {
    if (task == NULL)
        return;
    if (!task->answered) {
        if (++task->deaths >= 2)
            give_up(worker, task);
        return;
    }
    if (++worker->relapses < 2)
        return;
    log_error(worker->settings.label, "plugin fault: it dies of its own past; it starts afresh");
    worker->relapses = 0;
    worker->clean = true;
}

static void on_start_timer(uv_timer_t *timer) {
    worker_start(timer->data);
}

static void start_later(struct worker *worker) {
    uint64_t wait = worker->progressed ? 0 : worker->backoff;
    uint64_t next = worker->progressed ? BACKOFF_FIRST : worker->backoff * 2;
    worker->backoff = next > BACKOFF_MAX ? BACKOFF_MAX : next;
    worker->state = WORKER_DEAD;
    uv_timer_stop(&worker->timer);
    uv_timer_start(&worker->timer, on_start_timer, wait, 0);
}

/* It never worked: whoever wanted it is told, and it stays as it is. */
static void die_young(struct worker *worker, const char *end) {
    char why[256];
    snprintf(why, sizeof(why), "%s: its worker died of %s %s", worker->settings.plugin, end,
             worker->described ? "in open()" : "when it was loaded");
    log_error(worker->settings.label, "plugin fault: %s", why);
    bool described = worker->described;
    fail(worker);
    if (!described)
        worker->handler.described(worker->handler.context, why);
}

/* Those who wait for these do not wait for another life. */
static void end_waits(struct worker *worker) {
    struct task *task = worker->tasks.first;
    worker->expected = NULL;
    worker->unsent = NULL;
    worker->saving = false;
    while (task != NULL) {
        struct task *next = task->next;
        if (!task->answered && (task->kind == CALL_SAVE || task->kind == CALL_RESTORE))
            answer(worker, task, OUTCOME_NOT_RUNNING);
        task = next;
    }
}

static void on_over(void *context, const struct worker_end *end) {
    struct worker *worker = context;
    char text[128];
    describe(worker, end, text);
    cgroup_remove(worker->settings.groups, worker->settings.name, worker->pid);
    worker->process = NULL;
    uv_timer_stop(&worker->timer);
    if (worker->state == WORKER_STOPPED) {
        worker_free(worker);
        return;
    }
    if (worker->state == WORKER_FAILED)
        return;
    if (!worker->opened) {
        die_young(worker, text);
        return;
    }
    struct task *task = in_hand(worker);
    log_error(worker->settings.label, "plugin fault: the worker of %s died of %s in %s%s",
              worker->settings.plugin, text, task ? call_name(task->kind) : "no call",
              task ? "()" : "");
    bool too_many = count_death(worker);
    blame(worker, task);
    end_waits(worker);
    if (!too_many) {
        start_later(worker);
        return;
    }
    log_error(worker->settings.label,
              "failed: its worker died %lld times within a minute (plugins.max_deaths); mend %s, "
              "then \"sentioctl reload\"",
              (long long)worker->settings.max_deaths, worker->settings.plugin);
    fail(worker);
}

static int say_start(struct worker *worker) {
    const struct wire_start start = {
        .call_bytes = worker->settings.call_bytes,
        .memory = worker->settings.memory,
        .flags = worker->settings.programs ? WIRE_PROGRAMS : 0,
        .parent = (uint32_t)getpid(),
        .label = worker->settings.label,
        .forwards = worker->forwards,
    };
    wire_drop(&worker->in, worker->in.end - worker->in.start);
    wire_drop(&worker->out, worker->out.end - worker->out.start);
    return wire_start(&worker->out, &start);
}

/* Before it is told to begin. */
static void confine(struct worker *worker) {
    const struct cgroup_limits limits = {
        .memory = worker->settings.memory,
        .processes = worker->settings.programs ? PROCESSES_PROGRAMS : PROCESSES,
    };
    worker->pid = worker->process->process.pid;
    cgroup_add(worker->settings.groups, worker->settings.name, worker->pid, &limits);
}

void worker_start(struct worker *worker) {
    const struct worker_process_handler handler = {
        .readable = worker_received,
        .writable = worker_writable,
        .over = on_over,
        .context = worker,
    };
    char why[256] = "out of memory";
    worker->state = WORKER_STARTING;
    worker->progressed = false;
    worker->distrusted = false;
    worker->accused = 0;
    worker->expected = NULL;
    worker->unsent = NULL;
    worker->sent = 0;
    atomic_store(&worker->page->serial, 0);
    if (worker->backoff == 0)
        worker->backoff = BACKOFF_FIRST;
    uv_timer_stop(&worker->timer);
    if (say_start(worker) == 0)
        worker->process =
            worker_process_start(worker->loop, worker->settings.label, worker->settings.plugin,
                                 worker->plugin_fd, worker->page_fd, &handler, why, sizeof(why));
    if (worker->process == NULL) {
        log_error(worker->settings.label, "%s", why);
        start_later(worker);
        return;
    }
    confine(worker);
    worker_watch_hang(worker);
    worker_flush(worker);
}

static void add_internal(struct task_list *list, const struct call *call) {
    struct task *task = task_create(call, NULL);
    if (task == NULL)
        return;
    task->answered = true;
    task_list_add(list, task);
}

/* What a fresh start does away with: the past, and what is about subscriptions and descriptors that
 * it does not know. */
static void forget(struct worker *worker, bool afresh) {
    struct task *task = worker->tasks.first;
    while (task != NULL) {
        struct task *next = task->next;
        bool internal = task->kind == CALL_SAVE || task->kind == CALL_READY ||
                        (task->answered && (task->kind == CALL_OPEN || task->kind == CALL_RESTORE));
        bool past = task->answered || task->kind == CALL_LEFT || task->asker.presented;
        if (internal || (afresh && past)) {
            if (!task->answered)
                worker->waiting -= task->size;
            task_list_remove(&worker->tasks, task);
            free(task);
        }
        task = next;
    }
}

void worker_put_back(struct worker *worker) {
    bool afresh = worker->clean || !worker->journals;
    struct task_list beginning = {0};
    struct call open = worker_open_call(worker);
    struct call restore = worker_restore_call(worker);
    forget(worker, afresh);
    worker->saving = false;
    worker->clean = false;
    worker->afresh = afresh;
    if (afresh) {
        worker_drop_checkpoint(worker);
        worker->journal = 0;
    }
    add_internal(&beginning, &open);
    if (worker->checkpoint)
        add_internal(&beginning, &restore);
    worker->place = beginning.last;
    task_list_prepend(&worker->tasks, &beginning);
    if (afresh)
        worker->handler.afresh(worker->handler.context);
    for (struct task *task = worker->tasks.first; task; task = task->next)
        task_address(task, ++worker->serial, task->answered && !afresh ? WIRE_QUIET : 0);
    worker->unsent = worker->tasks.first;
    worker->expected = NULL;
    worker->sent = 0;
    worker_flush(worker);
}
