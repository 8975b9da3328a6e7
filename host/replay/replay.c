/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include <string.h>

#include "difference.h"
#include "player.h"

static const char *kind_name(uint32_t kind) {
    static const char *const names[] = {
        [TAPE_STARTED] = "start",
        [TAPE_PUBLISH] = "publish",
        [TAPE_LINE] = "source line",
        [TAPE_COMMAND] = "command",
        [TAPE_LEFT] = "left",
        [TAPE_QUERY] = "request",
        [TAPE_WOKEN] = "timer",
        [TAPE_READABLE] = "descriptor",
        [TAPE_ANSWERED] = "answer of a worker",
        [TAPE_FAILED] = "failure of a worker",
        [TAPE_TICK] = "tick",
        [TAPE_RELOAD] = "reload",
        [TAPE_HOLD] = "hold",
        [TAPE_APPLY] = "switch",
        [TAPE_ROLL_BACK] = "roll back",
        [TAPE_DISK] = "answer of the disk",
        [TAPE_LOST] = "reader that was too slow",
        [TAPE_MORE] = "reader that goes on",
    };
    const char *name = kind < sizeof(names) / sizeof(names[0]) ? names[kind] : NULL;
    return name ? name : "entry";
}

static bool has_channel(uint32_t kind) {
    return kind == TAPE_PUBLISH || kind == TAPE_LINE || kind == TAPE_COMMAND ||
           kind == TAPE_QUERY || (kind >= TAPE_WOKEN && kind <= TAPE_FAILED);
}

static void write_hunk(const struct player *player, FILE *out) {
    const struct tape_entry *entry = &player->entry;
    const struct channel *channel =
        has_channel(entry->kind) ? hub_channel(player->hub, entry->channel) : NULL;
    fprintf(out, "@@ %llu: %s%s%s @@\n", (unsigned long long)player->entries,
            kind_name(entry->kind), channel ? " " : "", channel ? channel->config->name : "");
}

static bool can_go_on(const struct player *player, int error) {
    if (error == SENTIO_FAILED)
        fprintf(stderr, "sentio-replay: %s\n", player->reader.why);
    return error == 0;
}

static void tell_end(const struct player *player) {
    if (player->unplayed > 0)
        fprintf(stderr, "sentio-replay: %llu entries are of a kind that is not played\n",
                (unsigned long long)player->unplayed);
    if (player->reader.torn > 0)
        fprintf(stderr,
                "sentio-replay: the journal ends within an entry: its last %zu bytes are passed "
                "over\n",
                player->reader.torn);
    else if (!player->complete)
        fprintf(stderr, "sentio-replay: the journal ends without the end of its run\n");
}

/* How what was played compares with the run that was recorded. */
static enum replay_status judge(const struct player *player) {
    tell_end(player);
    if (player->strange == 0) {
        fprintf(stderr,
                "sentio-replay: identical to the recorded run: %llu entries, %llu messages\n",
                (unsigned long long)player->entries, (unsigned long long)player->sent);
        return REPLAY_SAME;
    }
    fprintf(stderr,
            "sentio-replay: not identical to the recorded run from entry %llu (%s) of %llu on\n",
            (unsigned long long)player->strange, kind_name(player->strange_kind),
            (unsigned long long)player->entries);
    return REPLAY_DIFFERS;
}

static void write_out(const struct player *player, FILE *out) {
    struct sentio_bytes text = sentio_written(&player->out);
    if (text.size > 0)
        fwrite(text.data, 1, text.size, out);
}

static enum replay_status play(const struct replay_options *options, FILE *out) {
    enum replay_status status = REPLAY_UNREADABLE;
    struct player *player = player_create(options, false);
    if (player == NULL)
        return REPLAY_UNREADABLE;
    int error = player_step(player);
    for (; can_go_on(player, error); error = player_step(player))
        if (!options->diff)
            write_out(player, out);
    if (error == SENTIO_NOT_FOUND)
        status = judge(player);
    player_destroy(player);
    return status;
}

/* Each plugin must take another's place. */
static bool all_used(const struct player *player) {
    for (size_t i = 0; i < player->options->plugin_count; i++) {
        const struct replacement *plugin = &player->options->plugins[i];
        if (player->used[i])
            continue;
        if (plugin->channel)
            fprintf(stderr, "sentio-replay: there is no channel %s\n", plugin->channel);
        else
            fprintf(stderr,
                    "sentio-replay: no recorded plugin has the name of %s; name the channel: "
                    "--plugin CHANNEL=%s\n",
                    plugin->file, plugin->file);
        return false;
    }
    return true;
}

static enum replay_status compare(struct player *before, struct player *after, FILE *out) {
    unsigned long long different = 0;
    int error = 0;
    fprintf(out, "--- as recorded\n+++ as replaced\n");
    for (;;) {
        error = player_step(before);
        if (!can_go_on(before, error) || !can_go_on(after, player_step(after)))
            break;
        struct sentio_bytes one = sentio_written(&before->out);
        struct sentio_bytes two = sentio_written(&after->out);
        if (one.size == two.size && (one.size == 0 || memcmp(one.data, two.data, one.size) == 0))
            continue;
        different++;
        write_hunk(before, out);
        difference_write(one, two, out);
    }
    if (error != SENTIO_NOT_FOUND)
        return REPLAY_UNREADABLE;
    tell_end(before);
    if (before->strange > 0)
        fprintf(stderr,
                "sentio-replay: the recorded plugins themselves are not identical to the recorded "
                "run from entry %llu on\n",
                (unsigned long long)before->strange);
    fprintf(stderr, "sentio-replay: %llu of %llu entries differ\n", different,
            (unsigned long long)before->entries);
    return different ? REPLAY_DIFFERS : REPLAY_SAME;
}

static enum replay_status play_both(const struct replay_options *options, FILE *out) {
    enum replay_status status = REPLAY_UNREADABLE;
    struct player *before = player_create(options, false);
    struct player *after = before ? player_create(options, true) : NULL;
    if (after != NULL)
        status = all_used(after) ? compare(before, after, out) : REPLAY_USAGE;
    else if (before != NULL)
        status = REPLAY_USAGE;
    player_destroy(after);
    player_destroy(before);
    return status;
}

enum replay_status replay(const struct replay_options *options, FILE *out) {
    return options->plugin_count > 0 ? play_both(options, out) : play(options, out);
}
