/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_DISK_H
#define SENTIO_HOST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include <sentio/sdk.h>

#include "base/queue.h"
#include "model/item.h"
#include "model/stream.h"
#include "model/topic.h"

/*
 * What durable channels keep: their items, up to where each user has acknowledged them, the keys of
 * publishes, and what is yet to be done elsewhere, in one SQLite database, <state_dir>/sentio.db.
 * One thread has the connection.
 *
 * Everything here is for the hub's thread. What takes an asker is handed to the disk's thread, in
 * order, and answered later: all of it once, in the same order, by the asker's over(), from within
 * disk_deliver(). Everything else waits for the disk.
 *
 * Writes are committed in groups: a group ends after 100 items or 5 ms, and at once when nothing
 * more waits. An answer without an error to a write means that it is on the disk.
 */

struct disk;
struct disk_channel;

enum { DISK_HASH_SIZE = 32, DISK_REASON_SIZE = 512 };

/* How long and how much a channel keeps: an item is kept while one of the two wants it. */
struct disk_limits {
    int64_t history;       /* items of a topic */
    int64_t history_age;   /* ms; 0: any */
    int64_t history_bytes; /* that disk_load gives at most */
    int64_t queue;         /* items that wait for one user (topic) to acknowledge them */
    int64_t ttl;           /* ms that they wait; 0: any */
};

/* A publish that was answered, so that another with the same key is not published again. */
struct disk_key {
    struct sentio_bytes publisher;
    struct sentio_bytes key;
    unsigned char hash[DISK_HASH_SIZE]; /* of the body */
    uint32_t accepted;                  /* items */
    uint64_t offset;                    /* of the last of them */
    int64_t time;                       /* Unix ms */
};

/*
 * What an update leads to on another channel (consequence.h): on the disk from the update's own
 * transaction on, until that is done.
 */
struct disk_consequence {
    struct disk_consequence *next;
    int64_t id;                 /* the disk's; there when the append is answered */
    struct sentio_bytes target; /* channel */
    struct sentio_bytes body;   /* to be published there; empty: the update is to be observed */
    uint64_t first;             /* disk_load_consequences(), of an update: its items */
    uint64_t last;
    int64_t tries; /* the same: starts at which it was there already */
};

/* What is written with an update, in its transaction. */
struct disk_extra {
    const struct disk_key *key;            /* NULL: none */
    struct disk_consequence *consequences; /* the caller's, until it is answered */
    int64_t settles;                       /* not 0: the consequence that the update itself is */
};

/* What a read or write came to. Valid for the call of over(). */
struct disk_answer {
    const char *error;   /* NULL: it is done. Or why it is not, for a publisher and the log */
    struct item **items; /* counted, by offset, with their topics set */
    size_t count;
    bool complete;  /* reads: between `after` and the first item nothing has been dropped */
    bool more;      /* the limits have ended it: there is more after the last item */
    uint64_t after; /* disk_ack, disk_pending: what the user has acknowledged */
};

/* Who is told. `context` must live until then, or until disk_settle(). */
struct disk_asker {
    void (*over)(void *context, uint64_t id, const struct disk_answer *answer);
    void *context;
    uint64_t id;
};

/* What the host tells of it. */
struct disk_status {
    const char *path;
    const char *reason; /* why it does not work, for people; "": it works */
    uint64_t bytes;     /* of its files */
    uint64_t commits;   /* groups, each with one fsync of the log */
    uint64_t items;     /* committed since the start */
    uint64_t failures;  /* groups that could not be committed */
    uint64_t dropped;   /* items that nobody had acknowledged when `queue` or `ttl` ended them */
};

/*
 * Opens <state_dir>/sentio.db, or makes it (mode 0600), and starts the thread. A database that can
 * not be used (damaged, newer, in use by another process, not writable) is logged with what to do;
 * then every request is answered with that as its error. Answers come to a queue on `loop`, which
 * hands them to `deliver` with `context`, MESSAGE_DISK all of them, unless `hold` (NULL is allowed)
 * says true; whoever held them calls disk_pump(). At most `limit` bytes wait for the disk before
 * disk_full(). NULL: out of memory.
 */
