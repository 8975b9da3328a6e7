/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_PUBLISH_H
#define PAPER_TRADING_PUBLISH_H

#include "channel.h"

/* Forwards the text, and ends the writer. A forward that fails is counted, and the first one is
 * logged: the channel that it was for misses something, everything else goes on. */
void publish_written(struct sentio_call *call, const char *channel, struct sentio_writer *writer);

/* Asks to be woken when the next figures are due. */
void publish_schedule(struct sentio_call *call);

/* Publishes the earnings and admin figures that are due, and schedules the next. */
void publish_due(struct sentio_call *call);

#endif
