/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_EXTENSION_H
#define SENTIO_HOST_EXTENSION_H

#include <libwebsockets.h>
#include <stdbool.h>

#include <sentio/sdk.h>

/*
 * The negotiation of permessage-deflate (RFC 7692 section 5) and nothing more: payload passes
 * through unchanged in both directions, because this host inflates whole messages and sends frames
 * that are compressed already.
 */

struct connection;

/* The header's size beyond which libwebsockets drops the connection: to be refused before. */
enum { EXTENSION_HEADER_MAX = 254 };

/* For a vhost (lws_context_creation_info.extensions). */
extern const struct lws_extension extension_list[];

enum extension_offer {
    EXTENSION_NONE,
    EXTENSION_DEFLATE,
    EXTENSION_DEFLATE_WINDOW /* the answer has to name server_max_window_bits too */
};

/* The first offer of a Sec-WebSocket-Extensions header that can be accepted. A header that is not
 * well-formed (RFC 6455 section 9.1) offers nothing. */
enum extension_offer extension_choose(struct sentio_bytes header);

/* LWS_CALLBACK_HTTP_CONFIRM_UPGRADE, once the upgrade is accepted. */
void extension_prepare(struct connection *connection, struct lws *wsi);
/* LWS_CALLBACK_CONFIRM_EXTENSION_OKAY: not 0 passes the offer over. */
int extension_confirm(struct connection *connection);
/* LWS_CALLBACK_ADD_HEADERS: not 0 drops the connection. */
int extension_answer(const struct connection *connection, struct lws_process_html_args *args);

#endif
