/* SPDX-License-Identifier: MIT */
#include "sse.h"

#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "header.h"
#include "hub/view.h"
#include "io/arrival.h"
#include "io/client.h"
#include "io/command.h"
#include "io/deadline.h"
#include "response.h"
#include "sse_query.h"

enum {
    PREFIX = sizeof("/sse/") - 1,
    RETRY_LEAST = 1000, /* ms that a reader waits before it comes back, and at most so many more: */
    RETRY_SPREAD = 2000,
    CLOSE_GOING_AWAY = 1001,
    CLOSE_POLICY = 1008,
    CLOSE_TRY_LATER = 1013
};

bool sse_has(struct sentio_bytes path) {
    return sentio_is(path, "/sse") ||
           (path.size > PREFIX && memcmp(path.data, "/sse/", PREFIX) == 0);
}

void sse_destroy(struct sse *sse) {
    if (sse == NULL)
        return;
    for (size_t i = 0; i < sse->places.count; i++)
        stream_unref(sse->channels[i].stream);
    free(sse->channels);
    free(sse->places.items);
    free(sse);
}

/* `count` 0: of no channel. */
static struct sse *create(size_t count) {
    struct sse *sse = calloc(1, sizeof(*sse));
    if (sse == NULL || count == 0)
        return sse;
    sse->channels = calloc(count, sizeof(*sse->channels));
    sse->places.items = calloc(count, sizeof(*sse->places.items));
    if (sse->channels == NULL || sse->places.items == NULL) {
        sse_destroy(sse);
        return NULL;
    }
    return sse;
}

/* False: there is no such channel. */
static bool add_channel(struct sse *sse, const struct view *view, struct sentio_bytes name) {
    const struct view_channel *channel = view_channel_named(view, name);
    if (channel == NULL || channel->path[0] == '\0')
        return false;
    size_t i = sse->places.count++;
    sse->channels[i].stream = stream_ref(channel->stream);
    sse->places.items[i].name = channel->stream->name;
    sse->awaited++;
    return true;
}

/* The response's header and first bytes: what the reader gets if all goes well. */
static int write_head(struct connection *connection) {
    struct outbox *outbox = &connection->io->outbox;
    struct response response = {
        .status = 200,
        .type = sentio_text("text/event-stream"),
        .cors_origin = connection->request->origin,
        .stream = true,
        .close = true,
    };
    struct sentio_writer out;
    struct span span;
    char *at;
    unsigned retry = RETRY_LEAST + (unsigned)(connection->id * 2654435761u % RETRY_SPREAD);
    sentio_writer_init(&out, NULL, 0);
    response_write(&out, &response);
    sentio_write_format(&out, ": ok\nretry: %u\n\n", retry);
    struct sentio_bytes text = sentio_written(&out);
    int error = text.size ? arena_room(&outbox->side, text.size, &span, &at) : SENTIO_NO_MEMORY;
    if (error == 0) {
        memcpy(at, text.data, text.size);
        error = outbox_push(outbox, connection, span) ? 0 : SENTIO_NO_MEMORY;
        arena_reset(&outbox->side);
    }
    sentio_writer_finish(&out);
    return error;
}

static void subscribe(struct connection *connection, size_t i, struct sentio_bytes parameters,
                      const struct sse_names *names) {
    struct sse *sse = connection->sse;
    struct sentio_writer text;
    sentio_writer_init(&text, NULL, 0);
    sse_query_subscribe(parameters, names, &sse->places.items[i], &text);
    if (text.failed)
        sse_deny(connection, CLOSE_TRY_LATER, sentio_text("the host is out of memory"));
    else
        command_run(connection, sentio_written(&text));
    sentio_writer_finish(&text);
}

