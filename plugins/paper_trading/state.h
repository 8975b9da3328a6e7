/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_STATE_H
#define PAPER_TRADING_STATE_H

#include "channel.h"

#define STATE_FORMAT 1

/*
 * The whole state in bytes that mean the same on every machine: integers little-endian, doubles as
 * their IEEE 754 bits, texts with their length before them, in one byte.
 */

void state_save(const struct sentio_channel *channel, struct sentio_writer *writer);

/*
 * Fills a channel that open() has just made. Options may have changed since the save: a user that
 * is no longer named is left out and a new one starts afresh, a shorter window keeps the newest
 * samples, another rsi_period is worked out anew from the samples that were kept, and symbols
 * beyond a lower max_symbols stay. SENTIO_INVALID when the bytes are no such state,
 * SENTIO_NO_MEMORY; the channel is then as open() made it.
 */
int state_restore(struct sentio_channel *channel, struct sentio_bytes state, int64_t now);

#endif
