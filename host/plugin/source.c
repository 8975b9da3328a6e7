/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "program.h"

#define BACKOFF_MS 500
#define BACKOFF_MAX_MS 30000
#define STABLE_MS 10000

struct source {
    uv_loop_t *loop;
    char *name;
    char **command; /* NULL-terminated */
    struct program program;
    uv_timer_t timer; /* active between two runs */
    uint64_t started;
    uint64_t backoff_first;
    uint64_t backoff; /* before the next start */
    bool stopping;
    void (*gone)(void *context);
    void *gone_context;
};

static void free_command(char **command) {
    for (size_t i = 0; command && command[i]; i++) {
        free(command[i]);
    }
    free(command);
}

static void destroy(struct source *source) {
    program_finish(&source->program);
    free_command(source->command);
    free(source->name);
    free(source);
}

static void on_closed(uv_handle_t *handle) {
    struct source *source = handle->data;
    void (*gone)(void *context) = source->gone;
    void *context = source->gone_context;
    destroy(source);
    if (gone) {
        gone(context);
    }
}

static void start(struct source *source) {
    uv_update_time(source->loop);
    source->started = uv_now(source->loop);
    program_start(&source->program);
}

static void on_start(uv_timer_t *timer) {
    start(timer->data);
}

static void on_over(void *context) {
    struct source *source = context;
    if (source->stopping) {
        uv_close((uv_handle_t *)&source->timer, on_closed);
        return;
    }
    uv_update_time(source->loop);
    if (uv_now(source->loop) - source->started >= STABLE_MS) {
        source->backoff = source->backoff_first;
    }
    uint64_t delay = source->backoff;
    source->backoff = delay * 2 < BACKOFF_MAX_MS ? delay * 2 : BACKOFF_MAX_MS;
    log_info(source->name, "source \"%s\" is started again in %llu ms", source->command[0],
             (unsigned long long)delay);
    uv_timer_start(&source->timer, on_start, delay, 0);
}

static char **copy_command(const struct config_strings *command) {
    char **copy = calloc(command->count + 1, sizeof(*copy));
    for (size_t i = 0; copy && i < command->count; i++) {
        copy[i] = strdup(command->items[i]);
        if (!copy[i]) {
            free_command(copy);
            return NULL;
        }
    }
    return copy;
}

struct source *source_create(uv_loop_t *loop, const char *name,
                             const struct config_strings *command,
                             const struct source_handler *handler) {
    assert(command->count > 0);
    struct source *source = calloc(1, sizeof(*source));
    if (!source) {
        return NULL;
    }
    const struct program_handler program = {
        .line = handler->line,
        .line_context = handler->context,
        .over = on_over,
        .over_context = source,
    };
    source->loop = loop;
    source->backoff_first = handler->backoff_ms > 0 ? handler->backoff_ms : BACKOFF_MS;
    source->backoff = source->backoff_first;
    source->name = strdup(name);
    source->command = copy_command(command);
    if (!source->name || !source->command ||
        program_init(&source->program, loop, source->name, source->command, handler->line_max,
                     &program) != SENTIO_OK) {
        free_command(source->command);
        free(source->name);
        free(source);
        return NULL;
    }
    uv_timer_init(loop, &source->timer);
    source->timer.data = source;
    start(source);
    return source;
}

void source_pause(struct source *source, bool paused) {
    program_pause(&source->program, paused);
}

void source_limit(struct source *source, size_t line_max) {
    source->program.out.lines.max = line_max;
}

void source_stop(struct source *source, void (*gone)(void *context), void *context) {
    if (!source) {
        return;
    }
    assert(!source->stopping);
    source->stopping = true;
    source->gone = gone;
    source->gone_context = context;
    program_stop(&source->program);
    if (uv_is_active((uv_handle_t *)&source->timer)) {
        uv_close((uv_handle_t *)&source->timer, on_closed);
    }
}
