/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PUBLICATION_H
#define SENTIO_HOST_PUBLICATION_H

#include "channel.h"

/* An update's way from a call's emits to order, log, subscribers and the publisher's answer. */

/* Whether what a call asked for goes to the engine, which then leads to the publisher's answer. */
bool publication_due(const struct channel *channel, const struct effects *effects);
/* The emitted items as one update to the engine, with what a durable channel forwards.
 * `publisher` NULL: nobody is answered; `consequence`: as for channel_carry_out(). */
void publication_order(struct channel *channel, struct effects *effects,
                       const struct publisher *publisher, int64_t consequence);
/* The engine has ordered it (struct engine). */
void publication_ordered(void *context, struct update *update, void *token);
/* The engine could not: it is refused with 503. */
void publication_failed(void *context, struct update *update, void *token, const char *why);

/* Answers, to a publisher over HTTP; others are logged when refused. */
void publication_accept(struct channel *channel, const struct publisher *publisher,
                        uint32_t accepted, uint64_t offset);
/* Anything but 200, over HTTP. */
void publication_answer(struct channel *channel, const struct publisher *publisher, uint32_t status,
                        struct sentio_bytes body);
void publication_refuse(struct channel *channel, const struct publisher *publisher, uint32_t status,
                        const char *detail);
void publication_malformed(struct channel *channel, const struct publisher *publisher,
                           const struct sentio_json_error *error);
/* 422 with every rejection. */
void publication_reject(struct channel *channel, const struct publisher *publisher,
                        const struct effects *effects);

#endif
