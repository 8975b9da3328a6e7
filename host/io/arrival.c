/* SPDX-License-Identifier: MIT */
#include "arrival.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "deadline.h"
#include "http/request_head.h"
#include "http/sse.h"
#include "io.h"
#include "publish/publisher.h"
#include "static/static_send.h"

enum { EVENTS_A_TURN = 256 };

/* The library logs a line about it (server.c drops it), in a buffer that all its threads share. */
static struct lws *hand_over_read(struct io *io, int fd, struct sentio_bytes bytes) {
    pthread_mutex_lock(&io->host->handover);
    struct lws *wsi = lws_adopt_socket_vhost_readbuf(io->plain, fd, bytes.data, bytes.size);
    pthread_mutex_unlock(&io->host->handover);
    return wsi;
}

static struct lws *hand_over(struct connection *connection, int fd, struct sentio_bytes bytes) {
    struct io *io = connection->io;
    if (bytes.size > 0)
        return hand_over_read(io, fd, bytes);
    lws_sock_file_fd_type descriptor = {.sockfd = fd};
    int type = LWS_ADOPT_HTTP | LWS_ADOPT_SOCKET | (connection->tls ? LWS_ADOPT_ALLOW_SSL : 0);
    return lws_adopt_descriptor_vhost(connection->tls ? io->tls : io->plain,
                                      (lws_adoption_type)type, descriptor, NULL, NULL);
}

void arrival_unwatch(struct connection *connection) {
    if (connection->watched)
        epoll_ctl(connection->io->arrivals.epoll, EPOLL_CTL_DEL, connection->fd, NULL);
    connection->watched = false;
}

/* The library calls back, and may even end the connection, before its function has returned. */
void arrival_adopt(struct connection *connection, struct sentio_bytes bytes) {
    struct io *io = connection->io;
    int fd = connection->fd;
    arrival_unwatch(connection);
    connection->fd = -1;
    io->adopting = connection;
    hand_over(connection, fd, bytes);
    if (io->adopting == NULL)
        return;
    io->adopting = NULL;
    connection_destroy(connection);
}

struct connection *arrival_claim(struct lws *wsi) {
    struct io *io = lws_context_user(lws_get_context(wsi));
    struct connection *connection = io ? io->adopting : NULL;
    if (connection == NULL)
        return NULL;
    io->adopting = NULL;
    connection->wsi = wsi;
    lws_set_opaque_user_data(wsi, connection);
    return connection;
}

void arrival_close(struct connection *connection) {
    int fd = connection->fd;
    publisher_destroy(connection->publisher);
    connection_destroy(connection);
    close(fd);
}

int arrival_watch(struct connection *connection, uint32_t events) {
    struct epoll_event event = {.events = events | EPOLLET, .data.ptr = connection};
    int operation = connection->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(connection->io->arrivals.epoll, operation, connection->fd, &event) == -1)
        return -1;
    connection->watched = true;
    return 0;
}

/* A complete head of another request than a POST, as libwebsockets can read it. */
static bool is_for_library(struct sentio_bytes begin) {
    struct request_head head = {.size = 0};
    return !request_head_begins(begin.data, begin.size) &&
           request_head_read(&head, begin.data, begin.size) == HEAD_OTHER;
}

/* Where it goes, once it has said anything. */
static void direct(struct connection *connection, struct sentio_bytes begin) {
    if (is_for_library(begin)) {
        arrival_adopt(connection, sentio_bytes(NULL, 0));
        return;
    }
    if (publisher_create(connection) != 0)
        arrival_close(connection);
}

static void look(struct connection *connection) {
    char *begin = connection->io->publishers.buffer;
    ssize_t got = recv(connection->fd, begin, HEADER_MAX_SIZE, MSG_PEEK);
    if (got > 0) {
        direct(connection, sentio_bytes(begin, (size_t)got));
        return;
    }
    bool nothing_yet = got == -1 && errno == EAGAIN;
    if (nothing_yet &&
        (connection->watched || arrival_watch(connection, EPOLLIN | EPOLLRDHUP) == 0))
        return;
    arrival_close(connection);
}

void arrival_begin(struct connection *connection, int fd) {
    connection->fd = fd;
    deadline_set(connection, DEADLINE_REQUEST);
    if (connection->tls)
        arrival_adopt(connection, sentio_bytes(NULL, 0));
    else
        look(connection);
}

static void on_events(uv_poll_t *poll, int status, int events) {
    struct io *io = poll->data;
    (void)status;
    (void)events;
    io->arrivals.ready = true;
}

void arrival_turn(struct io *io) {
    struct epoll_event ready[EVENTS_A_TURN];
    if (!io->arrivals.ready)
        return;
    io->arrivals.ready = false;
    int count = epoll_wait(io->arrivals.epoll, ready, EVENTS_A_TURN, 0);
    for (int i = 0; i < count; i++) {
        struct connection *connection = ready[i].data.ptr;
        if (connection->publisher)
            publisher_ready(connection->publisher, ready[i].events);
        else if (connection->sse)
            sse_ready(connection, ready[i].events);
        else if (connection->wsi)
            static_send_ready(connection, ready[i].events);
        else
            look(connection);
    }
}

int arrival_init(struct io *io) {
    io->arrivals.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (io->arrivals.epoll == -1)
        return SENTIO_FAILED;
    io->arrivals.poll.data = io;
    if (uv_poll_init(&io->loop, &io->arrivals.poll, io->arrivals.epoll) != 0) {
        close(io->arrivals.epoll);
        return SENTIO_FAILED;
    }
    uv_poll_start(&io->arrivals.poll, UV_READABLE, on_events);
    return 0;
}

static void close_arrivals(struct deadline_list *list) {
    struct connection *connection = list->first;
    while (connection != NULL) {
        struct connection *later = connection->later;
        if (connection->wsi == NULL)
            arrival_close(connection);
        connection = later;
    }
}

void arrival_stop(struct io *io) {
    publishers_close_all(io);
    for (int kind = 0; kind < DEADLINE_COUNT; kind++)
        close_arrivals(&io->deadlines[kind]);
    uv_close((uv_handle_t *)&io->arrivals.poll, NULL);
}

void arrival_finish(struct io *io) {
    close(io->arrivals.epoll);
}
