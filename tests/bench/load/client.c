/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "payload.h"
#include "process.h"

#define TEXT_MAX 1024
#define START_LIMIT INT64_C(60000000000) /* for all clients together */

static void client_ready(struct watch *watch, uint32_t events);

void client_init(struct client *client, struct load *load, unsigned number) {
    *client =
        (struct client){.watch.ready = client_ready, .load = load, .number = number, .fd = -1};
}

void client_finish(struct client *client) {
    if (client->fd != -1) {
        close(client->fd);
    }
    free(client->stash);
    client->fd = -1;
    client->stash = NULL;
}

static void send_all(struct client *client, const char *data, size_t size) {
    if (send(client->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size) {
        load_fail(client->load, "a client could not send");
    }
}

static void send_frame(struct client *client, unsigned opcode, const char *text, size_t size) {
    char frame[TEXT_MAX + FRAME_OVERHEAD];
    if (size > TEXT_MAX) {
        load_fail(client->load, "a text to send is too long");
        return;
    }
    send_all(client, frame, frame_write(frame, opcode, text, size));
}

static void say(struct client *client, const char *text) {
    static const char variable[] = "$symbols";
    const char *at = strstr(text, variable);
    if (at == NULL) {
        send_frame(client, FRAME_TEXT, text, strlen(text));
        return;
    }
    char list[PAYLOAD_OWN * 8];
    char line[TEXT_MAX];
    size_t used = 0;
    unsigned own[PAYLOAD_OWN];
    payload_own(client->number, own);
    for (unsigned i = 0; i < PAYLOAD_OWN; i++) {
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s\"S%03u\"", i > 0 ? "," : "",
                                 own[i]);
    }
    int size = snprintf(line, sizeof(line), "%.*s%s%s", (int)(at - text), text, list,
                        at + sizeof(variable) - 1);
    send_frame(client, FRAME_TEXT, line, (size_t)size);
}

/* Goes on with the steps up to one that waits. */
static void advance(struct client *client) {
    struct load *load = client->load;
    const struct options *options = load->options;
    while (client->step < options->step_count && options->steps[client->step].say) {
        say(client, options->steps[client->step].text);
        client->step++;
    }
    if (client->step < options->step_count) {
        return;
    }
    client->state = CLIENT_READY;
    load->ready++;
    histogram_add(&load->connects, process_clock() - client->started);
}

static void take_frame(struct client *client, const struct frame *frame) {
    if (frame->opcode == FRAME_PING) {
        send_frame(client, FRAME_PONG, frame->payload, frame->size);
        return;
    }
    if (frame->opcode == FRAME_CLOSE) {
        load_fail(client->load, "the server closed a client");
        return;
    }
    /* Engine.IO's ping and pong, which are text messages. */
    if (frame->size == 1 && frame->payload[0] == '2') {
        send_frame(client, FRAME_TEXT, "3", 1);
        return;
    }
    if (client->state == CLIENT_SCRIPT) {
        const char *wanted = client->load->options->steps[client->step].text;
        if (memmem(frame->payload, frame->size, wanted, strlen(wanted)) != NULL) {
            client->step++;
            advance(client);
        }
        return;
    }
    uint32_t sequence;
    if (payload_sequence(frame->payload, frame->size, &sequence)) {
        load_received(client->load, sequence, frame->size);
    }
}

/* Returns how much of the data was whole frames. */
static size_t take_frames(struct client *client, const char *data, size_t size) {
    struct frame frame;
    size_t used = 0;
    while (client->load->failed == NULL && frame_read(data + used, size - used, &frame)) {
        take_frame(client, &frame);
        used += frame.whole;
    }
    return used;
}

/* Returns how much of the data was the answer to the upgrade. */
static size_t take_answer(struct client *client, const char *data, size_t size) {
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    if (size < 12 || memcmp(data + 8, " 101", 4) != 0) {
        load_fail(client->load, "the server refused the upgrade");
        return 0;
    }
    client->state = CLIENT_SCRIPT;
    advance(client);
    return (size_t)(end - data) + 4;
}

static void keep_rest(struct client *client, const char *data, size_t size) {
    char *stash = NULL;
    if (size > 0) {
        stash = malloc(size);
        if (stash == NULL) {
            load_fail(client->load, "out of memory");
            return;
        }
        memcpy(stash, data, size);
    }
    free(client->stash);
    client->stash = stash;
    client->stash_size = size;
}

static void client_read(struct client *client) {
    struct load *load = client->load;
    char *data = load->buffer;
    size_t size = client->stash_size;
    if (size > 0) {
        memcpy(data, client->stash, size);
    }
    ssize_t got = recv(client->fd, data + size, LOAD_BUFFER - size, 0);
    if (got == -1 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        load_fail(load, "the server ended a client's connection");
        return;
    }
    size += (size_t)got;
    size_t used = client->state == CLIENT_UPGRADING ? take_answer(client, data, size) : 0;
    if (client->state >= CLIENT_SCRIPT) {
        used += take_frames(client, data + used, size - used);
    }
    if (size > used || client->stash != NULL) {
        keep_rest(client, data + used, size - used);
    }
}

static void upgrade(struct client *client) {
    char request[512];
    const struct options *options = client->load->options;
    int size = snprintf(request, sizeof(request),
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        options->path, (unsigned)options->port);
    client->state = CLIENT_UPGRADING;
    send_all(client, request, (size_t)size);
    load_rewatch(client->load, client->fd, &client->watch, EPOLLIN);
}

static void client_ready(struct watch *watch, uint32_t events) {
    struct client *client = (struct client *)watch;
    if (client->state != CLIENT_CONNECTING) {
        client_read(client);
        return;
    }
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        load_fail(client->load, "a client could not connect");
        return;
    }
    upgrade(client);
}

static void start(struct client *client) {
    struct load *load = client->load;
    client->started = process_clock();
    client->fd = load_connect(load);
    client->state = CLIENT_CONNECTING;
    if (client->fd == -1 || load_watch(load, client->fd, &client->watch, EPOLLOUT) != 0) {
        load_fail(load, "a client could not connect");
    }
}

int client_start_all(struct load *load, unsigned count) {
    int64_t limit = process_clock() + START_LIMIT;
    while (load->ready < count) {
        while (load->started < count && load->started - load->ready < load->options->concurrency) {
            start(&load->clients[load->started]);
            load->started++;
        }
        if (load_turn(load, 1000) != 0) {
            return -1;
        }
        if (process_clock() > limit) {
            load_fail(load, "the clients were not subscribed within a minute");
        }
    }
    return 0;
}
