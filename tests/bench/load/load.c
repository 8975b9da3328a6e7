/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "payload.h"
#include "process.h"
#include "publisher.h"

#define EVENTS 512
#define SLOW_SEGMENT 1448
#define SLOW_BUFFER 4096

int load_init(struct load *load, const struct options *options) {
    memset(load, 0, sizeof(*load));
    load->options = options;
    load->client_count = options->clients;
    load->next_sequence = 1;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->buffer = malloc(LOAD_BUFFER);
    load->request = malloc(LOAD_REQUEST);
    load->tls = options->tls ? link_context(NULL, NULL) : NULL;
    load->take = load_received;
    load->clients = calloc(options->clients + 1u, sizeof(*load->clients));
    if (load->epoll == -1 || load->buffer == NULL || load->request == NULL ||
        load->clients == NULL || (options->tls && load->tls == NULL)) {
        load_finish(load);
        return -1;
    }
    for (unsigned i = 0; i < options->clients; i++) {
        client_init(&load->clients[i], load, i);
    }
    return 0;
}

void load_finish(struct load *load) {
    publisher_close_all(load);
    for (unsigned i = 0; load->clients != NULL && i < load->client_count; i++) {
        client_finish(&load->clients[i]);
    }
    free(load->clients);
    free(load->buffer);
    free(load->request);
    SSL_CTX_free(load->tls);
    if (load->epoll != -1) {
        close(load->epoll);
    }
}

int load_watch(struct load *load, int fd, struct watch *watch, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(load->epoll, EPOLL_CTL_ADD, fd, &event);
}

int load_rewatch(struct load *load, int fd, struct watch *watch, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(load->epoll, EPOLL_CTL_MOD, fd, &event);
}

void load_unwatch(struct load *load, int fd) {
    epoll_ctl(load->epoll, EPOLL_CTL_DEL, fd, NULL);
}

int load_turn(struct load *load, int milliseconds) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(load->epoll, events, EVENTS, milliseconds);
    if (count == -1 && errno != EINTR) {
        load_fail(load, "epoll_wait failed");
    }
    for (int i = 0; i < count && load->failed == NULL; i++) {
        struct watch *watch = events[i].data.ptr;
        watch->ready(watch, events[i].events);
    }
    return load->failed == NULL ? 0 : -1;
}

void load_fail(struct load *load, const char *why) {
    if (load->failed == NULL) {
        load->failed = why;
    }
}

static void end_flight(struct load *load, struct flight *flight) {
    if (flight->remaining > 0 || !flight->answered) {
        return;
    }
    flight->busy = false;
    load->in_flight--;
}

void load_received(struct client *client, const struct frame *frame) {
    struct load *load = client->load;
    uint32_t sequence;
    if (!payload_sequence(frame->payload, frame->size, &sequence)) {
        return;
    }
    struct flight *flight = &load->flights[sequence % LOAD_FLIGHTS];
    if (!flight->busy || flight->sequence != sequence || flight->remaining == 0) {
        return;
    }
    load->deliveries++;
    load->delivered_bytes += frame->size;
    flight->remaining--;
    if (flight->remaining > 0) {
        return;
    }
    histogram_add(&load->latencies, process_clock() - flight->published);
    end_flight(load, flight);
}

void load_answered(struct load *load, uint32_t sequence) {
    struct flight *flight = &load->flights[sequence % LOAD_FLIGHTS];
    if (flight->busy && flight->sequence == sequence) {
        flight->answered = true;
        if (load->client_count == 0) {
            histogram_add(&load->latencies, process_clock() - flight->published);
        }
        end_flight(load, flight);
    }
}

int load_connect(const struct load *load, bool slow) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd == -1) {
        return -1;
    }
    int on = 1;
    int segment = SLOW_SEGMENT;
    int room = SLOW_BUFFER;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (slow && (setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof(segment)) == -1 ||
                 setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) == -1)) {
        close(fd);
        return -1;
    }
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(load->options->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}
