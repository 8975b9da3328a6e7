/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_BYPASS_H
#define SENTIO_HOST_BYPASS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection;

/*
 * Writing to a socket that libwebsockets has, past it: in the middle of an HTTP transaction it can
 * watch no socket without spinning when the peer sends ahead or ends. The library must hold nothing
 * for the peer, and be told not to read (lws_rx_flow_control). In the io thread.
 */

/* As many bytes as the socket takes; -1: it has failed. Over TLS, what was not taken must be what
 * is written next. */
ssize_t bypass_write(const struct connection *connection, const uint8_t *data, size_t size);

#endif
