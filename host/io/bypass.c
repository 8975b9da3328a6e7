/* SPDX-License-Identifier: MIT */
#include "bypass.h"

#include <errno.h>
#include <libwebsockets.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "connection.h"

enum { CHUNK = 64 * 1024 /* of what is handed to OpenSSL at a time */ };

static ssize_t write_plain(const struct connection *connection, const uint8_t *data, size_t size) {
    ssize_t sent = send(connection->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return 0;
    return sent;
}

static ssize_t write_tls(const struct connection *connection, const uint8_t *data, size_t size) {
    SSL *tls = lws_get_ssl(connection->wsi);
    ERR_clear_error();
    int sent = SSL_write(tls, data, size > CHUNK ? CHUNK : (int)size);
    if (sent > 0)
        return sent;
    int error = SSL_get_error(tls, sent);
    return error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ ? 0 : -1;
}

ssize_t bypass_write(const struct connection *connection, const uint8_t *data, size_t size) {
    size_t done = 0;
    while (done < size) {
        ssize_t sent = connection->tls ? write_tls(connection, data + done, size - done)
                                       : write_plain(connection, data + done, size - done);
        if (sent == -1)
            return -1;
        if (sent == 0)
            break;
        done += (size_t)sent;
    }
    return (ssize_t)done;
}
