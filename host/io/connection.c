/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "arrival.h"
#include "client.h"
#include "deadline.h"
#include "http/http.h"
#include "http/sse.h"
#include "io.h"
#include "publish/publish_socket.h"
#include "trace/tap.h"
#include "trace/viewer.h"

enum { TOO_MANY_REQUESTS = 429, CACHE_LINE = 64 };

struct connection *connection_create(struct io *io, const struct config_listen *listen,
                                     const char *address) {
    size_t size = (sizeof(struct connection) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    struct connection *connection = aligned_alloc(CACHE_LINE, size);
    if (connection == NULL)
        return NULL;
    memset(connection, 0, size);
    connection->io = io;
    connection->fd = -1;
    connection->id = io_draw_id(io);
    if (roster_add(&io->roster, connection->id, connection) != 0) {
        free(connection);
        return NULL;
    }
    connection->first_entry = NO_ENTRY;
    connection->last_entry = NO_ENTRY;
    connection->deadline = DEADLINE_NONE;
    connection->tls = listen->transport == CONFIG_TLS;
    connection->loopback = listen->loopback;
    connection->control = listen->control;
    connection->rebindable = listen->loopback && listen->transport != CONFIG_UNIX;
    if (address != NULL && quota_counts_addresses(&io->host->quota))
        connection->address = strdup(address);
    io->connection_count++;
    if (!connection->control && !quota_enter(&io->host->quota, connection->address))
        connection->refused = TOO_MANY_REQUESTS;
    return connection;
}

static struct tally *clients_like(const struct connection *connection) {
    return connection->sse ? &connection->io->streams : &connection->io->websockets;
}

void connection_count(struct connection *connection) {
    connection->counted = true;
    tally_add(clients_like(connection), 1);
}

/* Before the socket is closed: as long as a child of the hub's thread has it, between its fork and
 * its exec, closing alone leaves it watched, and its events would come for what is freed. */
void connection_lost(struct connection *connection) {
    arrival_unwatch(connection);
    http_gone(connection);
    publish_socket_destroy(connection->publishing);
    client_gone(connection);
    if (connection->traced)
        tap_gone(connection);
    if (connection->viewing)
        viewer_gone(connection);
    deadline_set(connection, DEADLINE_NONE);
    outbox_forget(&connection->io->outbox, connection);
}

void connection_destroy(struct connection *connection) {
    connection_lost(connection);
    if (connection->wsi)
        lws_set_opaque_user_data(connection->wsi, NULL);
    if (!connection->control)
        quota_leave(&connection->io->host->quota, connection->address);
    roster_remove(&connection->io->roster, connection->id);
    connection->io->connection_count--;
    if (connection->counted)
        tally_take(clients_like(connection), 1);
    stream_unref(connection->stream);
    sse_destroy(connection->sse);
    free(connection->address);
    free(connection->user);
    free(connection->partial);
    free(connection);
}
