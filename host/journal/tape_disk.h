/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TAPE_DISK_H
#define SENTIO_HOST_TAPE_DISK_H

#include "disk/disk.h"
#include "tape.h"

/*
 * What the disk tells the hub, on the tape: what it drops, and when, and what it refuses is its own
 * to decide, so a replay goes by what was told. The hub's thread only; all of these do nothing
 * where there is no tape.
 */

/* The hub has a disk now. While recording it drops nothing until it is copied. */
void tape_disk(struct hub *hub);
/* Everything is set up: what durable channels keep is copied. */
void tape_disk_started(struct hub *hub);

/* A message of the disk's, before it is delivered. */
void tape_disk_answered(struct hub *hub, const struct message *message);
/* What TAPE_DISK says; false: nothing (version 1 of the format). */
bool tape_disk_told(const struct tape_entry *entry, struct disk_told *told);

/* The epoch of a durable channel. */
void tape_disk_epoch(struct hub *hub, const char *channel, char epoch[EPOCH_SIZE]);
/* What disk_load() found. */
void tape_disk_loaded(struct channel *channel, struct disk_answer *answer, uint64_t *trimmed);

#endif
