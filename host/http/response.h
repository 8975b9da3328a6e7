/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RESPONSE_H
#define SENTIO_HOST_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/sdk.h>

/* One HTTP response as it goes out: status line, headers and body in one piece. */
struct response {
    uint32_t status;
    struct sentio_bytes type; /* media type; empty: application/json */
    struct sentio_bytes body;
    const char *allow;       /* 405 and OPTIONS: the methods; else NULL */
    const char *cors_origin; /* allowed: its value; else NULL */
    uint32_t retry_after;    /* seconds; 0: none */
    bool close;              /* Connection: close */
    bool keep_alive;         /* Connection: keep-alive, which HTTP/1.0 has to be told */
    bool head;               /* no body, but its length */
    bool preflight;
    bool stream; /* the body follows, until the connection is closed */
};

void response_write(struct sentio_writer *out, const struct response *response);

/* {"detail": detail} */
void response_detail(struct sentio_writer *out, const char *detail);

#endif
