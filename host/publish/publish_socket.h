/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PUBLISH_SOCKET_H
#define SENTIO_HOST_PUBLISH_SOCKET_H

#include "http/http.h"

/*
 * A publisher's WebSocket, /ws/publish (protocol section 3): each message is an update that names
 * its channel; the answers go out in the order of the messages. While 64 of them are not answered,
 * or 64 KiB of answers not taken, nothing more is read. In the io thread that has the connection.
 */
struct publish_socket;

enum { PUBLISH_SOCKET_FRAMES = 64 /* read and not answered */ };

/* For a connection that is about to become one; `token`: what its handshake came with. 0 or
 * SENTIO_NO_MEMORY. */
int publish_socket_create(struct connection *connection, struct sentio_bytes token);
/* The connection is gone. NULL is allowed. */
void publish_socket_destroy(struct publish_socket *socket);

/* A whole message of the publisher's. */
void publish_socket_receive(struct connection *connection, struct sentio_bytes text);
/* The answer to one of its requests, which is gone then. Always 0. */
int publish_socket_answer(struct request *request, const struct response *response);
/* It may read on, if nothing else stands against it. */
void publish_socket_wake(struct connection *connection);

/* Closes it once what it has sent is answered; nothing more is read. */
void publish_socket_end(struct connection *connection, uint16_t code, const char *reason);

#endif
