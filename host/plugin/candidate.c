/* SPDX-License-Identifier: MIT */
#include "candidate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "channel/state.h"
#include "journal/tape.h"
#include "worker/worker.h"

struct candidate *candidate_create(struct hub *hub, const struct config_channel *config) {
    struct candidate *candidate = calloc(1, sizeof(*candidate));
    if (candidate == NULL)
        return NULL;
    candidate->hub = hub;
    candidate->config = config;
    candidate->config_host = hub->host->config;
    if (asprintf(&candidate->label, "channel %s", config->name) != -1)
        return candidate;
    free(candidate);
    return NULL;
}

void candidate_destroy(struct candidate *candidate) {
    if (candidate == NULL)
        return;
    if (candidate->instance && candidate->instance->worker == NULL && candidate->instance->open) {
        struct call call = {.kind = CALL_CLOSE, .instance = candidate->instance};
        hub_run_call(candidate->hub, &call, hub_time(candidate->hub));
        effects_finish(&call.effects);
    }
    effects_finish(&candidate->effects);
    if (candidate->instance == NULL)
        worker_stop(candidate->worker);
    instance_destroy(candidate->instance);
    free(candidate->label);
    free(candidate);
}

static void done(struct candidate *candidate) {
    candidate->busy = false;
    if (candidate->stepped)
        candidate->stepped(candidate->context, candidate);
}

