/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "base/log.h"
#include "cgroup.h"
#include "plugin/instance.h"
#include "wire_start.h"
#include "worker_internal.h"

enum {
    BACKOFF_FIRST = 100,   /* ms */
    BACKOFF_MAX = 10000,   /* ms */
    DEATHS_WITHIN = 60000, /* ms */
    PROCESSES = 64,        /* and threads of a worker */
    PROCESSES_PROGRAMS = 512,
    HANG_LOOKS = 5 /* without any progress, over plugins.hang */
};

struct call worker_open_call(const struct worker *worker) {
    return (struct call){
        .kind = CALL_OPEN,
        .abi.now = worker_time(worker),
        .text = sentio_text(worker->settings.options),
        .number = worker->settings.seed,
    };
}

struct call worker_restore_call(const struct worker *worker) {
    return (struct call){
        .kind = CALL_RESTORE,
        .abi.now = worker_time(worker),
        .number = worker->checkpoint_format,
        .text = sentio_bytes(worker->checkpoint, worker->checkpoint_size),
    };
}

static int64_t now_ms(void) {
    return (int64_t)(uv_hrtime() / 1000000);
}

/* Looks, not time, are counted: while the hub itself is busy nobody looks. */
static void on_look(uv_timer_t *timer) {
    struct worker *worker = timer->data;
    if (worker->process == NULL)
        return;
    uint64_t serial = atomic_load(&worker->page->serial);
    uint64_t expected = worker->expected ? worker->expected->serial : 0;
    bool starting = worker->state == WORKER_STARTING;
    bool moves = serial != worker->seen_serial || expected != worker->seen_expected;
    if (!worker->hung_up && (worker->process->deaf || (moves && !starting))) {
        worker->seen_serial = serial;
        worker->seen_expected = expected;
        worker->looks = 0;
        return;
    }
    if (++worker->looks < HANG_LOOKS)
        return;
    log_error(worker->settings.label,
              "plugin fault: %s has not %s within plugins.hang; its worker is killed",
              worker->settings.plugin, starting ? "loaded" : "returned");
    worker->looks = 0;
    worker_process_kill(worker->process);
}

void worker_watch_hang(struct worker *worker) {
    bool busy = worker->expected || worker->hung_up || worker->state == WORKER_STARTING;
    if (worker->state == WORKER_STOPPED || worker->state == WORKER_DEAD ||
        worker->settings.hang == 0)
        return;
    if (!busy) {
        uv_timer_stop(&worker->timer);
        return;
    }
    if (uv_is_active((uv_handle_t *)&worker->timer))
        return;
    uint64_t period = (uint64_t)worker->settings.hang / HANG_LOOKS + 1;
    worker->seen_serial = 0;
    worker->seen_expected = 0;
    worker->looks = 0;
    uv_timer_start(&worker->timer, on_look, period, period);
}

void worker_distrust(struct worker *worker, const char *what) {
    log_error(worker->settings.label, "plugin fault: its worker is ended: %s", what);
    worker->distrusted = true;
    /* It may have begun others, but has said this before it answered the one that is expected. */
    if (worker->expected)
        worker->accused = worker->expected->serial;
    worker_process_kill(worker->process);
}

