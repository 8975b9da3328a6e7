/* SPDX-License-Identifier: MIT */

/*
 * The least that a server of this kind can cost: no library but OpenSSL where TLS is asked for, no
 * channel, no validation. What is published is framed once, and each subscriber gets one send() or
 * SSL_write() a loop turn. For a batch of the projection, each gets a frame as long as its own
 * items in the host's envelope are; which those are was worked out when it subscribed.
 */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../load/link.h"

#define PEERS_MAX 20000
#define BATCHES 10
#define INPUT_MAX 65536
#define TURN_MAX (8 * 1024 * 1024)
#define UPDATES_MAX 64
#define BATCH_ITEMS 50
#define ITEM_MAX 1024
#define ENVELOPE_MAX 192

/* What the host has before a batch's items; behind them it has the time, the offsets of the batch
 * and of the one before it, and the epoch. */
static const char envelope[] = "{\"type\":\"trade_signals\",\"data\":[";

struct peer {
    struct link link;
    bool secured;
    bool upgraded;
    bool subscribed;
    uint8_t wanted[BATCHES]; /* items of each batch */
    char *pending;           /* what the kernel did not take */
    size_t pending_size;
    size_t pending_sent;
    char *input; /* a request that is not all there */
    size_t input_size;
};

/* What was published in this loop turn. */
struct update {
    const char *item; /* a span of the turn's items; NULL: whole frames in the turn's bytes */
    size_t item_size; /* with a comma */
    unsigned batch;
    char tail[ENVELOPE_MAX]; /* behind the items */
    size_t tail_size;
};

struct floor {
    int epoll;
    bool wraps;                    /* what goes to everyone gets the host's envelope too */
    SSL_CTX *tls;                  /* NULL: plain */
    struct peer *peers[PEERS_MAX]; /* by descriptor */
    int last;                      /* the greatest descriptor that there was */
    size_t offset;                 /* items of batches so far */
    char *bytes;                   /* broadcast: the turn's frames */
    size_t size;
    struct update updates[UPDATES_MAX];
    size_t update_count;
    char *items;
    size_t items_size;
    char *scratch;
    char input[INPUT_MAX];
};

static size_t write_header(char *out, size_t size) {
    size_t used = 0;
    out[used++] = (char)0x81;
    if (size < 126) {
        out[used++] = (char)size;
        return used;
    }
    out[used++] = 126;
    out[used++] = (char)(size >> 8);
    out[used++] = (char)(size & 0xff);
    return used;
}

static void drop(struct floor *server, struct peer *peer) {
    server->peers[peer->link.fd] = NULL;
    link_finish(&peer->link);
    free(peer->pending);
    free(peer->input);
    free(peer);
}

static void watch(struct floor *server, struct peer *peer, uint32_t events, int how) {
    struct epoll_event event = {.events = events, .data.fd = peer->link.fd};
    epoll_ctl(server->epoll, how, peer->link.fd, &event);
}

