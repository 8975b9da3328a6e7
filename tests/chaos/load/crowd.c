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
    int fd; /* -1: away */
    unsigned number;
    bool returning;  /* "recovered" is to come */
    int64_t change;  /* ms: when it goes, or comes back */
    uint64_t offset; /* of the last update */
    uint64_t sum;    /* of all up to it */
    size_t stashed;
    char stash[STASH]; /* the beginning of a frame */
};

struct crowd {
    struct client *clients;
    unsigned count;
    uint64_t received;
    struct absences absences;
    int epoll;
    unsigned port;
    const char *path;
    char epoch[17];
    int64_t away; /* ms; 0: nobody ever goes */
    uint64_t random;
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
    /* Those with equal interests share it: it is the least that one of them needs. */
    if (number(frame, "\"prev\":") > client->offset)
        return complain(client, "something was left out", frame);
    if (number(frame, "\"count\":") != offset)
        return complain(client, "the plugin has lost count", frame);
    client->sum += number(frame, "\"n\":");
    if (number(frame, "\"sum\":") != client->sum)
        return complain(client, "the plugin's sum is wrong", frame);
    client->offset = offset;
    return true;
}

static bool has(const struct frame *frame, const char *text) {
    return memmem(frame->payload, frame->size, text, strlen(text)) != NULL;
}

/* A replay must have brought everything up to where the client joined. */
static bool take_end(struct client *client, const struct frame *frame) {
    client->returning = false;
    if (!has(frame, "\"recovered\":true"))
        return complain(client, "not recovered", frame);
    if (number(frame, "\"offset\":") != client->offset)
        return complain(client, "the replay was not whole", frame);
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
    if (client->returning && has(frame, "{\"type\":\"ok\""))
        return true;
    if (client->returning && has(frame, "{\"type\":\"recovered\""))
        return take_end(client, frame);
    crowd->received++;
    crowd->absences.replayed += client->returning;
    if (client->returning && !has(frame, "\"replay\":true"))
        return complain(client, "not marked as replayed", frame);
    return take_update(client, frame);
}

bool crowd_read(struct crowd *crowd, void *which) {
    struct client *client = which;
    struct frame frame;
    size_t used = 0;
    if (client->fd == -1) /* it went in the same turn */
        return true;
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

/* Blocking: the answer to what was said contains `text`. *answer: from there on, with a NUL. */
static bool await(const struct client *client, const char *text, char buffer[STASH],
                  const char **answer) {
    size_t size = 0;
    while (size + 1 < STASH) {
        ssize_t got = read(client->fd, buffer + size, STASH - 1 - size);
        if (got <= 0)
            return false;
        size += (size_t)got;
        buffer[size] = '\0';
        *answer = memmem(buffer, size, text, strlen(text));
        if (*answer != NULL)
            return true;
    }
    return false;
}

static bool upgrade(const struct crowd *crowd, struct client *client) {
    char request[256];
    char buffer[STASH];
    const char *answer;
    int size = snprintf(request, sizeof(request),
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        crowd->path, crowd->port);
    client->fd = connect_to(crowd->port);
    client->stashed = 0;
    return client->fd != -1 && write(client->fd, request, (size_t)size) == size &&
           await(client, "\r\n\r\n", buffer, &answer);
}

static bool watch(const struct crowd *crowd, struct client *client) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    return make_non_blocking(client->fd) &&
           epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, client->fd, &event) == 0;
}

static bool join(struct crowd *crowd, struct client *client) {
    char buffer[STASH];
    const char *answer;
    return upgrade(crowd, client) && say(client, "{\"action\":\"subscribe\",\"id\":1}") &&
           await(client, "\"epoch\":\"", buffer, &answer) &&
           sscanf(answer, "\"epoch\":\"%16[0-9a-f]", crowd->epoch) == 1 && watch(crowd, client);
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
    crowd->epoll = epoll;
    crowd->port = port;
    crowd->path = path;
    crowd->random = 1;
    for (; crowd->count < count; crowd->count++) {
        struct client *client = &crowd->clients[crowd->count];
        client->number = crowd->count;
        if (join(crowd, client))
            continue;
        printf("client %u could not subscribe: %s\n", crowd->count, strerror(errno));
        crowd_destroy(crowd);
        return NULL;
    }
    return crowd;
}

/* Up to `away` ms. */
static int64_t draw(struct crowd *crowd) {
    crowd->random = crowd->random * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((crowd->random >> 33) % (uint64_t)(crowd->away + 1));
}

void crowd_scatter(struct crowd *crowd, int64_t away, int64_t now) {
    crowd->away = away;
    for (unsigned i = 0; i < crowd->count; i++)
        crowd->clients[i].change = now + draw(crowd);
}

static void go_away(struct client *client) {
    close(client->fd);
    client->fd = -1;
    client->returning = false;
}

static bool come_back(struct crowd *crowd, struct client *client) {
    char text[192];
    snprintf(text, sizeof(text),
             "{\"action\":\"subscribe\",\"id\":1,\"since\":{\"epoch\":\"%s\",\"offset\":%llu}}",
             crowd->epoch, (unsigned long long)client->offset);
    client->returning = true;
    crowd->absences.returns++;
    if (upgrade(crowd, client) && say(client, text) && watch(crowd, client))
        return true;
    return complain(client, "it could not come back", NULL);
}

bool crowd_tick(struct crowd *crowd, int64_t now) {
    for (unsigned i = 0; crowd->away > 0 && i < crowd->count; i++) {
        struct client *client = &crowd->clients[i];
        if (client->change > now)
            continue;
        client->change = now + draw(crowd);
        if (client->fd != -1)
            go_away(client);
        else if (!come_back(crowd, client))
            return false;
    }
    return true;
}

bool crowd_gather(struct crowd *crowd) {
    crowd->away = 0;
    for (unsigned i = 0; i < crowd->count; i++)
        if (crowd->clients[i].fd == -1 && !come_back(crowd, &crowd->clients[i]))
            return false;
    return true;
}

struct absences crowd_absences(const struct crowd *crowd) {
    return crowd->absences;
}

bool crowd_has(const struct crowd *crowd, uint64_t offset) {
    for (unsigned i = 0; i < crowd->count; i++)
        if (crowd->clients[i].offset < offset || crowd->clients[i].returning)
            return false;
    return true;
}

uint64_t crowd_received(const struct crowd *crowd) {
    return crowd->received;
}

void crowd_destroy(struct crowd *crowd) {
    for (unsigned i = 0; i < crowd->count; i++)
        if (crowd->clients[i].fd != -1)
            close(crowd->clients[i].fd);
    free(crowd->clients);
    free(crowd);
}
