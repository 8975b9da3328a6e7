/* SPDX-License-Identifier: MIT */
#include "publish.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "channel/idempotency.h"
#include "http/header.h"
#include "hub/view.h"
#include "io/deadline.h"
#include "publish_socket.h"
#include "publisher.h"

/* A body that is refused is still read up to this size, so that the answer is not lost. */
enum { DISCARD_MAX = 64 * 1024 * 1024, SMALL_BODY_MAX = 4096 };

const struct stream *publish_channel(const struct view *view, struct sentio_bytes name) {
    const struct view_channel *channel = view_channel_named(view, name);
    return channel && channel->stream->type[0] ? channel->stream : NULL;
}

/* The media type, with or without parameters. */
static bool is_type(struct sentio_bytes type, const char *wanted) {
    size_t size = strlen(wanted);
    if (type.size < size || strncasecmp(type.data, wanted, size) != 0)
        return false;
    return type.size == size || memchr("; \t", type.data[size], 3) != NULL;
}

/* False: another type. */
static bool read_type(struct sentio_bytes type, bool *lines) {
    *lines = is_type(type, "application/x-ndjson");
    return *lines || is_type(type, "application/json");
}

/* draft-ietf-httpapi-idempotency-key-header leaves open what a key is. */
static bool is_key(struct sentio_bytes key) {
    for (size_t i = 0; i < key.size; i++)
        if (key.data[i] < '!' || key.data[i] > '~')
            return false;
    return key.data == NULL || (key.size > 0 && key.size <= IDEMPOTENCY_KEY_MAX);
}

const char *publish_authorize(const struct connection *connection, struct sentio_bytes token) {
    const struct view *view = connection->io->view;
    if (!auth_publishers_have_keys(view->auth))
        return connection->loopback ? "loopback" : NULL;
    return auth_publisher(view->auth, token);
}

/* Refused, but only once the body has been read: closing on unread bytes could lose the answer. */
static void refuse_later(struct request *request, uint32_t status, const char *detail) {
    if (request->refused)
        return;
    request->refused = status;
    request->detail = detail;
}

static void expect_body(struct request *request, struct sentio_bytes expect) {
    static const char go_on[] = "100-continue";
    if (expect.size == sizeof(go_on) - 1 && strncasecmp(expect.data, go_on, expect.size) == 0)
        http_go_on(request);
}

static struct publish_message *create_message(struct request *request, const char *publisher,
                                              struct sentio_bytes key, bool lines) {
    struct publish_message *message =
        publish_message_create(sentio_text(publisher), key, sentio_bytes(NULL, request->length));
    if (message == NULL)
        return NULL;
    message->lines = lines;
    message->io = (uint32_t)request->io->index;
    message->channel = request->channel;
    message->request = request;
    return message;
}

int publish_refuse(struct request *request, const struct header *header, uint32_t status,
                   const char *detail) {
    if (request->method != METHOD_POST || request->length == 0 || request->length > DISCARD_MAX)
        return http_refuse(request, status, detail);
    refuse_later(request, status, detail);
    expect_body(request, header->expect);
    return 0;
}

int publish_begin_as(struct request *request, const struct header *header,
                     struct sentio_bytes channel, const char *publisher) {
    const struct view *view = request->io->view;
    const struct stream *stream = publish_channel(view, channel);
    bool lines = false;
    if (request->method != METHOD_POST)
        return http_refuse(request, 405, "publishing takes POST");
    if (header->length_error == SENTIO_NOT_FOUND)
        return http_refuse(request, 411, "send a Content-Length");
    if (request->length > DISCARD_MAX)
        return http_refuse(request, 413, "the body is over publish.body_size");
    if (request->length > (size_t)view->config->publish.body_size)
        refuse_later(request, 413, "the body is over publish.body_size");
    else if (stream == NULL)
        refuse_later(request, 404, "there is no such channel, or it takes no publishes");
    else if (publisher == NULL)
        refuse_later(request, 401, "a publisher key is required: Authorization: Bearer <key>");
    else if (!read_type(header->type, &lines))
        refuse_later(request, 415,
                     "the Content-Type must be application/json or application/x-ndjson");
    else if (!is_key(header->key))
        refuse_later(request, 400, "the Idempotency-Key must be 1 to 255 visible characters");
    else if (request->length == 0)
        refuse_later(request, 422,
                     lines ? "the body has no update in it" : "the body must be a JSON object");
    if (request->length == 0)
        return http_refuse(request, request->refused, request->detail);
    request->channel = stream ? stream->index : 0;
    if (!request->refused) {
        request->message = create_message(request, publisher, header->key, lines);
        if (request->message == NULL)
            return http_refuse(request, 503, "the host is out of memory");
    }
    expect_body(request, header->expect);
    return 0;
}

