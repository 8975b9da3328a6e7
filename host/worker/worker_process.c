/* SPDX-License-Identifier: MIT */
#include "worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "plugin/lines.h"

enum { RECEIVE_MIN = 16 * 1024, RECEIVE_MAX = 256 * 1024, SOCKET_BYTES = 1024 * 1024 };

static void on_closed(uv_handle_t *handle) {
    struct worker_process *process = handle->data;
    if (--process->closing > 0)
        return;
    struct worker_process_handler handler = process->handler;
    struct worker_end end = process->end;
    close(process->fd);
    lines_finish(process->lines);
    free(process->lines);
    free(process->label);
    free(process);
    if (handler.over)
        handler.over(handler.context, &end);
}

static void close_all(struct worker_process *process) {
    uv_handle_t *handles[] = {(uv_handle_t *)&process->process, (uv_handle_t *)&process->poll,
                              (uv_handle_t *)&process->err};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        handles[i]->data = process;
        process->closing++;
        uv_close(handles[i], on_closed);
    }
}

static void report_errors(struct worker_process *process) {
    struct sentio_bytes line;
    enum lines_result result = lines_next(process->lines, &line);
    for (; result != LINES_NONE; result = lines_next(process->lines, &line))
        if (result == LINES_LINE && line.size > 0)
            log_info(process->label, "worker: %.*s", (int)line.size, line.data);
}

static void take_errors(struct worker_process *process, const char *data, size_t size) {
    while (size > 0) {
        size_t room;
        char *space = lines_space(process->lines, &room);
        size_t part = size < room ? size : room;
        memcpy(space, data, part);
        lines_added(process->lines, part);
        report_errors(process);
        data += part;
        size -= part;
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    struct worker_process *process = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(process->errors, sizeof(process->errors));
}

static void on_errors(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer) {
    if (got > 0)
        take_errors(stream->data, buffer->base, (size_t)got);
    else if (got < 0)
        uv_read_stop(stream);
}

/* What it wrote before its end has arrived, though the loop has not told it yet. */
static void take_last_errors(struct worker_process *process) {
    uv_os_fd_t fd;
    uv_read_stop((uv_stream_t *)&process->err);
    if (uv_fileno((uv_handle_t *)&process->err, &fd) == 0) {
        ssize_t got = read(fd, process->errors, sizeof(process->errors));
        for (; got > 0; got = read(fd, process->errors, sizeof(process->errors)))
            take_errors(process, process->errors, (size_t)got);
    }
    lines_end(process->lines);
    report_errors(process);
}

static void poll_socket(struct worker_process *process);

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct worker_process *process = poll->data;
    if (events & UV_WRITABLE) {
        process->wants_write = false;
        poll_socket(process);
        process->handler.writable(process->handler.context);
    }
    if (!process->ended && ((events & UV_READABLE) || status < 0))
        process->handler.readable(process->handler.context);
}

static void poll_socket(struct worker_process *process) {
    bool listens = !process->deaf && !process->gone;
    int events = (listens ? UV_READABLE : 0) | (process->wants_write ? UV_WRITABLE : 0);
    if (process->ended || !process->polling)
        return;
    if (events)
        uv_poll_start(&process->poll, events, on_poll);
    else
        uv_poll_stop(&process->poll);
}

static void on_exit_status(uv_process_t *uv, int64_t status, int number) {
    struct worker_process *process = uv->data;
    process->end = (struct worker_end){.status = status, .signal = number};
    process->deaf = false;
    /* Its programs go with it. */
    kill(-uv->pid, SIGKILL);
    take_last_errors(process);
    process->handler.readable(process->handler.context);
    process->ended = true;
    uv_poll_stop(&process->poll);
    close_all(process);
}

/* The environment without what configures the host. */
static char **environment(void) {
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **copy = calloc(count + 1, sizeof(*copy));
    size_t used = 0;
    for (size_t i = 0; copy && i < count; i++)
        if (strncmp(environ[i], "SENTIO_", 7) != 0)
            copy[used++] = environ[i];
    return copy;
}

static int spawn(struct worker_process *process, uv_loop_t *loop, const char *file,
                 const int fds[WORKER_PAGE + 1]) {
    char self[] = "sentiod";
    char option[] = "--worker";
    char *name = strdup(file);
    char **env = environment();
    char *args[] = {self, option, name, NULL};
    uv_stdio_container_t stdio[WORKER_PAGE + 1] = {{.flags = UV_IGNORE}};
    for (int i = 1; i <= WORKER_PAGE; i++)
        stdio[i] = (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = fds[i]};
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = "/proc/self/exe",
        .args = args,
        .env = env,
        .flags = UV_PROCESS_DETACHED, /* a process group of its own, with its programs */
        .stdio_count = WORKER_PAGE + 1,
        .stdio = stdio,
    };
    int rc = name && env ? uv_spawn(loop, &process->process, &options) : UV_ENOMEM;
    free(name);
    free(env);
    return rc;
}

static int fail(char *why, size_t why_size, const char *what, int error) {
    snprintf(why, why_size, "its worker can not be started: %s: %s", what, strerror(error));
    return SENTIO_FAILED;
}

