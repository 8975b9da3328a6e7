/* SPDX-License-Identifier: MIT */
#include "callback.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "connection.h"
#include "deadline.h"
#include "http.h"
#include "io.h"
#include "listener.h"
#include "publish.h"

enum { CLOSE_NORMAL = 1000, CLOSE_PROTOCOL = 1002, CLOSE_BINARY = 1003, CLOSE_TOO_BIG = 1009 };

/* A part of a client's message, kept until the rest is there. */
static bool keep_part(struct connection *connection, const char *data, size_t size) {
    struct partial *partial = connection->partial;
    size_t held = partial ? partial->size : 0;
    if (!partial || held + size > partial->capacity) {
        size_t capacity = partial ? partial->capacity * 2 : 1024;
        while (capacity < held + size)
            capacity *= 2;
        partial = realloc(partial, sizeof(*partial) + capacity);
        if (partial == NULL)
            return false;
        partial->capacity = capacity;
        partial->size = held;
        connection->partial = partial;
    }
    if (size)
        memcpy(partial->data + held, data, size);
    partial->size += size;
    return true;
}

static void drop_part(struct connection *connection) {
    free(connection->partial);
    connection->partial = NULL;
}

/* RFC 6455 section 5.4: a message may come in fragments, each of which may come in parts. */
static void receive(struct connection *connection, struct lws *wsi, const char *data, size_t size) {
    size_t limit = (size_t)connection->io->host->config->limits.message_size;
    if (connection->state != CONNECTION_OPEN)
        return;
    deadline_set(connection, DEADLINE_QUIET);
    if (lws_frame_is_binary(wsi)) {
        client_close(connection, CLOSE_BINARY, sentio_text("messages must be text"));
        return;
    }
    size_t held = connection->partial ? connection->partial->size : 0;
    if (held + size > limit) {
        drop_part(connection);
        client_close(connection, CLOSE_TOO_BIG, sentio_text("over limits.message_size"));
        return;
    }
    bool final = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
    if (final && held == 0) {
        command_receive(connection, sentio_bytes(data, size));
        return;
    }
    if (!keep_part(connection, data, size)) {
        client_broken(connection);
        return;
    }
    if (!final)
        return;
    struct partial *partial = connection->partial;
    connection->partial = NULL;
    command_receive(connection, sentio_bytes(partial->data, partial->size));
    free(partial);
}

/* CVE-2025-11677: an empty Upgrade header is a use after free further on in the library. */
static int confirm_upgrade(struct connection *connection, struct lws *wsi) {
    if (connection == NULL || lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) <= 0)
        return -1;
    return http_upgrade(connection, wsi);
}

static int begin(struct connection *connection, struct lws *wsi, const char *path, size_t size) {
    return connection ? http_begin(connection, wsi, path, size) : -1;
}

/* RFC 6455 section 7.4: what a peer may put into its close frame. */
static bool close_valid(const uint8_t *payload, size_t size) {
    if (size == 0)
        return true;
    if (size == 1)
        return false;
    unsigned code = (unsigned)payload[0] << 8 | payload[1];
    bool known = (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) ||
                 (code >= 3000 && code <= 4999);
    return known && sentio_utf8_valid(sentio_bytes((const char *)payload + 2, size - 2));
}

/* The answer has the peer's own code; the library would not take all of those that are allowed. The
 * result ends the connection. */
static int peer_closes(struct connection *connection, const uint8_t *payload, size_t size) {
    uint16_t code = CLOSE_NORMAL;
    if (size >= 2)
        code = (uint16_t)(payload[0] << 8 | payload[1]);
    if (!close_valid(payload, size))
        code = CLOSE_PROTOCOL;
    client_close(connection, code, sentio_text(""));
    return -1;
}

static void configure_tls(SSL_CTX *tls) {
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(tls, 0);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
}

/* The reasons of a connection that is a WebSocket. */
static int websocket(struct connection *connection, struct lws *wsi,
                     enum lws_callback_reasons reason, void *in, size_t size) {
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        client_open(connection, wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        receive(connection, wsi, in, size);
        return 0;
    case LWS_CALLBACK_RECEIVE_PONG:
        if (connection->state == CONNECTION_OPEN)
            deadline_set(connection, DEADLINE_QUIET);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        outbox_drain(&connection->io->outbox, connection);
        return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return peer_closes(connection, in, size);
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
        connection_lost(connection);
        return 0;
    default:
        return 0;
    }
}

int callback_protocol(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                      size_t size) {
    struct connection *connection = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    switch (reason) {
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
        configure_tls(user);
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return confirm_upgrade(connection, wsi);
    case LWS_CALLBACK_HTTP:
        return begin(connection, wsi, in, size);
    case LWS_CALLBACK_HTTP_BODY:
        if (connection == NULL || connection->request == NULL)
            return -1;
        return publish_body(connection->request, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (connection == NULL || connection->request == NULL)
            return 0;
        return publish_complete(connection->request);
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_RX:
        return -1;
    case LWS_CALLBACK_WSI_DESTROY:
        if (connection != NULL)
            connection_destroy(connection);
        return 0;
    default:
        return connection ? websocket(connection, wsi, reason, in, size) : 0;
    }
}
