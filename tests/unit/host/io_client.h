/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_IO_CLIENT_H
#define SENTIO_TESTS_IO_CLIENT_H

/* Blocking clients of the io fixture: HTTP and WebSocket, plain, TLS and unix. */

#include <sys/time.h>

#include "io_fixture.h"

struct client {
    int fd;
    SSL_CTX *tls;
    SSL *ssl;
    char ahead[4096]; /* received, and not yet read: */
    size_t ahead_at;  /* from here */
    size_t ahead_end;
};

struct answer {
    char head[4096];
    char body[4096];
    int status;
    size_t size; /* of the body */
};

struct ws_frame {
    uint8_t first; /* FIN, RSV, opcode */
    size_t size;
    uint8_t *payload;
};

static inline void client_connect_socket(struct client *client, const struct fixture *fixture,
                                         enum via via) {
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    const struct timeval wait = {.tv_sec = WAIT};
    const int *buffer = &fixture->receive_buffer;
    bool is_local = via == VIA_UNIX;
    tcp.sin_port = htons(fixture->ports[via == VIA_TLS ? CONFIG_TLS : CONFIG_TCP]);
    snprintf(local.sun_path, sizeof(local.sun_path), "%s", fixture->paths[0]);
    client->fd = socket(is_local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_not_equal(client->fd, -1);
    if (*buffer)
        setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, buffer, sizeof(*buffer));
    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    const struct sockaddr *address =
        is_local ? (const struct sockaddr *)&local : (const struct sockaddr *)&tcp;
    assert_int_equal(connect(client->fd, address, is_local ? sizeof(local) : sizeof(tcp)), 0);
}

static inline void client_connect(struct client *client, const struct fixture *fixture,
                                  enum via via) {
    memset(client, 0, sizeof(*client));
    client_connect_socket(client, fixture, via);
    if (via != VIA_TLS)
        return;
    client->tls = SSL_CTX_new(TLS_client_method());
    assert_non_null(client->tls);
    client->ssl = SSL_new(client->tls);
    assert_non_null(client->ssl);
    assert_int_equal(SSL_set_fd(client->ssl, client->fd), 1);
    assert_int_equal(SSL_connect(client->ssl), 1);
}

static inline void client_disconnect(struct client *client) {
    SSL_free(client->ssl);
    SSL_CTX_free(client->tls);
    assert_int_equal(close(client->fd), 0);
}

static inline void client_write(struct client *client, const void *data, size_t size) {
    while (size > 0) {
        ssize_t sent = client->ssl ? SSL_write(client->ssl, data, (int)size)
                                   : send(client->fd, data, size, MSG_NOSIGNAL);
        assert_true(sent > 0);
        data = (const char *)data + sent;
        size -= (size_t)sent;
    }
}

static inline void client_say(struct client *client, const char *text) {
    client_write(client, text, strlen(text));
}

/* At least one byte; 0: the host has closed. */
static inline size_t client_receive(struct client *client, void *data, size_t size) {
    errno = 0;
    ssize_t got =
        client->ssl ? SSL_read(client->ssl, data, (int)size) : recv(client->fd, data, size, 0);
    assert_true(errno != EAGAIN || got > 0);
    return got > 0 ? (size_t)got : 0;
}

static inline size_t client_read_some(struct client *client, void *data, size_t size) {
    size_t ahead = client->ahead_end - client->ahead_at;
    if (ahead == 0)
        return client_receive(client, data, size);
    size = size < ahead ? size : ahead;
    memcpy(data, client->ahead + client->ahead_at, size);
    client->ahead_at += size;
    return size;
}

/* Small pieces are not received one by one: what is read byte by byte would take many times as long
 * as what it tests. */
static inline void client_read(struct client *client, void *data, size_t size) {
    for (size_t at = 0; at < size;) {
        if (client->ahead_at == client->ahead_end && size - at < sizeof(client->ahead)) {
            client->ahead_at = 0;
            client->ahead_end = client_receive(client, client->ahead, sizeof(client->ahead));
            assert_true(client->ahead_end > 0);
        }
        size_t got = client_read_some(client, (char *)data + at, size - at);
        assert_true(got > 0);
        at += got;
    }
}

/* Nothing more comes, and the host has closed its side. */
static inline void assert_closed(struct client *client) {
    char byte;
    assert_int_equal(client_read_some(client, &byte, 1), 0);
}

static inline void client_read_head(struct client *client, struct answer *answer) {
    size_t at = 0;
    answer->head[0] = '\0';
    while (at < 4 || memcmp(answer->head + at - 4, "\r\n\r\n", 4) != 0) {
        assert_true(at < sizeof(answer->head) - 1);
        client_read(client, answer->head + at++, 1);
    }
    answer->head[at] = '\0';
    assert_memory_equal(answer->head, "HTTP/1.1 ", 9);
    answer->status = (int)strtol(answer->head + 9, NULL, 10);
}

/* An answer with its body, if it has one. */
static inline void client_read_answer(struct client *client, struct answer *answer) {
    client_read_head(client, answer);
    const char *length = strstr(answer->head, "Content-Length: ");
    answer->size = length ? strtoul(length + 16, NULL, 10) : 0;
    assert_true(answer->size < sizeof(answer->body));
    client_read(client, answer->body, answer->size);
    answer->body[answer->size] = '\0';
}

