/* SPDX-License-Identifier: MIT */
#include "publisher.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "process.h"

static bool header_number(const char *header, const char *name, size_t *number) {
    const char *at = strcasestr(header, name);
    if (at == NULL) {
        return false;
    }
    *number = strtoul(at + strlen(name), NULL, 10);
    return true;
}

/* Whether the whole answer is there; every server here gives it a length, or is chunked. */
static bool answer_complete(const struct publisher *publisher) {
    const char *end = strstr(publisher->answer, "\r\n\r\n");
    if (end == NULL) {
        return false;
    }
    size_t body = publisher->answer_size - (size_t)(end + 4 - publisher->answer);
    size_t length;
    if (header_number(publisher->answer, "\r\ncontent-length:", &length)) {
        return body >= length;
    }
    if (strcasestr(publisher->answer, "\r\ntransfer-encoding: chunked") != NULL) {
        return body >= 5 && memcmp(end + 4 + body - 5, "0\r\n\r\n", 5) == 0;
    }
    return true;
}

static void publisher_ready(struct watch *watch, uint32_t events) {
    struct publisher *publisher = (struct publisher *)watch;
    struct load *load = publisher->load;
    (void)events;
    size_t room = PUBLISHER_ANSWER_MAX - 1 - publisher->answer_size;
    ssize_t got = recv(publisher->fd, publisher->answer + publisher->answer_size, room, 0);
    if (got == -1 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        load_fail(load, "the server ended a publisher's connection");
        return;
    }
    publisher->answer_size += (size_t)got;
    publisher->answer[publisher->answer_size] = '\0';
    if (!answer_complete(publisher)) {
        return;
    }
    if (memcmp(publisher->answer + 8, " 2", 2) != 0) {
        fprintf(stderr, "load: %s\n", publisher->answer);
        load_fail(load, "the server refused a publish");
        return;
    }
    publisher->busy = false;
    load_answered(load, publisher->sequence);
}

static int open_one(struct load *load, struct publisher *publisher) {
    publisher->watch.ready = publisher_ready;
    publisher->load = load;
    publisher->fd = load_connect(load);
    if (publisher->fd == -1) {
        return -1;
    }
    struct pollfd poll_one = {.fd = publisher->fd, .events = POLLOUT};
    if (poll(&poll_one, 1, 10000) != 1 || (poll_one.revents & (POLLERR | POLLHUP)) != 0) {
        return -1;
    }
    return load_watch(load, publisher->fd, &publisher->watch, EPOLLIN);
}

int publisher_open(struct load *load, unsigned count) {
    publisher_close_all(load);
    load->publishers = calloc(count, sizeof(*load->publishers));
    if (load->publishers == NULL) {
        load_fail(load, "out of memory");
        return -1;
    }
    load->publisher_count = count;
    for (unsigned i = 0; i < count; i++) {
        load->publishers[i].fd = -1;
    }
    for (unsigned i = 0; i < count; i++) {
        if (open_one(load, &load->publishers[i]) != 0) {
            load_fail(load, "a publisher could not connect");
            return -1;
        }
    }
    return 0;
}

void publisher_close_all(struct load *load) {
    for (unsigned i = 0; i < load->publisher_count; i++) {
        if (load->publishers[i].fd != -1) {
            close(load->publishers[i].fd);
        }
    }
    free(load->publishers);
    load->publishers = NULL;
    load->publisher_count = 0;
}

static struct publisher *free_publisher(struct load *load) {
    for (unsigned i = 0; i < load->publisher_count; i++) {
        if (!load->publishers[i].busy) {
            return &load->publishers[i];
        }
    }
    return NULL;
}

static void send_request(struct publisher *publisher, const char *body, size_t size) {
    const struct options *options = publisher->load->options;
    char header[512];
    int header_size = snprintf(header, sizeof(header),
                               "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                               "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                               options->publish_path, (unsigned)options->port, size);
    struct iovec parts[2] = {{header, (size_t)header_size}, {(void *)(uintptr_t)body, size}};
    if (writev(publisher->fd, parts, 2) != header_size + (ssize_t)size) {
        load_fail(publisher->load, "a publisher could not send");
    }
}

bool publisher_post(struct load *load, const char *body, size_t size, uint32_t remaining) {
    struct flight *flight = &load->flights[load->next_sequence % LOAD_FLIGHTS];
    struct publisher *publisher = free_publisher(load);
    if (publisher == NULL || flight->busy) {
        return false;
    }
    *flight = (struct flight){.sequence = load->next_sequence,
                              .remaining = remaining,
                              .busy = true,
                              .published = process_clock()};
    publisher->busy = true;
    publisher->sequence = load->next_sequence;
    publisher->answer_size = 0;
    load->next_sequence++;
    load->in_flight++;
    load->messages++;
    send_request(publisher, body, size);
    return true;
}