/* From now on the connection is a reader of events, of several channels if it is `placed`. */
static void open_connection(struct connection *connection, struct sse *sse, bool placed) {
    connection->sse = sse;
    connection->state = CONNECTION_OPEN;
    connection_count(connection);
    connection->opened = io_time();
    connection->fd = lws_get_socket_fd(connection->wsi);
    connection->form = placed ? FORM_PLACED : FORM_EVENTS;
    connection->drafted = placed;
    connection->named = placed;
    deadline_set(connection, DEADLINE_NONE);
    lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
    lws_rx_flow_control(connection->wsi, 0);
    SSL *tls = lws_get_ssl(connection->wsi);
    if (tls != NULL)
        SSL_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static int begin(struct request *request, const struct header *header, struct sse *sse,
                 const struct sse_names *names) {
    struct connection *connection = request->connection;
    char space[1024];
    struct sentio_writer parameters;
    bool any = false;
    sentio_writer_init(&parameters, space, sizeof(space));
    sentio_write_text(&parameters, "{");
    int error = header_parameters(header, &parameters, &any);
    sentio_write_text(&parameters, "}");
    if (error || write_head(connection) != 0) {
        sentio_writer_finish(&parameters);
        sse_destroy(sse);
        return error ? http_refuse(
                           request, 400,
                           "the query is not valid: over 32 parameters, too long, or not UTF-8")
                     : http_refuse(request, 503, "the host is out of memory");
    }
    open_connection(connection, sse, names != NULL);
    if (names == NULL)
        connection->stream = stream_ref(sse->channels[0].stream);
    connection->roles = http_roles(connection->io->view, header->token);
    if (arrival_watch(connection, EPOLLRDHUP) != 0)
        sse_deny(connection, CLOSE_TRY_LATER, sentio_text("the host is out of memory"));
    for (size_t i = 0; i < sse->places.count && sse_waits(connection); i++)
        subscribe(connection, i, sentio_written(&parameters), names);
    sentio_writer_finish(&parameters);
    return 0;
}

static int answer_head(struct request *request) {
    struct response response = {
        .status = 200, .type = sentio_text("text/event-stream"), .stream = true, .close = true};
    return http_send(request, &response);
}

/* A reader that was told to stay away, and that comes back because the standard has it so. */
static int answer_closed(struct request *request) {
    struct response response = {.status = 204};
    return http_send(request, &response);
}

/* The id that the reader goes on from: a reader that comes back by itself sends it as a header. */
static struct sentio_bytes last_event(const struct header *header, char *space, size_t size) {
    struct sentio_bytes id = header->last_event;
    if (id.size == 0 && header_parameter(header, "last_event_id", space, size, &id) != 0)
        id.size = 0;
    return id;
}

static int find_channels(const struct header *header, struct sentio_bytes path,
                         struct sse_names *names) {
    char space[SSE_CHANNELS_MAX * SSE_NAME_MAX];
    struct sentio_bytes list;
    if (path.size > PREFIX)
        return sse_query_channels(sentio_bytes(path.data + PREFIX, path.size - PREFIX), names);
    if (header_parameter(header, "channels", space, sizeof(space), &list) != 0)
        return SENTIO_INVALID;
    return sse_query_channels(list, names);
}

int sse_begin(struct request *request, const struct header *header, struct sentio_bytes path) {
    bool single = path.size > PREFIX;
    struct sse_names names;
    char space[QUERY_MAX_SIZE];
    if (find_channels(header, path, &names) != 0 || (single && names.count > 1))
        return single ? http_refuse(request, 404, "there is no such channel")
                      : http_refuse(request, 400, "name up to 16 channels: /sse?channels=a,b");
    struct sse *sse = create(names.count);
    if (sse == NULL)
        return http_refuse(request, 503, "the host is out of memory");
    struct sentio_bytes id = last_event(header, space, sizeof(space));
    bool found = true;
    for (size_t i = 0; i < names.count && found; i++) {
        found = add_channel(sse, request->io->view, sentio_text(names.items[i]));
        if (found)
            sse_query_place(id, &sse->places.items[i]);
    }
    if (found && request->method == METHOD_GET && !sentio_is(id, EVENT_ID_CLOSED))
        return begin(request, header, sse, single ? NULL : &names);
    sse_destroy(sse);
    if (!found)
        return http_refuse(request, 404,
                           "there is no such channel; GET /api/v1/channels lists them");
    return sentio_is(id, EVENT_ID_CLOSED) ? answer_closed(request) : answer_head(request);
}

/* A position without an event. */
static void tell_position(struct connection *connection, const struct stream *stream,
                          uint64_t offset) {
    struct outbox *outbox = &connection->io->outbox;
    char space[256];
    struct sentio_writer text;
    struct span span;
    char *payload;
    sentio_writer_init(&text, space, sizeof(space));
    sentio_write_format(&text, "{\"channel\":\"%s\",\"offset\":%llu,\"epoch\":\"%s\"}",
                        stream->name, (unsigned long long)offset, stream->epoch);
    struct sentio_bytes written = sentio_written(&text);
    if (arena_frame(&outbox->arena, (enum frame_opcode)FRAME_POSITION, written.size, &span,
                    &payload) == 0) {
        memcpy(payload, written.data, written.size);
        outbox_append_control(outbox, connection, outbox_pack(outbox, connection, span));
    }
    sentio_writer_finish(&text);
}

/* A peer that is gone, or does not read, is given up by the kernel: it can not be asked. */
static void bound_silence(const struct connection *connection) {
    const struct config *config = connection->io->view->config;
    unsigned wait = (unsigned)(config->server.heartbeat + config->server.heartbeat_timeout);
    setsockopt(connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &wait, sizeof(wait));
}

/* Every channel has accepted: the response goes out, with what has gathered behind its header. The
 * library's copy of the request's header would stay as long as the connection. */
static void answer(struct connection *connection) {
    http_end(connection->request);
    connection->request = NULL;
    lws_http_headers_detach(connection->wsi);
    bound_silence(connection);
    deadline_set(connection, DEADLINE_QUIET);
    outbox_drain(&connection->io->outbox, connection);
}

int sse_stream(struct request *request) {
    struct connection *connection = request->connection;
    struct sse *sse = create(0);
    if (sse == NULL || write_head(connection) != 0) {
        sse_destroy(sse);
        return SENTIO_NO_MEMORY;
    }
    open_connection(connection, sse, false);
    if (arrival_watch(connection, EPOLLRDHUP) != 0)
        client_broken(connection);
    else
        answer(connection);
    return 0;
}

/* Its members are of these channels, and there is one of each at most. */
static struct sse_channel *channel_of(struct sse *sse, const struct member *member) {
    struct sse_channel *channel = sse->channels;
    while (channel->stream != member->stream)
        channel++;
    return channel;
}

bool sse_waits_for(const struct member *member) {
    struct connection *connection = member->connection;
    return connection && sse_waits(connection) && !channel_of(connection->sse, member)->answered;
}

void sse_joined(struct connection *connection, const struct joined_message *message) {
    struct sse *sse = connection->sse;
    struct sse_channel *channel = channel_of(sse, message->member);
    if (connection->io->stopping) {
        sse_deny(connection, CLOSE_GOING_AWAY, sentio_text("the host is shutting down"));
        return;
    }
    channel->answered = true;
    /* A replay says itself where its reader has come to. */
    if (!joined_replays(message))
        tell_position(connection, message->member->stream, message->offset);
    sse->awaited--;
    if (sse->awaited == 0)
        answer(connection);
}

/* With the answer the connection ends. */
static void refuse_waiting(struct connection *connection, uint32_t status, const char *detail) {
    struct request *request = connection->request;
    connection->sse->awaited = 0;
    outbox_drop(&connection->io->outbox, connection);
    client_gone(connection);
    request->length = SIZE_MAX; /* of which nothing was read: it is closed */
    http_refuse(request, status, detail);
    deadline_expire(connection);
}

static void read_text(const struct sentio_field *field, char *text, size_t size) {
    struct sentio_bytes value = sentio_text("");
    if (sentio_json_string(&field->value, text, size - 1, &value) != 0 || value.size >= size)
        value.size = 0;
    if (value.size)
        memmove(text, value.data, value.size);
    text[value.size] = '\0';
}

void sse_fail(struct connection *connection, struct sentio_bytes text) {
    static const struct {
        const char *code;
        uint32_t status;
    } table[] = {
        {"no_memory", 503},       {"not_running", 503},    {"timeout", 503},
        {"failed", 500},          {"channel_failed", 503}, {"user_mismatch", 403},
        {"unknown_channel", 404}, {"not_supported", 404},  {"channel_removed", 404},
    };
    const struct sentio_json error = {SENTIO_JSON_OBJECT, text};
    struct sentio_field fields[] = {{.name = "code", .types = SENTIO_JSON_ANY},
                                    {.name = "message", .types = SENTIO_JSON_ANY}};
    char code[64];
    char message[400];
    uint32_t status = 422;
    sentio_json_read(&error, fields, 2, NULL);
    read_text(&fields[0], code, sizeof(code));
    read_text(&fields[1], message, sizeof(message));
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strcmp(code, table[i].code) == 0)
            status = table[i].status;
    refuse_waiting(connection, status, message);
}

