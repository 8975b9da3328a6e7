/* SPDX-License-Identifier: MIT */
#include "shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "log.h"
#include "shadow_internal.h"
#include "subscription.h"
#include "wire_call.h"
#include "wire_text.h"
#include "worker.h"

static void free_pair(struct pair *pair) {
    free(pair->input);
    free(pair->before);
    free(pair->after);
    free(pair);
}

static void free_pairs(struct pair **first) {
    while (*first != NULL) {
        struct pair *pair = *first;
        *first = pair->next;
        free_pair(pair);
    }
}

static void on_timer_closed(uv_handle_t *handle) {
    free(handle);
}

static void drop_early(struct shadow *shadow) {
    for (struct task *task = task_list_take(&shadow->early); task;
         task = task_list_take(&shadow->early))
        free(task);
}

/* Nothing is compared any more; what was found stays. */
static void quit(struct shadow *shadow, enum shadow_state state) {
    struct wait *wait = &shadow->channel->wait;
    if (wait->context == shadow)
        wait->over = NULL;
    shadow->state = state;
    if (shadow->candidate && shadow->candidate->worker)
        shadow->deaths = shadow->candidate->worker->death_count;
    candidate_destroy(shadow->candidate);
    shadow->candidate = NULL;
    drop_early(shadow);
    free_pairs(&shadow->first);
    shadow->last = NULL;
    shadow->unanswered_before = NULL;
    shadow->unanswered_after = NULL;
    if (shadow->timer)
        uv_close((uv_handle_t *)shadow->timer, on_timer_closed);
    shadow->timer = NULL;
}

static bool is_over(const struct shadow *shadow) {
    return shadow->state == SHADOW_DONE || shadow->state == SHADOW_FAILED;
}

static void answer(struct shadow *shadow, uint32_t status, const char *detail) {
    struct hub *hub = shadow->channel->hub;
    struct request *request = shadow->request;
    struct sentio_writer out;
    shadow->request = NULL;
    if (request == NULL)
        return;
    if (detail) {
        hub_respond_error(hub, shadow->io, request, status, detail);
        return;
    }
    sentio_writer_init(&out, NULL, 0);
    shadow_write(shadow, &out);
    hub_respond(hub, shadow->io, request, status, sentio_text(""), sentio_written(&out));
    sentio_writer_finish(&out);
}

static void fail(struct shadow *shadow, const char *why) {
    snprintf(shadow->why, sizeof(shadow->why), "%s", why);
    log_warning(shadow->channel->label, "the comparison with %s has ended: %s", shadow->plugin,
                shadow->why);
    answer(shadow, 422, shadow->why);
    quit(shadow, SHADOW_FAILED);
}

void shadow_end(struct shadow *shadow, const char *why) {
    if (!is_over(shadow))
        fail(shadow, why);
}

static char *text_of(struct sentio_writer *out) {
    struct sentio_bytes text = sentio_written(out);
    char *copy = strndup(text.size ? text.data : "", text.size);
    sentio_writer_finish(out);
    return copy;
}

static char *result_text(const struct result *result) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    if (result->outcome == OUTCOME_RETURNED)
        wire_result_text(&out, result->code, result->effects);
    else
        sentio_write_text(&out, "{\"result\":\"died\"}");
    return text_of(&out);
}

static char *input_text(const struct shadow *shadow, const struct task *task) {
    struct wire_call read = {0};
    struct wire_frame frame;
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    task_frame(task, &frame);
    if (wire_read_call(&frame, instance_table(shadow->candidate->instance), &read) == 0)
        wire_call_text(&out, &read.call);
    wire_call_finish(&read);
    return text_of(&out);
}

static void keep_example(struct shadow *shadow, struct pair *pair) {
    if (shadow->example_count == SHADOW_EXAMPLES) {
        free_pair(pair);
        return;
    }
    shadow->example_count++;
    pair->next = shadow->examples;
    shadow->examples = pair;
}

/* The oldest are compared as soon as both have answered. */
static void compare(struct shadow *shadow) {
    while (shadow->first && shadow->first->before && shadow->first->after) {
        struct pair *pair = shadow->first;
        shadow->first = pair->next;
        if (shadow->first == NULL)
            shadow->last = NULL;
        if (strcmp(pair->before, pair->after) == 0) {
            shadow->equal++;
            free_pair(pair);
        } else {
            shadow->different++;
            keep_example(shadow, pair);
        }
    }
    if (shadow->state == SHADOW_RUNNING && shadow->first == NULL && io_time() >= shadow->ends)
        quit(shadow, SHADOW_DONE);
}

