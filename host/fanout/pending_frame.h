/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PENDING_FRAME_H
#define SENTIO_HOST_PENDING_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame/frame.h"
#include "io/connection.h"
#include "pending.h"

/*
 * Frames of what was held back for one member, a piece at a time. In the io thread.
 */

enum { PENDING_PIECE = 64 * 1024 }; /* bytes that are made into frames at a time */

/*
 * Frames of the oldest items, about `room` bytes, one behind the other; their items are let go.
 * *prev: the offset that the member is covered to, before them and after. What was published
 * together goes together, on a channel of arrays. `replay`: they say that they are of the past.
 * False: there are none.
 */
bool pending_frames(struct arena *arena, const struct member *member, struct pending *pending,
                    uint64_t *prev, bool replay, size_t room, struct span *span);

#endif
