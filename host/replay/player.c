/* SPDX-License-Identifier: MIT */
#include "player.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/view_hub.h"
#include "reload/reload.h"
#include "sent.h"

enum { QUEUE_LIMIT = 1 << 30 };

static bool is_asked_for(enum tape_kind kind) {
    return kind < TAPE_STARTED;
}

/* What was sent since the last time is what the run that was recorded sent, or it is not. */
static void compare_sent(struct player *player, uint64_t hash, uint32_t count) {
    bool same = player->digest.hash == hash && player->digest.count == count;
    if (!same && player->strange == 0) {
        player->strange = player->entries ? player->entries : 1;
        player->strange_kind = player->entry.kind;
    }
    player->digest = (struct tape_digest){0};
}

/* The next entry that is not a TAPE_SENT, which stays. As reader_peek(). */
static int peek(struct player *player, const struct tape_entry **entry) {
    int error = reader_peek(&player->reader, entry);
    bool any = false;
    while (error == 0 && (*entry)->kind == TAPE_SENT) {
        compare_sent(player, (*entry)->number, (*entry)->what);
        any = true;
        reader_pass(&player->reader);
        error = reader_peek(&player->reader, entry);
    }
    if (error == 0 && !any)
        compare_sent(player, 0, 0);
    return error;
}

static bool on_pull(struct tape *tape, enum tape_kind kind, const char *name,
                    struct tape_entry *entry) {
    struct player *player = (struct player *)tape;
    const struct tape_entry *next = NULL;
    if (peek(player, &next) != 0 || next->kind != (uint32_t)kind ||
        !sentio_is(next->texts[0], name))
        return false;
    *entry = *next;
    reader_pass(&player->reader);
    return true;
}

static void on_sent(struct tape *tape, const struct message *message) {
    struct player *player = (struct player *)tape;
    uint32_t before = player->digest.count;
    tape_digest_sent(&player->digest, message);
    player->sent += player->digest.count - before;
    if (player->hub)
        sent_write(&player->out, player->hub, message, player->options->channel);
}

static void on_ordered(struct tape *tape, const struct update *update) {
    struct player *player = (struct player *)tape;
    tape_digest_ordered(&player->digest, update);
    player->sent++;
    sent_write_update(&player->out, player->hub, update, player->options->channel);
}

