/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <assert.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "deadline.h"
#include "fanout/catchup.h"
#include "fanout/receipt.h"
#include "fanout/slow.h"
#include "frame/envelope.h"
#include "http/sse.h"

enum { ERRORS_IN_A_ROW = 10, CLOSE_POLICY = 1008, CLOSE_SLOW = 4101 };

void client_open(struct connection *connection, struct lws *wsi) {
    connection->wsi = wsi;
    connection->fd = lws_get_socket_fd(wsi);
    connection->state = CONNECTION_OPEN;
    connection_count(connection);
    connection->opened = io_time();
    connection->tokens = 0;
    connection->refilled = INT64_MIN / 2;
    deadline_set(connection, DEADLINE_QUIET);
}

static void forget_member(struct io *io, struct member *member) {
    assert(member->connection == NULL && member->filter == NULL);
    stream_unref(member->stream);
    free(member);
    io->member_count--;
}

/* The member stays, without its connection, until the hub has said that it is GONE. */
static void leave(struct io *io, struct member *member) {
    uint64_t written = receipt_take(member);
    receipt_forget(member);
    catchup_forget(member);
    fanout_leave(&io->fanout, member);
    member->connection = NULL;
    if (io->host->to_hub == NULL) {
        forget_member(io, member);
        return;
    }
    struct message *message = left_message_create((uint32_t)io->index, member->conn, member);
    if (message == NULL) {
        log_error(io->name, "out of memory: a subscription of %s is not cleaned up",
                  member->stream->name);
        return;
    }
    ((struct left_message *)message)->written = written;
    queue_put(io->host->to_hub, message);
}

void client_gone(struct connection *connection) {
    struct member *member = connection->members;
    connection->members = NULL;
    while (member != NULL) {
        struct member *next = member->next;
        leave(connection->io, member);
        member = next;
    }
    connection->state = CONNECTION_CLOSING;
}

void client_text(struct connection *connection, struct sentio_bytes text) {
    struct outbox *outbox = &connection->io->outbox;
    struct span span;
    if (connection->state != CONNECTION_OPEN || text.size == 0)
        return;
    if (outbox_text(outbox, (enum form)connection->form, text, &span) == 0)
        outbox_append(outbox, connection, span);
}

void client_ping(struct connection *connection) {
    struct outbox *outbox = &connection->io->outbox;
    struct span span;
    char *payload;
    /* Not empty: the library does not report an empty pong. */
    if (arena_frame(&outbox->arena, FRAME_PING, 1, &span, &payload) != 0)
        return;
    payload[0] = '?';
    outbox_append_control(outbox, connection,
                          connection->sse ? outbox_pack(outbox, connection, span) : span);
}

static void count_error(struct connection *connection) {
    if (connection->errors++ < ERRORS_IN_A_ROW)
        return;
    client_close(connection, CLOSE_POLICY, sentio_text("too many errors in a row"));
}

void client_error(struct connection *connection, const char *channel, struct sentio_bytes id,
                  const char *code, const char *message) {
    char space[512];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    envelope_error(&out, io_time(), channel, id, sentio_text(code), sentio_text(message));
    if (sse_waits(connection)) {
        sse_fail(connection, sentio_written(&out));
    } else {
        client_text(connection, sentio_written(&out));
        count_error(connection);
    }
    sentio_writer_finish(&out);
}

void client_close(struct connection *connection, uint16_t code, struct sentio_bytes reason) {
    struct outbox *outbox = &connection->io->outbox;
    struct span span;
    if (connection->state != CONNECTION_OPEN)
        return;
    if (sse_waits(connection)) {
        sse_deny(connection, code, reason);
        return;
    }
    log_debug(connection->io->name, "connection %llu: closed with %u %.*s",
              (unsigned long long)connection->id, code, (int)reason.size, reason.data);
    if (arena_close(&outbox->arena, code, reason, &span) == 0)
        outbox_close(outbox, connection,
                     connection->sse ? outbox_form(outbox, FORM_EVENTS, span) : span);
    if (connection->state != CONNECTION_OPEN)
        return;
    client_gone(connection);
    deadline_set(connection, DEADLINE_CLOSE);
    if (connection->sse)
        sse_end(connection);
}

void client_overflow(struct connection *connection) {
    log_info(connection->io->name, "connection %llu: too slow, over limits.outbox, closed with %d",
             (unsigned long long)connection->id, CLOSE_SLOW);
    slow_count_disconnect(connection);
    if (connection->sse)
        outbox_cut(&connection->io->outbox, connection);
    else
        outbox_drop(&connection->io->outbox, connection);
    client_close(connection, CLOSE_SLOW, sentio_text("too slow: reconnect and recover by offset"));
}

void client_relieved(struct connection *connection) {
    slow_relieve(&connection->io->outbox, connection);
}

void client_starved(struct connection *connection) {
    log_error(connection->io->name, "connection %llu: out of memory, dropped",
              (unsigned long long)connection->id);
    connection->state = CONNECTION_CLOSING;
    connection->incomplete = true;
    deadline_expire(connection);
}

