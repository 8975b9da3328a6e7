/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TAPE_H
#define SENTIO_HOST_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "model/stream.h"

struct candidate;
struct call;
struct channel;
struct config_source;
struct hub;
struct message;
struct result;
struct task;
struct update;

/*
 * Everything that comes into the hub, and everything in which one run may differ from the next,
 * goes past here: a journal takes it down (journal.h), sentio-replay plays it. What follows from it
 * is not taken down: that is the same each time. The hub's thread only.
 */

enum { TAPE_TEXTS = 4 };

/* The numbers are those of the file format (docs/replay.md, which has what the members mean). */
enum tape_kind {
    /* What the hub asks for while it works: it is there when it is asked for. */
    TAPE_CONFIG = 1,
    TAPE_STATE = 2,
    TAPE_OPEN = 3,
    TAPE_EPOCH = 4,
    TAPE_RESULT = 5,
    TAPE_LOADED = 6,
    /* What comes in. */
    TAPE_STARTED = 16,
    TAPE_PUBLISH = 17,
    TAPE_LINE = 18,
    TAPE_COMMAND = 19,
    TAPE_LEFT = 20,
    TAPE_QUERY = 21,
    TAPE_WOKEN = 22,
    TAPE_READABLE = 23,
    TAPE_ANSWERED = 24,
    TAPE_FAILED = 25,
    TAPE_TICK = 26,
    TAPE_RELOAD = 27,
    TAPE_HOLD = 28,
    TAPE_APPLY = 29,
    TAPE_ROLL_BACK = 30,
    TAPE_DISK = 31,
    TAPE_LOST = 32,
    TAPE_OTHER = 33,
    TAPE_RECEIPT = 34,
    TAPE_WRITTEN = 35,
    TAPE_ACK = 36,
    TAPE_MORE = 37,
    /* What went out since the last of these. */
    TAPE_SENT = 64,
    TAPE_END = 65
};

struct tape_entry {
    uint32_t kind;
    uint32_t channel; /* index */
    uint32_t what;
    uint32_t flags;
    int64_t time; /* hub_time() */
    uint64_t number;
    struct sentio_bytes texts[TAPE_TEXTS];
};

struct tape {
    bool playing;
    bool started;         /* tape_started() was called; not while playing */
    const char *database; /* where a copy of what durable channels keep goes */
    /* Not while playing. */
    void (*note)(struct tape *tape, const struct tape_entry *entry);
    /* A plugin's code, whose SHA-256 as 64 digits is `digest`; its copy is at `path`. */
    void (*keep)(struct tape *tape, const char *path, const char *digest);
    /* While playing: what comes next, if it is of that kind and its first text is `name`; false: it
     * is something else. Valid until the tape goes. */
    bool (*pull)(struct tape *tape, enum tape_kind kind, const char *name,
                 struct tape_entry *entry);
    /* While playing: the file that is to be the channel's plugin. */
    const char *(*plugin)(struct tape *tape, const char *channel, struct sentio_bytes digest);
    /* What goes out, in either case. */
    void (*sent)(struct tape *tape, const struct message *message);
    void (*ordered)(struct tape *tape, const struct update *update);
};

/* All of these do nothing where there is no tape. */
bool tape_playing(const struct hub *hub);
bool tape_recording(const struct hub *hub);

/* For the other parts of the tape: an entry gets the hub's time and is taken down; while playing,
 * what the hub asks for is what stands there, and its time the hub's (tape->pull). */
void tape_note(const struct hub *hub, struct tape_entry *entry);
bool tape_pull(struct hub *hub, enum tape_kind kind, const char *name, struct tape_entry *entry);

/* A message to the hub. What has nothing to do with channels is not taken down; TAPE_OTHER stands
 * for one that can not be played. */
void tape_message(struct hub *hub, const struct message *message);
/* A line of the channel's source. */
void tape_line(struct channel *channel, struct sentio_bytes line);
/* TAPE_WOKEN, TAPE_READABLE, TAPE_FAILED. */
void tape_event(struct channel *channel, enum tape_kind kind, uint64_t number);
/* Everything is set up. */
void tape_started(struct hub *hub);
/* TAPE_TICK, TAPE_HOLD, TAPE_APPLY, TAPE_ROLL_BACK. */
void tape_mark(struct hub *hub, enum tape_kind kind);
/* `names`: of the channels whose plugin is opened, a line each. */
void tape_reload(struct hub *hub, struct sentio_bytes config, struct sentio_bytes names);

/* The channel's worker has answered. */
void tape_answered(struct channel *channel, const struct task *task, const struct result *result);

/* The candidate's seed is drawn; while playing, its file and whether it is isolated are the tape's
 * as well. False: there is none. */
bool tape_seed(struct candidate *candidate);
/* It is about to be opened; `path`: a copy of its file. */
void tape_open(struct candidate *candidate, const char *path);

/* What the channel saved at its last end comes before it is read. */
void tape_state(struct hub *hub, const char *channel);
/* A new random epoch. */
void tape_epoch(struct hub *hub, const char *channel, char epoch[EPOCH_SIZE]);

/* Runs a call of a plugin that goes by more than its calls (it watches descriptors, or starts
 * programs): what came of it is taken down, and is what counts while playing, when it is not run at
 * all. There must be a tape. As runner_inline. */
int tape_run(struct hub *hub, struct call *call, int64_t now);

/* What came of such a call, into a call that is its instance's. 0 or SENTIO_INVALID. */
int tape_effects(struct sentio_bytes text, struct call *call, int *result);

#endif
