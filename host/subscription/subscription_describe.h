/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SUBSCRIPTION_DESCRIBE_H
#define SENTIO_HOST_SUBSCRIPTION_DESCRIBE_H

#include "hub/hub.h"

/* Writes what is subscribed to, for people: {"name","topics","all","symbols","filters"}, at most
 * `most` symbols. False: there is no such subscription, or it was not accepted yet. */
bool subscription_describe(const struct hub *hub, uint64_t conn, size_t most,
                           struct sentio_writer *out);

#endif
