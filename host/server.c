/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub.h"
#include "io.h"
#include "listener.h"
#include "log.h"
#include "tls.h"

enum { SPARE_DESCRIPTORS = 1024 };

struct server {
    struct host host;
    struct auth *auth;
    struct hub *hub;
    struct listen_sockets sockets;
    char *copy_dir;
};

static int make_dir(const char *path, mode_t mode) {
    if (mkdir(path, mode) == 0 || errno == EEXIST)
        return 0;
    log_error("server", "server.state_dir: %s: %s; make it, owned by the user that runs sentiod",
              path, strerror(errno));
    return SENTIO_FAILED;
}

static int prepare_state_dir(struct server *server) {
    const char *dir = server->host.config->server.state_dir;
    if (make_dir(dir, 0700) != 0)
        return SENTIO_FAILED;
    if (asprintf(&server->copy_dir, "%s/plugins", dir) == -1) {
        server->copy_dir = NULL;
        return SENTIO_NO_MEMORY;
    }
    char *channels_dir = NULL;
    if (asprintf(&channels_dir, "%s/channels", dir) == -1)
        return SENTIO_NO_MEMORY;
    int error = make_dir(channels_dir, 0700);
    free(channels_dir);
    if (error || make_dir(server->copy_dir, 0700) != 0)
        return SENTIO_FAILED;
    if (access(server->copy_dir, W_OK | X_OK) != 0) {
        log_error("server", "server.state_dir: %s: %s", server->copy_dir, strerror(errno));
        return SENTIO_FAILED;
    }
    server->host.copy_dir = server->copy_dir;
    server->host.state_dir = dir;
    return 0;
}

/* The library keeps tables of 16 bytes a descriptor and thread, so only as many as can be needed.
 */
static void raise_descriptor_limit(const struct config *config) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)config->limits.connections + SPARE_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (limit.rlim_cur < wanted)
        log_info("server",
                 "the system allows %llu file descriptors, fewer than limits.connections "
                 "can need; raise LimitNOFILE to serve them all",
                 (unsigned long long)limit.rlim_cur);
    setrlimit(RLIMIT_NOFILE, &limit);
}

static size_t io_count(const struct config *config) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (config->server.io_threads > 0)
        return (size_t)config->server.io_threads;
    return cores > 2 ? (size_t)cores - 1 : 1;
}

static int collect_streams(struct server *server) {
    struct host *host = &server->host;
    struct hub *hub = server->hub;
    size_t routes = 0;
    for (size_t i = 0; i < hub->channel_count; i++)
        routes += channel_plugin(hub->channels[i])->route_count;
    host->streams = calloc(hub->channel_count + 1, sizeof(*host->streams));
    host->routes = calloc(routes + 1, sizeof(*host->routes));
    if (!host->streams || !host->routes)
        return SENTIO_NO_MEMORY;
    for (size_t i = 0; i < hub->channel_count; i++) {
        const struct sentio_plugin *plugin = channel_plugin(hub->channels[i]);
        host->streams[host->stream_count++] = hub->channels[i]->stream;
        for (uint32_t n = 0; n < plugin->route_count; n++)
            host->routes[host->route_count++] =
                (struct host_route){&plugin->routes[n], (uint32_t)i, n};
    }
    return 0;
}

/* It says this of every connection that is handed to it with bytes, and means nothing by it. */
static bool is_noise(const char *line) {
    return strstr(line, "adopt_socket_readbuf: ") != NULL;
}

static void log_library(int level, const char *line) {
    if (is_noise(line))
        return;
    size_t size = strcspn(line, "\n");
    log_write(level == LLL_ERR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "libwebsockets", "%.*s",
              (int)size, line);
}

static int create_ios(struct server *server) {
    struct host *host = &server->host;
    lws_set_log_level(LLL_ERR | LLL_WARN, log_library);
    for (size_t i = 0; i < host->io_count; i++) {
        host->ios[i] = io_create(host, i);
        if (host->ios[i] == NULL)
            return SENTIO_FAILED;
    }
    if (listen_sockets_open(&server->sockets, host->config, host->io_count) != 0)
        return SENTIO_FAILED;
    for (size_t i = 0; i < host->io_count; i++)
        if (io_listen(host->ios[i], &server->sockets) != 0)
            return SENTIO_FAILED;
    return 0;
}

static int set_up(struct server *server, const struct config *config, bool checking) {
    struct host *host = &server->host;
    pthread_mutex_init(&host->handover, NULL);
    host->config = config;
    host->io_count = checking ? 1 : io_count(config);
    host->ios = calloc(host->io_count, sizeof(*host->ios));
    if (host->ios == NULL || quota_init(&host->quota, config) != 0)
        return SENTIO_NO_MEMORY;
    server->auth = auth_load(config, stderr);
    host->auth = server->auth;
    if (server->auth == NULL || tls_check(config) != 0)
        return SENTIO_FAILED;
    if (!checking && prepare_state_dir(server) != 0)
        return SENTIO_FAILED;
    server->hub = hub_create(host);
    if (server->hub == NULL || collect_streams(server) != 0)
        return SENTIO_FAILED;
    return checking ? 0 : create_ios(server);
}

struct server *server_create(const struct config *config, bool checking) {
    struct server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return NULL;
    if (!checking)
        raise_descriptor_limit(config);
    if (set_up(server, config, checking) == 0)
        return server;
    server_destroy(server);
    return NULL;
}

int server_start(struct server *server) {
    if (hub_start(server->hub) != 0)
        return SENTIO_FAILED;
    for (size_t i = 0; i < server->host.io_count; i++)
        if (io_start(server->host.ios[i]) != 0)
            return SENTIO_FAILED;
    return 0;
}

void server_stop(struct server *server) {
    for (size_t i = 0; i < server->host.io_count; i++)
        if (server->host.ios[i])
            io_stop(server->host.ios[i]);
    for (size_t i = 0; i < server->host.io_count; i++)
        if (server->host.ios[i])
            io_join(server->host.ios[i]);
    hub_stop(server->hub);
    hub_join(server->hub);
}

void server_destroy(struct server *server) {
    if (server == NULL)
        return;
    hub_destroy(server->hub);
    for (size_t i = 0; i < server->host.io_count && server->host.ios; i++)
        io_destroy(server->host.ios[i]);
    listen_sockets_close(&server->sockets);
    quota_finish(&server->host.quota);
    pthread_mutex_destroy(&server->host.handover);
    auth_destroy(server->auth);
    free(server->host.ios);
    free(server->host.streams);
    free(server->host.routes);
    free(server->copy_dir);
    free(server);
}

void server_watch(const struct server *server) {
    const char *label;
    const char *call;
    if (!hub_hangs(server->hub, server->host.config->plugins.hang, &label, &call))
        return;
    log_error(label,
              "plugin fault: %s() has not returned within plugins.hang; ending the process so "
              "that it is started again",
              call);
    abort();
}