void worker_hang_up(struct worker *worker) {
    worker->hung_up = true;
    worker_process_deafen(worker->process, true);
    if (worker->settings.hang == 0 || worker->state == WORKER_FAILED)
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

/* The task that the worker was in when it died, or that has to be the cause; NULL: none. */
static struct task *in_hand(const struct worker *worker) {
    uint64_t serial = worker->accused ? worker->accused : atomic_load(&worker->page->serial);
    struct task *task = worker->expected;
    while (serial && task && task != worker->unsent && task->serial != serial)
        task = task->next;
    return serial && task && task->serial == serial ? task : NULL;
}

/* Of tasks that are not the worker's any more. Whoever is told may stop it: then the rest is not
 * told of. */
static void answer_all(struct worker *worker, struct task_list *tasks, enum outcome outcome) {
    struct effects none = {0};
    const struct result result = {.outcome = outcome, .effects = &none};
    for (struct task *task = task_list_take(tasks); task; task = task_list_take(tasks)) {
        if (worker->state != WORKER_STOPPED && !task->own)
            worker->handler.answered(worker->handler.context, task, &result);
        free(task);
    }
}

static bool is_unanswered(const struct task *task) {
    return !task->answered;
}

/* Those who wait for these do not wait for another life. */
static bool is_of_this_life(const struct task *task) {
    return !task->answered && (task->kind == CALL_SAVE || task->kind == CALL_RESTORE);
}

static void fail(struct worker *worker) {
    struct task_list tasks = {0};
    worker->state = WORKER_FAILED;
    worker->expected = NULL;
    worker->unsent = NULL;
    worker->waiting = 0;
    task_list_split(&worker->tasks, is_unanswered, &tasks);
    if (worker->opened)
        worker->handler.failed(worker->handler.context);
    answer_all(worker, &tasks, OUTCOME_NOT_RUNNING);
}

/* Whether this one makes too many within a minute. */
static bool count_death(struct worker *worker) {
    uint64_t max = (uint64_t)worker->settings.max_deaths;
    int64_t now = now_ms();
    worker->death_count++;
    if (max == 0)
        return false;
    worker->deaths[worker->death_count % max] = now;
    if (worker->death_count < max)
        return false;
    int64_t first = worker->deaths[(worker->death_count + 1) % max];
    return now - first < DEATHS_WITHIN;
}

static void start_clean(struct worker *worker, const char *why) {
    log_error(worker->settings.label, "plugin fault: %s; it starts afresh, without what it knew",
              why);
    worker->relapses = 0;
    worker->clean = true;
}

/* Whether the task is given up. */
static bool blame(struct worker *worker, struct task *task) {
    if (task == NULL)
        return false;
    if (task->answered) {
        if (++worker->relapses >= 2)
            start_clean(worker, "it dies of its own past");
        return false;
    }
    if (++task->deaths < 2)
        return false;
    if (task->deaths == 2 && worker->gave_up && worker->given_up == task->kind &&
        worker->journals) {
        start_clean(worker, "it dies of one call after the other");
        return false;
    }
    log_error(worker->settings.label, "plugin fault: %s workers have died in the same %s()",
              task->deaths == 2 ? "two" : "three", call_name(task->kind));
    worker->gave_up = true;
    worker->given_up = task->kind;
    return true;
}

/* It never worked: whoever wanted it is told, and it stays as it is. */
static void die_young(struct worker *worker, const char *why) {
    log_error(worker->settings.label, "plugin fault: %s", why);
    bool described = worker->described;
    fail(worker);
    if (!described)
        worker->handler.described(worker->handler.context, why);
}

static void end_waits(struct worker *worker) {
    struct task_list waits = {0};
    task_list_split(&worker->tasks, is_of_this_life, &waits);
    worker->waiting -= waits.bytes;
    answer_all(worker, &waits, OUTCOME_NOT_RUNNING);
}

static void on_start_timer(uv_timer_t *timer) {
    struct worker *worker = timer->data;
    char why[256];
    worker_start(worker);
    if (worker->process != NULL)
        return;
    if (worker->opened) {
        end_waits(worker);
        return;
    }
    snprintf(why, sizeof(why), "%s: its worker can not be started, see the log",
             worker->settings.plugin);
    die_young(worker, why);
}

void worker_hurry(struct worker *worker) {
    if (worker->state == WORKER_DEAD)
        uv_timer_start(&worker->timer, on_start_timer, 0, 0);
}

static void start_later(struct worker *worker) {
    uint64_t wait = worker->progressed ? 0 : worker->backoff;
    uint64_t next = worker->progressed ? BACKOFF_FIRST : worker->backoff * 2;
    worker->backoff = next > BACKOFF_MAX ? BACKOFF_MAX : next;
    worker->state = WORKER_DEAD;
    uv_timer_stop(&worker->timer);
    uv_timer_start(&worker->timer, on_start_timer, wait, 0);
}

/* What becomes of it is settled before anybody is told, who may then do what he likes with it. */
static void die(struct worker *worker, struct task *task) {
    struct task_list dead = {0};
    struct task_list waits = {0};
    bool too_many = count_death(worker);
    if (blame(worker, task)) {
        task_list_remove(&worker->tasks, task);
        task_list_add(&dead, task);
    }
    task_list_split(&worker->tasks, is_of_this_life, &waits);
    worker->waiting -= dead.bytes + waits.bytes;
    worker->saving = false;
    worker->expected = NULL;
    worker->unsent = NULL;
    if (too_many)
        worker->state = WORKER_FAILED;
    else
        start_later(worker);
    answer_all(worker, &dead, OUTCOME_DIED);
    answer_all(worker, &waits, OUTCOME_NOT_RUNNING);
    if (worker->state != WORKER_FAILED)
        return;
    log_error(worker->settings.label,
              "failed: its worker died %lld times within a minute (plugins.max_deaths); mend %s, "
              "then \"sentioctl reload\"",
              (long long)worker->settings.max_deaths, worker->settings.plugin);
    fail(worker);
}

static void on_over(void *context, const struct worker_end *end) {
    struct worker *worker = context;
    char text[128];
    char why[256];
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
        snprintf(why, sizeof(why), "%s: its worker died of %s %s", worker->settings.plugin, text,
                 worker->described ? "in open()" : "when it was loaded");
        die_young(worker, why);
        return;
    }
    bool by_itself = end->signal == 0 && atomic_load(&worker->page->serial) == 0;
    if (by_itself && worker->accused == 0 && worker->expected)
        worker->accused = worker->expected->serial;
    struct task *task = in_hand(worker);
    log_error(worker->settings.label, "plugin fault: the worker of %s died of %s in %s%s",
              worker->settings.plugin, text, task ? call_name(task->kind) : "no call",
              task ? "()" : "");
    die(worker, task);
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
    worker->hung_up = false;
    worker->accused = 0;
    worker->readable_count = 0;
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

static int add_internal(struct task_list *list, const struct call *call) {
    struct task *task = task_create(call, NULL);
    if (task == NULL)
        return SENTIO_NO_MEMORY;
    task->answered = true;
    task_list_add(list, task);
    return 0;
}

static void free_all(struct task_list *tasks) {
    for (struct task *task = task_list_take(tasks); task; task = task_list_take(tasks))
        free(task);
}

/* Of the process that is gone. */
static bool is_obsolete(const struct task *task) {
    return task->own || task->kind == CALL_READY ||
           (task->answered && (task->kind == CALL_OPEN || task->kind == CALL_RESTORE));
}

/* What a fresh start does away with as well: the past, and what is about subscriptions that it does
 * not know. */
static bool is_past(const struct task *task) {
    return is_obsolete(task) || task->answered || task->kind == CALL_LEFT || task->asker.presented;
}

static void forget(struct worker *worker, bool afresh) {
    struct task_list tasks = {0};
    task_list_split(&worker->tasks, afresh ? is_past : is_obsolete, &tasks);
    for (const struct task *task = tasks.first; task; task = task->next)
        worker->waiting -= task->answered ? 0 : task->size;
    free_all(&tasks);
    if (!afresh)
        return;
    worker_drop_checkpoint(worker);
    worker->journal = 0;
}

/* 0, or SENTIO_NO_MEMORY. */
static int begin_again(struct worker *worker) {
    struct task_list beginning = {0};
    struct call open = worker_open_call(worker);
    struct call restore = worker_restore_call(worker);
    int error = add_internal(&beginning, &open);
    if (error == 0 && worker->checkpoint)
        error = add_internal(&beginning, &restore);
    if (error) {
        free_all(&beginning);
        return error;
    }
    worker->place = beginning.last;
    task_list_prepend(&worker->tasks, &beginning);
    return 0;
}

void worker_put_back(struct worker *worker) {
    bool afresh = worker->clean || !worker->journals;
    forget(worker, afresh);
    if (begin_again(worker) != 0) {
        log_error(worker->settings.label, "out of memory: its worker is started once more");
        worker_process_kill(worker->process);
        return;
    }
    worker->afresh = afresh;
    if (afresh)
        worker->handler.afresh(worker->handler.context);
    for (struct task *task = worker->tasks.first; task; task = task->next)
        task_address(task, ++worker->serial, task->answered && !afresh ? WIRE_QUIET : 0);
    worker->unsent = worker->tasks.first;
    worker->expected = NULL;
    worker->sent = 0;
    worker_flush(worker);
}
