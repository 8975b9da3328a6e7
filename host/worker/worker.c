/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "base/log.h"
#include "plugin/instance.h"
#include "wire_start.h"
#include "worker_internal.h"

static void on_close_timer(uv_handle_t *handle) {
    struct worker *worker = handle->data;
    for (struct task *task = task_list_take(&worker->tasks); task;
         task = task_list_take(&worker->tasks))
        free(task);
    for (size_t i = 0; i < worker->forwards.count; i++)
        free(worker->forwards.items[i]);
    free(worker->forwards.items);
    free((char *)worker->settings.label);
    free((char *)worker->settings.name);
    free((char *)worker->settings.plugin);
    free((char *)worker->settings.options);
    wire_finish(&worker->in);
    wire_finish(&worker->out);
    plugin_unload(worker->plugin);
    if (worker->page)
        munmap(worker->page, sizeof(*worker->page));
    if (worker->page_fd != -1)
        close(worker->page_fd);
    if (worker->plugin_fd != -1)
        close(worker->plugin_fd);
    free(worker->checkpoint);
    free(worker->deaths);
    free(worker);
}

void worker_free(struct worker *worker) {
    uv_close((uv_handle_t *)&worker->timer, on_close_timer);
}

static int copy_forwards(struct worker *worker, const struct config_strings *from) {
    worker->forwards.items = calloc(from->count + 1, sizeof(*worker->forwards.items));
    if (worker->forwards.items == NULL)
        return SENTIO_NO_MEMORY;
    for (size_t i = 0; i < from->count; i++) {
        worker->forwards.items[i] = strdup(from->items[i]);
        if (worker->forwards.items[i] == NULL)
            return SENTIO_NO_MEMORY;
        worker->forwards.count++;
    }
    return 0;
}