struct disk *disk_create(const char *state_dir, uv_loop_t *loop, size_t limit,
                         void (*deliver)(void *context, struct message *message),
                         bool (*hold)(void *context), void *context);
/* Commits what waits and ends the thread; what was not answered yet is, by over(). Its channels are
 * closed. NULL is allowed. */
void disk_stop(struct disk *disk);
/* After that, when the loop has turned once more. NULL is allowed. */
void disk_destroy(struct disk *disk);

/* A message that `deliver` got: calls the asker's over(). The message stays the caller's. */
void disk_deliver(struct disk *disk, struct message *message);
void disk_message_destroy(struct message *message); /* any thread */
void disk_announce(struct disk *disk);              /* at the end of the hub's turn */
void disk_pump(struct disk *disk);
bool disk_full(const struct disk *disk);
/* Waits until everything that was asked is answered. */
void disk_settle(struct disk *disk);
/* Whether it answers what somebody asked for. */
bool disk_is_answer(const struct message *message);

/* From now on answers are handed out by disk_take() alone, and nothing is dropped for its age. */
void disk_step(struct disk *disk);
/* Waits for the next answer and has it delivered. False: there is none to come. */
bool disk_take(struct disk *disk);

/*
 * What a request was answered in another run, for disk_follow(). Spans are the holder's.
 */
struct disk_told {
    uint32_t request; /* of which kind it is; the journal's numbers (docs/replay.md) */
    struct sentio_bytes channel;
    uint64_t about;            /* the offset that it is about */
    struct sentio_bytes error; /* empty: none */
    bool complete;             /* this and the next two as in struct disk_answer */
    bool more;
    uint64_t after;
    struct sentio_bytes offsets; /* of the items, 8 bytes each */
};

/* What a message that disk_is_answer() answers. `out` gets the offsets. */
void disk_tell(const struct message *message, struct disk_told *told, struct sentio_writer *out);
/* The offsets of the items alone. */
void disk_offsets(const struct disk_answer *answer, struct sentio_writer *out);

/*
 * As disk_step(). From now on a request is only carried out with disk_take_told(), and is answered
 * what it was told then: whatever is the disk's own to decide, as what it drops and when it fails,
 * is as it was. `next` gives what the next request of the channel was told, for disk_settle();
 * false: nothing.
 */
void disk_follow(struct disk *disk,
                 bool (*next)(void *context, const char *channel, struct disk_told *told),
                 void *context);
/* Has the oldest request carried out and answered; if it is not the one that `told` (NULL: none) is
 * for, or items are not there, with what is found. False: there is none. */
bool disk_take_told(struct disk *disk, const struct disk_told *told);
/* Has what disk_load() found be these items. 0, or SENTIO_FAILED: they are not all there, and
 * `answer` is as it was. */
int disk_load_told(struct disk_channel *channel, struct sentio_bytes offsets,
                   struct disk_answer *answer);

/* Whether nothing is dropped until it is said otherwise. */
void disk_keep_still(struct disk *disk, bool still);

/* A copy of the database as it is now, to a file that is not there. 0, or SENTIO_FAILED after it
 * was logged. */
int disk_copy(struct disk *disk, const char *path);

void disk_status(const struct disk *disk, struct disk_status *status);

/*
 * The channel of that name; a new one gets a new epoch. Its epoch, and offset and time of the
 * newest committed item, are in what follows. When the disk does not work, it is an empty one with
 * a new epoch. `topics`: where the items of answers get theirs; lives until disk_close. NULL: out
 * of memory.
 */
struct disk_channel *disk_open(struct disk *disk, const char *name,
                               const struct disk_limits *limits, struct topic_table *topics);
/* After disk_settle(). What is on the disk stays there. NULL is allowed. */
void disk_close(struct disk_channel *channel);
void disk_limit(struct disk_channel *channel, const struct disk_limits *limits);

