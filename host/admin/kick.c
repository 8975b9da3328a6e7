/* SPDX-License-Identifier: MIT */
#include "kick.h"

#include "admin_api.h"
#include "base/log.h"
#include "http/parameter.h"
#include "hub/hub.h"
#include "io/client.h"
#include "publish/publish_socket.h"

enum { REASON_SIZE = 256, CLOSE_POLICY = 1008 };

static const char unknown[] = "there is no such client; it may have left";

/* The body: none, or an object with a "reason". False: it is something else. */
static bool read_reason(struct sentio_bytes body, char space[REASON_SIZE],
                        struct sentio_bytes *reason) {
    struct sentio_field field = {.name = "reason", .types = SENTIO_JSON_STRING | SENTIO_JSON_NULL};
    struct sentio_json value;
    *reason = sentio_text("");
    if (body.size == 0)
        return true;
    if (sentio_json_parse(body, &value, NULL) != 0 || value.type != SENTIO_JSON_OBJECT ||
        sentio_json_read(&value, &field, 1, NULL) != 0)
        return false;
    if (field.value.type != SENTIO_JSON_STRING)
        return true;
    return sentio_json_string(&field.value, space, REASON_SIZE, reason) == 0 &&
           reason->size <= REASON_SIZE;
}

static struct kick_message *create(const struct admin_question *question, uint64_t client,
                                   struct sentio_bytes reason) {
    struct kick_message *message =
        message_create(MESSAGE_KICK, sizeof(*message), question->name.size + reason.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->io = question->io;
    message->request = question->request;
    message->client = client;
    message->who = message_keep(&at, question->name);
    message->reason = message_keep(&at, reason);
    return message;
}

void kick_ask(struct hub *hub, const struct admin_question *question) {
    char space[REASON_SIZE];
    struct sentio_bytes reason;
    uint64_t client = 0;
    if (!parameter_number(question->parameters, "id", 1, UINT64_MAX, &client) ||
        io_of_id(client) >= hub->host->io_count) {
        admin_api_refuse(hub, question, 404, unknown);
        return;
    }
    if (!read_reason(question->body, space, &reason)) {
        admin_api_refuse(hub, question, 422,
                         "send {} or {\"reason\":\"...\"} with at most 256 bytes");
        return;
    }
    struct kick_message *message = create(question, client, reason);
    if (message == NULL)
        admin_api_refuse(hub, question, 503, "the host is out of memory");
    else
        hub_send(hub, (uint32_t)io_of_id(client), &message->head);
}

void kick_answered(struct hub *hub, const struct kick_message *message) {
    struct admin_question question = {.io = message->io, .request = message->request};
    struct sentio_writer body;
    bool before = hub->aside;
    hub->aside = true;
    sentio_writer_init(&body, NULL, 0);
    sentio_write_format(&body, "{\"kicked\":\"%llu\"}", (unsigned long long)message->client);
    if (message->done) {
        admin_api_respond(hub, &question, &body);
    } else {
        sentio_writer_finish(&body);
        admin_api_refuse(hub, &question, 404, unknown);
    }
    hub->aside = before;
}

void kick_deliver(struct io *io, struct kick_message *message) {
    struct connection *connection = roster_find(&io->roster, message->client);
    if (connection == NULL || connection->state != CONNECTION_OPEN || connection->viewing)
        return;
    message->done = true;
    log_info(io->name, "connection %llu: kicked by %.*s%s%.*s", (unsigned long long)connection->id,
             (int)message->who.size, message->who.data, message->reason.size ? ": " : "",
             (int)message->reason.size, message->reason.data);
    if (connection->publishing)
        publish_socket_end(connection, CLOSE_POLICY, "kicked");
    else
        client_close(connection, CLOSE_POLICY, sentio_text("kicked"));
}