/* The host's end of both goes to the loop, the child's to `fds`. */
static int connect_child(struct worker_process *process, uv_loop_t *loop, int fds[WORKER_PAGE + 1],
                         char *why, size_t why_size) {
    int sockets[2];
    int errors[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
        return fail(why, why_size, "socketpair", errno);
    process->fd = sockets[0];
    fds[WORKER_SOCKET] = sockets[1];
    if (pipe2(errors, O_CLOEXEC) == -1)
        return fail(why, why_size, "pipe", errno);
    fds[1] = fds[2] = errors[1];
    int bytes = SOCKET_BYTES;
    for (int i = 0; i < 2; i++)
        setsockopt(sockets[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    fcntl(sockets[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    int rc = uv_pipe_open(&process->err, errors[0]);
    if (rc != 0) {
        close(errors[0]);
        return fail(why, why_size, "pipe", -rc);
    }
    rc = uv_poll_init(loop, &process->poll, process->fd);
    process->polling = rc == 0;
    return rc == 0 ? SENTIO_OK : fail(why, why_size, "poll", -rc);
}

static struct worker_process *create(uv_loop_t *loop, const char *label,
                                     const struct worker_process_handler *handler) {
    struct worker_process *process = calloc(1, sizeof(*process));
    if (process == NULL)
        return NULL;
    process->fd = -1;
    process->handler = *handler;
    process->label = strdup(label);
    process->lines = calloc(1, sizeof(*process->lines));
    if (process->label == NULL || process->lines == NULL ||
        lines_init(process->lines, sizeof(process->errors)) != 0) {
        free(process->label);
        free(process->lines);
        free(process);
        return NULL;
    }
    uv_pipe_init(loop, &process->err, 0);
    process->process.data = process;
    process->poll.data = process;
    process->err.data = process;
    return process;
}

/* One that never ran: nobody is told. */
static void abandon(struct worker_process *process) {
    bool spawned = uv_handle_get_type((uv_handle_t *)&process->process) == UV_PROCESS;
    process->handler.over = NULL;
    process->ended = true;
    uv_handle_t *handles[] = {(uv_handle_t *)&process->err,
                              process->polling ? (uv_handle_t *)&process->poll : NULL,
                              spawned ? (uv_handle_t *)&process->process : NULL};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        if (handles[i] == NULL)
            continue;
        process->closing++;
        uv_close(handles[i], on_closed);
    }
}

struct worker_process *worker_process_start(uv_loop_t *loop, const char *label, const char *file,
                                            int plugin_fd, int page_fd,
                                            const struct worker_process_handler *handler, char *why,
                                            size_t why_size) {
    int fds[WORKER_PAGE + 1] = {-1, -1, -1, -1, plugin_fd, page_fd};
    struct worker_process *process = create(loop, label, handler);
    if (process == NULL) {
        fail(why, why_size, "memory", ENOMEM);
        return NULL;
    }
    int rc = connect_child(process, loop, fds, why, why_size);
    if (rc == SENTIO_OK) {
        rc = spawn(process, loop, file, fds);
        if (rc != 0)
            fail(why, why_size, "sentiod", -rc);
    }
    if (fds[WORKER_SOCKET] != -1)
        close(fds[WORKER_SOCKET]);
    if (fds[1] != -1)
        close(fds[1]);
    if (rc != 0) {
        abandon(process);
        return NULL;
    }
    uv_read_start((uv_stream_t *)&process->err, on_alloc, on_errors);
    poll_socket(process);
    return process;
}

ssize_t worker_process_receive(struct worker_process *process, struct wire_buffer *in) {
    size_t wanted = in->end - in->start > RECEIVE_MIN ? RECEIVE_MAX : RECEIVE_MIN;
    char *space = wire_room(in, wanted);
    ssize_t got = -1;
    if (space == NULL)
        return -1;
    do {
        got = recv(process->fd, space, wanted, 0);
    } while (got == -1 && errno == EINTR);
    if (got > 0) {
        in->end += (size_t)got;
        return got;
    }
    if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    /* The loop would tell of this end until the process has ended too. */
    process->gone = true;
    poll_socket(process);
    return -1;
}

ssize_t worker_process_send(struct worker_process *process, const struct iovec *parts, int count) {
    struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
    ssize_t sent = -1;
    do {
        sent = sendmsg(process->fd, &message, MSG_NOSIGNAL);
    } while (sent == -1 && errno == EINTR);
    if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        process->wants_write = true;
        poll_socket(process);
        return 0;
    }
    return sent;
}

void worker_process_deafen(struct worker_process *process, bool deaf) {
    if (process->deaf == deaf)
        return;
    process->deaf = deaf;
    poll_socket(process);
}

void worker_process_finish(struct worker_process *process) {
    if (!process->shut)
        shutdown(process->fd, SHUT_WR);
    process->shut = true;
}

void worker_process_kill(struct worker_process *process) {
    if (!process->ended)
        kill(-process->process.pid, SIGKILL);
}
