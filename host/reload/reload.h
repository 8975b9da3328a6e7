/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RELOAD_H
#define SENTIO_HOST_RELOAD_H

#include <stdint.h>

#include "hub/hub.h"
#include "journal/tape.h"

struct request;

/*
 * Another configuration, while everything runs: read and checked as a whole, all new plugins loaded
 * and opened beside the old ones; then the calls of the channels whose plugin changes wait, the old
 * ones save, the new ones restore, and all switch; or none, and everything goes on as it was.
 * The hub's thread.
 */

/* Starts a reload; answered by hub_respond when it is over. `request` NULL: nobody asks (SIGHUP),
 * the log tells. */
void reload_begin(struct hub *hub, uint32_t io, struct request *request);

/* An io thread goes by the new configuration. */
void reload_shown(struct hub *hub);

/* Why what runs as `before` can not go on as `after`: what its subscribers and its log go by. NULL:
 * it can. */
const char *reload_unfit(const struct sentio_plugin *before, const struct sentio_plugin *after);

/* What a tape says, in the place of reload_begin(): the new configuration, which is taken over,
 * with the names of the channels whose plugin is another, a line each (`names` must stay); then how
 * it went on. 0, or SENTIO_FAILED: another one is under way. */
int reload_play(struct hub *hub, struct view *view, struct sentio_bytes names);
void reload_play_on(struct hub *hub, enum tape_kind kind);

/* The hub ends: what is under way is dropped. */
void reload_abort(struct hub *hub);

/* {"done":n,"failed":n,"last":{...}|null} */
void reload_write_status(const struct hub *hub, struct sentio_writer *out);

#endif
