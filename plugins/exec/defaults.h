/* SPDX-License-Identifier: MIT */
#ifndef EXEC_DEFAULTS_H
#define EXEC_DEFAULTS_H

#include "channel.h"

/* What becomes of a call that the program leaves to us. Each returns what the callback does. */

/* {"data": item} or {"data": [item, ...]}: each is published, with the option `topic_field` under
 * the topic that it names there, else to everybody. */
int default_publish(struct sentio_call *call, struct sentio_bytes payload);

/* Everybody may subscribe: to the "topics" (or "symbols") of the request, or to everything. */
int default_subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                      struct sentio_bytes request);
int default_unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                        struct sentio_bytes request);

/* There are no other actions. */
int default_message(struct sentio_call *call, const struct sentio_subscriber *subscriber);

#endif
