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

#include "base/log.h"
#include "hub/hub.h"
#include "hub/view_hub.h"
#include "io/io.h"
#include "io/listener.h"
#include "worker/cgroup.h"

enum { SPARE_DESCRIPTORS = 1024 };

struct server {
    struct host host;
    struct hub *hub;
    struct listen_sockets sockets;
    char *state_dir;
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
    server->state_dir = strdup(server->host.config->server.state_dir);
    const char *dir = server->state_dir;
    if (dir == NULL || make_dir(dir, 0700) != 0)
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

static int set_up(struct server *server, struct view *view, bool checking) {
    const struct config *config = view->config;
    struct host *host = &server->host;
    pthread_mutex_init(&host->handover, NULL);
    host->view = view;
    host->config = config;
    atomic_init(&host->hang, config->plugins.hang);
    host->io_count = checking ? 1 : io_count(config);
    host->ios = calloc(host->io_count, sizeof(*host->ios));
    if (host->ios == NULL || quota_init(&host->quota, config) != 0)
        return SENTIO_NO_MEMORY;
    if (!checking && prepare_state_dir(server) != 0)
        return SENTIO_FAILED;
    if (!checking)
        host->groups = cgroup_open();
    server->hub = hub_create(host);
    if (server->hub == NULL || view_fill(view, server->hub) != 0)
        return SENTIO_FAILED;
    return checking ? 0 : create_ios(server);
}

static struct view *load_view(struct config *config) {
    struct log_lines errors;
    log_lines_begin(&errors);
    struct view *view = view_load(config, errors.file);
    log_lines_end(&errors, LOG_LEVEL_ERROR);
    return view;
}

struct server *server_create(struct config *config, bool checking, struct tape *tape) {
    struct view *view = load_view(config);
    if (view == NULL) {
        config_free(config);
        return NULL;
    }
    struct server *server = calloc(1, sizeof(*server));
    if (server == NULL) {
        view_unref(view);
        return NULL;
    }
    server->host.tape = tape;
    if (!checking)
        raise_descriptor_limit(config);
    if (set_up(server, view, checking) == 0)
        return server;
    server_destroy(server);
    return NULL;
}

int server_start(struct server *server, const struct config_source *source) {
    server->host.source = source;
    if (hub_start(server->hub) != 0)
        return SENTIO_FAILED;
    for (size_t i = 0; i < server->host.io_count; i++)
        if (io_start(server->host.ios[i]) != 0)
            return SENTIO_FAILED;
    return 0;
}

void server_reload(const struct server *server) {
    hub_reload(server->hub);
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
    view_unref(server->host.view);
    cgroup_close(server->host.groups);
    free(server->host.ios);
    free(server->state_dir);
    free(server->copy_dir);
    free(server);
}

void server_watch(const struct server *server) {
    const char *label;
    const char *call;
    if (!hub_hangs(server->hub, atomic_load(&server->host.hang), &label, &call))
        return;
    log_error(label,
              "plugin fault: %s() has not returned within plugins.hang; ending the process so "
              "that it is started again",
              call);
    abort();
}
