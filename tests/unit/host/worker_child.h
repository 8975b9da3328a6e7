/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_WORKER_CHILD_H
#define SENTIO_TESTS_WORKER_CHILD_H

/* worker_main() in a child of the test, which speaks to it as the host does. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire_fixture.h"
#include "worker/wire_call.h"
#include "worker/wire_note.h"
#include "worker/wire_result.h"
#include "worker/wire_start.h"
#include "worker/wire_table.h"
#include "worker/worker_main.h"
#include "worker/worker_process.h"

enum { SPARE = 40 }; /* descriptors of the child's from here on are the test's */

/* The folder of the build, which the program names. */
extern const char child_build[];

struct child {
    pid_t pid; /* -1: waited for */
    int fd;
    int pipe[2]; /* [0] is SPARE in the child */
    struct worker_page *page;
    struct wire_buffer in;
    struct wire_frame frame; /* the last that was received, still in `in`; if `held` */
    bool held;
};

static inline void child_run(const struct child *child, int socket, int page, const char *plugin) {
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/plugins/%s.so", child_build, plugin);
    int fds[] = {socket, open(path, O_RDONLY), page, child->pipe[0]};
    static const int places[] = {WORKER_SOCKET, WORKER_PLUGIN, WORKER_PAGE, SPARE};
    for (int i = 0; i < 4; i++)
        fds[i] = fcntl(fds[i], F_DUPFD, SPARE + 10);
    for (int i = 0; i < 4; i++)
        dup2(fds[i], places[i]);
    close_range(SPARE + 1, ~0u, 0);
    _exit(worker_main(path));
}

/* `page`: a descriptor, or -1: one is made. */
static inline void child_start(struct child *child, const char *plugin, int page) {
    int sockets[2];
    *child = (struct child){.pid = -1};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    assert_int_equal(pipe(child->pipe), 0);
    int memory = memfd_create("page", MFD_CLOEXEC);
    assert_int_equal(ftruncate(memory, sizeof(*child->page)), 0);
    child->page = mmap(NULL, sizeof(*child->page), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    assert_true(child->page != MAP_FAILED);
    child->fd = sockets[0];
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0)
        child_run(child, sockets[1], page == -1 ? memory : page, plugin);
    assert_true(child->pid > 0);
    close(sockets[1]);
    close(memory);
}

static inline void child_write(struct child *child, const void *data, size_t size) {
    assert_int_equal(send(child->fd, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* Sends what was put into the buffer, and frees it. */
static inline void child_send(struct child *child, struct wire_buffer *out) {
    child_write(child, out->data + out->start, out->end - out->start);
    wire_finish(out);
}

static inline void child_say_start(struct child *child) {
    struct wire_buffer out = {0};
    const struct wire_start start = {
        .call_bytes = 1 << 20,
        .memory = 512u << 20,
        .parent = (uint32_t)getpid(),
        .label = "channel test",
    };
    assert_int_equal(wire_start(&out, &start), 0);
    child_send(child, &out);
}

static inline void put_call(struct wire_buffer *out, uint64_t serial, uint16_t flags,
                            enum call_kind kind, const char *text) {
    const struct sentio_update update = {.name = sentio_text("key")};
    const struct call call = {
        .kind = kind, .update = &update, .text = sentio_text(text), .abi.now = 1728124200000};
    assert_int_equal(wire_call(out, serial, flags, &call), 0);
}

static inline void child_call(struct child *child, uint64_t serial, enum call_kind kind,
                              const char *text) {
    struct wire_buffer out = {0};
    put_call(&out, serial, 0, kind, text);
    child_send(child, &out);
}

/* False: it has closed its end. */
static inline bool child_receive(struct child *child) {
    if (child->held)
        wire_consume(&child->in, &child->frame);
    child->held = false;
    int result = wire_next(&child->in, &child->frame);
    while (result == SENTIO_AGAIN) {
        char *space = wire_room(&child->in, 4096);
        assert_non_null(space);
        ssize_t got = recv(child->fd, space, 4096, 0);
        if (got <= 0)
            return false;
        child->in.end += (size_t)got;
        result = wire_next(&child->in, &child->frame);
    }
    assert_int_equal(result, 0);
    child->held = true;
    return true;
}

/* Frames arrive in that order. */
static inline void expect_frame(struct child *child, enum wire_kind kind, uint64_t serial) {
    assert_true(child_receive(child));
    assert_int_equal(child->frame.kind, kind);
    assert_true(child->frame.serial == serial);
}

static inline void expect_log(struct child *child, uint64_t serial, const char *text) {
    uint32_t level;
    struct sentio_bytes bytes;
    expect_frame(child, WIRE_LOG, serial);
    assert_int_equal(wire_read_log(&child->frame, &level, &bytes), 0);
    assert_bytes(bytes, text);
}

static inline void expect_readable(struct child *child, int32_t expected) {
    int32_t fd;
    expect_frame(child, WIRE_READABLE, 0);
    assert_int_equal(wire_read_readable(&child->frame, &fd), 0);
    assert_int_equal(fd, expected);
}

/* `json`: of the item that it emits; NULL: none. */
static inline void expect_result(struct child *child, uint64_t serial, enum call_kind kind,
                                 int code, const char *json) {
    struct call call;
    uint32_t micros;
    int result = 1;
    expect_frame(child, WIRE_RESULT, serial);
    wire_prepare(&call, kind);
    assert_int_equal(wire_read_result(&child->frame, &call, &result, &micros), 0);
    assert_int_equal(result, code);
    const struct effect *emit = effects_find(&call.effects, EFFECT_EMIT);
    assert_int_equal(emit != NULL, json != NULL);
    if (emit)
        assert_bytes(emit->item->json, json);
    effects_finish(&call.effects);
}

static inline int child_wait(struct child *child) {
    int status = -1;
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    child->pid = -1;
    return status;
}

static inline void expect_exit(struct child *child, int code) {
    assert_false(child_receive(child));
    int status = child_wait(child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
}

static inline void child_finish(struct child *child) {
    if (child->pid != -1) {
        kill(child->pid, SIGKILL);
        child_wait(child);
    }
    close(child->fd);
    close(child->pipe[0]);
    close(child->pipe[1]);
    munmap(child->page, sizeof(*child->page));
    wire_finish(&child->in);
}

#endif
