/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "player.h"

/* The plugin's name as it gives it itself. */
static bool has_same_name(const char *file, const char *other) {
    char why[512];
    struct plugin *one = NULL;
    struct plugin *two = NULL;
    bool same = plugin_load(file, NULL, &one, why, sizeof(why)) == 0 &&
                plugin_load(other, NULL, &two, why, sizeof(why)) == 0 &&
                strcmp(one->table.name, two->table.name) == 0;
    plugin_unload(one);
    plugin_unload(two);
    return same;
}

static const char *keep(struct player *player, struct sentio_bytes digest) {
    char **kept = realloc(player->kept, (player->kept_count + 1) * sizeof(*kept));
    if (kept == NULL)
        return NULL;
    player->kept = kept;
    if (asprintf(&kept[player->kept_count], "%s/plugins/%.*s.so", player->reader.folder,
                 (int)digest.size, digest.data) == -1)
        return NULL;
    return kept[player->kept_count++];
}

const char *player_plugin(struct tape *tape, const char *channel, struct sentio_bytes digest) {
    struct player *player = (struct player *)tape;
    const char *file = keep(player, digest);
    for (size_t i = 0; file && player->replacing && i < player->options->plugin_count; i++) {
        const struct replacement *other = &player->options->plugins[i];
        if (other->channel ? strcmp(other->channel, channel) != 0
                           : !has_same_name(file, other->file))
            continue;
        player->used[i] = true;
        return other->file;
    }
    return file;
}

bool player_replaced(const struct player *player, const struct channel *channel) {
    const struct replay_options *options = player->options;
    if (!player->replacing || channel->instance == NULL)
        return false;
    for (size_t i = 0; i < options->plugin_count; i++)
        if (strcmp(channel->instance->plugin->file, options->plugins[i].file) == 0)
            return true;
    return false;
}