void client_broken(struct connection *connection) {
    client_gone(connection);
    deadline_expire(connection);
}

void client_lost(struct member *member) {
    struct io *io = member->connection->io;
    struct message *message = lost_message_create(member->conn);
    if (message == NULL) {
        client_starved(member->connection);
        return;
    }
    ((struct lost_message *)message)->sent = receipt_sent(member);
    queue_put(io->host->to_hub, message);
}

void client_more(struct member *member, uint64_t reading) {
    struct message *message = more_message_create(member->conn, reading);
    if (message == NULL)
        client_starved(member->connection);
    else
        queue_put(member->connection->io->host->to_hub, message);
}

struct member *client_member(const struct connection *connection, const struct stream *stream) {
    struct member *member = connection->members;
    while (member != NULL && member->stream != stream)
        member = member->next;
    return member;
}

struct member *client_add_member(struct connection *connection, struct stream *stream) {
    struct member *member = calloc(1, sizeof(*member));
    if (member == NULL)
        return NULL;
    member->connection = connection;
    member->stream = stream_ref(stream);
    member->conn = io_draw_id(connection->io);
    member->next = connection->members;
    connection->members = member;
    connection->io->member_count++;
    return member;
}

/* Writing could end the connection: it comes last. */
static void catch_up(struct io *io, const struct joined_message *message) {
    struct member *member = message->member;
    if (message->head.kind == MESSAGE_JOINED)
        catchup_join(&io->outbox, member, message);
    else
        catchup_replay(&io->outbox, member, message);
    if (outbox_due(&io->outbox))
        outbox_flush(&io->outbox);
}

static void tell_joined(struct io *io, const struct joined_message *message) {
    struct member *member = message->member;
    if (message->text.size) {
        client_text(member->connection, message->text);
        member->position = message->offset;
        member->seen = true;
    }
    if (message->snapshot_count)
        fanout_snapshot(&io->fanout, member, message->snapshot, message->snapshot_count,
                        message->offset, message->time);
}

static void joined(struct io *io, struct joined_message *message) {
    struct member *member = message->member;
    struct connection *connection = member->connection;
    if (connection == NULL || connection->state != CONNECTION_OPEN)
        return;
    connection->errors = 0;
    if (slow_lost(member)) {
        client_overflow(connection);
        return;
    }
    receipt_settle(member);
    if (receipt_keep(member, message->receipt) != 0 ||
        fanout_join(&io->fanout, member, message->interest, message->offset) != 0) {
        client_error(connection, NULL, sentio_text(""), "no_memory", "the host is out of memory");
        return;
    }
    if (message->interest == NULL)
        catchup_cut(&io->outbox, member);
    if (member->catchup || joined_replays(message))
        catch_up(io, message);
    else
        tell_joined(io, message);
    if (sse_waits_for(member))
        sse_joined(connection, message);
}

static bool is_error(struct sentio_bytes text) {
    static const char begin[] = "{\"type\":\"error\"";
    return text.size >= sizeof(begin) - 1 && memcmp(text.data, begin, sizeof(begin) - 1) == 0;
}

static void replay(struct io *io, const struct joined_message *message) {
    const struct member *member = message->member;
    if (member->connection && member->connection->state == CONNECTION_OPEN && member->catchup)
        catch_up(io, message);
}

static void say(struct text_message *message) {
    struct connection *connection = message->member->connection;
    if (connection == NULL)
        return;
    if (sse_waits_for(message->member) && is_error(message->text)) {
        sse_fail(connection, message->text);
        return;
    }
    client_text(connection, message->text);
    if (message->error)
        count_error(connection);
}

static void notify(const struct notice_message *message) {
    for (size_t i = 0; i < message->count; i++) {
        struct connection *connection = message->members[i]->connection;
        const char *at = message->text.data;
        const char *end = at + message->text.size;
        while (connection != NULL && at < end) {
            const char *stop = memchr(at, '\n', (size_t)(end - at));
            size_t size = (size_t)((stop ? stop : end) - at);
            client_text(connection, sentio_bytes(at, size));
            at += size + 1;
        }
    }
}

static void end(struct close_message *message) {
    struct connection *connection = message->member->connection;
    if (connection != NULL)
        client_close(connection, (uint16_t)message->code, message->reason);
}

void client_deliver(struct io *io, struct message *message) {
    switch ((enum message_kind)message->kind) {
    case MESSAGE_JOINED:
        joined(io, (struct joined_message *)message);
        break;
    case MESSAGE_REPLAY:
        replay(io, (struct joined_message *)message);
        break;
    case MESSAGE_TEXT:
        say((struct text_message *)message);
        break;
    case MESSAGE_NOTICE:
        notify((const struct notice_message *)message);
        break;
    case MESSAGE_CLOSE:
        end((struct close_message *)message);
        break;
    case MESSAGE_GONE:
        forget_member(io, ((struct gone_message *)message)->member);
        break;
    default:
        break;
    }
}
