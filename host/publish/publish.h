/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PUBLISH_H
#define SENTIO_HOST_PUBLISH_H

#include "http/http.h"

/* POST /api/v1/publish/<channel> (protocol section 3), from header to the hub's queue. The results
 * that are ints are those of a libwebsockets callback: not 0 closes the connection. Where the
 * request is answered it may be gone. */

struct header;
int publish_begin(struct request *request, const struct header *header,
                  struct sentio_bytes channel);
/* The same where it is known who publishes; NULL: nobody who may. */
int publish_begin_as(struct request *request, const struct header *header,
                     struct sentio_bytes channel, const char *publisher);
/* The same for POST <route>/ack, whose body is a small one, and needs no key. */
int publish_begin_ack(struct request *request, const struct header *header, uint32_t channel);
/* The same for a POST with a body to /api/v1/host (admin_api.h). */
int publish_begin_question(struct request *request, const struct header *header, uint32_t resource,
                           const char *name, struct sentio_bytes parameters);
/* Refuses it; a POST once its body has been read, because closing on unread bytes could lose the
 * answer. */
int publish_refuse(struct request *request, const struct header *header, uint32_t status,
                   const char *detail);
/* Part of the body; its end. */
int publish_body(struct request *request, const char *data, size_t size);
int publish_complete(struct request *request);

/* The same for a message of /ws/publish: its body is in request->message. */
void publish_hand_over(struct request *request);

struct stream;
struct view;
/* The channel that takes publishes by that name; NULL: none. */
const struct stream *publish_channel(const struct view *view, struct sentio_bytes name);
/* Who publishes with that token: the key's name, or NULL. In open mode without a keys file
 * everybody on this machine may. */
const char *publish_authorize(const struct connection *connection, struct sentio_bytes token);

/* Publishers of this thread that wait for room in the hub's queue: try again; after publish.wait
 * they are answered 503. */
void publish_retry(struct io *io);
/* The request does not wait any more. */
void publish_cancel(struct request *request);

#endif