static void on_reply(void *context, struct message *message) {
    struct player *player = context;
    if (message->kind == MESSAGE_VIEW)
        reload_shown(player->hub);
    message_destroy(message);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int make_folder(struct player *player) {
    char template[] = "/tmp/sentio-replay-XXXXXX";
    char *channels = NULL;
    const char *folder = mkdtemp(template);
    player->folder = folder ? strdup(folder) : NULL;
    if (player->folder == NULL || asprintf(&player->state_dir, "%s/state", folder) == -1) {
        player->state_dir = NULL;
        return SENTIO_FAILED;
    }
    if (asprintf(&channels, "%s/channels", player->state_dir) == -1)
        return SENTIO_NO_MEMORY;
    int error =
        mkdir(player->state_dir, 0700) == 0 && mkdir(channels, 0700) == 0 ? 0 : SENTIO_FAILED;
    free(channels);
    return error;
}

/* Of the durable channels, if there were any. */
static int copy_database(const struct player *player) {
    char *from = NULL;
    char *to = NULL;
    int error = 0;
    if (asprintf(&from, "%s/sentio.db", player->reader.folder) == -1)
        return SENTIO_NO_MEMORY;
    if (asprintf(&to, "%s/sentio.db", player->state_dir) == -1) {
        free(from);
        return SENTIO_NO_MEMORY;
    }
    if (access(from, F_OK) == 0)
        error = uv_fs_copyfile(NULL, &(uv_fs_t){0}, from, to, 0, NULL);
    if (error)
        fprintf(stderr, "sentio-replay: %s can not be copied: %s\n", from, uv_strerror(error));
    free(from);
    free(to);
    return error;
}

static int open_journal(struct player *player) {
    const struct tape_entry *entry = NULL;
    if (reader_open(&player->reader, player->options->dir) != 0 ||
        reader_peek(&player->reader, &entry) == SENTIO_FAILED) {
        fprintf(stderr, "sentio-replay: %s\n", player->reader.why);
        return SENTIO_FAILED;
    }
    if (!player->reader.has_next || entry->kind != TAPE_CONFIG) {
        fprintf(stderr, "sentio-replay: %s: nothing was recorded\n", player->reader.folder);
        return SENTIO_FAILED;
    }
    player->view = make_folder(player) == 0 && copy_database(player) == 0
                       ? player_view(player, entry->texts[0])
                       : NULL;
    reader_pass(&player->reader);
    return player->view ? 0 : SENTIO_FAILED;
}

static int open_hub(struct player *player) {
    struct host *host = &player->host;
    player->ios[0] = &player->io;
    player->io.queue.deliver = on_reply;
    player->io.queue.context = player;
    host->view = player->view;
    host->config = player->view->config;
    host->ios = player->ios;
    host->io_count = 1;
    host->state_dir = player->state_dir;
    host->tape = &player->tape;
    if (quota_init(&host->quota, host->config) != 0)
        return SENTIO_FAILED;
    player->hub = hub_create(host);
    return player->hub && view_fill(player->view, player->hub) == 0 ? 0 : SENTIO_FAILED;
}

struct player *player_create(const struct replay_options *options, bool replacing) {
    struct player *player = calloc(1, sizeof(*player));
    if (player == NULL)
        return NULL;
    player->options = options;
    player->replacing = replacing;
    player->tape = (struct tape){
        .playing = true,
        .pull = on_pull,
        .plugin = player_plugin,
        .sent = on_sent,
        .ordered = on_ordered,
    };
    sentio_writer_init(&player->out, NULL, 0);
    if (uv_loop_init(&player->loop) != 0) {
        free(player);
        return NULL;
    }
    if (queue_init(&player->io.queue, &player->loop, QUEUE_LIMIT) == 0 &&
        open_journal(player) == 0 && open_hub(player) == 0)
        return player;
    player_destroy(player);
    return NULL;
}

static void remove_folder(const struct player *player) {
    if (player->folder == NULL)
        return;
    if (nftw(player->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) == -1)
        fprintf(stderr, "sentio-replay: %s can not be removed\n", player->folder);
}

void player_destroy(struct player *player) {
    if (player == NULL)
        return;
    hub_destroy(player->hub);
    queue_finish(&player->io.queue, message_destroy);
    uv_run(&player->loop, UV_RUN_DEFAULT);
    uv_loop_close(&player->loop);
    quota_finish(&player->host.quota);
    view_unref(player->host.view ? player->host.view : player->view);
    reader_close(&player->reader);
    sentio_writer_finish(&player->out);
    remove_folder(player);
    for (size_t i = 0; i < player->kept_count; i++)
        free(player->kept[i]);
    free(player->kept);
    free(player->state_dir);
    free(player->folder);
    free(player);
}

int player_step(struct player *player) {
    struct hub *hub = player->hub;
    const struct tape_entry *next = NULL;
    sentio_writer_finish(&player->out);
    sentio_writer_init(&player->out, NULL, 0);
    int error = peek(player, &next);
    /* What the hub would have asked for, if all were as it was. */
    while (error == 0 && is_asked_for((enum tape_kind)next->kind)) {
        reader_pass(&player->reader);
        error = peek(player, &next);
    }
    if (error)
        return error;
    player->entry = *next;
    reader_pass(&player->reader);
    if (player->entry.kind == TAPE_END) {
        player->complete = true;
        return SENTIO_NOT_FOUND;
    }
    player->entries++;
    bool counts = player_wait(player, &player->entry);
    if (player->entry.time > hub->now)
        hub->now = player->entry.time;
    if (counts)
        player_feed(player, &player->entry);
    queue_pump(&player->io.queue);
    return 0;
}
