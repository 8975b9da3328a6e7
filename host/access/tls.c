/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sentio/plugin.h>

static int fail(FILE *errors, const char *setting, const char *file, const char *what) {
    char reason[256];
    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof(reason));
    ERR_clear_error();
    fprintf(errors, "%s: %s %s (%s)\n", file, setting, what, reason);
    return SENTIO_INVALID;
}

/* An encrypted key must not make the host ask for a password on a terminal. */
static int no_password(char *buffer, int size, int writing, void *context) {
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static int read_pair(SSL_CTX *context, const char *certificate, const char *key, FILE *errors) {
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return fail(errors, "tls.certificate", certificate, "is not a PEM certificate chain");
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return fail(errors, "tls.key", key, "is not a PEM key that goes with tls.certificate");
    if (SSL_CTX_check_private_key(context) != 1)
        return fail(errors, "tls.key", key, "does not go with tls.certificate");
    return 0;
}

int tls_load(const struct config *config, SSL_CTX **certificate, FILE *errors) {
    *certificate = NULL;
    if (config->tls.certificate == NULL || config->tls.key == NULL)
        return 0;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL)
        return SENTIO_NO_MEMORY;
    SSL_CTX_set_default_passwd_cb(context, no_password);
    int error = read_pair(context, config->tls.certificate, config->tls.key, errors);
    if (error)
        SSL_CTX_free(context);
    else
        *certificate = context;
    return error;
}

/* Those of another type would stay beside the new one, and might be chosen. */
int tls_present(SSL *connection, SSL_CTX *certificate) {
    STACK_OF(X509) *chain = NULL;
    SSL_CTX_get0_chain_certs(certificate, &chain);
    SSL_certs_clear(connection);
    return SSL_use_cert_and_key(connection, SSL_CTX_get0_certificate(certificate),
                                SSL_CTX_get0_privatekey(certificate), chain, 1) == 1;
}

static bool same_chain(SSL_CTX *a, SSL_CTX *b) {
    STACK_OF(X509) *first = NULL;
    STACK_OF(X509) *second = NULL;
    SSL_CTX_get0_chain_certs(a, &first);
    SSL_CTX_get0_chain_certs(b, &second);
    bool same = sk_X509_num(first) == sk_X509_num(second);
    for (int i = 0; same && i < sk_X509_num(first); i++)
        same = X509_cmp(sk_X509_value(first, i), sk_X509_value(second, i)) == 0;
    return same;
}

bool tls_same(struct ssl_ctx_st *a, struct ssl_ctx_st *b) {
    if (a == NULL || b == NULL)
        return a == b;
    return same_chain(a, b) &&
           X509_cmp(SSL_CTX_get0_certificate(a), SSL_CTX_get0_certificate(b)) == 0 &&
           EVP_PKEY_eq(SSL_CTX_get0_privatekey(a), SSL_CTX_get0_privatekey(b)) == 1;
}
