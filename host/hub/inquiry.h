/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_INQUIRY_H
#define SENTIO_HOST_INQUIRY_H

#include "hub.h"
#include "plugin/effects.h"

/* REST requests, answered by a channel's plugin (protocol section 2) or by the host. */

void inquiry_query(struct hub *hub, const struct query_message *query);
/* A plugin's respond. */
void inquiry_effect(struct channel *channel, const struct effect *effect);
/* render() was called: the request is answered now, or by a later respond. */
void inquiry_called(struct hub *hub, uint64_t id, const struct result *result);
/* The channel is removed: what waits for it is answered with 503. */
void inquiry_remove_channel(struct hub *hub, const struct channel *channel);
void inquiry_tick(struct hub *hub);
void inquiry_destroy_all(struct hub *hub);

#endif
