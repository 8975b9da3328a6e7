/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_DISK_INTERNAL_H
#define SENTIO_HOST_DISK_INTERNAL_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include <sentio/sdk.h>

#include "base/table.h"
#include "disk.h"
#include "disk_sql.h"

/*
 * The disk's thread: what the hub asks for comes as jobs, which are also the answers. `hub:` and
 * `thread:` say who may touch a field; the rest is not changed.
 */

/* The numbers of those that are answered are the journal's, too. */
enum disk_op {
    DISK_SYNC, /* the hub waits: disk_call() */
    DISK_APPEND = 1,
    DISK_READ = 2,
    DISK_ACK = 3,
    DISK_PENDING = 4,
    DISK_LIMIT,
    DISK_FORGET_KEYS,
    DISK_SETTLE,
    DISK_WORKS /* from the thread alone: it works again */
};

struct disk_job {
    struct message head;
    enum disk_op op;
    struct disk_channel *channel;
    struct disk_asker asker; /* `over` NULL: nobody is told */
    struct disk_answer answer;
    char *why; /* the answer's error, where it has one of its own */
    union {
        struct {
            void (*run)(struct disk *disk, void *context);
            void *context;
            uv_sem_t *done;
        } sync;
        struct {
            struct update *update; /* counted */
            struct disk_key key;   /* without a key, `key` is empty */
            struct disk_consequence *consequences;
            int64_t settles;
        } append;
        struct disk_range read;
        struct {
            struct disk_place place;
            uint64_t offset;
        } ack;
        struct disk_wait pending;
        struct disk_limits limits;
        int64_t before;
        int64_t settled;
    };
};

/* A transaction, and the jobs whose answers go out when it is over. */
struct disk_group {
    bool open;
    bool due;         /* somebody waits for it */
    uint32_t changes; /* rows, about */
    uint64_t items;   /* appended */
    uint64_t since;   /* uv_hrtime */
    int before;       /* sqlite3_total_changes */
    struct disk_job *first;
    struct disk_job *last;
    struct disk_channel *touched; /* have appended */
};

/* Where the walks over what is on the disk are (disk_prune.c). */
struct disk_walk {
    size_t channel;
    char topic[SENTIO_TOPIC_MAX]; /* the last one that was looked at */
    size_t topic_size;
    int64_t row;
};

struct disk {
    char *path;
    pthread_t thread;
    uv_loop_t loop;                      /* thread: */
    struct queue queue;                  /* of jobs */
    struct queue answers;                /* of the same jobs, to the hub */
    uv_prepare_t prepare;                /* thread: */
    uv_timer_t tick;                     /* thread: */
    uv_idle_t idle;                      /* thread: runs while there is something to prune */
    sqlite3 *database;                   /* thread: NULL: it could not be opened */
    sqlite3_stmt *statements[SQL_COUNT]; /* thread: NULL: not prepared yet */
    struct disk_group group;             /* thread: */
    struct disk_channel **channels;      /* thread: those that are open */
    size_t channel_count;                /* thread: */
    struct disk_walk walk;               /* thread: */
    bool failing;                        /* thread: the last group could not be committed */
    char why[DISK_REASON_SIZE];          /* thread: what failed last */
    bool full;                           /* thread: that was for lack of room */
    bool unmade;                         /* thread: there was no room for it: it is tried again */
    char reason[DISK_REASON_SIZE];       /* hub: as in struct disk_status */
    size_t asked;                        /* hub: jobs that will come back */
    bool settling;                       /* hub: */
    bool stepwise;                       /* hub: disk_step() */
    size_t answered;                     /* hub: jobs that have come back; */
    size_t wanted;                       /* hub: and how many are to, if stepwise */
    bool still;                          /* thread: nothing is pruned */
    struct disk_job *waiting;            /* hub: disk_follow(): requests, the oldest asked; */
    struct disk_job *waiting_last;       /* hub: the newest; */
    const struct disk_told *told;        /* hub: and what the one in hand was told */
    bool (*next_told)(void *context, const char *channel, struct disk_told *told);
    void *next_context;
    void (*deliver)(void *context, struct message *message);
    bool (*hold)(void *context);
    void *context;
    atomic_uint_fast64_t commits;
    atomic_uint_fast64_t items;
    atomic_uint_fast64_t failures;
    atomic_uint_fast64_t dropped;
};

struct disk_channel {
    struct disk *disk;
    char *name;
    struct topic_table *topics; /* hub: */
    char epoch[EPOCH_SIZE];     /* as it was opened, like the next two */
    uint64_t offset;
    int64_t time;
    int64_t id;                /* thread: 0: it is not in the database yet */
    struct disk_limits limits; /* thread: */
    uint64_t committed;        /* thread: the newest item */
    uint64_t written;          /* thread: the same with the group that is open */
    int64_t written_time;      /* thread: */
    uint64_t floor;            /* thread: topics without a row of their own are trimmed to here */
    uint64_t trimmed;          /* thread: the newest item of any topic that was dropped */
    bool is_touched;           /* thread: in the group's list */
    bool observed;             /* thread: it has, or had, items that are to be observed */
    struct disk_channel *touched;
    struct table dirty; /* thread: names of topics to be pruned (disk_prune.c) */
};

/* disk_database.c */

/* Opens or makes it; only makes it if it is `unmade`, because by then the channels have epochs of
 * their own. -1, with the reason in disk->why. */
int disk_database_open(struct disk *disk);
void disk_database_close(struct disk *disk);
/* Puts what the last call of SQLite came to into disk->why, for people, and gives it. */
const char *disk_database_why(struct disk *disk);

/*
 * The statement with its parameters bound, one for each letter of `types`: i int64_t, u uint64_t,
 * t struct sentio_bytes as text, b as a blob; T, B: the same, NULL if it is empty. NULL: failed.
 * Spans must live until it is reset.
 */
