/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_REPLAY_READER_H
#define SENTIO_REPLAY_READER_H

#include <stdbool.h>
#include <stddef.h>

#include <sentio/sdk.h>

#include "journal/tape.h"

/* A file that is mapped. */
struct reader_file {
    char *data;
    size_t size;
};

/*
 * The entries of a run, one after the other, over all its files. Their texts are valid until
 * reader_close().
 */
struct reader {
    char *folder;
    struct reader_file *files;
    size_t count;
    struct sentio_bytes rest;
    struct tape_entry next;
    bool has_next;
    size_t torn; /* bytes at the end that are no whole entry */
    char why[512];
};

/* The run in `dir`, or the newest of those in folders of it. 0, or SENTIO_FAILED with the reason in
 * reader->why. */
int reader_open(struct reader *reader, const char *dir);
void reader_close(struct reader *reader);

/* What comes next, which stays. 0; SENTIO_NOT_FOUND: there is no more; SENTIO_FAILED: it can not be
 * read, for the reason in reader->why. */
int reader_peek(struct reader *reader, const struct tape_entry **entry);
/* Passes over it. */
void reader_pass(struct reader *reader);

#endif
