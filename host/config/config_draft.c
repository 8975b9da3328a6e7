/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

struct config_problem {
    uint64_t place; /* the layer's rank, then the line */
    const char *text;
};

struct config_layer *config_layer_add(struct config_draft *draft, enum config_layer_kind kind,
                                      const char *name) {
    struct config_layer *layer = config_alloc(&draft->scratch, sizeof(*layer));
    layer->kind = kind;
    layer->name = config_format(&draft->scratch, "%s", name);
    layer->rank = draft->layers ? draft->layers->rank + 1 : 0;
    layer->previous = draft->layers;
    config_init(&layer->tree);
    draft->layers = layer;
    return layer;
}

static void add_target(struct config_draft *draft, struct config_target target) {
    size_t rows = target.settings->count;
    target.origins = config_alloc(&draft->scratch, rows * sizeof(*target.origins));
    draft->targets =
        config_grow(&draft->scratch, draft->targets, draft->target_count, sizeof(*draft->targets));
    draft->targets[draft->target_count++] = target;
    for (size_t i = 0; i < rows; i++) {
        const char *initial = target.settings->rows[i].initial;
        target.origins[i].layer = draft->defaults;
        if (initial != NULL) {
            config_store_text(draft, &target, i, draft->defaults, initial);
        }
    }
}

void config_draft_init(struct config_draft *draft, struct config *config,
                       struct config_arena *kept) {
    *draft = (struct config_draft){.config = config, .kept = kept, .folder = "/"};
    draft->defaults = config_layer_add(draft, CONFIG_DEFAULTS, "default");
    add_target(draft,
               (struct config_target){.settings = &settings_host, .base = config, .prefix = ""});
}

void config_draft_finish(struct config_draft *draft) {
    for (struct config_layer *layer = draft->layers; layer != NULL; layer = layer->previous) {
        config_destroy(&layer->tree);
    }
    config_arena_finish(&draft->scratch);
}

size_t config_target_find(const struct config_draft *draft, const char *channel) {
    size_t i = 1;
    while (i < draft->target_count &&
           strcmp(((struct config_channel *)draft->targets[i].base)->name, channel) != 0) {
        i++;
    }
    return i;
}

void config_target_add(struct config_draft *draft, const char *name) {
    struct config_channel *channel = config_alloc(draft->kept, sizeof(*channel));
    struct config_target target = {.settings = &settings_channel, .base = channel};
    channel->name = config_format(draft->kept, "%s", name);
    target.prefix = config_format(&draft->scratch, "channels.%s.", name);
    add_target(draft, target);
}

struct config_origin config_origin(const struct config_layer *layer,
                                   const config_setting_t *setting) {
    struct config_origin origin = {.layer = layer, .setting = setting};
    origin.line = (int)config_setting_source_line(setting);
    return origin;
}

struct config_origin config_origin_of(const struct config_target *target, const char *setting) {
    size_t row = settings_find(target->settings, setting);
    assert(row < target->settings->count);
    bool given = target->origins[row].layer->kind != CONFIG_DEFAULTS;
    return given || target->entry.layer == NULL ? target->origins[row] : target->entry;
}

struct config_origin config_origin_element(struct config_origin origin, size_t index) {
    config_setting_t *element = config_setting_get_elem(origin.setting, (unsigned)index);
    return element ? config_origin(origin.layer, element) : origin;
}

const char *config_place(struct config_arena *arena, struct config_origin origin) {
    return origin.line > 0 ? config_format(arena, "%s:%d", origin.layer->name, origin.line)
                           : origin.layer->name;
}

void config_error(struct config_draft *draft, struct config_origin origin, const char *suggestion,
                  const char *format, ...) {
    struct config_arena *scratch = &draft->scratch;
    va_list arguments;
    va_start(arguments, format);
    const char *message = config_vformat(scratch, format, arguments);
    va_end(arguments);
    if (suggestion != NULL && suggestion[0] != '\0') {
        message = config_format(scratch, "%s (did you mean \"%s\"?)", message, suggestion);
    }
    struct config_problem problem = {.place = origin.layer->rank << 32 | (unsigned)origin.line};
    problem.text = config_format(scratch, "%s: %s", config_place(scratch, origin), message);
    size_t at = draft->problem_count++;
    draft->problems = config_grow(scratch, draft->problems, at, sizeof(problem));
    for (; at > 0 && draft->problems[at - 1].place > problem.place; at--) {
        draft->problems[at] = draft->problems[at - 1];
    }
    draft->problems[at] = problem;
}

void config_print_errors(const struct config_draft *draft, FILE *out) {
    for (size_t i = 0; i < draft->problem_count; i++) {
        fprintf(out, "%s\n", draft->problems[i].text);
    }
}
