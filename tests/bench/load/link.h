/* SPDX-License-Identifier: MIT */
#ifndef LOAD_LINK_H
#define LOAD_LINK_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LINK_AGAIN (-1)
#define LINK_FAILED (-2)

/* A non-blocking connection, plain or TLS. The load generator uses it, and the peer `floor`. */
struct link {
    int fd;   /* -1: none */
    SSL *tls; /* NULL: plain */
};

/* A context for TLS 1.3 with one cipher suite and one group, so that every server encrypts alike.
 * Without a certificate it is a client's. NULL on failure. */
SSL_CTX *link_context(const char *certificate, const char *key);

/* Takes `fd`, which is connected or about to be; `context` NULL: plain. Not 0 on failure, and then
 * `fd` is closed. */
int link_init(struct link *link, int fd, SSL_CTX *context);
void link_finish(struct link *link);

/* The TLS handshake: 0 when it is done, or the events of epoll that it waits for, or LINK_FAILED.
 * Done at once where the link is plain. */
int link_handshake(struct link *link);
/* Bytes, 0 at the end, LINK_AGAIN or LINK_FAILED. */
ssize_t link_read(struct link *link, char *out, size_t size);
/* How many bytes were taken, 0 when none can be now, or LINK_FAILED. What TLS did not take has to
 * be offered again as it was, with or without more behind it. */
ssize_t link_write(struct link *link, const char *data, size_t size);
/* Whether there may be more to read of which epoll knows nothing. */
bool link_has_more(const struct link *link);

#endif
