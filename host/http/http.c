/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "access/origin.h"
#include "admin/admin_api.h"
#include "base/log.h"
#include "base/text.h"
#include "frame/extension.h"
#include "header.h"
#include "hub/view.h"
#include "io/client.h"
#include "io/deadline.h"
#include "io/gate.h"
#include "publish/publish.h"
#include "publish/publish_socket.h"
#include "publish/publisher.h"
#include "response.h"
#include "route.h"
#include "sse.h"
#include "static/static_answer.h"
#include "static/static_send.h"

enum { RETRY_AFTER = 1, DRAIN_RETRY_AFTER = 5 };

struct request *http_request(struct connection *connection, enum method method) {
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL)
        return NULL;
    request->connection = connection;
    request->io = connection->io;
    request->method = method;
    return request;
}

void http_end(struct request *request) {
    if (request->message)
        publish_cancel(request);
    static_send_destroy(request->send);
    sentio_writer_finish(&request->answer);
    free(request->origin);
    free(request->admin);
    free(request);
}

static struct request *create(struct connection *connection, struct lws *wsi) {
    struct request *request = http_request(connection, header_method(wsi));
    if (request == NULL)
        return NULL;
    connection->request = request;
    connection->wsi = wsi;
    return request;
}

static void destroy(struct request *request) {
    if (request->connection)
        request->connection->request = NULL;
    http_end(request);
}

int http_sent(struct request *request, bool close) {
    struct connection *connection = request->connection;
    bool upgrade = request->upgrade;
    destroy(request);
    deadline_set(connection, DEADLINE_IDLE);
    if (close)
        return -1;
    if (upgrade)
        return 0; /* the library completes it */
    return lws_http_transaction_completed(connection->wsi) ? -1 : 0;
}

int http_send(struct request *request, struct response *response) {
    const struct connection *connection = request->connection;
    struct sentio_writer out;
    response->head = request->method == METHOD_HEAD;
    response->cors_origin = request->origin;
    response->close |= request->endless;
    if (connection->publisher)
        return publisher_answer(request, response);
    if (connection->publishing)
        return publish_socket_answer(request, response);
    sentio_writer_init(&out, NULL, 0);
    response_write(&out, response);
    struct sentio_bytes text = sentio_written(&out);
    bool sent = text.size > 0 && lws_write(connection->wsi, (unsigned char *)out.data, text.size,
                                           LWS_WRITE_HTTP_FINAL) >= 0;
    sentio_writer_finish(&out);
    return http_sent(request, !sent || response->close);
}

int http_refuse(struct request *request, uint32_t status, const char *detail) {
    char space[512];
    struct sentio_writer body;
    sentio_writer_init(&body, space, sizeof(space));
    response_detail(&body, detail);
    struct response response = {.status = status, .body = sentio_written(&body)};
    if (status == 503 || status == 429)
        response.retry_after = request->io->stopping ? DRAIN_RETRY_AFTER : RETRY_AFTER;
    if (status == 405)
        response.allow = request->posts ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
    response.close = request->length > request->received || request->io->stopping;
    int result = http_send(request, &response);
    sentio_writer_finish(&body);
    return result;
}

/* Host, Origin and what goes with them. False: not allowed. */
static bool check_origin(struct request *request, const struct header *header) {
    const struct config_strings *origins = &request->io->view->config->server.origins;
    if (request->connection->rebindable && !origin_host_allowed(origins, header->host))
        return false;
    if (header->origin.size == 0)
        return true;
    if (!origin_allowed(origins, header->origin, header->host, request->connection->tls))
        return false;
    request->origin = text_copy(header->origin);
    return true;
}

uint32_t http_check(struct request *request, const struct header *header, const char **detail) {
    bool is_post = request->method == METHOD_POST;
    request->length = header->length;
    /* RFC 9112 section 6.3: it has no body. */
    request->endless = (is_post || request->method == METHOD_OTHER) &&
                       header->length_error == SENTIO_NOT_FOUND &&
                       request->connection->publisher == NULL;
    if (request->connection->refused) {
        *detail = "too many connections";
        return request->connection->refused;
    }
    if (request->io->stopping) {
        *detail = "the host is shutting down";
        return 503;
    }
    if (header->length_error == SENTIO_FAILED) {
        request->length = SIZE_MAX;
        *detail = "send a Content-Length, not a chunked body";
        return 411;
    }
    if (header->length_error == SENTIO_INVALID) {
        request->length = SIZE_MAX;
        *detail = "Content-Length must be a decimal number";
        return 400;
    }
    if (!is_post && request->method != METHOD_OTHER && request->length > 0) {
        *detail = "only POST takes a body";
        return 400;
    }
    *detail = "this origin or host is not allowed by server.origins";
    return check_origin(request, header) ? 0 : 403;
}

uint32_t http_roles(const struct view *view, struct sentio_bytes token) {
    return token.size && auth_admin(view->auth, token) ? SENTIO_ROLE_ADMIN : 0;
}

