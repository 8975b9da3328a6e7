/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATIC_SEND_H
#define SENTIO_HOST_STATIC_SEND_H

#include <stdint.h>

#include <sentio/sdk.h>

struct connection;
struct request;
struct static_site;

/*
 * An answer whose body lies in a site's memory, on its way to a peer that may be slow: nothing of
 * it is copied but its first few KiB, and the site lives until it is through. Past libwebsockets
 * (bypass.h), which has the connection and gets it back for the next request. In the io thread.
 */
struct static_send;

/* Sends the head, which is taken over, and the body, and ends the request. Not 0: close the
 * connection. */
int static_send(struct request *request, struct static_site *site, struct sentio_writer *head,
                struct sentio_bytes body);

/* Its socket, which arrival.h watches, has these events of epoll. */
void static_send_ready(struct connection *connection, uint32_t events);

void static_send_destroy(struct static_send *send); /* NULL is allowed */

#endif
