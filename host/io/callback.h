/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CALLBACK_H
#define SENTIO_HOST_CALLBACK_H

#include <libwebsockets.h>

/* What libwebsockets tells about a connection, whose opaque user data is a struct connection. */
int callback_protocol(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                      size_t size);

#endif
