/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "client.h"
#include "fanout/receipt.h"
#include "frame/envelope.h"
#include "hub/view.h"

enum { CLOSE_POLICY = 1008, CLOSE_BAD_TEXT = 1007, USER_MAX = 128, ID_MAX = 256, BURST = 4 };

enum field { ACTION, ID, CHANNEL, USER, TOKEN, ADMIN_TOKEN, FIELD_COUNT };

/* One message while it is looked at. */
struct command {
    struct connection *connection;
    struct sentio_bytes text;
    struct sentio_json request;
    struct sentio_field fields[FIELD_COUNT];
    struct sentio_bytes id; /* JSON text, or empty */
    struct stream *stream;
    uint32_t roles;
    char action_space[64];
    char user_space[USER_MAX];
    char token_space[4096];
    struct sentio_bytes action;
    struct sentio_bytes user;
};

static void fail(struct command *command, const char *code, const char *message) {
    struct connection *connection = command->connection;
    const char *channel = connection->named && command->stream ? command->stream->name : NULL;
    client_error(connection, channel, command->id, code, message);
}

/* A token bucket: `message_rate` a second, four seconds' worth at once. */
static bool within_rate(struct connection *connection) {
    int64_t rate = connection->io->view->config->limits.message_rate;
    int64_t now = io_now(connection->io);
    int64_t full = rate * BURST * 1000;
    int64_t passed = now - connection->refilled;
    int64_t tokens = passed > BURST * 1000 ? full : connection->tokens + passed * rate;
    connection->refilled = now;
    if (tokens > full)
        tokens = full;
    connection->tokens = (int32_t)tokens;
    if (tokens < 1000)
        return false;
    connection->tokens -= 1000;
    return true;
}

static bool parse(struct command *command) {
    struct sentio_json_error error;
    char message[192];
    if (sentio_json_parse(command->text, &command->request, &error) != 0) {
        snprintf(message, sizeof(message), "the message is not valid JSON: %s at byte %zu",
                 error.message, error.position);
        fail(command, "invalid_json", message);
        return false;
    }
    if (command->request.type != SENTIO_JSON_OBJECT) {
        fail(command, "invalid_json", "the message must be a JSON object with an \"action\"");
        return false;
    }
    struct sentio_field fields[FIELD_COUNT] = {
        [ACTION] = {.name = "action", .types = SENTIO_JSON_STRING, .required = true},
        [ID] = {.name = "id", .types = SENTIO_JSON_STRING | SENTIO_JSON_NUMBER},
        [CHANNEL] = {.name = "channel", .types = SENTIO_JSON_STRING},
        [USER] = {.name = "user_id", .types = SENTIO_JSON_STRING | SENTIO_JSON_NULL},
        [TOKEN] = {.name = "token", .types = SENTIO_JSON_STRING | SENTIO_JSON_NULL},
        [ADMIN_TOKEN] = {.name = "admin_token", .types = SENTIO_JSON_STRING | SENTIO_JSON_NULL},
    };
    memcpy(command->fields, fields, sizeof(fields));
    /* The id first: whatever else is wrong, the answer carries it. */
    int result = sentio_json_read(&command->request, &command->fields[ID], 1, &error);
    if (result == 0 && command->fields[ID].value.text.size <= ID_MAX)
        command->id = command->fields[ID].value.text;
    if (result == 0)
        result = sentio_json_read(&command->request, command->fields, FIELD_COUNT, &error);
    if (result != 0) {
        snprintf(message, sizeof(message), "\"%s\": %s", error.field, error.message);
        fail(command, "invalid_field", message);
        return false;
    }
    return true;
}

static bool find_channel(struct command *command) {
    struct connection *connection = command->connection;
    const struct sentio_json *field = &command->fields[CHANNEL].value;
    const struct view_channel *channel;
    char space[64];
    struct sentio_bytes name;
    command->stream = connection->stream;
    if (field->type == SENTIO_JSON_ABSENT) {
        if (command->stream != NULL)
            return true;
        fail(command, "unknown_channel", "on /ws a message must name its \"channel\"");
        return false;
    }
    if (sentio_json_string(field, space, sizeof(space), &name) != 0)
        name = sentio_text("");
    channel = view_channel_named(connection->io->view, name);
    if (connection->stream == NULL && channel && channel->path[0])
        command->stream = channel->stream;
    if (command->stream != NULL && sentio_is(name, command->stream->name))
        return true;
    fail(command, "unknown_channel",
         connection->stream ? "this connection is for another channel; connect to /ws for several"
                            : "there is no such channel; GET /api/v1/channels lists them");
    return false;
}

