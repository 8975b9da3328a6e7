/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_SYNTAX_H
#define SENTIO_HOST_CONFIG_SYNTAX_H

#include "config.h"

/* What is wrong with a text: completes `"<text>" <why>`. */
struct config_fault {
    const char *why;      /* static */
    char suggestion[192]; /* a text that would do; empty: none */
};

/* The checks return 0, or SENTIO_INVALID with the fault. */

/* "same", "loopback", "*" or an origin as browsers send it: "https://host[:port]". */
int config_syntax_origin(const char *text, struct config_fault *fault);

/* A channel's WebSocket path: empty, or from "/" and none of the host's own. */
int config_syntax_path(const char *text, struct config_fault *fault);

int config_syntax_channel(const char *text, struct config_fault *fault);

/* Fills `listen` with owned strings; on failure it owns nothing. */
int config_syntax_listen(const char *text, struct config_listen *listen,
                         struct config_fault *fault);

void config_listen_finish(struct config_listen *listen);

#endif