sqlite3_stmt *disk_sql(struct disk *disk, enum disk_sql sql, const char *types, ...);
/* The same, and runs it to its end. 0 or -1. */
int disk_sql_run(struct disk *disk, enum disk_sql sql, const char *types, ...);
/* The first column of its only row, or `otherwise` if there is none. 0 or -1. */
int disk_sql_number(sqlite3_stmt *statement, int64_t otherwise, int64_t *number);
struct sentio_bytes disk_sql_text(sqlite3_stmt *statement, int column);

/* disk_item.c */

/* The item without its topic, from a row of SQL_ITEM_COLUMNS; NULL: no memory, or damaged. */
struct item *disk_item(sqlite3_stmt *row);
/* Adds it, and takes it. -1: no memory, and it is gone. */
int disk_answer_add(struct disk_answer *answer, struct item *item);
void disk_answer_finish(struct disk_answer *answer);
/* What attributes are kept as. *bytes is the caller's to free. */
int disk_attributes_write(const struct item *item, struct sentio_bytes *bytes);

/* disk_group.c, thread */

int disk_group_begin(struct disk *disk); /* joins the one that is open; -1: disk->why */
/* Commits; then its jobs are answered. -1: it has failed. */
int disk_group_end(struct disk *disk);
/* Something was written: the hub is told if that is new. */
void disk_group_works(struct disk *disk);
/* Undoes it; its jobs and `job` (NULL: none) fail with disk->why. */
void disk_group_fail(struct disk *disk, struct disk_job *job);
/* The job is done: it is answered with the group if one is due, at once else. */
void disk_group_answer(struct disk *disk, struct disk_job *job);
void disk_job_fail(struct disk_job *job, const char *why);

/* What the thread does for a job, each in its own file. */
void disk_do_append(struct disk *disk, struct disk_job *job);
void disk_do_read(struct disk *disk, struct disk_job *job);
void disk_do_ack(struct disk *disk, struct disk_job *job);
void disk_do_pending(struct disk *disk, struct disk_job *job);
void disk_do_forget_keys(struct disk *disk, struct disk_job *job);
void disk_do_settle(struct disk *disk, struct disk_job *job);

/* disk_consequence.c, thread */

/* What the append leads to, and that what it comes of is over. 0 or -1. */
int disk_consequences_write(struct disk *disk, struct disk_job *job);
/* It was opened: whether items of it are to be observed. 0 or -1. */
int disk_consequences_find(struct disk *disk, struct disk_channel *channel);
/* Items from *first on are yet to be observed; UINT64_MAX: none. 0 or -1. */
int disk_unobserved(struct disk *disk, const struct disk_channel *channel, uint64_t *first);
/* At the end: what is left has not taken the host with it. */
void disk_consequences_calm(struct disk *disk);

/* disk_read.c, thread. Items by their rows, by offset, as a read finds them. */
struct disk_found {
    struct disk_row {
        uint64_t offset;
        int64_t id;
    } * rows;
    size_t count;
    size_t capacity;
};

/* Adds the channel's (`topic` empty) or the topic's: the oldest ones, or the last ones. At most
 * `count`; negative: all. 0 or -1. */
int disk_find(struct disk *disk, const struct disk_channel *channel, struct sentio_bytes topic,
              const struct disk_range *range, int64_t count, struct disk_found *found);
void disk_found_sort(struct disk_found *found);
/* Reads the items themselves, those from `first` on, until the limits end it. 0 or -1. */
int disk_fetch(struct disk *disk, const struct disk_found *found, size_t first,
               const struct disk_range *limits, struct disk_answer *answer);

/* Up to which offset items of the topic have been dropped. 0 or -1. */
int disk_trimmed(struct disk *disk, const struct disk_channel *channel, struct sentio_bytes topic,
                 uint64_t *trimmed);

/* disk_prune.c, thread */

/* The topic has another item, or an item of it was acknowledged. */
void disk_prune_note(struct disk_channel *channel, struct sentio_bytes topic);
void disk_prune_forget(struct disk_channel *channel);
void disk_prune_tick(struct disk *disk, int64_t now);
/* Some of the work; false: nothing is left. */
bool disk_prune_step(struct disk *disk, int64_t now);
/* The newest item of the channel that is older than `age`; 0: there is none, or `age` is 0. */
int disk_aged(struct disk *disk, const struct disk_channel *channel, int64_t age, int64_t now,
              uint64_t *offset);

/* disk_job.c */

/* Any thread. */
void disk_job_destroy(struct disk_job *job);
/* hub: has the thread run it, and waits. */
void disk_call(struct disk *disk, void (*run)(struct disk *disk, void *context), void *context);
/* hub: hands it over; it is answered if it has an asker. NULL: logged. */
void disk_ask(struct disk *disk, struct disk_job *job);

/* disk_told.c, hub */

/* In place of handing it over. */
void disk_told_wait(struct disk *disk, struct disk_job *job);
/* All that waits is carried out. */
void disk_told_settle(struct disk *disk);

/* disk.c, hub: it does not work; logged when it did before. */
void disk_note_failure(struct disk *disk, const char *why);

/* disk_channel.c, thread: a channel that could not be made when it was opened. 0 or -1. */
int disk_channel_add(struct disk *disk, struct disk_channel *channel);
/* The same, thread: the database does not work; another request would not say more. */
void disk_give_up(struct disk *disk);
/* hub: gives the items their topics. False: no memory. */
bool disk_channel_topics(const struct disk_channel *channel, const struct disk_answer *answer);

/* disk_thread.c */

void *disk_thread(void *disk);
int disk_thread_init(struct disk *disk, size_t limit);
void disk_thread_finish(struct disk *disk);

#endif
