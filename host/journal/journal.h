/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_JOURNAL_H
#define SENTIO_HOST_JOURNAL_H

#include "tape.h"

/*
 * A tape that records: everything that comes into the hub goes to files (journal_file.h), in a
 * folder of this run's own in `dir`, with the configuration and copies of the plugins, so that
 * sentio-replay needs nothing else. The hub's thread, or the one that creates the hub.
 */
struct journal;

/* `config`: what the host is started with, as config_load_text has it. NULL after the reason was
 * logged. */
struct journal *journal_create(const char *dir, const char *config);
struct tape *journal_tape(struct journal *journal);
/* The hub must have gone. Everything is written. NULL is allowed. */
void journal_destroy(struct journal *journal);

#endif