int http_ask(struct request *request, struct query_message *query) {
    if (query == NULL)
        return http_refuse(request, 503, "the host is out of memory");
    query->io = (uint32_t)request->io->index;
    query->request = request;
    if (request->connection->publisher)
        publisher_complete(request);
    http_pause(request);
    queue_put(request->io->host->to_hub, &query->head);
    return 0;
}

static int ask_route(struct request *request, const struct header *header, struct sentio_bytes path,
                     const struct view_route *route) {
    char space[1024];
    char user_space[256];
    struct sentio_bytes user;
    struct sentio_writer out;
    bool any = false;
    int found = header_parameter(header, "user_id", user_space, sizeof(user_space), &user);
    sentio_writer_init(&out, space, sizeof(space));
    sentio_write_text(&out, "{");
    route_match(route->path, path, &out, &any);
    int error = header_parameters(header, &out, &any);
    sentio_write_text(&out, "}");
    if (error || (found != 0 && found != SENTIO_NOT_FOUND) || user.size > SENTIO_TOPIC_MAX) {
        sentio_writer_finish(&out);
        return http_refuse(request, 400,
                           "the query is not valid: over 32 parameters, too long, or not UTF-8");
    }
    struct query_message *query =
        query_message_create(user, sentio_text(route->path), path, sentio_written(&out));
    sentio_writer_finish(&out);
    if (query != NULL) {
        query->what = QUERY_ROUTE;
        query->channel = route->channel;
        query->route = route->index;
        query->roles = http_roles(request->io->view, header->token);
    }
    return http_ask(request, query);
}

static int ask_host(struct request *request, enum query_kind what) {
    struct query_message *query =
        query_message_create(sentio_text(""), sentio_text(""), sentio_text(""), sentio_text(""));
    if (query != NULL)
        query->what = what;
    return http_ask(request, query);
}

static bool is_publish_socket(struct sentio_bytes path) {
    return sentio_is(path, "/ws/publish");
}

/* The channel whose WebSocket is at `path`; *found also for /ws and /ws/publish, where it is NULL.
 */
static struct stream *find_stream(const struct view *view, struct sentio_bytes path, bool *found) {
    const struct view_channel *channel = view_channel_at(view, path);
    *found = channel || sentio_is(path, "/ws") || is_publish_socket(path);
    return channel ? channel->stream : NULL;
}

static int preflight(struct request *request) {
    struct response response = {
        .status = 204, .allow = "GET, HEAD, POST, OPTIONS", .preflight = true};
    return http_send(request, &response);
}

/* What the host itself answers. */
static bool find_own(struct sentio_bytes path, enum query_kind *what) {
    static const struct {
        const char *path;
        enum query_kind what;
    } own[] = {
        {"/api/v1/health", QUERY_HEALTH},
        {"/api/v1/channels", QUERY_CHANNELS},
        {"/healthz", QUERY_ALIVE},
        {"/readyz", QUERY_READY},
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        *what = own[i].what;
        if (sentio_is(path, own[i].path))
            return true;
    }
    return false;
}

int http_dispatch(struct request *request, const struct header *header, struct sentio_bytes path) {
    const struct view *view = request->io->view;
    static const char publish[] = "/api/v1/publish/";
    bool found;
    if (path.size > PATH_MAX_SIZE)
        return http_refuse(request, 404, "there is nothing at this path");
    if (request->connection->control)
        return gate_dispatch(request, header, path);
    if (request->method == METHOD_OPTIONS)
        return preflight(request);
    if (path.size > sizeof(publish) - 1 && memcmp(path.data, publish, sizeof(publish) - 1) == 0) {
        request->posts = true;
        return publish_begin(
            request, header,
            sentio_bytes(path.data + sizeof(publish) - 1, path.size - (sizeof(publish) - 1)));
    }
    if (admin_api_has(path))
        return admin_api_dispatch(request, header, path);
    enum query_kind what;
    bool own = find_own(path, &what);
    const struct view_route *route = view_route_at(view, path);
    find_stream(view, path, &found);
    bool events = sse_has(path);
    if (!own && !route && !found && !events)
        return static_answer(request, header, path);
    if (route && route->acks)
        return publish_begin_ack(request, header, route->channel);
    if (request->method != METHOD_GET && request->method != METHOD_HEAD)
        return http_refuse(request, 405, "this resource takes GET");
    if (own)
        return ask_host(request, what);
    if (events)
        return sse_begin(request, header, path);
    if (route)
        return ask_route(request, header, path, route);
    return http_refuse(request, 426, "this is a WebSocket: connect with ws:// or wss://");
}

int http_begin(struct connection *connection, struct lws *wsi, const char *path, size_t size) {
    if (connection->request != NULL || connection->sse != NULL)
        return -1;
    struct request *request = create(connection, wsi);
    if (request == NULL)
        return -1;
    deadline_set(connection, DEADLINE_REQUEST);
    char space[HEADER_MAX_SIZE];
    struct header header;
    if (header_read(wsi, &header, space, sizeof(space)) != 0) {
        request->length = SIZE_MAX;
        return http_refuse(request, 431, "the header is too large");
    }
    const char *detail;
    uint32_t status = http_check(request, &header, &detail);
    if (status)
        return http_refuse(request, status, detail);
    return http_dispatch(request, &header, sentio_bytes(path, size));
}