static void keep_pending(struct floor *server, struct peer *peer, const char *data, size_t size) {
    char *grown = realloc(peer->pending, peer->pending_size + size);
    if (grown == NULL) {
        abort();
    }
    memcpy(grown + peer->pending_size, data, size);
    if (peer->pending_size == 0) {
        watch(server, peer, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
    peer->pending = grown;
    peer->pending_size += size;
}

static void send_all(struct floor *server, struct peer *peer, const char *data, size_t size) {
    ssize_t sent = 0;
    if (peer->pending_size == 0) {
        sent = link_write(&peer->link, data, size);
        sent = sent < 0 ? 0 : sent; /* the next read says that it has failed */
    }
    if ((size_t)sent < size) {
        keep_pending(server, peer, data + sent, size - (size_t)sent);
    }
}

static void send_pending(struct floor *server, struct peer *peer) {
    ssize_t sent = link_write(&peer->link, peer->pending + peer->pending_sent,
                              peer->pending_size - peer->pending_sent);
    if (sent <= 0) {
        return;
    }
    peer->pending_sent += (size_t)sent;
    if (peer->pending_sent == peer->pending_size) {
        free(peer->pending);
        peer->pending = NULL;
        peer->pending_size = 0;
        peer->pending_sent = 0;
        watch(server, peer, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static size_t append(char *out, size_t used, const char *data, size_t size) {
    memcpy(out + used, data, size);
    return used + size;
}

/* The frame of `count` items; the items after the first are the first again. */
static size_t write_items(char *out, const struct update *update, unsigned count) {
    size_t items = count * update->item_size - 1; /* no comma behind the last */
    size_t used = write_header(out, sizeof(envelope) - 1 + items + update->tail_size);
    used = append(out, used, envelope, sizeof(envelope) - 1);
    for (unsigned i = 0; i < count; i++) {
        used = append(out, used, update->item, update->item_size);
    }
    return append(out, used - 1, update->tail, update->tail_size);
}

static void send_turn_to(struct floor *server, struct peer *peer) {
    if (server->size > 0) {
        send_all(server, peer, server->bytes, server->size);
    }
    size_t used = 0;
    for (size_t i = 0; i < server->update_count; i++) {
        const struct update *update = &server->updates[i];
        unsigned count = peer->wanted[update->batch];
        if (count > 0) {
            used += write_items(server->scratch + used, update, count);
        }
    }
    if (used > 0) {
        send_all(server, peer, server->scratch, used);
    }
}

static void send_turn(struct floor *server) {
    if (server->size == 0 && server->update_count == 0) {
        return;
    }
    for (int fd = 0; fd <= server->last; fd++) {
        if (server->peers[fd] != NULL && server->peers[fd]->subscribed) {
            send_turn_to(server, server->peers[fd]);
        }
    }
    server->size = 0;
    server->update_count = 0;
    server->items_size = 0;
}

static size_t write_tail(char tail[ENVELOPE_MAX], size_t offset, size_t before) {
    return (size_t)snprintf(tail, ENVELOPE_MAX,
                            "],\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"offset\":%zu,"
                            "\"prev\":%zu,\"epoch\":\"0123456789abcdef\"}",
                            offset, before);
}

/* The body's items, from behind its '[' to before its "]}". */
static void publish_wrapped(struct floor *server, const char *items, size_t size) {
    char tail[ENVELOPE_MAX];
    server->offset++;
    size_t tail_size = write_tail(tail, server->offset, server->offset - 1);
    char *out = server->bytes + server->size;
    size_t used = write_header(out, sizeof(envelope) - 1 + size + tail_size);
    used = append(out, used, envelope, sizeof(envelope) - 1);
    used = append(out, used, items, size);
    server->size += append(out, used, tail, tail_size);
}

static void publish_batch(struct floor *server, const char *item, size_t size, unsigned batch) {
    struct update *update = &server->updates[server->update_count++];
    char *copy = server->items + server->items_size;
    memcpy(copy, item, size);
    copy[size] = ',';
    server->items_size += size + 1;
    size_t before = server->offset;
    server->offset += BATCH_ITEMS;
    update->item = copy;
    update->item_size = size + 1;
    update->batch = batch;
    update->tail_size = write_tail(update->tail, server->offset, before);
}

/* A body with the item of symbol S000 to S009 first is a batch. */
static void publish(struct floor *server, const char *body, size_t size) {
    const char *symbol = memmem(body, size, "\"S00", 4);
    const char *end = symbol == NULL ? NULL : memchr(symbol, '}', (size_t)(body + size - symbol));
    const char *start = memchr(body, '[', size);
    if (server->update_count == UPDATES_MAX || server->size + size + ENVELOPE_MAX > TURN_MAX) {
        send_turn(server);
    }
    bool batch = end != NULL && start != NULL && end - start < ITEM_MAX;
    if (!batch && server->wraps && start != NULL) {
        publish_wrapped(server, start + 1, (size_t)(body + size - 2 - (start + 1)));
        return;
    }
    if (!batch) {
        server->size += write_header(server->bytes + server->size, size);
        memcpy(server->bytes + server->size, body, size);
        server->size += size;
        return;
    }
    publish_batch(server, start + 1, (size_t)(end - start), (unsigned)(symbol[4] - '0'));
}

static void take_subscribe(struct floor *server, struct peer *peer, const char *text, size_t size) {
    static const char answer[] = "\x81\x0b{\"ok\":true}";
    const char *end = text + size;
    for (const char *at = memmem(text, size, "\"S", 2); at != NULL && at + 5 < end;
         at = memmem(at + 1, (size_t)(end - at - 1), "\"S", 2)) {
        peer->wanted[at[4] - '0']++;
    }
    peer->subscribed = true;
    send_all(server, peer, answer, sizeof(answer) - 1);
}

/* Client frames are masked with zero by the load generator. Returns the bytes used. */
static size_t take_frame(struct floor *server, struct peer *peer, const char *data, size_t size) {
    size_t payload = size < 2 ? 0 : (unsigned char)data[1] & 0x7f;
    size_t header = payload == 126 ? 8 : 6;
    if (size < header) {
        return 0;
    }
    if (payload == 126) {
        payload = (size_t)(unsigned char)data[2] << 8 | (unsigned char)data[3];
    }
    if (size < header + payload) {
        return 0;
    }
    if ((data[0] & 0x0f) == 1) {
        take_subscribe(server, peer, data + header, payload);
    }
    return header + payload;
}

static size_t take_request(struct floor *server, struct peer *peer, const char *data, size_t size) {
    static const char upgrade[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\n"
                                  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    static const char length_name[] = "Content-Length: ";
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    size_t header = (size_t)(end - data) + 4;
    const char *length_at = memmem(data, header, length_name, sizeof(length_name) - 1);
    if (length_at == NULL) {
        peer->upgraded = true;
        send_all(server, peer, upgrade, sizeof(upgrade) - 1);
        return header;
    }
    size_t length = strtoul(length_at + sizeof(length_name) - 1, NULL, 10);
    if (size < header + length) {
        return 0;
    }
    publish(server, data + header, length);
    send_all(server, peer, ok, sizeof(ok) - 1);
    return header + length;
}

static void keep_input(struct peer *peer, const char *data, size_t size) {
    char *kept = size > 0 ? malloc(size) : NULL;
    if (size > 0 && kept == NULL) {
        abort();
    }
    if (size > 0) {
        memcpy(kept, data, size);
    }
    free(peer->input);
    peer->input = kept;
    peer->input_size = size;
}

static void read_peer(struct floor *server, struct peer *peer) {
    size_t size = peer->input_size;
    if (size > 0) {
        memcpy(server->input, peer->input, size);
    }
    ssize_t got = link_read(&peer->link, server->input + size, INPUT_MAX - size);
    if (got == LINK_AGAIN) {
        return;
    }
    if (got <= 0) {
        drop(server, peer);
        return;
    }
    size += (size_t)got;
    size_t used = 0;
    size_t step = 1;
    while (step > 0 && used < size) {
        step = peer->upgraded ? take_frame(server, peer, server->input + used, size - used)
                              : take_request(server, peer, server->input + used, size - used);
        used += step;
    }
    if (size > used || peer->input != NULL) {
        keep_input(peer, server->input + used, size - used);
    }
}

static void accept_peers(struct floor *server, int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    for (; fd != -1; fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) {
        int on = 1;
        struct peer *peer = calloc(1, sizeof(*peer));
        if (peer == NULL || fd >= PEERS_MAX) {
            abort();
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (link_init(&peer->link, fd, server->tls) != 0) {
            abort();
        }
        peer->secured = server->tls == NULL;
        server->peers[fd] = peer;
        server->last = fd > server->last ? fd : server->last;
        watch(server, peer, EPOLLIN, EPOLL_CTL_ADD);
    }
}

static int listen_on(uint16_t port) {
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 || listen(fd, 4096) == -1) {
        perror("floor");
        exit(1);
    }
    return fd;
}

static void serve(struct floor *server, struct peer *peer, uint32_t events) {
    if (!peer->secured) {
        int wanted = link_handshake(&peer->link);
        peer->secured = wanted == 0;
        if (wanted == LINK_FAILED) {
            drop(server, peer);
        }
        return;
    }
    if ((events & EPOLLOUT) != 0) {
        send_pending(server, peer);
    }
    if ((events & ~(uint32_t)EPOLLOUT) != 0) {
        read_peer(server, peer);
    }
}

static void run(struct floor *server, int listener) {
    struct epoll_event events[512];
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(server->epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(server->epoll, events, 512, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_peers(server, listener);
            } else {
                serve(server, server->peers[fd], events[i].events);
            }
        }
        send_turn(server);
    }
}

int main(int argc, char **argv) {
    struct floor *server = calloc(1, sizeof(*server));
    if (argc < 2 || argc > 4 || server == NULL) {
        fprintf(stderr, "usage: floor PORT [wrap | CERTIFICATE KEY]\n");
        return 2;
    }
    server->wraps = argc == 3;
    signal(SIGPIPE, SIG_IGN);
    server->tls = argc == 4 ? link_context(argv[2], argv[3]) : NULL;
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->bytes = malloc(TURN_MAX);
    server->items = malloc(UPDATES_MAX * (size_t)ITEM_MAX);
    server->scratch = malloc(UPDATES_MAX * (size_t)INPUT_MAX);
    if (server->epoll == -1 || server->bytes == NULL || server->items == NULL ||
        server->scratch == NULL || (argc == 4 && server->tls == NULL)) {
        perror("floor");
        return 1;
    }
    run(server, listen_on((uint16_t)strtoul(argv[1], NULL, 10)));
}
