/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TLS_H
#define SENTIO_HOST_TLS_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

struct ssl_ctx_st;
struct ssl_st;

/* Reads the certificate chain and the key that the configuration names into a context of their own,
 * which only holds them: any thread may read it. NULL when none are named. SENTIO_INVALID after the
 * reason was written to `errors`: a file is not what it should be, or the two do not go together.
 */
int tls_load(const struct config *config, struct ssl_ctx_st **certificate, FILE *errors);

/* Whether both hold the same certificate and key; NULL is none. */
bool tls_same(struct ssl_ctx_st *a, struct ssl_ctx_st *b);

/* What a context of servers is given for SSL_CTX_set_cert_cb: the connection presents the
 * certificate that tls_load has read. 1, or 0: the handshake fails. */
int tls_present(struct ssl_st *connection, struct ssl_ctx_st *certificate);

#endif
