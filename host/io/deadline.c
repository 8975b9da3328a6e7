/* SPDX-License-Identifier: MIT */
#include "deadline.h"

#include <libwebsockets.h>
#include <sys/socket.h>

#include "base/log.h"
#include "client.h"

static void list_remove(struct deadline_list *list, struct connection *connection) {
    if (connection->earlier)
        connection->earlier->later = connection->later;
    else
        list->first = connection->later;
    if (connection->later)
        connection->later->earlier = connection->earlier;
    else
        list->last = connection->earlier;
    connection->earlier = NULL;
    connection->later = NULL;
}

static void list_append(struct deadline_list *list, struct connection *connection) {
    connection->earlier = list->last;
    connection->later = NULL;
    if (list->last)
        list->last->later = connection;
    else
        list->first = connection;
    list->last = connection;
}

static void list_prepend(struct deadline_list *list, struct connection *connection) {
    connection->earlier = NULL;
    connection->later = list->first;
    if (list->first)
        list->first->earlier = connection;
    else
        list->last = connection;
    list->first = connection;
}

void deadline_set(struct connection *connection, enum deadline deadline) {
    struct io *io = connection->io;
    if (connection->deadline != DEADLINE_NONE)
        list_remove(&io->deadlines[connection->deadline], connection);
    connection->deadline = (uint8_t)deadline;
    if (deadline == DEADLINE_NONE)
        return;
    connection->since = io_now(io);
    list_append(&io->deadlines[deadline], connection);
}

void deadline_expire(struct connection *connection) {
    deadline_set(connection, DEADLINE_NONE);
    connection->deadline = DEADLINE_CLOSE;
    connection->since = INT64_MIN / 2;
    list_prepend(&connection->io->deadlines[DEADLINE_CLOSE], connection);
}

/* While the library holds bytes it would wait for the peer to take them, without end. */
static void cut_off(struct connection *connection) {
    deadline_set(connection, DEADLINE_NONE);
    if (connection->wsi == NULL) {
        arrival_close(connection);
        return;
    }
    if (lws_partial_buffered(connection->wsi))
        shutdown(lws_get_socket_fd(connection->wsi), SHUT_RDWR);
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

static void pass(struct connection *connection) {
    switch ((enum deadline)connection->deadline) {
    case DEADLINE_QUIET:
        client_ping(connection);
        deadline_set(connection, connection->sse ? DEADLINE_QUIET : DEADLINE_PONG);
        return;
    case DEADLINE_PONG:
        log_info(connection->io->name, "connection %llu: no answer to a ping, dropped",
                 (unsigned long long)connection->id);
        cut_off(connection);
        return;
    case DEADLINE_REQUEST:
        log_info(connection->io->name, "connection %llu: no complete request in time, dropped",
                 (unsigned long long)connection->id);
        cut_off(connection);
        return;
    default:
        cut_off(connection);
        return;
    }
}

void deadline_tick(struct io *io) {
    int64_t now = io_now(io);
    for (int kind = 0; kind < DEADLINE_COUNT; kind++) {
        struct deadline_list *list = &io->deadlines[kind];
        while (list->first != NULL && list->first->since + list->timeout <= now)
            pass(list->first);
    }
}
