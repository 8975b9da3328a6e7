/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "payload.h"
#include "process.h"

#define TEXT_MAX 1024
#define START_LIMIT INT64_C(60000000000) /* for all clients together */

static void client_ready(struct watch *watch, uint32_t events);

void client_init(struct client *client, struct load *load, unsigned number) {
    *client =
        (struct client){.watch.ready = client_ready, .load = load, .number = number, .link.fd = -1};
}

void client_finish(struct client *client) {
    link_finish(&client->link);
    free(client->stash);
    client->stash = NULL;
    client->stash_size = 0;
}

static void send_all(struct client *client, const char *data, size_t size) {
    if (link_write(&client->link, data, size) != (ssize_t)size) {
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

/* The server has ended the connection; a scenario that expects it has `gone`. */
static void client_end(struct client *client, const char *why) {
    if (client->load->gone == NULL || client->state != CLIENT_READY) {
        load_fail(client->load, why);
        return;
    }
    client->state = CLIENT_GONE;
    client_finish(client);
    client->load->gone(client);
}

static void take_frame(struct client *client, const struct frame *frame) {
    if (frame->opcode == FRAME_PING) {
        send_frame(client, FRAME_PONG, frame->payload, frame->size);
        return;
    }
    if (frame->opcode == FRAME_CLOSE) {
        client_end(client, "the server closed a client");
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
    client->load->take(client, frame);
}

/* Returns how much of the data was whole frames. */
static size_t take_frames(struct client *client, const char *data, size_t size) {
    struct frame frame;
    size_t used = 0;
    bool (*read)(const char *, size_t, struct frame *) =
        client->load->options->events ? frame_read_event : frame_read;
    while (client->load->failed == NULL && client->state != CLIENT_GONE &&
           read(data + used, size - used, &frame)) {
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
    const char *wanted = client->load->options->events ? " 200" : " 101";
    if (size < 12 || memcmp(data + 8, wanted, 4) != 0) {
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

static void take_data(struct client *client, char *data, size_t size) {
    size_t used = client->state == CLIENT_UPGRADING ? take_answer(client, data, size) : 0;
    if (client->state >= CLIENT_SCRIPT) {
        used += take_frames(client, data + used, size - used);
    }
    if (client->state != CLIENT_GONE && (size > used || client->stash != NULL)) {
        keep_rest(client, data + used, size - used);
    }
}

void client_read(struct client *client, size_t most) {
    struct load *load = client->load;
    bool more = true;
    while (more && load->failed == NULL && client->state != CLIENT_GONE) {
        size_t size = client->stash_size;
        if (size > 0) {
            memcpy(load->buffer, client->stash, size);
        }
        size_t room = LOAD_BUFFER - size < most ? LOAD_BUFFER - size : most;
        ssize_t got = link_read(&client->link, load->buffer + size, room);
        if (got == LINK_AGAIN) {
            return;
        }
        if (got <= 0) {
            client_end(client, "the server ended a client's connection");
            return;
        }
        take_data(client, load->buffer, size + (size_t)got);
        more = client->link.fd != -1 && link_has_more(&client->link);
    }
}

static void upgrade(struct client *client) {
    char request[512];
    const struct options *options = client->load->options;
    static const char headers[] = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                  "Sec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    int size = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n",
                        options->path, (unsigned)options->port, options->events ? "" : headers);
    client->state = CLIENT_UPGRADING;
    send_all(client, request, (size_t)size);
    load_rewatch(client->load, client->link.fd, &client->watch, EPOLLIN);
}

static void secure(struct client *client) {
    client->state = CLIENT_SECURING;
    int wanted = link_handshake(&client->link);
    if (wanted == 0) {
        upgrade(client);
        return;
    }
    if (wanted == LINK_FAILED) {
        load_fail(client->load, "the TLS handshake of a client failed");
        return;
    }
    load_rewatch(client->load, client->link.fd, &client->watch, (uint32_t)wanted);
}

static void client_ready(struct watch *watch, uint32_t events) {
    struct client *client = (struct client *)watch;
    if (client->state == CLIENT_GONE) {
        return;
    }
    if (client->state > CLIENT_SECURING) {
        client_read(client, LOAD_BUFFER);
        return;
    }
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        load_fail(client->load, "a client could not connect");
        return;
    }
    secure(client);
}

static void start(struct client *client) {
    struct load *load = client->load;
    client->started = process_clock();
    client->state = CLIENT_CONNECTING;
    int fd = load_connect(load, client->slow);
    if (fd == -1 || link_init(&client->link, fd, load->tls) != 0 ||
        load_watch(load, fd, &client->watch, EPOLLOUT) != 0) {
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
