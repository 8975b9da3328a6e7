/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sentio/plugin.h>

#include "log.h"

static int fail(const char *setting, const char *file, const char *what) {
    char reason[256];
    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof(reason));
    ERR_clear_error();
    log_error("tls", "%s \"%s\": %s (%s)", setting, file, what, reason);
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

int tls_check(const struct config *config) {
    const char *certificate = config->tls.certificate;
    const char *key = config->tls.key;
    if (certificate == NULL || key == NULL)
        return 0;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL)
        return SENTIO_NO_MEMORY;
    SSL_CTX_set_default_passwd_cb(context, no_password);
    int result = 0;
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        result = fail("tls.certificate", certificate, "is not a PEM certificate chain");
    else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        result = fail("tls.key", key, "is not a PEM key that goes with tls.certificate");
    else if (SSL_CTX_check_private_key(context) != 1)
        result = fail("tls.key", key, "does not go with tls.certificate");
    SSL_CTX_free(context);
    return result;
}