static void fail(struct candidate *candidate, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void fail(struct candidate *candidate, int error, const char *format, ...) {
    va_list arguments;
    int size = snprintf(candidate->why, sizeof(candidate->why), "%s:%d: ", candidate->config->file,
                        candidate->config->line);
    va_start(arguments, format);
    vsnprintf(candidate->why + size, sizeof(candidate->why) - (size_t)size, format, arguments);
    va_end(arguments);
    candidate->error = error;
}

/* Whether the channel is configured as its plugin can be used. */
static bool settings_fit(struct candidate *candidate) {
    const struct config_channel *config = candidate->config;
    const struct instance *instance = candidate->instance;
    bool states = (instance_table(instance)->flags & SENTIO_STATES) != 0;
    if (config->interval > 0 && !states)
        fail(candidate, SENTIO_INVALID,
             "\"interval\" is for channels of states, which those of %s are not; remove it",
             candidate->file);
    else if (config->slow == CONFIG_SLOW_CONFLATE && !states)
        fail(candidate, SENTIO_INVALID,
             "slow = \"conflate\" is for channels of states, which those of %s are not: "
             "\"disconnect\" or \"drop\"",
             candidate->file);
    else if (config->observes.count > 0 && !instance_has(instance, CALL_OBSERVE))
        fail(candidate, SENTIO_INVALID, "\"observes\" is set, but %s does not observe; remove it",
             candidate->file);
    return candidate->error == 0;
}

static bool starts_programs(const struct instance *instance) {
    return (instance_table(instance)->flags & SENTIO_PROGRAMS) != 0;
}

static void set_bounds(struct candidate *candidate) {
    struct instance *instance = candidate->instance;
    instance->forwards = &candidate->config->forwards;
    instance->call_bytes = (size_t)candidate->config_host->plugins.call_bytes;
    memcpy(instance->plugin->digest, candidate->digest, sizeof(candidate->digest));
    instance->taped = starts_programs(instance) || instance_has(instance, CALL_READY);
    instance->delayed =
        tape_playing(candidate->hub) && (candidate->isolated || starts_programs(instance));
}

/* Its worker is not started again. */
static bool has_failed(const struct candidate *candidate) {
    return candidate->worker && candidate->worker->state == WORKER_FAILED;
}

/* open() and restore() end the same way, here and in a worker. */
static void called(struct candidate *candidate, enum call_kind kind, const struct result *result) {
    struct instance *instance = candidate->instance;
    const char *complaint = instance->complaint;
    int code = result->outcome == OUTCOME_RETURNED ? result->code : SENTIO_FAILED;
    if (code == 0) {
        effects_append(&candidate->effects, result->effects);
        instance->open = true;
        candidate->restored = kind == CALL_RESTORE;
    } else if (kind == CALL_RESTORE && candidate->lenient && !has_failed(candidate)) {
        log_warning(candidate->label, "the plugin does not take its saved state; it starts afresh");
    } else if (result->outcome != OUTCOME_RETURNED) {
        fail(candidate, code, "%s() of %s: its worker died of it, see the log", call_name(kind),
             candidate->file);
    } else {
        fail(candidate, code, "%s() of %s returned %d (%s)%s%s; see its options", call_name(kind),
             candidate->file, code, sentio_error_text(code), *complaint ? ": " : "", complaint);
    }
    done(candidate);
}

static void run_here(struct candidate *candidate, struct call *call) {
    struct result result = {.outcome = OUTCOME_RETURNED, .effects = &call->effects};
    call->instance = candidate->instance;
    candidate->instance->complaint[0] = '\0';
    result.code = hub_run_call(candidate->hub, call, hub_time(candidate->hub));
    called(candidate, call->kind, &result);
    effects_finish(&call->effects);
}

static void open_here(struct candidate *candidate) {
    struct call call = {
        .kind = CALL_OPEN,
        .number = candidate->seed,
        .text = sentio_text(candidate->config->options),
    };
    set_bounds(candidate);
    if (candidate->error || !settings_fit(candidate)) {
        done(candidate);
        return;
    }
    run_here(candidate, &call);
}

static void on_described(void *context, const char *why) {
    struct candidate *candidate = context;
    struct worker *worker = candidate->worker;
    hub_enter(candidate->hub);
    if (why) {
        fail(candidate, SENTIO_FAILED, "%s", why);
        done(candidate);
        return;
    }
    candidate->instance = instance_create_remote(candidate->label, worker->plugin, worker);
    if (candidate->instance == NULL) {
        fail(candidate, SENTIO_NO_MEMORY, "out of memory");
        done(candidate);
        return;
    }
    worker->plugin = NULL;
    set_bounds(candidate);
    bool programs = starts_programs(candidate->instance);
    if (programs && candidate->isolation == CONFIG_ISOLATION_PROCESS)
        fail(
            candidate, SENTIO_INVALID,
            "%s starts programs, which isolation = \"process\" does not allow; remove the setting: "
            "it runs in a process of its own in any case",
            candidate->file);
    else if (programs && !worker->settings.programs)
        fail(candidate, SENTIO_INVALID,
             "%s starts programs, and the version that runs does not: they can not be compared",
             candidate->file);
    if (candidate->error || !settings_fit(candidate)) {
        done(candidate);
        return;
    }
    if (worker_open(worker, candidate->instance) != 0) {
        fail(candidate, SENTIO_NO_MEMORY, "out of memory");
        done(candidate);
        return;
    }
    worker_flush(worker);
}

static void on_answered(void *context, struct task *task, const struct result *result) {
    struct candidate *candidate = context;
    hub_enter(candidate->hub);
    if (candidate->busy)
        called(candidate, task->kind, result);
}

/* Only what has been opened is started again, and what happens to a candidate then is the business
 * of whoever takes it. */
static void on_afresh(void *context) {
    (void)context;
}

static void on_reopened(void *context, struct effects *effects) {
    struct candidate *candidate = context;
    effects_finish(&candidate->effects);
    effects_append(&candidate->effects, effects);
}

static void on_failed(void *context) {
    struct candidate *candidate = context;
    fail(candidate, SENTIO_FAILED, "%s: its worker dies again and again; see the log",
         candidate->file);
}

static void open_in_worker(struct candidate *candidate, const char *path, int fd, bool programs) {
    const struct config *config = candidate->config_host;
    const struct worker_handler handler = {
        .described = on_described,
        .answered = on_answered,
        .afresh = on_afresh,
        .reopened = on_reopened,
        .failed = on_failed,
        .context = candidate,
    };
    const struct worker_settings settings = {
        .label = candidate->label,
        .name = candidate->config->name,
        .groups = candidate->hub->host->groups,
        .plugin = path,
        .options = candidate->config->options,
        .forwards = &candidate->config->forwards,
        .call_bytes = (uint64_t)config->plugins.call_bytes,
        .memory = (uint64_t)config->plugins.memory,
        .hang = config->plugins.hang,
        .max_deaths = config->plugins.max_deaths,
        .seed = candidate->seed,
        .programs = programs,
        .clock = &candidate->hub->now,
    };
    candidate->worker = worker_create(&candidate->hub->loop, &settings, fd, &handler);
    if (candidate->worker == NULL) {
        fail(candidate, SENTIO_NO_MEMORY, "%s: its worker can not be set up: out of memory", path);
        done(candidate);
    }
}

/* False: it wants to be in a worker. */
static bool load_here(struct candidate *candidate, const char *path,
                      const struct plugin_file *file) {
    struct plugin *plugin = NULL;
    char why[512];
    if (plugin_load_from(path, file->path, &plugin, why, sizeof(why)) != 0) {
        fail(candidate, SENTIO_FAILED, "%s", why);
        done(candidate);
        return true;
    }
    if ((plugin->table.flags & SENTIO_PROGRAMS) && !tape_playing(candidate->hub)) {
        plugin_unload(plugin);
        return false;
    }
    candidate->instance = instance_create(candidate->label, plugin);
    if (candidate->instance == NULL) {
        plugin_unload(plugin);
        fail(candidate, SENTIO_NO_MEMORY, "out of memory");
        done(candidate);
        return true;
    }
    open_here(candidate);
    return true;
}

void candidate_open(struct candidate *candidate, const char *file, bool shadow) {
    struct plugin_file copy;
    char why[512];
    candidate->busy = true;
    candidate->file = file;
    candidate->isolation = candidate->config->isolation;
    candidate->isolated = shadow || candidate->isolation == CONFIG_ISOLATION_PROCESS;
    if (!tape_seed(candidate)) {
        fail(candidate, SENTIO_FAILED,
             tape_playing(candidate->hub) ? "the journal does not have %s"
                                          : "there is no randomness to open %s with",
             candidate->file);
        done(candidate);
        return;
    }
    const struct plugin_report report = {.file = candidate->file, .why = why, .size = sizeof(why)};
    if (plugin_file_open(&report, candidate->hub->host->copy_dir, &copy) != 0) {
        fail(candidate, SENTIO_FAILED, "%s", why);
        done(candidate);
        return;
    }
    memcpy(candidate->digest, copy.digest, sizeof(copy.digest));
    if (!shadow)
        tape_open(candidate, copy.path);
    bool here = !candidate->isolated || tape_playing(candidate->hub);
    if (!here || !load_here(candidate, candidate->file, &copy))
        open_in_worker(candidate, file, copy.fd, here || candidate->programs);
    plugin_file_close(&copy);
}

void candidate_restore(struct candidate *candidate, uint32_t format, struct sentio_bytes state) {
    candidate->busy = true;
    if (candidate->instance->worker == NULL) {
        struct call call = {.kind = CALL_RESTORE, .number = format, .text = state};
        run_here(candidate, &call);
        return;
    }
    if (worker_restore(candidate->instance->worker, format, state) != 0) {
        fail(candidate, SENTIO_NO_MEMORY, "out of memory");
        done(candidate);
        return;
    }
    worker_flush(candidate->instance->worker);
}

bool candidate_restore_saved(struct candidate *candidate) {
    const char *state_dir = candidate->hub->host->state_dir;
    char *state = NULL;
    size_t size = 0;
    uint32_t format = 0;
    if (state_dir == NULL || !instance_has(candidate->instance, CALL_RESTORE) ||
        state_read_plugin(state_dir, candidate->config->name, &format, &state, &size) != 0)
        return false;
    candidate->lenient = true;
    candidate_restore(candidate, format, sentio_bytes(state, size));
    free(state);
    return true;
}

void candidate_wait(struct candidate *candidate) {
    while (candidate->busy)
        uv_run(&candidate->hub->loop, UV_RUN_ONCE);
}

struct candidate *candidate_open_now(struct hub *hub, const struct config_channel *config) {
    struct candidate *candidate = candidate_create(hub, config);
    if (candidate == NULL)
        return NULL;
    candidate_open(candidate, config->plugin, false);
    candidate_wait(candidate);
    if (candidate->error == 0) {
        candidate_restore_saved(candidate);
        candidate_wait(candidate);
    }
    return candidate;
}
