/* SPDX-License-Identifier: MIT */
#include "publish_socket.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "http/response.h"
#include "hub/view.h"
#include "io/client.h"
#include "io/deadline.h"
#include "publish.h"

enum {
    CLOSE_GOING_AWAY = 1001,
    CLOSE_BAD_TEXT = 1007,
    CLOSE_POLICY = 1008,
    ERRORS_IN_A_ROW = 10,
    RESUME_AT = PUBLISH_SOCKET_FRAMES / 2,
    OUTPUT_MAX = 64 * 1024, /* bytes of answers that the peer has not taken */
    ID_SHOWN = 2048,        /* bytes of an id's JSON that an answer repeats */
    NOT_READ = 1 << 1       /* the library's bit for this reason not to read */
};

struct publish_socket {
    struct connection *connection;
    char *token;
    struct request *first; /* read and not answered, in order */
    struct request *last;
    uint32_t count;
    uint16_t ending; /* the code that it is closed with when all is answered; 0: it goes on */
    const char *reason;
};

enum field { CHANNEL, ID, FIELDS };

int publish_socket_create(struct connection *connection, struct sentio_bytes token) {
    struct publish_socket *socket = calloc(1, sizeof(*socket));
    if (socket == NULL)
        return SENTIO_NO_MEMORY;
    socket->token = text_copy(token);
    if (socket->token == NULL) {
        free(socket);
        return SENTIO_NO_MEMORY;
    }
    socket->connection = connection;
    connection->publishing = socket;
    return 0;
}

void publish_socket_destroy(struct publish_socket *socket) {
    if (socket == NULL)
        return;
    while (socket->first != NULL) {
        struct request *request = socket->first;
        socket->first = request->later;
        http_forget(request);
    }
    socket->connection->publishing = NULL;
    free(socket->token);
    free(socket);
}

static bool is_full(const struct publish_socket *socket) {
    const struct backlog *backlog = socket->connection->backlog;
    uint32_t most = socket->connection->stopped ? RESUME_AT : PUBLISH_SOCKET_FRAMES - 1;
    if (socket->count > most || (socket->last && socket->last->waits))
        return true;
    return backlog && backlog->end - backlog->start >= OUTPUT_MAX;
}

static void stop_reading(struct connection *connection, bool stop) {
    int how = stop ? LWS_RXFLOW_REASON_APPLIES_DISABLE : LWS_RXFLOW_REASON_APPLIES_ENABLE;
    if (stop != connection->stopped)
        lws_rx_flow_control(connection->wsi, how | NOT_READ);
    connection->stopped = stop;
}

/* Its silence is not its own fault while the hub has something of it and nothing is read. */
static void set_deadline(const struct publish_socket *socket) {
    struct connection *connection = socket->connection;
    bool waits = connection->stopped && socket->count > 0;
    if (waits && connection->deadline != DEADLINE_NONE)
        deadline_set(connection, DEADLINE_NONE);
    else if (!waits && connection->deadline == DEADLINE_NONE)
        deadline_set(connection, DEADLINE_QUIET);
}

/* Ends it, or has it read or not read. */
static void settle(struct publish_socket *socket) {
    struct connection *connection = socket->connection;
    if (connection->state != CONNECTION_OPEN)
        return;
    if (connection->io->stopping && !socket->ending) {
        socket->ending = CLOSE_GOING_AWAY;
        socket->reason = "the host is going away";
    }
    if (socket->ending && socket->count == 0) {
        /* The peer's close frame is to come. */
        stop_reading(connection, false);
        client_close(connection, socket->ending, sentio_text(socket->reason));
        return;
    }
    stop_reading(connection, socket->ending || is_full(socket));
    set_deadline(socket);
}

void publish_socket_wake(struct connection *connection) {
    if (connection->stopped)
        settle(connection->publishing);
}

void publish_socket_end(struct connection *connection, uint16_t code, const char *reason) {
    struct publish_socket *socket = connection->publishing;
    if (socket->ending == 0) {
        socket->ending = code;
        socket->reason = reason;
    }
    settle(socket);
}

static const char *channel_of(const struct request *request) {
    const struct view *view = request->io->view;
    for (size_t i = 0; i < view->channel_count; i++)
        if (view->channels[i].stream->index == request->channel)
            return view->channels[i].stream->name;
    return NULL;
}

/* The text of the answer, which the message's id may already stand in. */
static void write_answer(struct request *request, const struct response *response) {
    struct sentio_writer *out = &request->answer;
    const char *channel = response->status == 200 ? NULL : channel_of(request);
    sentio_write_format(out, "%s\"status\":%u,", out->size ? "," : "{", response->status);
    if (channel)
        sentio_write_format(out, "\"channel\":\"%s\",", channel);
    sentio_write(out, sentio_bytes(response->body.data + 1, response->body.size - 1));
}

