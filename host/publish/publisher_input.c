/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "io/io.h"
#include "http/header.h"
#include "http/target.h"
#include "publish.h"
#include "publisher_internal.h"

bool publisher_blocked(const struct publisher *publisher) {
    if (publisher->leaving || publisher->broken ||
        publisher->output.size - publisher->sent >= PUBLISHER_OUTPUT)
        return true;
    if (publisher->body)
        return false;
    return publisher->count >= PUBLISHER_REQUESTS || (publisher->last && publisher->last->waits);
}

/* There is nothing more to be read, whatever comes. */
static bool is_done(const struct publisher *publisher) {
    return publisher->closing && publisher->body == NULL;
}

static struct request *append(struct publisher *publisher) {
    struct request *request = http_request(publisher->connection, METHOD_POST);
    if (request == NULL) {
        publisher->broken = true;
        return NULL;
    }
    if (publisher->last)
        publisher->last->later = request;
    else
        publisher->first = request;
    publisher->last = request;
    publisher->body = request;
    publisher->count++;
    return request;
}

static void refuse_head(struct publisher *publisher) {
    struct request *request = append(publisher);
    if (request == NULL)
        return;
    request->length = SIZE_MAX; /* unknown: the connection can not be read any further */
    http_refuse(request, publisher->head.status, publisher->head.detail);
}

static void dispatch(struct publisher *publisher, const char *data, struct header *header) {
    const struct request_head *head = &publisher->head;
    struct request *request = publisher->body;
    char path_space[HEADER_MAX_SIZE];
    char token_space[QUERY_MAX_SIZE];
    struct sentio_bytes path;
    const char *detail;
    if (target_split(request_head_target(head, data), path_space, &path, &header->query) != 0) {
        http_refuse(request, 400, "the target must be a path, with escapes where they are needed");
        return;
    }
    header_find_token(header, request_head_authorization(head, data), token_space,
                      sizeof(token_space));
    uint32_t status = http_check(request, header, &detail);
    if (status)
        http_refuse(request, status, detail);
    else
        http_dispatch(request, header, path);
}

/* The head at `data` is complete; `more`: something follows it. */
static void begin(struct publisher *publisher, const char *data, bool more) {
    const struct request_head *head = &publisher->head;
    struct request *request = append(publisher);
    struct header header;
    if (request == NULL)
        return;
    request->last = !request_head_persists(head);
    request->keep_alive = head->old && !request->last;
    publisher->closing = request->last;
    request_head_header(head, data, &header);
    request->length = header.length;
    if (more)
        header.expect = sentio_text("");
    dispatch(publisher, data, &header);
}

/* Returns how much of it belongs to the head that it completes; 0: none. */
static size_t take_head(struct publisher *publisher, const char *data, size_t size) {
    /* RFC 9112 section 2.2: empty lines before a request are passed over. */
    if (data[0] == '\r' && (size == 1 || data[1] == '\n'))
        return size == 1 ? 0 : 2;
    enum head_result result = request_head_read(&publisher->head, data, size);
    size_t used = 0;
    if (result == HEAD_OTHER)
        publisher->leaving = true;
    if (result == HEAD_INVALID) {
        refuse_head(publisher);
        used = size;
    }
    if (result == HEAD_COMPLETE) {
        used = publisher->head.size;
        begin(publisher, data, size > used);
    }
    if (result != HEAD_MORE)
        memset(&publisher->head, 0, sizeof(publisher->head));
    return used;
}

void publisher_complete(struct request *request) {
    struct publisher *publisher = request->connection->publisher;
    if (publisher->body == request)
        publisher->body = NULL;
    publisher->progress = true;
}

static size_t take_body(struct publisher *publisher, const char *data, size_t size) {
    struct request *request = publisher->body;
    size_t left = request->length - request->received;
    size_t used = size < left ? size : left;
    publish_body(request, data, used);
    if (used < left)
        return used;
    publisher->body = NULL;
    publisher->progress = true;
    publish_complete(request);
    return used;
}

/* Returns how much was read. */
static size_t take(struct publisher *publisher, const char *data, size_t size) {
    size_t used = 0;
    while (used < size && !publisher_blocked(publisher)) {
        if (is_done(publisher))
            return size;
        size_t part = publisher->body ? take_body(publisher, data + used, size - used)
                                      : take_head(publisher, data + used, size - used);
        if (part == 0)
            break;
        used += part;
    }
    return used;
}

/* Bytes received; 0: there are none, or the stream has ended or failed. */
static size_t receive(struct publisher *publisher, char *space, size_t size) {
    ssize_t got = recv(publisher->connection->fd, space, size, 0);
    if (got > 0) {
        /* Less than there was room for: all that there was, but for the end (epoll(7)). */
        publisher->readable = (size_t)got == size || publisher->hung_up;
        return (size_t)got;
    }
    publisher->readable = false;
    publisher->ended = got == 0;
    publisher->broken = got == -1 && errno != EAGAIN;
    return 0;
}

static void hold(struct publisher *publisher, const char *data, size_t size) {
    if (size == 0 || is_done(publisher))
        return;
    publisher->held = malloc(size);
    if (publisher->held == NULL) {
        publisher->broken = true;
        return;
    }
    memcpy(publisher->held, data, size);
    publisher->held_size = size;
}

static size_t release(struct publisher *publisher, char *buffer) {
    size_t size = publisher->held_size;
    if (size > 0)
        memcpy(buffer, publisher->held, size);
    free(publisher->held);
    publisher->held = NULL;
    publisher->held_size = 0;
    return size;
}

void publisher_read(struct publisher *publisher) {
    char *buffer = publisher->connection->io->publishers.buffer;
    publisher->stopped = publisher_blocked(publisher);
    if (publisher->stopped)
        return;
    size_t size = release(publisher, buffer);
    for (;;) {
        size_t used = take(publisher, buffer, size);
        size -= used;
        if (used > 0 && size > 0)
            memmove(buffer, buffer + used, size);
        publisher->stopped = publisher_blocked(publisher);
        if (publisher->stopped || is_done(publisher) || !publisher->readable)
            break;
        size += receive(publisher, buffer + size, PUBLISHER_BUFFER - size);
        if (!publisher->readable && size == 0)
            break;
    }
    hold(publisher, buffer, size);
}