/* In open mode the user is believed. The first one named is the connection's for good. */
static bool identify(struct command *command) {
    struct connection *connection = command->connection;
    const struct sentio_json *field = &command->fields[USER].value;
    command->user = sentio_text(connection->user);
    if (field->type != SENTIO_JSON_STRING)
        return true;
    struct sentio_bytes user;
    if (sentio_json_string(field, command->user_space, sizeof(command->user_space), &user) != 0) {
        fail(command, "invalid_field", "\"user_id\" must be at most 128 bytes");
        return false;
    }
    if (user.size == 0)
        return true;
    if (memchr(user.data, '\0', user.size) || sentio_is(user, "*")) {
        fail(command, "invalid_field", "\"user_id\" must name one user");
        return false;
    }
    if (connection->user == NULL && command->action.size && sentio_is(command->action, "subscribe"))
        connection->user = text_copy(user);
    if (connection->user != NULL && !sentio_is(user, connection->user)) {
        fail(command, "user_mismatch",
             "this connection belongs to another user_id; open a new one to change it");
        return false;
    }
    command->user = user;
    return true;
}

/* A token in the message counts instead of the one that came with the handshake. */
static void find_roles(struct command *command) {
    const struct view *view = command->connection->io->view;
    const struct sentio_json *field = &command->fields[ADMIN_TOKEN].value;
    struct sentio_bytes token;
    command->roles = command->connection->roles;
    if (field->type != SENTIO_JSON_STRING)
        field = &command->fields[TOKEN].value;
    if (field->type != SENTIO_JSON_STRING)
        return;
    command->roles = 0;
    if (sentio_json_string(field, command->token_space, sizeof(command->token_space), &token) ==
            0 &&
        auth_admin(view->auth, token) != NULL)
        command->roles = SENTIO_ROLE_ADMIN;
}

static void pong(struct command *command) {
    char space[512];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    envelope_pong(&out, io_time(), command->id);
    client_text(command->connection, sentio_written(&out));
    sentio_writer_finish(&out);
    command->connection->errors = 0;
}

static void hand_over(struct command *command, enum command_kind what) {
    struct connection *connection = command->connection;
    struct member *member = client_member(connection, command->stream);
    if (member == NULL && what == COMMAND_UNSUBSCRIBE) {
        fail(command, "not_subscribed", "there is nothing to unsubscribe from");
        return;
    }
    if (member == NULL && what == COMMAND_PRESENCE) {
        fail(command, "not_subscribed", "only subscribers can ask who is present");
        return;
    }
    if (member == NULL && what == COMMAND_ACK) {
        fail(command, "not_subscribed", "there is nothing to acknowledge: subscribe first");
        return;
    }
    if (member == NULL)
        member = client_add_member(connection, command->stream);
    struct command_message *message =
        command_message_create(command->user, command->id, command->action, command->request.text);
    if (member == NULL || message == NULL) {
        message_destroy(&message->head);
        fail(command, "no_memory", "the host is out of memory");
        return;
    }
    message->io = (uint32_t)connection->io->index;
    message->channel = command->stream->index;
    message->roles = command->roles;
    message->what = what;
    message->named = connection->named;
    message->conn = member->conn;
    message->client = connection->id;
    message->sent = receipt_sent(member);
    message->member = member;
    queue_put(connection->io->host->to_hub, &message->head);
}

void command_run(struct connection *connection, struct sentio_bytes text) {
    struct command command = {.connection = connection, .text = text};
    if (!parse(&command))
        return;
    if (sentio_json_string(&command.fields[ACTION].value, command.action_space,
                           sizeof(command.action_space), &command.action) != 0) {
        fail(&command, "unknown_action", "there is no such action");
        return;
    }
    if (sentio_is(command.action, "ping")) {
        pong(&command);
        return;
    }
    if (!find_channel(&command) || !identify(&command))
        return;
    find_roles(&command);
    enum command_kind what = COMMAND_OTHER;
    if (sentio_is(command.action, "subscribe"))
        what = COMMAND_SUBSCRIBE;
    else if (sentio_is(command.action, "unsubscribe"))
        what = COMMAND_UNSUBSCRIBE;
    else if (sentio_is(command.action, "presence"))
        what = COMMAND_PRESENCE;
    else if (sentio_is(command.action, "ack"))
        what = COMMAND_ACK;
    hand_over(&command, what);
}

void command_receive(struct connection *connection, struct sentio_bytes text) {
    connection->messages_in++;
    if (!within_rate(connection))
        client_close(connection, CLOSE_POLICY, sentio_text("rate limit"));
    else if (!sentio_utf8_valid(text))
        client_close(connection, CLOSE_BAD_TEXT, sentio_text("the text is not valid UTF-8"));
    else
        command_run(connection, text);
}