const char *disk_epoch(const struct disk_channel *channel);
uint64_t disk_offset(const struct disk_channel *channel); /* when it was opened */
int64_t disk_time(const struct disk_channel *channel);
const char *disk_reason(const struct disk_channel *channel); /* why it does not work; "": it does */

/*
 * The newest items, oldest first, at most `history_bytes` of them: for the log in memory at the
 * start. `answer->items` is the caller's to unref and free. *trimmed: up to this offset some items
 * are not among them. 0, or an error code after it was logged.
 */
int disk_load(struct disk_channel *channel, struct disk_answer *answer, uint64_t *trimmed);

/* Calls `found` for each key that is not older than `since`, and has those that are forgotten. */
int disk_load_keys(struct disk_channel *channel, int64_t since,
                   void (*found)(void *context, const struct disk_key *key), void *context);
/* Keys that are older than `before` may go, some time. */
void disk_forget_keys(struct disk_channel *channel, int64_t before);

/*
 * Writes an update that is numbered and stamped; its first item must be the one after the last that
 * was committed or is on its way; it may have no items. `extra` (NULL: nothing) is written in the
 * same transaction, its key with the update's last offset, count and time in place of its own. A
 * failure: nothing of it is there, and what was asked behind it, before that answer, fails as well.
 * Takes a reference of its own.
 */
void disk_append(struct disk_channel *channel, struct update *update,
                 const struct disk_extra *extra, const struct disk_asker *asker);

/* The consequence is over. It may take a second until that is on the disk. */
void disk_settle_consequence(struct disk *disk, int64_t id);
/*
 * Calls `found` for each consequence of the channel that is left, in order; what it gets is valid
 * for the call. They stay until they are settled, with one more try. 0, or an error code after it
 * was logged.
 */
int disk_load_consequences(struct disk_channel *channel,
                           void (*found)(void *context, const struct disk_consequence *consequence),
                           void *context);
/* The items from `first` to `last`, with their topics; `answer->items` is the caller's to unref and
 * free. 0, or an error code after it was logged. */
int disk_load_items(struct disk_channel *channel, uint64_t first, uint64_t last,
                    struct disk_answer *answer);

/* Items to read. The topic "*" is one like others: who wants its items names it. */
struct disk_range {
    const struct sentio_bytes *topics; /* copied */
    size_t topic_count;                /* 0: all */
    uint64_t after;                    /* items with after < offset <= until; */
    uint64_t until;                    /* no more than was committed */
    size_t last;                       /* not 0: only the last so many of them */
    size_t max_items;                  /* where the answer ends and says `more`; 0: any number */
    size_t max_bytes;                  /* the same; at least one item is given; 0: any */
};

void disk_read(struct disk_channel *channel, const struct disk_range *range,
               const struct disk_asker *asker);

/* A user's own place in a channel. `consumer` "" is the one that all share who give no name. */
struct disk_place {
    struct sentio_bytes user;
    struct sentio_bytes consumer;
};

/*
 * The user has got everything up to `offset`: the place moves there, never back. Without an asker
 * (NULL) it may take a second until it is on the disk, and the last second's are lost with the
 * process: those items then come once more.
 */
void disk_ack(struct disk_channel *channel, const struct disk_place *place, uint64_t offset,
              const struct disk_asker *asker);

/*
 * What waits for the user: items of the topics <user> and "*", after his place, at most `queue` of
 * them, not older than `ttl`. Not `complete`: older ones that he had not acknowledged were dropped.
 * When there is `more`, what follows is asked for again with `after` the last item's offset (0:
 * from his place on).
 *
 * A user who is here for the first time becomes known: items to him wait from ever on, those to "*"
 * from now on (`until`). Another consumer of a known user begins where "" is.
 */
struct disk_wait {
    struct disk_place place;
    uint64_t after;
    uint64_t until;
    size_t max_items; /* as in struct disk_range */
    size_t max_bytes;
    int64_t now; /* Unix ms */
};

void disk_pending(struct disk_channel *channel, const struct disk_wait *wait,
                  const struct disk_asker *asker);

#endif
