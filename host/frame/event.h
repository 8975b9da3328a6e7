/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_EVENT_H
#define SENTIO_HOST_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "frame.h"
#include "model/stream.h"

/*
 * Server-Sent Events (WHATWG HTML section 9.2), which are made of the frames that WebSocket clients
 * get, so that everything is composed once, in one form. An event ends with a blank line, and has
 * none within it.
 */

/* A frame whose payload {"channel","offset","epoch"} tells a reader where it stands, without an
 * event: a block with an id alone. Never sent to a WebSocket (its opcode is reserved). */
enum { FRAME_POSITION = 0xb };

/* How far the reader of a channel has come. */
struct event_place {
    const char *name; /* of its channel; as long as that */
    bool known;
    uint64_t offset;
    char epoch[EPOCH_SIZE];
};

/* Of a reader of several channels, whose ids name each of them. */
struct event_places {
    size_t count;
    struct event_place *items;
};

/* The id of an event after which the reader is not to come back with the same credentials. */
#define EVENT_ID_CLOSED "closed"

/*
 * The frames' events, one behind the other. `places` NULL: of one channel, and an event's id is its
 * own position; else `places` moves on, and an id says all of it. SENTIO_NO_MEMORY.
 */
int event_frames(struct arena *arena, struct span from, struct event_places *places,
                 struct span *span);

/* The same of one message's text. */
int event_text(struct arena *arena, struct sentio_bytes text, struct event_places *places,
               struct span *span);

/* The length of the event that begins at `data`; `size` when its end is not there. */
size_t event_length(const uint8_t *data, size_t size);

#endif