/* 401 when nobody has said who he is, 403 when he may not. */
static uint32_t status_of_close(const struct connection *connection, unsigned code,
                                struct sentio_bytes reason) {
    if (code != CLOSE_POLICY)
        return 503;
    if (sentio_is(reason, REASON_PER_USER))
        return 429;
    return connection->user || connection->roles ? 403 : 401;
}

void sse_deny(struct connection *connection, unsigned code, struct sentio_bytes reason) {
    char detail[128]; /* a close frame has room for less */
    size_t size = reason.size < sizeof(detail) ? reason.size : sizeof(detail) - 1;
    if (size)
        memcpy(detail, reason.data, size);
    detail[size] = '\0';
    refuse_waiting(connection, status_of_close(connection, code, reason), detail);
}

void sse_ready(struct connection *connection, uint32_t events) {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        client_broken(connection);
        return;
    }
    if (sse_waits(connection))
        return;
    outbox_drain(&connection->io->outbox, connection);
    if (connection->backlog == NULL && !connection->congested)
        arrival_watch(connection, EPOLLRDHUP);
    sse_end(connection);
}

/* A socket that is closed with something unread is reset, and what it was still to send is lost. */
static bool has_unread(const struct connection *connection) {
    char byte;
    return recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void sse_end(struct connection *connection) {
    if (connection->state != CONNECTION_CLOSING || connection->backlog)
        return;
    SSL *tls = lws_get_ssl(connection->wsi);
    if (tls != NULL)
        SSL_shutdown(tls);
    shutdown(connection->fd, SHUT_WR);
    if (!has_unread(connection))
        deadline_expire(connection);
}