int publish_begin(struct request *request, const struct header *header,
                  struct sentio_bytes channel) {
    return publish_begin_as(request, header, channel,
                            publish_authorize(request->connection, header->token));
}

/* What takes a small JSON object, as a message of that kind. */
struct small {
    enum message_kind kind;
    uint32_t channel;
    const char *publisher;
    struct sentio_bytes key;
};

static int begin_small(struct request *request, const struct header *header,
                       const struct small *small) {
    if (request->length > DISCARD_MAX)
        return http_refuse(request, 413, "the body is over 4096 bytes");
    if (request->length > SMALL_BODY_MAX)
        refuse_later(request, 413, "the body is over 4096 bytes");
    else if (!is_type(header->type, "application/json"))
        refuse_later(request, 415, "the Content-Type must be application/json");
    else if (request->length == 0)
        refuse_later(request, 422, "the body must be a JSON object");
    if (request->length == 0)
        return http_refuse(request, request->refused, request->detail);
    request->channel = small->channel;
    if (!request->refused) {
        request->message = create_message(request, small->publisher, small->key, false);
        if (request->message == NULL)
            return http_refuse(request, 503, "the host is out of memory");
        request->message->head.kind = small->kind;
    }
    expect_body(request, header->expect);
    return 0;
}

int publish_begin_ack(struct request *request, const struct header *header, uint32_t channel) {
    const struct small small = {.kind = MESSAGE_ACK, .channel = channel, .publisher = ""};
    request->posts = true;
    if (request->method != METHOD_POST)
        return http_refuse(request, 405, "this resource takes POST");
    if (header->length_error == SENTIO_NOT_FOUND)
        return http_refuse(request, 411, "send a Content-Length");
    return begin_small(request, header, &small);
}

int publish_begin_question(struct request *request, const struct header *header, uint32_t resource,
                           const char *name, struct sentio_bytes parameters) {
    const struct small small = {
        .kind = MESSAGE_ADMIN, .channel = resource, .publisher = name, .key = parameters};
    return begin_small(request, header, &small);
}

/*
 * A request that was sent before the one ahead of it was answered: libwebsockets 4.1.6 then hands
 * over the request's own first line as its body. No JSON begins like that. It is refused, and the
 * connection closed: a client that pipelines must be ready for that (RFC 9112 section 9.3.2), and
 * nothing is misread.
 */
static bool is_pipelined(const struct request *request, const char *data, size_t size) {
    static const char line[] = "POST /";
    size_t compared = size < sizeof(line) - 1 ? size : sizeof(line) - 1;
    return request->received == 0 && memcmp(data, line, compared) == 0;
}

int publish_body(struct request *request, const char *data, size_t size) {
    /* The library says so of a POST whose Content-Length is 0. */
    if (size == 0 || request->endless)
        return 0;
    if (request->asked || size > request->length - request->received)
        return -1;
    if (request->connection->publisher == NULL && is_pipelined(request, data, size))
        return http_refuse(request, 503, "sent ahead of the answer before it: send it again");
    if (request->message)
        memcpy(request->message->space + request->received, data, size);
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
    request->waits = true;
    *link = request;
    io_retry_soon(request->io);
}

static void stop_waiting(struct request *request) {
    struct request **link = &request->io->waiting;
    if (!request->waits)
        return;
    while (*link != request)
        link = &(*link)->next;
    *link = request->next;
    request->waits = false;
}

void publish_cancel(struct request *request) {
    stop_waiting(request);
    if (request->message)
        message_destroy(&request->message->head);
    request->message = NULL;
    request->asked = false;
}

/* The hub may answer at once, but its answer is read by this thread, later. */
static bool offer(struct request *request) {
    if (!queue_offer(request->io->host->to_hub, &request->message->head))
        return false;
    request->message = NULL;
    return true;
}

void publish_hand_over(struct request *request) {
    http_pause(request);
    if (request->io->waiting != NULL || !offer(request))
        wait_for_room(request);
}

int publish_complete(struct request *request) {
    if (request->length == 0) /* it takes no body, and the hub has it */
        return 0;
    if (request->asked || request->received != request->length)
        return -1;
    if (request->refused)
        return http_refuse(request, request->refused, request->detail);
    publish_hand_over(request);
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
    int64_t wait = io->view->config->publish.wait;
    struct request *request = io->waiting;
    while (request != NULL) {
        struct request *next = request->next;
        if (offer(request)) {
            stop_waiting(request);
            if (request->connection->publisher)
                publisher_wake(request->connection->publisher);
            if (request->connection->publishing)
                publish_socket_wake(request->connection);
        } else if (io_now(io) - request->waiting_since >= wait) {
            give_up(request);
        }
        request = next;
    }
}
