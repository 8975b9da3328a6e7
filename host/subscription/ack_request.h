/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ACK_REQUEST_H
#define SENTIO_HOST_ACK_REQUEST_H

#include "hub/hub.h"

/* POST <route>/ack (protocol section 2), by which those acknowledge who have no WebSocket. The
 * hub's part. */
void ack_request(struct hub *hub, const struct publish_message *message);

#endif
