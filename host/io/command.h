/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_COMMAND_H
#define SENTIO_HOST_COMMAND_H

#include <sentio/sdk.h>

#include "connection.h"

/* A whole text message of a client: checked, answered here (ping, errors) or handed to the hub. */
void command_receive(struct connection *connection, struct sentio_bytes text);
/* The same of one that the host has made of a request: no rate is counted. */
void command_run(struct connection *connection, struct sentio_bytes text);

#endif
