/* SPDX-License-Identifier: MIT */
#include "callback.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "access/tls.h"
#include "client.h"
#include "command.h"
#include "connection.h"
#include "deadline.h"
#include "frame/extension.h"
#include "http/http.h"
#include "hub/view.h"
#include "io.h"
#include "listener.h"
#include "publish/publish.h"
#include "publish/publish_socket.h"
#include "trace/tap.h"

enum {
    CLOSE_NORMAL = 1000,
    CLOSE_PROTOCOL = 1002,
    CLOSE_BINARY = 1003,
    CLOSE_BAD_DATA = 1007,
    CLOSE_TOO_BIG = 1009,
    RSV1 = 0x40 /* lws_get_reserved_bits() */
};

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

/* RFC 7692 section 6.1: RSV1 says of a message's first frame that it is compressed, and is set in
 * no other. The library has refused it where nothing was negotiated, and RSV2 and RSV3. */
static bool begin_frame(struct connection *connection, struct lws *wsi) {
    bool marked = lws_get_reserved_bits(wsi) & RSV1;
    bool begins = !connection->in_frame;
    connection->in_frame = lws_remaining_packet_payload(wsi) > 0;
    if (!begins)
        return true;
    if (lws_is_first_fragment(wsi))
        connection->packed = marked;
    else if (marked)
        return false;
    return true;
}

/* The largest message that it may send, and the setting that says so. */
static size_t size_limit(const struct connection *connection, const char **over) {
    const struct config *config = connection->io->view->config;
    *over = connection->publishing ? "over publish.body_size" : "over limits.message_size";
    return (size_t)(connection->publishing ? config->publish.body_size
                                           : config->limits.message_size);
}

static void hand_on(struct connection *connection, struct sentio_bytes text) {
    if (connection->traced)
        tap_received(connection, text);
    if (connection->publishing)
        publish_socket_receive(connection, text);
    else
        command_receive(connection, text);
}

/* RFC 7692 leaves open what a message is closed with that can not be inflated. The frames are well
 * formed, and their data is not what it says it is: 1007 (RFC 6455 section 7.4.1). */
static void receive_packed(struct connection *connection, struct sentio_bytes packed) {
    const char *over;
    size_t limit = size_limit(connection, &over);
    struct sentio_bytes text;
    switch (inflater_message(&connection->io->inflater, packed, limit, &text)) {
    case 0:
        hand_on(connection, text);
        break;
    case SENTIO_TOO_BIG:
        client_close(connection, CLOSE_TOO_BIG, sentio_text(over));
        break;
    case SENTIO_INVALID:
        client_close(connection, CLOSE_BAD_DATA, sentio_text("the compressed text is corrupt"));
        break;
    default:
        client_broken(connection);
        break;
    }
}

static void receive_message(struct connection *connection, struct sentio_bytes message) {
    if (connection->packed)
        receive_packed(connection, message);
    else
        hand_on(connection, message);
}

/* RFC 6455 section 5.4: a message may come in fragments, each of which may come in parts. */
static void receive_part(struct connection *connection, struct lws *wsi, const char *data,
                         size_t size) {
    const char *over;
    size_t limit = size_limit(connection, &over);
    size_t held = connection->partial ? connection->partial->size : 0;
    if (held + size > limit) {
        drop_part(connection);
        client_close(connection, CLOSE_TOO_BIG, sentio_text(over));
        return;
    }
    bool final = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
    if (final && held == 0) {
        receive_message(connection, sentio_bytes(data, size));
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
    receive_message(connection, sentio_bytes(partial->data, partial->size));
    free(partial);
}

static void receive(struct connection *connection, struct lws *wsi, const char *data, size_t size) {
    if (connection->state != CONNECTION_OPEN)
        return;
    deadline_set(connection, DEADLINE_QUIET);
    if (!begin_frame(connection, wsi))
        client_close(connection, CLOSE_PROTOCOL, sentio_text("RSV1 within a message"));
    else if (lws_frame_is_binary(wsi))
        client_close(connection, CLOSE_BINARY, sentio_text("messages must be text"));
    else
        receive_part(connection, wsi, data, size);
}

/* The library tells of pongs and closes, and answers a ping by itself, be RSV1 set in it or not. */
static void receive_pong(struct connection *connection, struct lws *wsi) {
    if (connection->state != CONNECTION_OPEN)
        return;
    deadline_set(connection, DEADLINE_QUIET);
    if (lws_get_reserved_bits(wsi))
        client_close(connection, CLOSE_PROTOCOL, sentio_text("RSV1 in a control frame"));
}

/* CVE-2025-11677: an empty Upgrade header is a use after free further on in the library. */
static int confirm_upgrade(struct connection *connection, struct lws *wsi) {
    if (connection == NULL || lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) <= 0)
        return -1;
    int result = http_upgrade(connection, wsi);
    if (result == 0)
        extension_prepare(connection, wsi);
    return result;
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
static int peer_closes(struct connection *connection, struct lws *wsi, const uint8_t *payload,
                       size_t size) {
    uint16_t code = CLOSE_NORMAL;
    if (size >= 2)
        code = (uint16_t)(payload[0] << 8 | payload[1]);
    if (!close_valid(payload, size) || lws_get_reserved_bits(wsi))
        code = CLOSE_PROTOCOL;
    /* It does not want the rest, which could not be sent before the connection ends. */
    if (connection->backlog)
        outbox_drop(&connection->io->outbox, connection);
    client_close(connection, code, sentio_text(""));
    return -1;
}

/* A peer that takes what waited for it is there, even if our ping still waits behind that. */
static void has_taken(struct connection *connection) {
    if (connection->state == CONNECTION_OPEN && (connection->backlog || connection->paused))
        deadline_set(connection, DEADLINE_QUIET);
}

static int present(SSL *connection, void *context) {
    const struct io *io = context;
    return io->certificate ? tls_present(connection, io->certificate) : 1;
}

static void configure_tls(struct io *io, SSL_CTX *tls) {
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(tls, 0);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_cert_cb(tls, present, io);
}

/* The reasons of a connection that is a WebSocket or becomes one. */
static int websocket(struct connection *connection, struct lws *wsi,
                     enum lws_callback_reasons reason, void *in, size_t size) {
    switch (reason) {
    case LWS_CALLBACK_CONFIRM_EXTENSION_OKAY:
        return extension_confirm(connection);
    case LWS_CALLBACK_ADD_HEADERS:
        return extension_answer(connection, in);
    case LWS_CALLBACK_ESTABLISHED:
        client_open(connection, wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        receive(connection, wsi, in, size);
        return 0;
    case LWS_CALLBACK_RECEIVE_PONG:
        receive_pong(connection, wsi);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        has_taken(connection);
        outbox_drain(&connection->io->outbox, connection);
        if (connection->publishing)
            publish_socket_wake(connection);
        return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return peer_closes(connection, wsi, in, size);
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
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        arrival_claim(wsi);
        return 0;
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
        configure_tls(lws_context_user(lws_get_context(wsi)), user);
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
