/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <stdlib.h>
#include <string.h>

struct owner {
    struct config config; /* first: what config_load gives and config_free takes */
    struct config_arena arena;
};

/* The draft is to be finished and the configuration to be freed in either case. */
static bool compose(struct config_draft *draft, const struct config_source *source) {
    struct owner *owner = calloc(1, sizeof(*owner));
    if (owner == NULL) {
        abort();
    }
    config_draft_init(draft, &owner->config, &owner->arena);
    draft->elsewhere = source->elsewhere;
    config_read_files(draft, source->file);
    config_read_environment(draft, source->environment);
    config_read_flags(draft, source->sets, source->set_count);
    config_check(draft);
    return draft->problem_count == 0;
}

static void take_channels(struct config_draft *draft) {
    struct config *config = draft->config;
    config->channels =
        config_alloc(draft->kept, (draft->target_count - 1) * sizeof(*config->channels));
    for (size_t i = 1; i < draft->target_count; i++) {
        const struct config_target *target = &draft->targets[i];
        struct config_channel *channel = target->base;
        if (channel->enabled) {
            channel->file = config_format(draft->kept, "%s", target->entry.layer->name);
            channel->line = target->entry.line;
            config->channels[config->channel_count++] = *channel;
        }
    }
}

static char *write_text(struct config_draft *draft) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    config_write_draft(draft, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

struct config *config_load_text(const struct config_source *source, FILE *errors, char **text) {
    struct config_draft draft;
    bool good = compose(&draft, source);
    config_print_errors(&draft, errors);
    if (text != NULL) {
        *text = good ? write_text(&draft) : NULL;
    }
    if (good) {
        take_channels(&draft);
    } else {
        config_free(draft.config);
    }
    config_draft_finish(&draft);
    return good ? draft.config : NULL;
}

struct config *config_load(const struct config_source *source, FILE *errors) {
    return config_load_text(source, errors, NULL);
}

int config_dump(const struct config_source *source, FILE *out, FILE *errors) {
    struct config_draft draft;
    bool good = compose(&draft, source);
    config_print_errors(&draft, errors);
    if (good) {
        config_write_draft(&draft, out);
    }
    config_free(draft.config);
    config_draft_finish(&draft);
    return good ? 0 : SENTIO_INVALID;
}

char *config_find_control(const struct config_source *source, bool *sound) {
    struct config_draft draft;
    *sound = compose(&draft, source);
    char *path = strdup(draft.config->server.control);
    if (path == NULL) {
        abort();
    }
    config_free(draft.config);
    config_draft_finish(&draft);
    return path;
}

void config_free(struct config *config) {
    struct owner *owner = (struct owner *)config;
    if (owner != NULL) {
        config_arena_finish(&owner->arena);
    }
    free(owner);
}
