/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATIC_ANSWER_H
#define SENTIO_HOST_STATIC_ANSWER_H

#include <sentio/sdk.h>

struct header;
struct request;

/* Answers a request for what neither the host nor a channel has at `path`, with a file of the
 * dashboard's, or 404. In the io thread. Not 0: close the connection. */
int static_answer(struct request *request, const struct header *header, struct sentio_bytes path);

#endif
