/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sentio/plugin.h>

#include "base/log.h"

enum { BACKLOG = 4096 };

static const char where[] = "listen";

static socklen_t tcp_address(const struct config_listen *listen, uint16_t port,
                             struct sockaddr_storage *address) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, listen->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return sizeof(*v4);
    }
    inet_pton(AF_INET6, listen->address, &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    return sizeof(*v6);
}

static int bind_tcp(const struct sockaddr_storage *address, socklen_t size, bool share) {
    int on = 1;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* accepted sockets inherit it */
    if (address->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (share)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)address, size) == 0 &&
        (!share || listen(fd, BACKLOG) == 0))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static uint16_t bound_port(int fd) {
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &size) == -1)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

/* SO_REUSEPORT would also let a second daemon in; a socket without it finds out whether one is
 * there. */
static int probe(const struct sockaddr_storage *address, socklen_t size) {
    int fd = bind_tcp(address, size, false);
    if (fd == -1)
        return -1;
    if (listen(fd, 1) == -1) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    close(fd);
    return 0;
}

static void log_listening(const struct config_listen *config, uint16_t port) {
    if (config->control)
        log_info(where, "control socket: %s", config->address);
    else if (config->transport == CONFIG_UNIX)
        log_info(where, "listening on unix:%s", config->address);
    else
        log_info(where,
                 strchr(config->address, ':') ? "listening on %s[%s]:%u" : "listening on %s%s:%u",
                 config->transport == CONFIG_TLS ? "tls:" : "", config->address, port);
}

static int open_tcp(struct listen_socket *socket) {
    struct sockaddr_storage address;
    uint16_t port = socket->listen.port;
    socklen_t size = tcp_address(&socket->listen, port, &address);
    if (probe(&address, size) == -1)
        goto fail;
    for (size_t i = 0; i < socket->count; i++) {
        size = tcp_address(&socket->listen, port, &address);
        socket->fds[i] = bind_tcp(&address, size, true);
        if (socket->fds[i] == -1)
            goto fail;
        port = bound_port(socket->fds[i]);
    }
    log_listening(&socket->listen, port);
    return 0;
fail:
    log_error(where, "server.listen \"%s\": %s%s", socket->listen.text, strerror(errno),
              errno == EADDRINUSE ? "; stop what listens there, or choose another port" : "");
    return SENTIO_FAILED;
}

/* A socket file that nobody answers on is left from an earlier run. Any other file is not ours. */
static int remove_stale(const struct sockaddr_un *address) {
    struct stat stat;
    if (lstat(address->sun_path, &stat) == -1)
        return errno == ENOENT ? 0 : -1;
    if (!S_ISSOCK(stat.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return -1;
    int answered = connect(fd, (const struct sockaddr *)address, sizeof(*address));
    int error = errno;
    close(fd);
    if (answered == 0) {
        errno = EADDRINUSE;
        return -1;
    }
    return error == ECONNREFUSED ? unlink(address->sun_path) : 0;
}

/* A new socket at the path, at no time open to more than its user and group: Linux makes the file
 * with the descriptor's mode, less what the umask takes away. `bound`: the file was made. */
static int bind_unix(const struct sockaddr_un *address, bool *bound) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1)
        return -1;
    if (fchmod(fd, 0660) == -1 ||
        bind(fd, (const struct sockaddr *)address, sizeof(*address)) == -1)
        goto fail;
    *bound = true;
    if (chmod(address->sun_path, 0660) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
fail:;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_unix(struct listen_socket *listener) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, listener->listen.address, strlen(listener->listen.address));
    if (remove_stale(&address) == -1)
        goto fail;
    listener->fds[0] = bind_unix(&address, &listener->bound);
    if (listener->fds[0] == -1)
        goto fail;
    for (size_t i = 1; i < listener->count; i++) {
        listener->fds[i] = dup(listener->fds[0]);
        if (listener->fds[i] == -1)
            goto fail;
    }
    log_listening(&listener->listen, 0);
    return 0;
fail:
    log_error(where, "%s \"%s\": %s%s",
              listener->listen.control ? "server.control" : "server.listen", listener->listen.text,
              strerror(errno), errno == EADDRINUSE ? "; another daemon answers there" : "");
    return SENTIO_FAILED;
}

static int open_socket(struct listen_sockets *sockets, const struct config_listen *listen,
                       size_t io_count) {
    struct listen_socket *socket = &sockets->sockets[sockets->count++];
    socket->listen = *listen;
    socket->listen.text = strdup(listen->text);
    socket->listen.address = strdup(listen->address);
    socket->fds = malloc(io_count * sizeof(int));
    if (!socket->listen.text || !socket->listen.address || !socket->fds)
        return SENTIO_NO_MEMORY;
    socket->count = io_count;
    for (size_t n = 0; n < io_count; n++)
        socket->fds[n] = -1;
    return listen->transport == CONFIG_UNIX ? open_unix(socket) : open_tcp(socket);
}

/* Only the default can be too long: the configuration is checked. */
static int open_control(struct listen_sockets *sockets, char *path, size_t io_count) {
    const struct config_listen control = {
        .text = path, .address = path, .transport = CONFIG_UNIX, .loopback = true, .control = true};
    if (path == NULL || path[0] == '\0')
        return 0;
    if (strlen(path) <= CONFIG_SOCKET_MAX)
        return open_socket(sockets, &control, io_count);
    log_warning(where, "no control socket: %s is too long for one; set server.control", path);
    return 0;
}

int listen_sockets_open(struct listen_sockets *sockets, const struct config *config,
                        size_t io_count) {
    int error = 0;
    sockets->count = 0;
    sockets->sockets = calloc(config->server.listen_count + 1, sizeof(*sockets->sockets));
    if (sockets->sockets == NULL)
        return SENTIO_NO_MEMORY;
    for (size_t i = 0; i < config->server.listen_count && !error; i++)
        error = open_socket(sockets, &config->server.listen[i], io_count);
    if (!error)
        error = open_control(sockets, config->server.control, io_count);
    if (error)
        listen_sockets_close(sockets);
    return error;
}

void listen_sockets_close(struct listen_sockets *sockets) {
    for (size_t i = 0; i < sockets->count; i++) {
        struct listen_socket *socket = &sockets->sockets[i];
        for (size_t n = 0; n < socket->count; n++)
            if (socket->fds[n] != -1)
                close(socket->fds[n]);
        if (socket->bound)
            unlink(socket->listen.address);
        free(socket->listen.text);
        free(socket->listen.address);
        free(socket->fds);
    }
    free(sockets->sockets);
    sockets->sockets = NULL;
    sockets->count = 0;
}
