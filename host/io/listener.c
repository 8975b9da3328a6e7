/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arrival.h"
#include "base/log.h"
#include "io.h"

enum { ACCEPTS_A_TURN = 256, REFUSED_SLACK = 100 };

struct listener {
    struct listener *next;
    struct io *io;
    const struct config_listen *listen;
    int fd;
    bool ready; /* there is something to accept */
    bool paused;
    uv_poll_t poll;
};

/* Well over the limit there is no point in an answer. */
static bool flooded(const struct io *io) {
    const struct quota *quota = &io->host->quota;
    return atomic_load_explicit(&quota->connections, memory_order_relaxed) >
           atomic_load_explicit(&quota->connections_max, memory_order_relaxed) + REFUSED_SLACK;
}

static void begin(struct listener *listener, int fd, const char *address) {
    struct io *io = listener->io;
    struct connection *connection = connection_create(io, listener->listen, address);
    if (connection == NULL || (!connection->control && flooded(io))) {
        close(fd);
        if (connection)
            connection_destroy(connection);
        return;
    }
    arrival_begin(connection, fd);
}

static const char *numeric(const struct sockaddr_storage *peer, char *text, size_t size) {
    if (peer->ss_family == AF_INET)
        return inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, text,
                         (socklen_t)size);
    if (peer->ss_family == AF_INET6)
        return inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)peer)->sin6_addr, text,
                         (socklen_t)size);
    return NULL;
}

static void out_of_descriptors(struct listener *listener) {
    log_warning(listener->io->name,
                "%s: no file descriptor left; raise LimitNOFILE or lower "
                "limits.connections",
                listener->listen->text);
    listener->paused = true;
    uv_poll_stop(&listener->poll);
}

static void on_readable(uv_poll_t *poll, int status, int events) {
    struct listener *listener = poll->data;
    (void)events;
    listener->ready = status == 0;
}

static void accept_some(struct listener *listener) {
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
        socklen_t size = sizeof(peer);
        char address[INET6_ADDRSTRLEN];
        int fd =
            accept4(listener->fd, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd == -1 && (errno == EMFILE || errno == ENFILE)) {
            out_of_descriptors(listener);
            return;
        }
        if (fd == -1 && (errno == ECONNABORTED || errno == EINTR))
            continue;
        if (fd == -1)
            return;
        begin(listener, fd, numeric(&peer, address, sizeof(address)));
    }
}

void listener_turn(struct io *io) {
    for (struct listener *listener = io->listeners; listener; listener = listener->next) {
        if (listener->ready && !listener->paused)
            accept_some(listener);
        listener->ready = false;
    }
}

static int start_one(struct io *io, struct listen_socket *socket) {
    struct listener *listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return SENTIO_NO_MEMORY;
    listener->io = io;
    listener->listen = &socket->listen;
    listener->fd = socket->fds[io->index];
    listener->poll.data = listener;
    if (uv_poll_init(&io->loop, &listener->poll, listener->fd) != 0) {
        free(listener);
        return SENTIO_FAILED;
    }
    uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    socket->fds[io->index] = -1;
    listener->next = io->listeners;
    io->listeners = listener;
    return 0;
}

int listener_start(struct io *io, struct listen_sockets *sockets) {
    for (size_t i = 0; i < sockets->count; i++) {
        int error = start_one(io, &sockets->sockets[i]);
        if (error)
            return error;
    }
    return 0;
}

static void on_closed(uv_handle_t *handle) {
    struct listener *listener = handle->data;
    close(listener->fd);
    free(listener);
}

void listener_stop(struct io *io) {
    while (io->listeners != NULL) {
        struct listener *listener = io->listeners;
        io->listeners = listener->next;
        uv_close((uv_handle_t *)&listener->poll, on_closed);
    }
}

void listener_resume(struct io *io) {
    for (struct listener *listener = io->listeners; listener; listener = listener->next) {
        if (!listener->paused)
            continue;
        listener->paused = false;
        uv_poll_start(&listener->poll, UV_READABLE, on_readable);
    }
}