static int make_page(struct worker *worker) {
    worker->page_fd = memfd_create("sentio-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (worker->page_fd == -1 || ftruncate(worker->page_fd, sizeof(*worker->page)) == -1)
        return SENTIO_FAILED;
    /* A page that is taken away would be the host's end. */
    if (fcntl(worker->page_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == -1)
        return SENTIO_FAILED;
    void *page =
        mmap(NULL, sizeof(*worker->page), PROT_READ | PROT_WRITE, MAP_SHARED, worker->page_fd, 0);
    if (page == MAP_FAILED)
        return SENTIO_FAILED;
    worker->page = page;
    return 0;
}

static int init(struct worker *worker, const struct worker_settings *settings, int plugin_fd) {
    worker->settings = *settings;
    worker->settings.label = strdup(settings->label);
    worker->settings.name = strdup(settings->name);
    worker->settings.plugin = strdup(settings->plugin);
    worker->settings.options = strdup(settings->options);
    worker->settings.forwards = &worker->forwards;
    worker->deaths = calloc((size_t)settings->max_deaths + 1, sizeof(*worker->deaths));
    worker->plugin_fd = fcntl(plugin_fd, F_DUPFD_CLOEXEC, 0);
    if (!worker->settings.label || !worker->settings.name || !worker->settings.plugin ||
        !worker->settings.options || !worker->deaths || worker->plugin_fd == -1)
        return SENTIO_NO_MEMORY;
    if (copy_forwards(worker, settings->forwards) != 0)
        return SENTIO_NO_MEMORY;
    return make_page(worker);
}

struct worker *worker_create(uv_loop_t *loop, const struct worker_settings *settings, int plugin_fd,
                             const struct worker_handler *handler) {
    struct worker *worker = calloc(1, sizeof(*worker));
    if (worker == NULL)
        return NULL;
    worker->loop = loop;
    worker->handler = *handler;
    worker->plugin_fd = -1;
    worker->page_fd = -1;
    uv_timer_init(loop, &worker->timer);
    worker->timer.data = worker;
    if (init(worker, settings, plugin_fd) == 0) {
        worker_start(worker);
        return worker;
    }
    worker_free(worker);
    return NULL;
}

void worker_handle(struct worker *worker, const struct worker_handler *handler) {
    worker->handler = *handler;
    if (handler->readable == NULL)
        return;
    for (size_t i = 0; i < worker->readable_count; i++)
        handler->readable(handler->context, worker->readable[i]);
    worker->readable_count = 0;
}

void worker_submit(struct worker *worker, struct task *task) {
    if (worker->state == WORKER_FAILED || worker->state == WORKER_STOPPED) {
        struct effects none = {0};
        const struct result result = {.outcome = OUTCOME_NOT_RUNNING, .effects = &none};
        worker->handler.answered(worker->handler.context, task, &result);
        free(task);
        return;
    }
    task_address(task, ++worker->serial, 0);
    task_list_add(&worker->tasks, task);
    worker->waiting += task->size;
    if (worker->state == WORKER_RUNNING && worker->unsent == NULL)
        worker->unsent = task;
}

int64_t worker_time(const struct worker *worker) {
    const struct task *task = worker->tasks.first;
    return task && task->now > 0 ? task->now : *worker->settings.clock;
}

void worker_present(struct worker *worker, struct task *task) {
    task_list_insert(&worker->tasks, worker->place, task);
    worker->place = task;
    worker->waiting += task->size;
}

void worker_forget(struct worker *worker, struct task *task) {
    task_list_remove(&worker->tasks, task);
    worker->waiting -= task->size;
    free(task);
}

static int submit_call(struct worker *worker, struct call *call) {
    call->instance = worker->instance;
    struct task *task = task_create(call, NULL);
    if (task == NULL)
        return SENTIO_NO_MEMORY;
    worker_submit(worker, task);
    return 0;
}

int worker_open(struct worker *worker, struct instance *instance) {
    struct call call = worker_open_call(worker);
    worker->instance = instance;
    return submit_call(worker, &call);
}

int worker_restore(struct worker *worker, uint32_t format, struct sentio_bytes state) {
    struct call call = {
        .kind = CALL_RESTORE, .abi.now = *worker->settings.clock, .number = format, .text = state};
    return submit_call(worker, &call);
}

void worker_deafen(struct worker *worker, bool deaf) {
    if (worker->process)
        worker_process_deafen(worker->process, deaf);
}

/* Not of this process alone. */
static bool is_others(const struct task *task) {
    return !task->answered && task->kind != CALL_OPEN && task->kind != CALL_RESTORE &&
           task->kind != CALL_SAVE && task->kind != CALL_READY;
}

void worker_take_waiting(struct worker *worker, struct task_list *tasks) {
    task_list_split(&worker->tasks, is_others, tasks);
    worker->torn = worker->sent > 0;
    worker->expected = NULL;
    worker->unsent = NULL;
    worker->sent = 0;
    worker->waiting = 0;
}

/* Without close() it would not know that its end is meant. */
static void send_close(struct worker *worker) {
    struct call call = {.kind = CALL_CLOSE};
    if (worker->state != WORKER_RUNNING || !worker->opened || worker->torn ||
        !instance_has(worker->instance, CALL_CLOSE))
        return;
    submit_call(worker, &call);
    worker_flush(worker);
}

static void on_stop_timer(uv_timer_t *timer) {
    const struct worker *worker = timer->data;
    log_warning(worker->settings.label, "plugin fault: close() did not end its worker; killed");
    worker_process_kill(worker->process);
}

void worker_stop(struct worker *worker) {
    enum { STOP_WAIT = 2000 };
    if (worker == NULL)
        return;
    send_close(worker);
    worker->state = WORKER_STOPPED;
    worker->instance = NULL;
    uv_timer_stop(&worker->timer);
    if (worker->process == NULL) {
        worker_free(worker);
        return;
    }
    worker_process_deafen(worker->process, false);
    worker_process_finish(worker->process);
    uv_timer_start(&worker->timer, on_stop_timer, STOP_WAIT, 0);
}
