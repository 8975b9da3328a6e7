/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SHADOW_H
#define SENTIO_HOST_SHADOW_H

#include <stdint.h>

#include "channel/channel.h"
#include "hub/hub.h"

struct request;
struct shadow;

/*
 * A new version of a channel's plugin that runs beside the old one on the same input: in a worker,
 * begun with the old one's state, and without being heard. What it asks for is compared with what
 * the old one asked for. The hub's thread.
 */

/* Answered 202 once it runs; 404, 409 or 422 with the reason if it does not. */
void shadow_begin(struct hub *hub, uint32_t io, struct request *request,
                  struct sentio_bytes channel, struct sentio_bytes plugin, int64_t duration_ms);
/* How far it is, and what it has found: also after its end, until the next one begins. */
void shadow_report(struct hub *hub, uint32_t io, struct request *request,
                   struct sentio_bytes channel);
/* Ends it; its report stays. */
void shadow_stop(struct hub *hub, uint32_t io, struct request *request,
                 struct sentio_bytes channel);

/* The channel's plugin gets this call, which has its time; or has had it. What its answer is told
 * with; 0: it is not compared. */
uint64_t shadow_called(struct shadow *shadow, const struct call *call);
/* The channel's plugin has answered it. `id`: what shadow_called() has returned, or of a shadow
 * before. */
void shadow_answered(struct shadow *shadow, uint64_t id, const struct result *result);
/* Sends it what it was given in this turn of the loop. */
void shadow_flush(struct shadow *shadow);

/* There is nothing to be compared with any more. */
void shadow_end(struct shadow *shadow, const char *why);
/* The configuration has moved; the channel's in it says the same to a plugin. */
void shadow_configure(struct shadow *shadow, const struct config_channel *config,
                      const struct config *host);
/* NULL is allowed. */
void shadow_destroy(struct shadow *shadow);

#endif
