/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "census.h"
#include "io/io.h"

enum {
    PIECE = 256,        /* connections that are looked at in one go */
    LATELY = 10 * 1000, /* ms for which a client is called slow */
    ADDRESS_SIZE = INET6_ADDRSTRLEN + 16
};

struct census_message *census_message_create(struct sentio_bytes channel, struct sentio_bytes user,
                                             uint32_t limit) {
    struct census_message *message =
        message_create(MESSAGE_CENSUS, sizeof(*message), channel.size + user.size);
    if (message == NULL)
        return NULL;
    char *at = (char *)(message + 1);
    message->channel = message_keep(&at, channel);
    message->user = message_keep(&at, user);
    message->limit = limit;
    sentio_writer_init(&message->text, NULL, 0);
    message->rows = calloc(limit, sizeof(*message->rows));
    if (message->rows != NULL)
        return message;
    free(message);
    return NULL;
}

void census_message_release(struct census_message *message) {
    sentio_writer_finish(&message->text);
    free(message->rows);
    free(message->conns);
}

static bool is_slow(const struct connection *connection) {
    const struct io *io = connection->io;
    return connection->congested || outbox_waiting(connection) >= io->outbox.mark ||
           (connection->slowed > 0 && io_now(io) - connection->slowed < LATELY);
}

static bool subscribes(const struct connection *connection, struct sentio_bytes channel) {
    const struct member *member = connection->members;
    while (member != NULL && !sentio_is(channel, member->stream->name))
        member = member->next;
    return member != NULL;
}

static bool matches(const struct census_message *message, const struct connection *connection) {
    if (connection->state != CONNECTION_OPEN || connection->viewing)
        return false;
    if (message->slow && !is_slow(connection))
        return false;
    if (message->user.size > 0 &&
        (connection->user == NULL || !sentio_is(message->user, connection->user)))
        return false;
    return message->channel.size == 0 || subscribes(connection, message->channel);
}

/* "unix", or the numeric address and port of the peer, which may be a proxy. */
static void find_address(const struct connection *connection, char text[ADDRESS_SIZE]) {
    struct sockaddr_storage peer;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&peer;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&peer;
    socklen_t size = sizeof(peer);
    char host[INET6_ADDRSTRLEN] = "";
    peer.ss_family = AF_UNSPEC;
    getpeername(connection->fd, (struct sockaddr *)&peer, &size);
    if (peer.ss_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
        snprintf(text, ADDRESS_SIZE, "%s:%u", host, ntohs(v4->sin_port));
    } else if (peer.ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
        snprintf(text, ADDRESS_SIZE, "[%s]:%u", host, ntohs(v6->sin6_port));
    } else {
        snprintf(text, ADDRESS_SIZE, "%s", peer.ss_family == AF_UNIX ? "unix" : "unknown");
    }
}

static const char *truth(bool value) {
    return value ? "true" : "false";
}

static void write_figures(const struct connection *connection, struct sentio_writer *out) {
    sentio_write_format(
        out,
        ",\"messages_out\":%llu,\"bytes_out\":%llu,\"messages_in\":%llu,"
        "\"outbox_bytes\":%zu,\"outbox_limit\":%zu,\"conflated\":%llu,"
        "\"dropped\":%llu,\"slow\":%s,\"compressed\":%s,\"publisher\":%s",
        (unsigned long long)connection->messages_out, (unsigned long long)connection->bytes_out,
        (unsigned long long)connection->messages_in, outbox_waiting(connection),
        connection->io->outbox.limit, (unsigned long long)connection->conflated,
        (unsigned long long)connection->dropped, truth(is_slow(connection)),
        truth(connection->form == FORM_PACKED), truth(connection->publishing != NULL));
}

static void write_row(const struct connection *connection, struct sentio_writer *out) {
    char address[ADDRESS_SIZE];
    find_address(connection, address);
    sentio_write_format(out, "{\"id\":\"%llu\",\"address\":\"%s\",\"transport\":\"%s\",\"user\":",
                        (unsigned long long)connection->id, address,
                        connection->sse ? "sse" : "websocket");
    if (connection->user)
        sentio_write_string(out, sentio_text(connection->user));
    else
        sentio_write_text(out, "null");
    sentio_write_text(out, ",\"connected_at\":\"");
    sentio_write_time(out, connection->opened);
    sentio_write_text(out, "\"");
    write_figures(connection, out);
}

static int keep_conn(struct census_message *message, uint64_t conn) {
    if (message->conn_count == message->conn_capacity) {
        size_t capacity = message->conn_capacity ? message->conn_capacity * 2 : 64;
        uint64_t *grown = realloc(message->conns, capacity * sizeof(*grown));
        if (grown == NULL)
            return SENTIO_NO_MEMORY;
        message->conns = grown;
        message->conn_capacity = capacity;
    }
    message->conns[message->conn_count++] = conn;
    return 0;
}

static void add_row(struct census_message *message, const struct connection *connection) {
    struct census_row *row = &message->rows[message->count++];
    row->id = connection->id;
    row->start = sentio_written(&message->text).size;
    row->first = message->conn_count;
    write_row(connection, &message->text);
    row->end = sentio_written(&message->text).size;
    for (const struct member *member = connection->members; member; member = member->next)
        if (keep_conn(message, member->conn) != 0)
            message->failed = true;
    row->count = message->conn_count - row->first;
}

static void look_at(struct census_message *message, const struct connection *connection) {
    if (!matches(message, connection))
        return;
    message->total++;
    if (connection->id <= message->after)
        return;
    message->later++;
    if (message->count < message->limit)
        add_row(message, connection);
}

bool census_take(struct io *io, struct census_message *message) {
    const struct roster *roster = &io->roster;
    size_t first = roster_above(roster, message->seen);
    size_t end = roster->count - first > PIECE ? first + PIECE : roster->count;
    for (size_t i = first; i < end; i++) {
        message->seen = roster->entries[i].id;
        if (roster->entries[i].connection != NULL)
            look_at(message, roster->entries[i].connection);
    }
    message->failed = message->failed || message->text.failed;
    return end == roster->count;
}