static inline void assert_answer(struct client *client, struct answer *answer, int status,
                                 const char *body) {
    client_read_answer(client, answer);
    if (answer->status != status)
        print_error("%s%s\n", answer->head, answer->body);
    assert_int_equal(answer->status, status);
    if (body && strstr(answer->body, body) == NULL) {
        print_error("\"%s\" is not in \"%s\"\n", body, answer->body);
        fail();
    }
}

/* "Name: value" as a whole line; value NULL: there is no such header. */
static inline void assert_header(const struct answer *answer, const char *name, const char *value) {
    char line[256];
    snprintf(line, sizeof(line), "\r\n%s: %s%s", name, value ? value : "", value ? "\r\n" : "");
    if ((strstr(answer->head, line) != NULL) == (value != NULL))
        return;
    print_error("%s: %s: %s\n", name, value ? "is not there" : "is there", answer->head);
    fail();
}

/* `headers`: further lines, each with its CRLF. */
static inline void client_upgrade(struct client *client, const char *path, const char *headers) {
    char text[1024];
    struct answer answer;
    snprintf(text, sizeof(text),
             "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
             path, headers);
    client_say(client, text);
    client_read_head(client, &answer);
    assert_int_equal(answer.status, 101);
    assert_header(&answer, "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static inline void client_open_ws(struct client *client, const struct fixture *fixture,
                                  enum via via) {
    client_connect(client, fixture, via);
    client_upgrade(client, "/ws/prices", "");
}

/* A masked frame (RFC 6455 section 5.2); `first` is FIN and opcode. Returns its size. */
static inline size_t ws_make(uint8_t *frame, uint8_t first, const void *payload, size_t size) {
    static const uint8_t mask[4] = {0x12, 0x9a, 0xc3, 0x7f};
    size_t at = 0;
    assert_true(size < 65536);
    frame[at++] = first;
    frame[at++] = (uint8_t)(0x80 | (size < 126 ? size : 126));
    if (size >= 126) {
        frame[at++] = (uint8_t)(size >> 8);
        frame[at++] = (uint8_t)size;
    }
    memcpy(frame + at, mask, sizeof(mask));
    at += sizeof(mask);
    for (size_t i = 0; i < size; i++)
        frame[at++] = ((const uint8_t *)payload)[i] ^ mask[i % 4];
    return at;
}

static inline void ws_send(struct client *client, uint8_t first, const void *payload, size_t size) {
    uint8_t *frame = malloc(size + 16);
    assert_non_null(frame);
    client_write(client, frame, ws_make(frame, first, payload, size));
    free(frame);
}

static inline void ws_say(struct client *client, const char *text) {
    ws_send(client, 0x81, text, strlen(text));
}

/* The payload is the caller's to free. */
static inline struct ws_frame ws_read(struct client *client) {
    uint8_t head[10];
    struct ws_frame frame;
    client_read(client, head, 2);
    frame.first = head[0];
    frame.size = head[1];
    assert_true(frame.size <= 127); /* a server's frames are not masked */
    size_t extra = frame.size == 126 ? 2 : frame.size == 127 ? 8 : 0;
    client_read(client, head, extra);
    for (size_t i = 0; extra && i < extra; i++)
        frame.size = (i == 0 ? 0 : frame.size << 8) | head[i];
    assert_true(frame.size < 1 << 26);
    frame.payload = malloc(frame.size + 1);
    assert_non_null(frame.payload);
    client_read(client, frame.payload, frame.size);
    frame.payload[frame.size] = '\0';
    return frame;
}

static inline void assert_ws_text(struct client *client, const char *part) {
    struct ws_frame frame = ws_read(client);
    assert_int_equal(frame.first, 0x81);
    if (strstr((char *)frame.payload, part) == NULL) {
        print_error("\"%s\" is not in \"%s\"\n", part, (char *)frame.payload);
        fail();
    }
    free(frame.payload);
}

/* The next frame closes, with that code and reason (NULL: any). */
static inline void assert_ws_close(struct client *client, unsigned code, const char *reason) {
    struct ws_frame frame = ws_read(client);
    assert_int_equal(frame.first, 0x88);
    assert_true(frame.size >= 2);
    assert_int_equal(frame.payload[0] << 8 | frame.payload[1], code);
    if (reason)
        assert_string_equal((char *)frame.payload + 2, reason);
    free(frame.payload);
}

/* Answers the host's close frame, upon which the host ends the connection. */
static inline void client_finish_close(struct client *client) {
    ws_send(client, 0x88, "\x03\xe8", 2);
    assert_closed(client);
    client_disconnect(client);
}

/* Subscribes; the member is the handle by which the hub speaks to this client. */
static inline struct member *ws_subscribe(struct client *client, struct fixture *fixture) {
    ws_say(client, "{\"action\":\"subscribe\"}");
    struct command_message *command = hub_take(fixture, MESSAGE_COMMAND);
    struct member *member = command->member;
    message_destroy(&command->head);
    return member;
}

#endif
