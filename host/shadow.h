/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SHADOW_H
#define SENTIO_HOST_SHADOW_H

#include <stdint.h>

#include "channel.h"
#include "hub.h"

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

/* The channel's plugin is about to get this call. What the call's asker carries as `shadowed`; 0:
 * it is not compared. */
uint32_t shadow_called(struct shadow *shadow, const struct call *call);
/* Sends it what it was given in this turn of the loop. */
void shadow_flush(struct shadow *shadow);
/* It has answered the oldest call that it has not; `id`: the call's `shadowed`. */
void shadow_answered(struct shadow *shadow, uint32_t id, const struct result *result);
/* The channel's plugin is another, or gone: there is nothing to be compared with. */
void shadow_end(struct shadow *shadow, const char *why);
/* The channel's configuration has moved. */
void shadow_configure(struct shadow *shadow, const struct config_channel *config);
/* NULL is allowed. */
void shadow_destroy(struct shadow *shadow);

#endif
