/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "access/tls.h"
#include "http/route.h"
#include "static/static_folder.h"

struct view *view_create(struct config *config, struct auth *auth, struct ssl_ctx_st *certificate) {
    struct view *view = calloc(1, sizeof(*view));
    if (view == NULL)
        return NULL;
    atomic_init(&view->refs, 1);
    view->config = config;
    view->auth = auth;
    view->certificate = certificate;
    return view;
}

struct view *view_load(struct config *config, FILE *errors) {
    struct ssl_ctx_st *certificate = NULL;
    struct static_site *site = NULL;
    struct view *view = NULL;
    struct auth *auth = auth_load(config, errors);
    bool well = tls_load(config, &certificate, errors) == 0 && auth != NULL;
    if (static_load(config->server.dashboard, &site, errors) == 0 && well)
        view = view_create(config, auth, certificate);
    if (view != NULL) {
        view->site = site;
        return view;
    }
    static_site_unref(site);
    SSL_CTX_free(certificate);
    auth_destroy(auth);
    return NULL;
}

int view_add_channel(struct view *view, struct stream *stream, const char *path) {
    size_t count = view->channel_count;
    struct view_channel *channels = realloc(view->channels, (count + 1) * sizeof(*channels));
    if (channels == NULL)
        return SENTIO_NO_MEMORY;
    view->channels = channels;
    channels[count].path = strdup(path);
    if (channels[count].path == NULL)
        return SENTIO_NO_MEMORY;
    channels[count].stream = stream_ref(stream);
    view->channel_count++;
    return 0;
}

int view_add_route(struct view *view, const char *path, uint32_t channel, uint32_t index) {
    size_t count = view->route_count;
    struct view_route *routes = realloc(view->routes, (count + 1) * sizeof(*routes));
    if (routes == NULL)
        return SENTIO_NO_MEMORY;
    view->routes = routes;
    routes[count] = (struct view_route){strdup(path), channel, index, false};
    if (routes[count].path == NULL)
        return SENTIO_NO_MEMORY;
    view->route_count++;
    return 0;
}

int view_add_ack(struct view *view, const char *path, uint32_t channel) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, path);
    sentio_write(&out, sentio_bytes("/ack", sizeof("/ack")));
    int error = out.failed ? SENTIO_NO_MEMORY : view_add_route(view, out.data, channel, 0);
    sentio_writer_finish(&out);
    if (error == 0)
        view->routes[view->route_count - 1].acks = true;
    return error;
}

struct view *view_ref(struct view *view) {
    atomic_fetch_add_explicit(&view->refs, 1, memory_order_relaxed);
    return view;
}

void view_unref(struct view *view) {
    if (view == NULL)
        return;
    if (atomic_fetch_sub_explicit(&view->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < view->channel_count; i++) {
        stream_unref(view->channels[i].stream);
        free(view->channels[i].path);
    }
    for (size_t i = 0; i < view->route_count; i++)
        free(view->routes[i].path);
    free(view->channels);
    free(view->routes);
    static_site_unref(view->site);
    SSL_CTX_free(view->certificate);
    auth_destroy(view->auth);
    config_free(view->config);
    free(view);
}

const struct view_channel *view_channel_named(const struct view *view, struct sentio_bytes name) {
    for (size_t i = 0; i < view->channel_count; i++)
        if (sentio_is(name, view->channels[i].stream->name))
            return &view->channels[i];
    return NULL;
}

const struct view_channel *view_channel_at(const struct view *view, struct sentio_bytes path) {
    for (size_t i = 0; i < view->channel_count && path.size > 0; i++)
        if (sentio_is(path, view->channels[i].path))
            return &view->channels[i];
    return NULL;
}

const struct view_route *view_route_at(const struct view *view, struct sentio_bytes path) {
    for (size_t i = 0; i < view->route_count; i++)
        if (route_match(view->routes[i].path, path, NULL, NULL))
            return &view->routes[i];
    return NULL;
}

bool view_has(const struct view *view, const struct stream *stream) {
    for (size_t i = 0; i < view->channel_count; i++)
        if (view->channels[i].stream == stream)
            return true;
    return false;
}
