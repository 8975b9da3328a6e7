/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SSE_QUERY_H
#define SENTIO_HOST_SSE_QUERY_H

#include <stdbool.h>

#include <sentio/sdk.h>

#include "frame/event.h"

/*
 * The query of a request for Server-Sent Events, as the subscribe that a WebSocket client would
 * have sent. Any thread.
 */

enum { SSE_CHANNELS_MAX = 16, SSE_NAME_MAX = 33 };

/* The names in "channels=a,b", each once. SENTIO_INVALID: none, too many, or one that no channel
 * can have. */
struct sse_names {
    size_t count;
    char items[SSE_CHANNELS_MAX][SSE_NAME_MAX];
};
int sse_query_channels(struct sentio_bytes list, struct sse_names *names);

/*
 * Where a reader stands, by the id of an event: "<epoch>:<offset>", or "<channel>=" before it and
 * several of them joined by commas. False: it says nothing of that channel. One that no host has
 * written is a place that no history reaches.
 */
bool sse_query_place(struct sentio_bytes id, struct event_place *place);

/*
 * {"action":"subscribe",...} with the parameters, which are a JSON object of strings. `names` NULL:
 * of the one channel that the request's path names; else of place->name, with what is given for it
 * alone ("<channel>.symbols") before what is given for all, and named. A known place is where it
 * goes on from.
 */
void sse_query_subscribe(struct sentio_bytes parameters, const struct sse_names *names,
                         const struct event_place *place, struct sentio_writer *out);

#endif
