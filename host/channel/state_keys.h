/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATE_KEYS_H
#define SENTIO_HOST_STATE_KEYS_H

#include <stdbool.h>

#include "channel.h"

/* The idempotency keys in a channel's saved state (state.h): a line each. */

void state_keys_write(struct sentio_writer *out, const struct publish_keys *keys);

/* Whether the line is one of them. */
bool state_keys_is(struct sentio_bytes line);
/* 0 or a negative code. */
int state_keys_restore(struct publish_keys *keys, struct sentio_bytes line);

#endif
