/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_REPLAY_PLAYER_H
#define SENTIO_REPLAY_PLAYER_H

#include <uv.h>

#include "hub/hub.h"
#include "io/io.h"
#include "journal/tape.h"
#include "journal/tape_digest.h"
#include "options.h"
#include "reader.h"

/*
 * A hub without io threads, to which a tape is played. What it sends is written down as lines, and
 * compared with what the run that was recorded had sent.
 */
struct player {
    struct tape tape; /* first */
    struct reader reader;
    const struct replay_options *options;
    bool replacing; /* the options' plugins take the place of the recorded ones */
    bool used[REPLAY_PLUGINS_MAX];
    char **kept; /* names of the recorded plugins' files */
    size_t kept_count;
    char *folder; /* of its own: configuration, states */
    char *state_dir;
    struct view *view;
    struct host host;
    struct io io; /* its queue alone is used */
    struct io *ios[1];
    uv_loop_t loop; /* of that queue; never runs */
    struct hub *hub;
    struct sentio_writer out;  /* the lines of the step */
    struct tape_digest digest; /* of what went out since the last TAPE_SENT */
    uint64_t receipt;          /* of the next entry's subscriber (TAPE_RECEIPT); 0: none */
    uint64_t entries;          /* that came in */
    uint64_t sent;             /* messages */
    uint64_t unplayed;         /* entries that this program can not play */
    uint32_t strange_kind;     /* its kind */
    uint64_t strange;          /* the first entry of which something else came out; 0: none */
    struct tape_entry entry;   /* the one in hand */
    bool complete;             /* the run was recorded to its end */
    char why[512];
};

/* Opens the recorded channels. NULL after the reason went to standard error. */
struct player *player_create(const struct replay_options *options, bool replacing);
void player_destroy(struct player *player);

/* Plays what came in next. 0; SENTIO_NOT_FOUND: there is no more; SENTIO_FAILED: it can not be
 * read, for the reason in player->reader.why. */
int player_step(struct player *player);

/* player_feed.c: an entry of what came in, into the hub. */
void player_feed(struct player *player, const struct tape_entry *entry);
/* player_timers.c: what comes at that time will. Timers that a replaced plugin has set go off when
 * they are due, unless a recorded one does for them. False: the entry itself is such a one, for
 * which nothing is set. */
bool player_wait(struct player *player, const struct tape_entry *entry);
/* player_plugin.c: tape->plugin */
const char *player_plugin(struct tape *tape, const char *channel, struct sentio_bytes digest);
/* Whether the channel runs one of the options' plugins. */
bool player_replaced(const struct player *player, const struct channel *channel);
/* player_config.c: a configuration as this program can use it: nothing is listened to, and no file
 * is read but plugins. NULL after the reason went to standard error. */
struct view *player_view(const struct player *player, struct sentio_bytes text);

#endif
