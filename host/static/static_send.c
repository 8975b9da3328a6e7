/* SPDX-License-Identifier: MIT */
#include "static_send.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "http/http.h"
#include "io/arrival.h"
#include "io/bypass.h"
#include "io/deadline.h"
#include "static_site.h"

enum {
    COPIED = 8 * 1024, /* of the body goes with the head, so that what is small is one packet */
    TURN = 256 * 1024  /* at most this much is written before others have their turn */
};

struct static_send {
    struct static_site *site; /* counted */
    struct sentio_writer head;
    size_t head_sent;
    struct sentio_bytes body; /* what is left of it */
};

enum progress { FAILED, WAITS, WHOLE };

void static_send_destroy(struct static_send *send) {
    if (send == NULL)
        return;
    sentio_writer_finish(&send->head);
    static_site_unref(send->site);
    free(send);
}

/* As much of `rest` as the socket takes, `room` at most. False: the socket has failed. */
static bool write_some(const struct connection *connection, struct sentio_bytes *rest,
                       size_t *room) {
    size_t size = rest->size < *room ? rest->size : *room;
    ssize_t sent = bypass_write(connection, (const uint8_t *)rest->data, size);
    if (sent == -1)
        return false;
    *rest = sentio_bytes(rest->data + sent, rest->size - (size_t)sent);
    *room -= (size_t)sent;
    return true;
}

static enum progress go_on(const struct connection *connection, struct static_send *send) {
    size_t room = TURN;
    struct sentio_bytes head = sentio_written(&send->head);
    head = sentio_bytes(head.data + send->head_sent, head.size - send->head_sent);
    if (!write_some(connection, &head, &room))
        return FAILED;
    send->head_sent = send->head.size - head.size;
    if (head.size > 0)
        return WAITS;
    if (!write_some(connection, &send->body, &room))
        return FAILED;
    return send->body.size > 0 ? WAITS : WHOLE;
}

/* libwebsockets does not look at the socket until it is given back. */
static int wait_for_room(struct connection *connection) {
    deadline_set(connection, DEADLINE_SEND);
    lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
    lws_rx_flow_control(connection->wsi, 0);
    return arrival_watch(connection, EPOLLOUT);
}

static int finish(struct request *request) {
    struct connection *connection = request->connection;
    arrival_unwatch(connection);
    connection->fd = -1;
    return http_sent(request, connection->io->stopping);
}

int static_send(struct request *request, struct static_site *site, struct sentio_writer *head,
                struct sentio_bytes body) {
    struct connection *connection = request->connection;
    struct static_send *send = calloc(1, sizeof(*send));
    size_t copied = body.size < COPIED ? body.size : COPIED;
    sentio_write(head, sentio_bytes(body.data, copied));
    if (send == NULL || head->failed) {
        free(send);
        sentio_writer_finish(head);
        return http_refuse(request, 503, "the host is out of memory");
    }
    send->head = *head;
    send->body = sentio_bytes(body.data + copied, body.size - copied);
    send->site = site ? static_site_ref(site) : NULL;
    request->send = send;
    connection->fd = lws_get_socket_fd(connection->wsi);
    switch (go_on(connection, send)) {
    case WHOLE:
        return finish(request);
    case WAITS:
        return wait_for_room(connection);
    default:
        return -1;
    }
}

void static_send_ready(struct connection *connection, uint32_t events) {
    struct request *request = connection->request;
    if (request == NULL || request->send == NULL) /* its socket is about to be closed */
        return;
    if (events & (EPOLLHUP | EPOLLERR)) {
        deadline_expire(connection);
        return;
    }
    switch (go_on(connection, request->send)) {
    case WHOLE:
        lws_rx_flow_control(connection->wsi, 1);
        if (finish(request) != 0)
            deadline_expire(connection);
        break;
    case WAITS:
        if (wait_for_room(connection) != 0)
            deadline_expire(connection);
        break;
    default:
        deadline_expire(connection);
        break;
    }
}
