/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_JOURNAL_FILE_H
#define SENTIO_HOST_JOURNAL_FILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "journal_frame.h"

enum {
    JOURNAL_FILE_MAX = 64 * 1024 * 1024, /* bytes, from which on another file is begun */
    JOURNAL_WAITING_MAX = 32 * 1024 * 1024
};

/*
 * The files of a journal, `000001.journal` and so on in its folder, and the thread that writes
 * them: at least twice a second, so that the hub never waits for the disk. When that fails, or what
 * waits is too much, a line in the log says so, and nothing is written any more.
 */
struct journal_file {
    char *dir;
    size_t file_max;    /* bytes; may be set before the first entry */
    size_t waiting_max; /* bytes; the same */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t come;
    struct wire_buffer waiting; /* under the lock */
    bool ending;                /* under the lock */
    atomic_bool over;           /* it has failed */
    /* The thread's. */
    struct wire_buffer writing;
    int fd;
    size_t size;
    unsigned number;
};

/* Begins the first file in `dir`, which must be there, and the thread. 0, or SENTIO_FAILED after
 * the reason was logged. */
int journal_file_open(struct journal_file *file, const char *dir);
/* One thread. */
void journal_file_add(struct journal_file *file, const struct tape_entry *entry);
/* Everything is written, and the thread ends. */
void journal_file_close(struct journal_file *file);

#endif
