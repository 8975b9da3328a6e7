/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATE_H
#define SENTIO_HOST_STATE_H

#include "channel.h"

/*
 * What a channel knows, over a clean stop and the next start: epoch, offset, time, the log's items
 * and what the plugin saves, in state_dir/channels/<name>.state. The file is removed when it is
 * read, so that after a crash the channel has a new epoch instead of an old state. Of a durable
 * channel it has what the plugin saves alone.
 */

/* What was saved of the plugin: for its restore(), before the channel is set up. *state is the
 * caller's to free. SENTIO_NOT_FOUND: there is nothing; SENTIO_INVALID: the file is damaged. */
int state_read_plugin(const char *state_dir, const char *channel, uint32_t *format, char **state,
                      size_t *size);

/* All but the plugin's. SENTIO_NOT_FOUND: there is none; any other error was logged and the channel
 * starts empty. In between open() and the first subscriber. */
int state_restore(struct channel *channel);

/* At the end, with what the plugin's save() gave (`state` NULL: nothing). Failures are logged. */
void state_save(struct channel *channel, uint32_t format, const struct sentio_bytes *state);

/* The file as it is. *text is the caller's to free. SENTIO_NOT_FOUND: there is none. */
int state_read(const char *state_dir, const char *channel, char **text, size_t *size);
/* Puts such a file there. Failures are logged. */
void state_write(const char *state_dir, const char *channel, struct sentio_bytes text);

/* The epoch in the file, before the channel is set up. False: there is none. */
bool state_epoch(const char *state_dir, const char *channel, char epoch[EPOCH_SIZE]);

#endif
