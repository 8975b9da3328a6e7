/* SPDX-License-Identifier: MIT */
#include "publisher.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "process.h"

#define OPEN_LIMIT 10000 /* milliseconds */

/* `header` ends in "\r\n\r\n" within the string. */
static bool header_number(const char *header, const char *end, const char *name, size_t *number) {
    const char *at = strcasestr(header, name);
    if (at == NULL || at > end) {
        return false;
    }
    *number = strtoul(at + strlen(name), NULL, 10);
    return true;
}

/* Bytes of the first answer, 0 while it is not all there. Every server here gives it a length, or
 * sends it in chunks, or it has no body. */
static size_t first_answer(const struct publisher *publisher) {
    static const char chunked[] = "\r\ntransfer-encoding: chunked";
    static const char last_chunk[] = "0\r\n\r\n";
    const char *start = publisher->answers;
    const char *end = strstr(start, "\r\n\r\n");
    if (end == NULL) {
        return 0;
    }
    size_t head = (size_t)(end + 4 - start);
    size_t length = 0;
    const char *transfer = strcasestr(start, chunked);
    if (transfer != NULL && transfer < end) {
        const char *last = strstr(end + 4, last_chunk);
        return last == NULL ? 0 : (size_t)(last - start) + sizeof(last_chunk) - 1;
    }
    if (header_number(start, end, "\r\ncontent-length:", &length) &&
        publisher->answers_size < head + length) {
        return 0;
    }
    return head + length;
}

static void take_answer(struct publisher *publisher, size_t size) {
    struct load *load = publisher->load;
    if (publisher->under_way == 0) {
        load_fail(load, "the server answers what nobody asked");
        return;
    }
    if (size < 12 || memcmp(publisher->answers + 8, " 2", 2) != 0) {
        fprintf(stderr, "load: %.*s\n", (int)size, publisher->answers);
        load_fail(load, "the server refused a publish");
        return;
    }
    uint32_t sequence = publisher->sequences[publisher->oldest];
    publisher->oldest = (publisher->oldest + 1) % OPTIONS_WINDOW_MAX;
    publisher->under_way--;
    publisher->answers_size -= size;
    memmove(publisher->answers, publisher->answers + size, publisher->answers_size + 1);
    load_answered(load, sequence);
}

static bool read_answers(struct publisher *publisher) {
    struct load *load = publisher->load;
    size_t room = PUBLISHER_ANSWERS_MAX - 1 - publisher->answers_size;
    ssize_t got = link_read(&publisher->link, publisher->answers + publisher->answers_size, room);
    if (got == LINK_AGAIN) {
        return false;
    }
    if (got <= 0) {
        load_fail(load, "the server ended a publisher's connection");
        return false;
    }
    publisher->answers_size += (size_t)got;
    publisher->answers[publisher->answers_size] = '\0';
    return true;
}

static void publisher_ready(struct watch *watch, uint32_t events) {
    struct publisher *publisher = (struct publisher *)watch;
    (void)events;
    bool more = true;
    while (more && read_answers(publisher)) {
        size_t size = first_answer(publisher);
        while (size > 0 && publisher->load->failed == NULL) {
            take_answer(publisher, size);
            size = first_answer(publisher);
        }
        more = publisher->load->failed == NULL && link_has_more(&publisher->link);
    }
}

static bool await(const struct publisher *publisher, int events) {
    struct pollfd one = {.fd = publisher->link.fd,
                         .events = (short)(events == EPOLLIN ? POLLIN : POLLOUT)};
    return poll(&one, 1, OPEN_LIMIT) == 1 && (one.revents & (POLLERR | POLLHUP)) == 0;
}

static int open_one(struct load *load, struct publisher *publisher) {
    publisher->watch.ready = publisher_ready;
    publisher->load = load;
    publisher->answers = calloc(1, PUBLISHER_ANSWERS_MAX);
    int fd = load_connect(load, false);
    if (publisher->answers == NULL || fd == -1 || link_init(&publisher->link, fd, load->tls) != 0 ||
        !await(publisher, EPOLLOUT)) {
        return -1;
    }
    int wanted = link_handshake(&publisher->link);
    while (wanted > 0 && await(publisher, wanted)) {
        wanted = link_handshake(&publisher->link);
    }
    return wanted == 0 ? load_watch(load, fd, &publisher->watch, EPOLLIN) : -1;
}

int publisher_open(struct load *load, unsigned count, unsigned depth) {
    publisher_close_all(load);
    load->publishers = calloc(count, sizeof(*load->publishers));
    if (load->publishers == NULL) {
        load_fail(load, "out of memory");
        return -1;
    }
    load->publisher_count = count;
    load->publisher_depth = depth;
    for (unsigned i = 0; i < count; i++) {
        load->publishers[i].link.fd = -1;
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
        link_finish(&load->publishers[i].link);
        free(load->publishers[i].answers);
    }
    free(load->publishers);
    load->publishers = NULL;
    load->publisher_count = 0;
}

static struct publisher *free_publisher(struct load *load) {
    for (unsigned i = 0; i < load->publisher_count; i++) {
        if (load->publishers[i].under_way < load->publisher_depth) {
            return &load->publishers[i];
        }
    }
    return NULL;
}

static void send_request(struct publisher *publisher, const char *body, size_t size) {
    struct load *load = publisher->load;
    int head = snprintf(load->request, LOAD_REQUEST,
                        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        load->options->publish_path, (unsigned)load->options->port, size);
    assert(head > 0 && (size_t)head + size <= LOAD_REQUEST);
    memcpy(load->request + head, body, size);
    size_t whole = (size_t)head + size;
    if (link_write(&publisher->link, load->request, whole) != (ssize_t)whole) {
        load_fail(load, "a publisher could not send");
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
    unsigned newest = (publisher->oldest + publisher->under_way) % OPTIONS_WINDOW_MAX;
    publisher->sequences[newest] = load->next_sequence;
    publisher->under_way++;
    load->next_sequence++;
    load->in_flight++;
    load->messages++;
    send_request(publisher, body, size);
    return true;
}
