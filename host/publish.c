/* SPDX-License-Identifier: MIT */
#include "publish.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "deadline.h"
#include "header.h"

/* A body that is refused is still read up to this size, so that the answer is not lost. */
enum { DISCARD_MAX = 64 * 1024 * 1024 };

static const struct stream *find_channel(const struct host *host, struct sentio_bytes name) {
    for (size_t i = 0; i < host->stream_count; i++)
        if (sentio_is(name, host->streams[i]->name) && host->streams[i]->type[0])
            return host->streams[i];
    return NULL;
}

/* "application/json", with or without parameters. */
static bool is_json(struct lws *wsi) {
    static const char json[] = "application/json";
    char space[256];
    struct sentio_bytes type;
    if (header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, space, sizeof(space), &type) != 0)
        return false;
    if (type.size < sizeof(json) - 1 || strncasecmp(type.data, json, sizeof(json) - 1) != 0)
        return false;
    return type.size == sizeof(json) - 1 || strchr("; \t", type.data[sizeof(json) - 1]) != NULL;
}

/* Who publishes: the key's name. In open mode without a keys file everybody on this machine may. */
static bool authorize(struct request *request, struct lws *wsi) {
    const struct host *host = request->io->host;
    char space[HEADER_MAX_SIZE];
    if (!auth_publishers_have_keys(host->auth)) {
        request->publisher = strdup(request->connection->loopback ? "loopback" : "");
        return request->connection->loopback;
    }
    const char *name = auth_publisher(host->auth, header_token(wsi, space, sizeof(space)));
    request->publisher = strdup(name ? name : "");
    return name != NULL;
}

/* Refused, but only once the body has been read: closing on unread bytes could lose the answer. */
static void refuse_later(struct request *request, uint32_t status, const char *detail) {
    if (request->refused)
        return;
    request->refused = status;
    request->detail = detail;
}

static void expect_body(struct request *request, struct lws *wsi) {
    static unsigned char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    char space[32];
    struct sentio_bytes expect;
    if (header_copy(wsi, WSI_TOKEN_HTTP_EXPECT, space, sizeof(space), &expect) == 0 &&
        expect.size == 12 && strncasecmp(expect.data, "100-continue", 12) == 0)
        lws_write(request->connection->wsi, go_on, sizeof(go_on) - 1, LWS_WRITE_RAW);
}

int publish_begin(struct request *request, struct lws *wsi, struct sentio_bytes channel) {
    const struct host *host = request->io->host;
    const struct stream *stream = find_channel(host, channel);
    if (request->method != METHOD_POST)
        return http_refuse(request, 405, "publishing takes POST");
    if (request->length > DISCARD_MAX)
        return http_refuse(request, 413, "the body is over publish.body_size");
    if (request->length > (size_t)host->config->publish.body_size)
        refuse_later(request, 413, "the body is over publish.body_size");
    else if (stream == NULL)
        refuse_later(request, 404, "there is no such channel, or it takes no publishes");
    else if (!authorize(request, wsi))
        refuse_later(request, 401, "a publisher key is required: Authorization: Bearer <key>");
    else if (!is_json(wsi))
        refuse_later(request, 415, "the Content-Type must be application/json");
    request->channel = stream ? stream->index : 0;
    request->body = request->refused ? NULL : malloc(request->length ? request->length : 1);
    if (request->body == NULL && !request->refused)
        return http_refuse(request, 503, "the host is out of memory");
    if (request->length == 0) {
        refuse_later(request, 422, "the body must be a JSON object");
        return http_refuse(request, request->refused, request->detail);
    }
    expect_body(request, wsi);
    return 0;
}

/*
 * A request that was sent before the one ahead of it was answered: libwebsockets 4.1.6 then hands
 * over the request's own first line as its body. No JSON begins like that. The connection is
 * closed: a client that pipelines must be ready for that (RFC 9112 section 9.3.2), and nothing is
 * misread.
 */
static bool is_pipelined(const struct request *request, const char *data, size_t size) {
    static const char line[] = "POST /api/v1/publish/";
    size_t compared = size < sizeof(line) - 1 ? size : sizeof(line) - 1;
    return request->received == 0 && memcmp(data, line, compared) == 0;
}

int publish_body(struct request *request, const char *data, size_t size) {
    if (request->asked || size > request->length - request->received)
        return -1;
    if (size > 0 && is_pipelined(request, data, size))
        return -1;
    if (request->body)
        memcpy(request->body + request->received, data, size);
    request->received += size;
    return 0;
}

/* Behind those that wait already. */
static void wait_for_room(struct request *request) {
    struct request **link = &request->io->waiting;
    while (*link != NULL)
        link = &(*link)->next;
    request->waiting_since = io_now(request->io);
    request->next = NULL;
    *link = request;
    io_retry_soon(request->io);
}

void publish_cancel(struct request *request) {
    struct request **link = &request->io->waiting;
    while (*link != NULL && *link != request)
        link = &(*link)->next;
    if (*link != NULL)
        *link = request->next;
    message_destroy(request->message);
    request->message = NULL;
    request->asked = false;
}

int publish_complete(struct request *request) {
    if (request->asked || request->received != request->length)
        return -1;
    if (request->refused)
        return http_refuse(request, request->refused, request->detail);
    struct publish_message *message = publish_message_create(
        sentio_text(request->publisher), sentio_bytes(request->body, request->length));
    if (message == NULL)
        return http_refuse(request, 503, "the host is out of memory");
    message->io = (uint32_t)request->io->index;
    message->channel = request->channel;
    message->request = request;
    free(request->body);
    request->body = NULL;
    request->asked = true;
    deadline_set(request->connection, DEADLINE_NONE);
    lws_set_timeout(request->connection->wsi, NO_PENDING_TIMEOUT, 0);
    lws_rx_flow_control(request->connection->wsi, 0);
    if (request->io->waiting == NULL && queue_offer(request->io->host->to_hub, &message->head))
        return 0;
    request->message = &message->head;
    wait_for_room(request);
    return 0;
}

static void give_up(struct request *request) {
    struct connection *connection = request->connection;
    publish_cancel(request);
    if (http_resume(request) != 0)
        return;
    if (http_refuse(request, 503, "the host is busy: try again") != 0)
        deadline_expire(connection);
}

void publish_retry(struct io *io) {
    int64_t wait = io->host->config->publish.wait;
    struct request *request = io->waiting;
    while (request != NULL) {
        struct request *next = request->next;
        if (queue_offer(io->host->to_hub, request->message)) {
            request->message = NULL;
            publish_cancel(request);
            request->asked = true;
        } else if (io_now(io) - request->waiting_since >= wait) {
            give_up(request);
        }
        request = next;
    }
}