static bool is_compared(enum call_kind kind) {
    return kind == CALL_PUBLISH || kind == CALL_SUBSCRIBE || kind == CALL_UNSUBSCRIBE ||
           kind == CALL_MESSAGE || kind == CALL_LEFT || kind == CALL_RENDER ||
           kind == CALL_OBSERVE || kind == CALL_WOKEN;
}

static int add_pair(struct shadow *shadow, enum call_kind kind) {
    struct pair *pair = calloc(1, sizeof(*pair));
    if (pair == NULL)
        return SENTIO_NO_MEMORY;
    pair->kind = kind;
    pair->number = ++shadow->calls;
    if (shadow->last)
        shadow->last->next = pair;
    else
        shadow->first = pair;
    shadow->last = pair;
    if (shadow->unanswered_before == NULL)
        shadow->unanswered_before = pair;
    if (shadow->unanswered_after == NULL)
        shadow->unanswered_after = pair;
    return 0;
}

static void submit(struct shadow *shadow, struct task *task) {
    struct worker *worker = shadow->candidate->worker;
    size_t limit = (size_t)shadow->channel->hub->host->config->limits.queue / 4;
    if (shadow->state == SHADOW_SAVING)
        task_list_add(&shadow->early, task);
    else
        worker_submit(worker, task);
    if (worker->waiting + shadow->early.bytes > limit)
        fail(shadow, "it can not keep up: too many calls wait for it");
}

uint32_t shadow_called(struct shadow *shadow, const struct call *call) {
    bool taken = shadow->state == SHADOW_SAVING ||
                 (shadow->state == SHADOW_RUNNING && io_time() < shadow->ends);
    if (!taken || !is_compared(call->kind) ||
        !instance_has(shadow->candidate->instance, call->kind))
        return 0;
    struct call copy = *call;
    copy.abi.now = channel_time(shadow->channel);
    struct task *task = task_create(&copy, NULL);
    if (task == NULL || add_pair(shadow, call->kind) != 0) {
        free(task);
        fail(shadow, "out of memory");
        return 0;
    }
    submit(shadow, task);
    return is_over(shadow) ? 0 : shadow->id;
}

void shadow_flush(struct shadow *shadow) {
    if (shadow->state == SHADOW_RUNNING)
        worker_flush(shadow->candidate->worker);
}

void shadow_answered(struct shadow *shadow, uint32_t id, const struct result *result) {
    struct pair *pair = shadow->unanswered_before;
    if (pair == NULL || id != shadow->id)
        return;
    shadow->unanswered_before = pair->next;
    shadow->before_us += result->micros;
    pair->before = result_text(result);
    compare(shadow);
}

static void on_described(void *context, const char *why) {
    (void)context;
    (void)why;
}

static void on_answered(void *context, struct task *task, const struct result *result) {
    struct shadow *shadow = context;
    struct pair *pair = shadow->unanswered_after;
    if (task->kind == CALL_RESTORE && result->code != 0)
        fail(shadow, "restore() did not take the state of the running version; see the log");
    if (is_over(shadow) || task->asker.presented || !is_compared(task->kind) || pair == NULL)
        return;
    shadow->unanswered_after = pair->next;
    shadow->after_us += result->micros;
    pair->after = result_text(result);
    if (pair->before == NULL || strcmp(pair->before, pair->after) != 0)
        pair->input = input_text(shadow, task);
    compare(shadow);
}

/* Opened anew, it has forgotten what the old one knows. */
static void on_afresh(void *context) {
    (void)context;
}

static void on_reopened(void *context, struct effects *effects) {
    (void)context;
    (void)effects;
}

static void on_readable(void *context, int32_t fd) {
    (void)context;
    (void)fd;
}

static void on_failed(void *context) {
    struct shadow *shadow = context;
    fail(shadow, "it dies again and again; see the log");
}

static void present(struct channel *channel, struct call *call, const struct asker *asker) {
    call->instance = channel->shadow->candidate->instance;
    call->abi.now = channel_time(channel);
    struct task *task = task_create(call, asker);
    if (task != NULL)
        worker_submit(channel->shadow->candidate->worker, task);
}

static void on_timer(uv_timer_t *timer) {
    struct shadow *shadow = timer->data;
    compare(shadow);
}

static void run(struct shadow *shadow) {
    struct task_list early = shadow->early;
    shadow->early = (struct task_list){0};
    shadow->state = SHADOW_RUNNING;
    shadow->ends = io_time() + shadow->duration;
    uv_timer_start(shadow->timer, on_timer, (uint64_t)shadow->duration, 200);
    for (struct task *task = task_list_take(&early); task; task = task_list_take(&early))
        worker_submit(shadow->candidate->worker, task);
    worker_flush(shadow->candidate->worker);
    log_info(shadow->channel->label, "%s runs beside the plugin, unheard, for %lld ms",
             shadow->plugin, (long long)shadow->duration);
    answer(shadow, 202, NULL);
}

