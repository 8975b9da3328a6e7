/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <stdlib.h>
#include <string.h>

#include "admin/census.h"
#include "disk/disk.h"
#include "hub/view.h"
#include "trace/tap.h"
#include "trace/tracer.h"
#include "trace/viewer.h"

void *message_create(enum message_kind kind, size_t head, size_t texts) {
    struct message *message = malloc(head + texts);
    if (message == NULL)
        return NULL;
    memset(message, 0, head);
    message->kind = kind;
    message->size = head + texts;
    return message;
}

struct sentio_bytes message_keep(char **at, struct sentio_bytes text) {
    struct sentio_bytes copy = {*at, text.size};
    if (text.size && text.data)
        memcpy(*at, text.data, text.size);
    *at += text.size;
    return copy;
}

struct publish_message *publish_message_create(struct sentio_bytes publisher,
                                               struct sentio_bytes key, struct sentio_bytes body) {
    struct publish_message *message =
        message_create(MESSAGE_PUBLISH, sizeof(*message), publisher.size + key.size + body.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->publisher = message_keep(&at, publisher);
    message->key = message_keep(&at, key);
    message->space = at;
    message->body = message_keep(&at, body);
    return message;
}

struct query_message *query_message_create(struct sentio_bytes user, struct sentio_bytes pattern,
                                           struct sentio_bytes path,
                                           struct sentio_bytes parameters) {
    struct query_message *message = message_create(
        MESSAGE_QUERY, sizeof(*message), user.size + pattern.size + path.size + parameters.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->user = message_keep(&at, user);
    message->pattern = message_keep(&at, pattern);
    message->path = message_keep(&at, path);
    message->parameters = message_keep(&at, parameters);
    return message;
}

struct command_message *command_message_create(struct sentio_bytes user, struct sentio_bytes id,
                                               struct sentio_bytes action,
                                               struct sentio_bytes request) {
    struct command_message *message = message_create(
        MESSAGE_COMMAND, sizeof(*message), user.size + id.size + action.size + request.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->user = message_keep(&at, user);
    message->id = message_keep(&at, id);
    message->action = message_keep(&at, action);
    message->request = message_keep(&at, request);
    return message;
}

struct message *left_message_create(uint32_t io, uint64_t conn, struct member *member) {
    struct left_message *message = message_create(MESSAGE_LEFT, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->io = io;
    message->conn = conn;
    message->member = member;
    return &message->head;
}

struct message *lost_message_create(uint64_t conn) {
    struct lost_message *message = message_create(MESSAGE_LOST, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->conn = conn;
    return &message->head;
}

struct message *more_message_create(uint64_t conn, uint64_t reading) {
    struct more_message *message = message_create(MESSAGE_MORE, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->conn = conn;
    message->reading = reading;
    return &message->head;
}

struct written_message *written_message_create(size_t count) {
    struct written_message *message;
    return message_create(MESSAGE_WRITTEN, sizeof(*message) + count * sizeof(message->written[0]),
                          0);
}

struct message *reload_message_create(void) {
    return message_create(MESSAGE_RELOAD, sizeof(struct message), 0);
}

struct message *stop_message_create(void) {
    return message_create(MESSAGE_STOP, sizeof(struct message), 0);
}

struct message *update_message_create(struct update *update) {
    struct update_message *message = message_create(MESSAGE_UPDATE, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->update = update;
    message->head.size += update_size(update);
    return &message->head;
}

static struct joined_message *create_joined(enum message_kind kind,
                                            const struct joined_parts *parts) {
    size_t count = parts->snapshot_count + parts->replay_count;
    size_t head = sizeof(struct joined_message) + count * sizeof(struct item *);
    struct joined_message *message = message_create(kind, head, parts->text.size + parts->end.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)message + head;
    message->text = message_keep(&at, parts->text);
    message->end = message_keep(&at, parts->end);
    message->snapshot_count = (uint32_t)parts->snapshot_count;
    message->replay_count = (uint32_t)parts->replay_count;
    message->replay = message->snapshot + parts->snapshot_count;
    for (size_t i = 0; i < parts->snapshot_count; i++)
        message->snapshot[i] = item_ref(parts->snapshot[i]);
    for (size_t i = 0; i < parts->replay_count; i++)
        message->replay[i] = item_ref(parts->replay[i]);
    return message;
}

struct joined_message *joined_message_create(const struct joined_parts *parts) {
    return create_joined(MESSAGE_JOINED, parts);
}

struct joined_message *replay_message_create(const struct joined_parts *parts) {
    return create_joined(MESSAGE_REPLAY, parts);
}

struct message *text_message_create(struct member *member, bool error, struct sentio_bytes text) {
    struct text_message *message = message_create(MESSAGE_TEXT, sizeof(*message), text.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->member = member;
    message->error = error;
    message->text = message_keep(&at, text);
    return &message->head;
}

struct message *notice_message_create(struct sentio_bytes text, struct member *const *members,
                                      size_t count) {
    size_t head = sizeof(struct notice_message) + count * sizeof(struct member *);
    struct notice_message *message = message_create(MESSAGE_NOTICE, head, text.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)message + head;
    message->text = message_keep(&at, text);
    message->count = count;
    if (count > 0)
        memcpy(message->members, members, count * sizeof(struct member *));
    return &message->head;
}

struct message *close_message_create(struct member *member, uint32_t code,
                                     struct sentio_bytes reason) {
    struct close_message *message = message_create(MESSAGE_CLOSE, sizeof(*message), reason.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->member = member;
    message->code = code;
    message->reason = message_keep(&at, reason);
    return &message->head;
}

struct message *gone_message_create(struct member *member) {
    struct gone_message *message = message_create(MESSAGE_GONE, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->member = member;
    return &message->head;
}

struct message *view_message_create(struct view *view) {
    struct view_message *message = message_create(MESSAGE_VIEW, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->view = view;
    return &message->head;
}

struct message *response_message_create(struct request *request, uint32_t status,
                                        struct sentio_bytes type, struct sentio_bytes body) {
    struct response_message *message =
        message_create(MESSAGE_RESPONSE, sizeof(*message), type.size + body.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->request = request;
    message->status = status;
    message->type = message_keep(&at, type);
    message->body = message_keep(&at, body);
    return &message->head;
}

static void release_joined(struct joined_message *message) {
    interest_unref(message->interest);
    for (uint32_t i = 0; i < message->snapshot_count; i++)
        item_unref(message->snapshot[i]);
    for (uint32_t i = 0; i < message->replay_count; i++)
        item_unref(message->replay[i]);
}

/* What it points to. */
static void release(struct message *message) {
    switch ((enum message_kind)message->kind) {
    case MESSAGE_UPDATE:
        update_unref(((struct update_message *)message)->update);
        break;
    case MESSAGE_VIEW:
        view_unref(((struct view_message *)message)->view);
        break;
    case MESSAGE_JOINED:
    case MESSAGE_REPLAY:
        release_joined((struct joined_message *)message);
        break;
    case MESSAGE_CENSUS:
        census_message_release((struct census_message *)message);
        break;
    case MESSAGE_TAP:
        tap_message_release((struct tap_message *)message);
        break;
    case MESSAGE_VIEWER:
        viewer_message_release((struct viewer_message *)message);
        break;
    case MESSAGE_TRACE:
        trace_message_release((struct trace_message *)message);
        break;
    default:
        break;
    }
}

void message_destroy(struct message *message) {
    if (message == NULL)
        return;
    if (message->kind == MESSAGE_DISK) {
        disk_message_destroy(message);
        return;
    }
    release(message);
    free(message);
}
