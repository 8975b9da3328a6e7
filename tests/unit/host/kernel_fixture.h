/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_KERNEL_FIXTURE_H
#define SENTIO_TESTS_KERNEL_FIXTURE_H

/* Stands in for the library and the kernel: sockets that take as many bytes as a test lets them. */

#include <errno.h>
#include <libwebsockets.h>
#include <stdint.h>
#include <sys/socket.h>

#include "stream_fixture.h"

enum { SEEN_MAX = 1 << 20, SOCKETS_MAX = 8, FIRST_SOCKET = 1 << 20 };

/* Takes `room` bytes, and keeps the rest of a write. */
struct lws {
    size_t room;
    size_t buffered; /* by the library */
    size_t writes;
    size_t wakes; /* asked for */
    size_t size;
    bool unread; /* the peer has sent something */
    bool deaf;   /* the library does not read */
    int failing; /* errno of sendmsg */
    uint8_t seen[SEEN_MAX];
    uint8_t kept[SEEN_MAX];
};

static inline struct lws **kernel_socket(int fd) {
    static struct lws *sockets[SOCKETS_MAX];
    assert_in_range(fd, FIRST_SOCKET, FIRST_SOCKET + SOCKETS_MAX - 1);
    return &sockets[fd - FIRST_SOCKET];
}

/* A socket with that number, which takes everything; to be freed. */
static inline struct lws *kernel_open(int fd) {
    struct lws *wsi = calloc(1, sizeof(*wsi));
    assert_non_null(wsi);
    wsi->room = SEEN_MAX;
    *kernel_socket(fd) = wsi;
    return wsi;
}

static inline void kernel_take(struct lws *wsi, const uint8_t *data, size_t size) {
    assert_true(wsi->size + size <= SEEN_MAX);
    memcpy(wsi->seen + wsi->size, data, size);
    wsi->size += size;
}

/* The socket takes `room` more bytes: the library's first. */
static inline void kernel_give_room(struct lws *wsi, size_t room) {
    size_t sent = wsi->buffered < room ? wsi->buffered : room;
    kernel_take(wsi, wsi->kept, sent);
    memmove(wsi->kept, wsi->kept + sent, wsi->buffered - sent);
    wsi->buffered -= sent;
    wsi->room = room - sent;
}

int lws_write(struct lws *wsi, unsigned char *data, size_t size, enum lws_write_protocol how) {
    assert_int_equal(how, LWS_WRITE_RAW);
    assert_true(size > 0);
    if (wsi->failing)
        return -1;
    size_t sent = wsi->buffered ? 0 : size < wsi->room ? size : wsi->room;
    wsi->writes++;
    kernel_take(wsi, data, sent);
    wsi->room -= sent;
    assert_true(wsi->buffered + size - sent <= SEEN_MAX);
    memcpy(wsi->kept + wsi->buffered, data + sent, size - sent);
    wsi->buffered += size - sent;
    return (int)size;
}

int lws_partial_buffered(struct lws *wsi) {
    return wsi->buffered > 0;
}

int lws_callback_on_writable(struct lws *wsi) {
    wsi->wakes++;
    return 1;
}

int lws_rx_flow_control(struct lws *wsi, int enable) {
    wsi->deaf = !enable;
    return 0;
}

ssize_t recv(int fd, void *data, size_t size, int flags) {
    const struct lws *wsi = *kernel_socket(fd);
    (void)data;
    assert_int_equal(size, 1);
    assert_int_equal(flags, MSG_PEEK | MSG_DONTWAIT);
    errno = EAGAIN;
    return wsi->unread ? 1 : -1;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    struct lws *wsi = *kernel_socket(fd);
    ssize_t sent = 0;
    assert_int_equal(flags, MSG_NOSIGNAL | MSG_DONTWAIT);
    assert_int_equal(wsi->buffered, 0);
    wsi->writes++;
    for (size_t i = 0; i < message->msg_iovlen && !wsi->failing; i++) {
        size_t size = message->msg_iov[i].iov_len;
        size = size < wsi->room ? size : wsi->room;
        kernel_take(wsi, message->msg_iov[i].iov_base, size);
        wsi->room -= size;
        sent += (ssize_t)size;
    }
    errno = wsi->failing ? wsi->failing : EAGAIN;
    return sent ? sent : -1;
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
    struct iovec one = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1};
    return sendmsg(fd, &message, flags);
}

#endif
