/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_HTTP_H
#define SENTIO_HOST_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "io/connection.h"
#include "io/io.h"

/*
 * HTTP/1.1 (RFC 9112) as far as this host has it: REST, publishing, refusals of upgrades. In the io
 * thread that has the connection.
 */

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OPTIONS, METHOD_OTHER };

/* HEADER_MAX_SIZE: of all that a request says before its body. */
enum { PATH_MAX_SIZE = 1024, QUERY_MAX_SIZE = 4096, HEADER_MAX_SIZE = 8192 };

/*
 * One request, from its header to its answer. While the hub has it (`asked`), it outlives its
 * connection.
 */
struct request {
    struct connection *connection; /* NULL: gone */
    struct io *io;
    struct request *next; /* of io->waiting */
    enum method method;
    bool asked;       /* the hub has it, or is to have it */
    bool waits;       /* in io->waiting */
    bool upgrade;     /* it is to become a WebSocket */
    bool posts;       /* what is at its path takes POST alone */
    bool endless;     /* no length, of which libwebsockets makes 100 MiB: the connection ends */
    uint32_t channel; /* PUBLISH */
    size_t length;    /* Content-Length */
    size_t received;
    char *origin;     /* allowed, so the answer names it; NULL: none was sent */
    char *admin;      /* the token of who asks for a trace; NULL: none is needed */
    uint32_t refused; /* status that it is answered with once its body is read; 0: none */
    const char *detail;
    struct static_send *send;        /* static_send.h; NULL: it is not answered by that */
    int64_t waiting_since;           /* loop time in ms */
    struct publish_message *message; /* until the hub's queue takes it; NULL: none */

    struct request *later; /* publisher.h: the connection's next */
    struct sentio_writer answer;
    bool answered;   /* `answer` waits for those before it */
    bool last;       /* its connection is closed after it */
    bool keep_alive; /* HTTP/1.0 asked for it */
    bool expects;    /* "100 Continue" is due when those before it are answered */
};

/* A new one; NULL: out of memory. */
struct request *http_request(struct connection *connection, enum method method);
/* Frees it. */
void http_end(struct request *request);
/* Its connection is gone; it is freed once the hub has answered. */
void http_forget(struct request *request);

/* What every request is checked for first: 0, or the status that refuses it and the reason. */
struct header;
uint32_t http_check(struct request *request, const struct header *header, const char **detail);
/* Of who has the token: SENTIO_ROLE_... */
struct view;
uint32_t http_roles(const struct view *view, struct sentio_bytes token);
/* Answers what is at `path`, or has it answered. Not 0: close the connection. */
int http_dispatch(struct request *request, const struct header *header, struct sentio_bytes path);

/* LWS_CALLBACK_HTTP: the header is complete. Not 0: close the connection. */
int http_begin(struct connection *connection, struct lws *wsi, const char *path, size_t size);
/* LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: 0 goes on with the upgrade; 1: refused, the answer is written;
 * -1: close at once. */
int http_upgrade(struct connection *connection, struct lws *wsi);

/* The connection is gone. */
void http_gone(struct connection *connection);

/* The hub's answer. */
void http_deliver(struct io *io, struct message *message);

/* Writes the answer and ends the request, which is gone then. Not 0: close the connection. */
struct response;
int http_send(struct request *request, struct response *response);
/* The answer is written, over libwebsockets: the request ends. Not 0: close the connection. */
int http_sent(struct request *request, bool close);
/* The same with {"detail": detail}. */
int http_refuse(struct request *request, uint32_t status, const char *detail);

/* Hands a question to the hub, which takes it over; NULL: out of memory. The connection reads
 * nothing until it is answered. Not 0: close the connection. */
int http_ask(struct request *request, struct query_message *query);

/* The hub has it; its connection reads nothing until it is answered. */
void http_pause(struct request *request);

/* Tells a client that waits for it to send the body: 100 (RFC 9110 section 10.1.1). */
void http_go_on(struct request *request);

/* The hub is done with the request: its connection reads again. Not 0: the connection is gone, and
 * so is the request. */
int http_resume(struct request *request);

#endif
