/* SPDX-License-Identifier: MIT */
#include "config_check.h"

#include <stdlib.h>
#include <string.h>

#include "config_memory.h"

/*
 * Items flow from X to C where C observes X, and from C to Y where C forwards to Y. A cycle would
 * publish for ever, so there must be none.
 */

enum mark { UNSEEN, ENTERED, LEFT };

struct graph {
    struct config_draft *draft;
    enum mark *marks;
    size_t *trail; /* the channels entered and not left, in order */
    size_t depth;
};

static bool names(const struct config_strings *strings, const char *name) {
    for (size_t i = 0; i < strings->count; i++) {
        if (strcmp(strings->items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* The setting that lets items flow from one to the other: its channel in `*owner`; or NULL. */
static const char *edge(const struct graph *graph, size_t from, size_t to, size_t *owner) {
    const struct config_channel *source = &graph->draft->channels[from].value;
    const struct config_channel *target = &graph->draft->channels[to].value;
    if (!source->enabled || !target->enabled) {
        return NULL;
    }
    if (names(&source->forwards, target->name)) {
        *owner = from;
        return "forwards";
    }
    *owner = to;
    return names(&target->observes, source->name) ? "observes" : NULL;
}

static void report(struct graph *graph, size_t first, const char *setting, size_t owner) {
    struct config_draft *draft = graph->draft;
    size_t start = 0;
    while (graph->trail[start] != first) {
        start++;
    }
    char *cycle = config_copied("");
    for (size_t i = start; i < graph->depth; i++) {
        char *longer = config_text("%s%s -> ", cycle, draft->channels[graph->trail[i]].value.name);
        free(cycle);
        cycle = longer;
    }
    config_error(&draft->errors, config_draft_origin(&draft->channels[owner], setting), NULL,
                 "channels.%s.%s closes a cycle: %s%s", draft->channels[owner].value.name, setting,
                 cycle, draft->channels[first].value.name);
    free(cycle);
}

static void enter(struct graph *graph, size_t channel) {
    graph->marks[channel] = ENTERED;
    graph->trail[graph->depth++] = channel;
    for (size_t next = 0; next < graph->draft->channel_count; next++) {
        size_t owner = 0;
        const char *setting = edge(graph, channel, next, &owner);
        if (setting != NULL && graph->marks[next] == ENTERED) {
            report(graph, next, setting, owner);
        } else if (setting != NULL && graph->marks[next] == UNSEEN) {
            enter(graph, next);
        }
    }
    graph->depth--;
    graph->marks[channel] = LEFT;
}

void config_check_graph(struct config_draft *draft) {
    struct graph graph = {draft, NULL, NULL, 0};
    graph.marks = config_zeroed(draft->channel_count, sizeof(*graph.marks));
    graph.trail = config_zeroed(draft->channel_count, sizeof(*graph.trail));
    for (size_t i = 0; i < draft->channel_count; i++) {
        if (graph.marks[i] == UNSEEN) {
            enter(&graph, i);
        }
    }
    free(graph.trail);
    free(graph.marks);
}
