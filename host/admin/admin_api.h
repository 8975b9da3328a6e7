/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ADMIN_API_H
#define SENTIO_HOST_ADMIN_API_H

#include <stdbool.h>

#include "http/http.h"
#include "model/message.h"

struct header;
struct hub;

/*
 * /api/v1/host: what an operator sees and does in a browser (docs/host-api.md). Over the public
 * listeners for who has an admin token, and over the control socket.
 */

/* A question that the hub answers. Everything is valid for the call. */
struct admin_question {
    uint32_t io;
    struct request *request;
    struct sentio_bytes name;       /* whose token it is: "admin:operator"; or "control" */
    struct sentio_bytes parameters; /* of the path and the query (parameter.h) */
    struct sentio_bytes body;       /* of a POST, at most 4096 bytes; may be empty */
};

/* Whether the path is one of the API's. */
bool admin_api_has(struct sentio_bytes path);
/* Answers what is there, or has it answered: as http_dispatch. In the connection's io thread. */
int admin_api_dispatch(struct request *request, const struct header *header,
                       struct sentio_bytes path);

/* What the io thread has asked: QUERY_ADMIN; MESSAGE_ADMIN, a POST with a body. The hub's thread.
 */
void admin_api_query(struct hub *hub, const struct query_message *query);
void admin_api_post(struct hub *hub, const struct publish_message *message);

/* Answers 200 with the JSON in `body`, which is freed. */
void admin_api_respond(struct hub *hub, const struct admin_question *question,
                       struct sentio_writer *body);
/* {"detail": detail} */
void admin_api_refuse(struct hub *hub, const struct admin_question *question, uint32_t status,
                      const char *detail);

#endif
