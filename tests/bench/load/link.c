/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SUITE "TLS_AES_128_GCM_SHA256"
#define GROUP "X25519"

static int set_up(SSL_CTX *context, const char *certificate, const char *key) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context, SUITE) != 1 ||
        SSL_CTX_set1_groups_list(context, GROUP) != 1) {
        return -1;
    }
    if (certificate == NULL) {
        SSL_CTX_set_read_ahead(context, 1);
        SSL_CTX_set_default_read_buffer_len(context, 64 * 1024);
        return 0;
    }
    SSL_CTX_set_num_tickets(context, 0);
    return SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
                   SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1
               ? 0
               : -1;
}

SSL_CTX *link_context(const char *certificate, const char *key) {
    SSL_CTX *context = SSL_CTX_new(certificate == NULL ? TLS_client_method() : TLS_server_method());
    if (context != NULL && set_up(context, certificate, key) != 0) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}

int link_init(struct link *link, int fd, SSL_CTX *context) {
    *link = (struct link){.fd = fd};
    if (context == NULL) {
        return 0;
    }
    link->tls = SSL_new(context);
    if (link->tls == NULL || SSL_set_fd(link->tls, fd) != 1) {
        link_finish(link);
        return -1;
    }
    if (SSL_CTX_get0_certificate(context) == NULL) {
        SSL_set_connect_state(link->tls);
    } else {
        SSL_set_accept_state(link->tls);
    }
    return 0;
}

void link_finish(struct link *link) {
    SSL_free(link->tls);
    ERR_clear_error(); /* or the next connection's failure would be read from it */
    if (link->fd != -1) {
        close(link->fd);
    }
    *link = (struct link){.fd = -1};
}

int link_handshake(struct link *link) {
    if (link->tls == NULL) {
        return 0;
    }
    int done = SSL_do_handshake(link->tls);
    if (done == 1) {
        return 0;
    }
    switch (SSL_get_error(link->tls, done)) {
    case SSL_ERROR_WANT_READ:
        return EPOLLIN;
    case SSL_ERROR_WANT_WRITE:
        return EPOLLOUT;
    default:
        return LINK_FAILED;
    }
}

ssize_t link_read(struct link *link, char *out, size_t size) {
    size_t got;
    if (link->tls == NULL) {
        ssize_t plain = recv(link->fd, out, size, 0);
        return plain != -1 ? plain : errno == EAGAIN ? LINK_AGAIN : LINK_FAILED;
    }
    if (SSL_read_ex(link->tls, out, size, &got) == 1) {
        return (ssize_t)got;
    }
    switch (SSL_get_error(link->tls, 0)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return LINK_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        return LINK_FAILED;
    }
}

/* A record at a time, until all is taken or the socket is full. */
static ssize_t write_records(SSL *tls, const char *data, size_t size) {
    size_t taken = 0;
    while (taken < size) {
        size_t record;
        if (SSL_write_ex(tls, data + taken, size - taken, &record) != 1) {
            int why = SSL_get_error(tls, 0);
            bool full = why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ;
            return full ? (ssize_t)taken : LINK_FAILED;
        }
        taken += record;
    }
    return (ssize_t)taken;
}

ssize_t link_write(struct link *link, const char *data, size_t size) {
    if (link->tls != NULL) {
        return write_records(link->tls, data, size);
    }
    ssize_t plain = send(link->fd, data, size, MSG_NOSIGNAL);
    return plain != -1 ? plain : errno == EAGAIN ? 0 : LINK_FAILED;
}

bool link_has_more(const struct link *link) {
    return link->tls != NULL && SSL_has_pending(link->tls) == 1;
}
