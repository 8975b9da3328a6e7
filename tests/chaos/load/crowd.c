/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "connect.h"
#include "frame.h"

enum { BUFFER = 256 * 1024, STASH = 4096 };

struct client {
    int fd;
    unsigned number;
    uint64_t offset; /* of the last update */
    uint64_t sum;    /* of all up to it */
    size_t stashed;
    char stash[STASH]; /* the beginning of a frame */
};

struct crowd {
    struct client *clients;
    unsigned count;
    uint64_t received;
    char buffer[BUFFER + STASH];
};

static bool complain(const struct client *client, const char *what, const struct frame *frame) {
    printf("client %u, at offset %llu: %s: %.*s\n", client->number,
           (unsigned long long)client->offset, what, frame ? (int)frame->size : 0,
           frame ? frame->payload : "");
    return false;
}

/* The number behind `name`, or UINT64_MAX. */
static uint64_t number(const struct frame *frame, const char *name) {
    const char *end = frame->payload + frame->size;
    const char *at = memmem(frame->payload, frame->size, name, strlen(name));
    uint64_t value = 0;
    if (at == NULL)
        return UINT64_MAX;
    for (at += strlen(name); at < end && *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    return value;
}

static bool take_update(struct client *client, const struct frame *frame) {
    uint64_t offset = number(frame, "\"offset\":");
    if (offset != client->offset + 1)
        return complain(client, "not the next offset", frame);
    if (number(frame, "\"prev\":") != client->offset)
        return complain(client, "something was left out", frame);
    if (number(frame, "\"count\":") != offset)
        return complain(client, "the plugin has lost count", frame);
    client->sum += number(frame, "\"n\":");
    if (number(frame, "\"sum\":") != client->sum)
        return complain(client, "the plugin's sum is wrong", frame);
    client->offset = offset;
    return true;
}

static bool take(struct crowd *crowd, struct client *client, const struct frame *frame) {
    char pong[FRAME_OVERHEAD + 125];
    if (frame->opcode == FRAME_CLOSE)
        return complain(client, "closed", NULL);
    if (frame->opcode == FRAME_PING && frame->size <= 125) {
        size_t size = frame_write(pong, FRAME_PONG, frame->payload, frame->size);
        return write(client->fd, pong, size) == (ssize_t)size;
    }
    crowd->received++;
    return take_update(client, frame);
}

bool crowd_read(struct crowd *crowd, void *which) {
    struct client *client = which;
    struct frame frame;
    size_t used = 0;
    memcpy(crowd->buffer, client->stash, client->stashed);
    ssize_t got = read(client->fd, crowd->buffer + client->stashed, BUFFER);
    if (got <= 0)
        return got == -1 && errno == EAGAIN ? true : complain(client, "disconnected", NULL);
    size_t size = client->stashed + (size_t)got;
    while (frame_read(crowd->buffer + used, size - used, &frame)) {
        if (!take(crowd, client, &frame))
            return false;
        used += frame.whole;
    }
    client->stashed = size - used;
    if (client->stashed > STASH)
        return complain(client, "a message is too long", NULL);
    memcpy(client->stash, crowd->buffer + used, client->stashed);
    return true;
}

static bool say(struct client *client, const char *text) {
    char frame[256];
    size_t size = frame_write(frame, FRAME_TEXT, text, strlen(text));
    return write(client->fd, frame, size) == (ssize_t)size;
}

/* Blocking: the answer to what was said contains `text`. */
static bool await(struct client *client, const char *text) {
    char buffer[STASH];
    size_t size = 0;
    while (size < sizeof(buffer)) {
        ssize_t got = read(client->fd, buffer + size, sizeof(buffer) - size);
        if (got <= 0)
            return false;
        size += (size_t)got;
        if (memmem(buffer, size, text, strlen(text)) != NULL)
            return true;
    }
    return false;
}

static bool join(struct client *client, int epoll, unsigned port, const char *path) {
    char request[256];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    int size = snprintf(request, sizeof(request),
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        path, port);
    client->fd = connect_to(port);
    return client->fd != -1 && write(client->fd, request, (size_t)size) == size &&
           await(client, "\r\n\r\n") && say(client, "{\"action\":\"subscribe\",\"id\":1}") &&
           await(client, "\"ok\"") && make_non_blocking(client->fd) &&
           epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event) == 0;
}

struct crowd *crowd_create(int epoll, unsigned port, const char *path, unsigned count) {
    struct crowd *crowd = calloc(1, sizeof(*crowd));
    if (crowd != NULL)
        crowd->clients = calloc(count, sizeof(*crowd->clients));
    if (crowd == NULL || crowd->clients == NULL) {
        free(crowd);
        printf("out of memory\n");
        return NULL;
    }
    for (; crowd->count < count; crowd->count++) {
        struct client *client = &crowd->clients[crowd->count];
        client->number = crowd->count;
        if (join(client, epoll, port, path))
            continue;
        printf("client %u could not subscribe: %s\n", crowd->count, strerror(errno));
        crowd_destroy(crowd);
        return NULL;
    }
    return crowd;
}

bool crowd_has(const struct crowd *crowd, uint64_t offset) {
    for (unsigned i = 0; i < crowd->count; i++)
        if (crowd->clients[i].offset < offset)
            return false;
    return true;
}

uint64_t crowd_received(const struct crowd *crowd) {
    return crowd->received;
}

void crowd_destroy(struct crowd *crowd) {
    for (unsigned i = 0; i < crowd->count; i++)
        close(crowd->clients[i].fd);
    free(crowd->clients);
    free(crowd);
}
