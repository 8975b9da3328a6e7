/* SPDX-License-Identifier: MIT */
#include "channels.h"

#include "grid.h"
#include "peer.h"

static const char *const heading[] = {"CHANNEL",   "STATE",     "PLUGIN",      "VERSION",
                                      "ISOLATION", "PATH",      "SUBSCRIBERS", "PRESENT",
                                      "OFFSET",    "PUBLISHED", "REJECTED",    "FAULTS"};

enum { COLUMNS = sizeof(heading) / sizeof(heading[0]), FIRST_NUMBER = 6 };

static const char *or_none(const char *text) {
    return *text ? text : NULL;
}

/* What the channel does not have is left open: `present`, while presence is off. */
static void add_number(struct grid *grid, struct json_object *channel, const char *name) {
    if (answer_member(channel, name))
        grid_format(grid, "%lld", (long long)answer_number(channel, name));
    else
        grid_add(grid, NULL);
}

static void add(struct grid *grid, struct json_object *channel) {
    static const char *const texts[] = {"name", "state", "plugin", "version", "isolation", "path"};
    static const char *const numbers[] = {
        "subscribers",        "present",           "offset",
        "counters.published", "counters.rejected", "counters.faults"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        grid_add(grid, or_none(answer_text(channel, texts[i])));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        add_number(grid, channel, numbers[i]);
}

static int show(struct json_object *json, FILE *out) {
    struct json_object *channels = answer_member(json, "channels");
    struct grid grid;
    grid_init(&grid, COLUMNS, ~0u << FIRST_NUMBER);
    for (size_t i = 0; i < COLUMNS; i++)
        grid_add(&grid, heading[i]);
    for (size_t i = 0; i < answer_count(channels); i++)
        add(&grid, answer_element(channels, i));
    int error = grid_print(&grid, out);
    grid_finish(&grid);
    return error;
}

enum ctl_status channels_show(const struct ctl *ctl) {
    return peer_show(ctl, "channels", show);
}
