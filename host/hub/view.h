/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_VIEW_H
#define SENTIO_HOST_VIEW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <sentio/sdk.h>

#include "access/auth.h"
#include "config/config.h"
#include "model/stream.h"
#include "static/static_site.h"

struct ssl_ctx_st;

struct view_channel {
    struct stream *stream; /* counted */
    char *path;            /* of its WebSocket; "": none */
};

/* A REST route of a channel's plugin. */
struct view_route {
    char *path;       /* the pattern */
    uint32_t channel; /* the stream's index */
    uint32_t index;   /* among the plugin's routes */
    bool acks;        /* it is <route>/ack: of the host's own, and takes POST */
};

/*
 * What the io threads go by: made in the hub's thread, replaced as a whole by a reload. Immutable
 * once an io thread has it, and counted, so any thread may read it.
 */
struct view {
    atomic_uint refs;
    struct config *config;          /* owned */
    struct auth *auth;              /* owned */
    struct ssl_ctx_st *certificate; /* tls.certificate and tls.key (tls.h); owned; NULL: none */
    struct static_site *site;       /* server.dashboard; counted; NULL: none */
    struct view_channel *channels;
    size_t channel_count;
    struct view_route *routes;
    size_t route_count;
};

/* Without channels. Takes everything over on success; NULL: out of memory. */
struct view *view_create(struct config *config, struct auth *auth, struct ssl_ctx_st *certificate);
/* The same, with what the configuration names read from its files. NULL after every reason was
 * written to `errors`. */
struct view *view_load(struct config *config, FILE *errors);

/* While nobody else has it. Texts are copied. 0 or SENTIO_NO_MEMORY. */
int view_add_channel(struct view *view, struct stream *stream, const char *path);
int view_add_route(struct view *view, const char *path, uint32_t channel, uint32_t index);
/* <path>/ack. */
int view_add_ack(struct view *view, const char *path, uint32_t channel);

struct view *view_ref(struct view *view);
void view_unref(struct view *view); /* any thread; NULL is allowed */

/* NULL: none. */
const struct view_channel *view_channel_named(const struct view *view, struct sentio_bytes name);
const struct view_channel *view_channel_at(const struct view *view, struct sentio_bytes path);
const struct view_route *view_route_at(const struct view *view, struct sentio_bytes path);
/* Whether the channel is still one. */
bool view_has(const struct view *view, const struct stream *stream);

#endif