/* As http_check, for what becomes a WebSocket. */
static uint32_t check_upgrade(struct request *request, const struct header *header, bool publishes,
                              const char **detail) {
    const struct connection *connection = request->connection;
    if (connection->refused) {
        *detail = "too many connections";
        return connection->refused;
    }
    if (connection->io->stopping) {
        *detail = "the host is shutting down";
        return 503;
    }
    if (!check_origin(request, header)) {
        *detail = "this origin or host is not allowed by server.origins";
        return 403;
    }
    if (publishes && publish_authorize(connection, header->token) == NULL) {
        *detail = "a publisher key is required: Authorization: Bearer <key>";
        return 401;
    }
    if (!header_version_is_13(connection->wsi)) {
        *detail = "Sec-WebSocket-Version must be 13";
        return 426;
    }
    *detail = "Sec-WebSocket-Extensions is too long";
    int size = lws_hdr_total_length(connection->wsi, WSI_TOKEN_EXTENSIONS);
    return size > EXTENSION_HEADER_MAX ? 400 : 0;
}

/* Becomes what is at `path`. 0, or the status that refuses it. */
static uint32_t upgrade(struct request *request, const struct header *header,
                        struct sentio_bytes path, const char **detail) {
    struct connection *connection = request->connection;
    bool found;
    struct stream *stream = find_stream(connection->io->view, path, &found);
    bool publishes = stream == NULL && is_publish_socket(path);
    if (!found || connection->control) {
        *detail = "there is no such channel";
        return 404;
    }
    uint32_t status = check_upgrade(request, header, publishes, detail);
    if (status)
        return status;
    *detail = "the host is out of memory";
    if (publishes && publish_socket_create(connection, header->token) != 0)
        return 503;
    connection->stream = stream ? stream_ref(stream) : NULL;
    connection->named = stream == NULL;
    connection->roles = http_roles(connection->io->view, header->token);
    return 0;
}

int http_upgrade(struct connection *connection, struct lws *wsi) {
    char *path;
    int size;
    char text[16];
    struct sentio_bytes value;
    if (header_copy(wsi, WSI_TOKEN_UPGRADE, text, sizeof(text), &value) != 0 || value.size != 9 ||
        strncasecmp(text, "websocket", 9) != 0)
        return -1;
    if (lws_http_get_uri_and_method(wsi, &path, &size) != LWSHUMETH_GET || connection->request)
        return -1;
    struct request *request = create(connection, wsi);
    if (request == NULL)
        return -1;
    request->upgrade = true;
    uint32_t status = 431;
    const char *detail = "the header is too large";
    char space[HEADER_MAX_SIZE];
    struct header header;
    if (header_read(wsi, &header, space, sizeof(space)) == 0)
        status = upgrade(request, &header, sentio_bytes(path, (size_t)size), &detail);
    if (status)
        return http_refuse(request, status, detail) ? -1 : 1;
    destroy(request);
    return 0;
}

void http_gone(struct connection *connection) {
    struct request *request = connection->request;
    connection->request = NULL;
    if (request != NULL)
        http_forget(request);
}

void http_forget(struct request *request) {
    if (request->message)
        publish_cancel(request);
    request->connection = NULL;
    if (!request->asked || request->io->host->to_hub == NULL)
        http_end(request);
}

void http_pause(struct request *request) {
    request->asked = true;
    if (request->connection->publisher || request->connection->publishing)
        return;
    deadline_set(request->connection, DEADLINE_NONE);
    lws_set_timeout(request->connection->wsi, NO_PENDING_TIMEOUT, 0);
    lws_rx_flow_control(request->connection->wsi, 0);
}

int http_resume(struct request *request) {
    struct connection *connection = request->connection;
    request->asked = false;
    if (connection == NULL) {
        http_end(request);
        return -1;
    }
    if (connection->publisher == NULL && connection->publishing == NULL)
        lws_rx_flow_control(connection->wsi, 1);
    return 0;
}

void http_go_on(struct request *request) {
    static unsigned char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (request->connection->publisher)
        publisher_go_on(request);
    else
        lws_write(request->connection->wsi, go_on, sizeof(go_on) - 1, LWS_WRITE_RAW);
}

void http_deliver(struct io *io, struct message *message) {
    const struct response_message *answer = (const struct response_message *)message;
    struct request *request = answer->request;
    struct connection *connection = request->connection;
    struct response response = {
        .status = answer->status,
        .type = answer->type,
        .body = answer->body,
        .retry_after = answer->status == 503 ? RETRY_AFTER : 0,
        .close = io->stopping,
    };
    if (http_resume(request) != 0)
        return;
    if (http_send(request, &response) != 0)
        deadline_expire(connection);
}