static void on_saved(void *context, const struct answer *saved) {
    struct shadow *shadow = context;
    struct candidate *candidate = shadow->candidate;
    if (is_over(shadow))
        return;
    if (saved->error && saved->error != SENTIO_NOT_FOUND) {
        fail(shadow, "save() of the running version failed; see the log");
        return;
    }
    bool given = saved->error == 0 && instance_has(candidate->instance, CALL_RESTORE);
    if (given && worker_restore(candidate->worker, saved->format, saved->state) != 0) {
        fail(shadow, "out of memory");
        return;
    }
    if (!given)
        subscription_present_all(shadow->channel, present);
    run(shadow);
}

static void on_opened(void *context, struct candidate *candidate) {
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
    if (candidate->error) {
        fail(shadow, candidate->why);
        return;
    }
    if (shadow->channel->wait.over || shadow->channel->holding) {
        fail(shadow, "a reload is under way");
        return;
    }
    worker_handle(candidate->worker, &handler);
    shadow->version = strdup(instance_table(candidate->instance)->version);
    shadow->state = SHADOW_SAVING;
    channel_save(shadow->channel, &wait);
}

void shadow_configure(struct shadow *shadow, const struct config_channel *config) {
    if (shadow->candidate)
        shadow->candidate->config = config;
}

void shadow_destroy(struct shadow *shadow) {
    if (shadow == NULL)
        return;
    if (!is_over(shadow))
        quit(shadow, SHADOW_FAILED);
    free_pairs(&shadow->examples);
    free(shadow->plugin);
    free(shadow->version);
    free(shadow);
}

static struct shadow *create(struct channel *channel, struct sentio_bytes plugin) {
    struct shadow *shadow = calloc(1, sizeof(*shadow));
    if (shadow == NULL)
        return NULL;
    shadow->channel = channel;
    shadow->id = ++channel->hub->shadows;
    shadow->plugin = strndup(plugin.data, plugin.size);
    shadow->timer = calloc(1, sizeof(*shadow->timer));
    shadow->candidate = candidate_create(channel->hub, channel->config);
    if (shadow->plugin && shadow->timer && shadow->candidate) {
        uv_timer_init(&channel->hub->loop, shadow->timer);
        shadow->timer->data = shadow;
        return shadow;
    }
    candidate_destroy(shadow->candidate);
    free(shadow->timer);
    free(shadow->plugin);
    free(shadow);
    return NULL;
}

void shadow_begin(struct hub *hub, uint32_t io, struct request *request, struct sentio_bytes name,
                  struct sentio_bytes plugin, int64_t duration_ms) {
    struct channel *channel = hub_channel_named(hub, name);
    if (channel == NULL) {
        hub_respond_error(hub, io, request, 404, "there is no such channel");
        return;
    }
    if (channel->shadow && !is_over(channel->shadow)) {
        hub_respond_error(hub, io, request, 409,
                          "another version is being compared on this channel; stop that first");
        return;
    }
    if (plugin.size == 0 || plugin.data[0] != '/' || duration_ms <= 0) {
        hub_respond_error(hub, io, request, 422,
                          "\"plugin\" must be an absolute path and \"for\" a time above 0");
        return;
    }
    shadow_destroy(channel->shadow);
    channel->shadow = create(channel, plugin);
    if (channel->shadow == NULL) {
        hub_respond_error(hub, io, request, 503, "the host is out of memory");
        return;
    }
    struct shadow *shadow = channel->shadow;
    shadow->io = io;
    shadow->request = request;
    shadow->duration = duration_ms;
    shadow->candidate->programs = (channel_plugin(channel)->flags & SENTIO_PROGRAMS) != 0;
    shadow->candidate->stepped = on_opened;
    shadow->candidate->context = shadow;
    candidate_open(shadow->candidate, shadow->plugin, true);
}

void shadow_stop(struct hub *hub, uint32_t io, struct request *request, struct sentio_bytes name) {
    const struct channel *channel = hub_channel_named(hub, name);
    if (channel == NULL || channel->shadow == NULL) {
        hub_respond_error(hub, io, request, 404, "nothing is being compared on such a channel");
        return;
    }
    shadow_end(channel->shadow, "it was stopped");
    shadow_report(hub, io, request, name);
}