static void say_what_is_due(struct publish_socket *socket) {
    while (socket->first && socket->first->answered) {
        struct request *request = socket->first;
        if (request->answer.failed)
            client_starved(socket->connection);
        client_text(socket->connection, sentio_written(&request->answer));
        socket->first = request->later;
        socket->count--;
        http_end(request);
    }
    if (socket->first == NULL)
        socket->last = NULL;
}

int publish_socket_answer(struct request *request, const struct response *response) {
    struct publish_socket *socket = request->connection->publishing;
    write_answer(request, response);
    request->answered = true;
    say_what_is_due(socket);
    settle(socket);
    return 0;
}

static struct request *append(struct publish_socket *socket) {
    struct request *request = http_request(socket->connection, METHOD_POST);
    if (request == NULL)
        return NULL;
    request->channel = UINT32_MAX;
    sentio_writer_init(&request->answer, NULL, 0);
    if (socket->last)
        socket->last->later = request;
    else
        socket->first = request;
    socket->last = request;
    socket->count++;
    return request;
}

/* Over ten messages in a row that are no JSON objects end it. */
static bool read_object(struct request *request, struct sentio_bytes text,
                        struct sentio_json *object) {
    struct connection *connection = request->connection;
    struct sentio_json_error error;
    char detail[192];
    int result = sentio_json_parse(text, object, &error);
    if (result == 0 && object->type == SENTIO_JSON_OBJECT) {
        connection->errors = 0;
        return true;
    }
    if (connection->errors++ >= ERRORS_IN_A_ROW)
        publish_socket_end(connection, CLOSE_POLICY, "too many errors in a row");
    if (result == 0)
        snprintf(detail, sizeof(detail), "the message must be a JSON object with a \"channel\"");
    else
        snprintf(detail, sizeof(detail), "the message is not valid JSON: %s at byte %zu",
                 error.message, error.position);
    http_refuse(request, 400, detail);
    return false;
}

/* The message's channel; or it is refused. */
static bool find_channel(struct request *request, const struct sentio_json *object) {
    struct sentio_field fields[FIELDS] = {
        [CHANNEL] = {.name = "channel", .types = SENTIO_JSON_STRING, .required = true},
        [ID] = {.name = "id", .types = SENTIO_JSON_ANY},
    };
    struct sentio_json_error error;
    struct sentio_bytes name;
    char space[64];
    char detail[192];
    int result = sentio_json_read(object, &fields[ID], 1, NULL);
    const struct sentio_json *id = &fields[ID].value;
    bool shown = id->type == SENTIO_JSON_STRING || id->type == SENTIO_JSON_NUMBER;
    if (result == 0 && shown && id->text.size <= ID_SHOWN) {
        sentio_write_text(&request->answer, "{\"id\":");
        sentio_write(&request->answer, id->text);
    }
    if (sentio_json_read(object, fields, FIELDS, &error) != 0) {
        snprintf(detail, sizeof(detail), "\"%s\": %s", error.field, error.message);
        http_refuse(request, 422, detail);
        return false;
    }
    if (sentio_json_string(&fields[CHANNEL].value, space, sizeof(space), &name) != 0)
        name = sentio_text("");
    const struct stream *stream = publish_channel(request->io->view, name);
    if (stream == NULL) {
        http_refuse(request, 404, "there is no such channel, or it takes no publishes");
        return false;
    }
    request->channel = stream->index;
    return true;
}

/* A reload may have taken the key away. */
static const char *authorize(struct request *request) {
    struct connection *connection = request->connection;
    const char *publisher =
        publish_authorize(connection, sentio_text(connection->publishing->token));
    if (publisher == NULL) {
        publish_socket_end(connection, CLOSE_POLICY, "the publisher key is no longer valid");
        http_refuse(request, 401, "the publisher key is no longer valid");
    }
    return publisher;
}

static void publish(struct request *request, struct sentio_bytes text) {
    struct sentio_json object;
    if (!read_object(request, text, &object) || !find_channel(request, &object))
        return;
    const char *publisher = authorize(request);
    if (publisher == NULL)
        return;
    request->message = publish_message_create(sentio_text(publisher), sentio_text(""), object.text);
    if (request->message == NULL) {
        http_refuse(request, 503, "the host is out of memory");
        return;
    }
    request->message->io = (uint32_t)request->io->index;
    request->message->channel = request->channel;
    request->message->request = request;
    publish_hand_over(request);
}

void publish_socket_receive(struct connection *connection, struct sentio_bytes text) {
    struct publish_socket *socket = connection->publishing;
    if (socket->ending)
        return;
    if (!sentio_utf8_valid(text)) {
        client_close(connection, CLOSE_BAD_TEXT, sentio_text("the text is not valid UTF-8"));
        return;
    }
    struct request *request = append(socket);
    if (request == NULL) {
        client_starved(connection);
        return;
    }
    publish(request, text);
    settle(socket);
}
