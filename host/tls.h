/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TLS_H
#define SENTIO_HOST_TLS_H

#include "config.h"

/* Whether the certificate and key that the configuration names can be used together, tried in a
 * context of their own before libwebsockets gets them. 0 also when none are named; SENTIO_INVALID
 * after the reason was logged. */
int tls_check(const struct config *config);

#endif
