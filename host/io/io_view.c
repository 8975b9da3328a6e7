/* SPDX-License-Identifier: MIT */
#include <openssl/ssl.h>

#include "client.h"
#include "hub/view.h"
#include "io.h"
#include "trace/viewer.h"

enum { GOING_AWAY = 1001 };

/* Those of /ws/<channel> that are there without the hub knowing of them, too. */
static void close_removed(struct deadline_list *list, const struct view *view) {
    struct connection *connection = list->first;
    while (connection != NULL) {
        struct connection *later = connection->later;
        if (connection->stream != NULL && !view_has(view, connection->stream))
            client_close(connection, GOING_AWAY, sentio_text("the channel was removed"));
        connection = later;
    }
}

/* Without one in the new view the last one stays: there is TLS or not from the start. */
static void set_certificate(struct io *io, SSL_CTX *certificate) {
    if (certificate == NULL)
        return;
    SSL_CTX_up_ref(certificate);
    SSL_CTX_free(io->certificate);
    io->certificate = certificate;
}

void io_configure(struct io *io, struct view *view) {
    const struct config *config = view->config;
    struct view *before = io->view;
    io->view = view_ref(view);
    io->deadlines[DEADLINE_REQUEST].timeout = config->server.handshake;
    io->deadlines[DEADLINE_QUIET].timeout = config->server.heartbeat;
    io->deadlines[DEADLINE_PONG].timeout = config->server.heartbeat_timeout;
    outbox_limit(&io->outbox, (size_t)config->limits.outbox);
    set_certificate(io, view->certificate);
    close_removed(&io->deadlines[DEADLINE_QUIET], view);
    close_removed(&io->deadlines[DEADLINE_PONG], view);
    viewers_check(io);
    view_unref(before);
}
