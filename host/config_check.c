/* SPDX-License-Identifier: MIT */
#include "config_check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sentio/plugin.h>

int config_check_readable(const char *path, const char **why) {
    struct stat status;
    if (stat(path, &status) == -1) {
        *why = strerror(errno);
        return SENTIO_INVALID;
    }
    if (!S_ISREG(status.st_mode)) {
        *why = "not a regular file";
        return SENTIO_INVALID;
    }
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == -1) {
        *why = strerror(errno);
        return SENTIO_INVALID;
    }
    return 0;
}

static void check_file(struct config_draft *draft, const char *label, const char *path) {
    const char *why = NULL;
    if (config_check_readable(path, &why) != 0) {
        config_error(&draft->errors, config_draft_host_origin(draft, label), NULL,
                     "%s: %s cannot be read: %s", label, path, why);
    }
}

static void check_secret(struct config_draft *draft, const char *label, const char *path) {
    struct stat status;
    if (path == NULL || config_draft_host_origin(draft, label)->failed) {
        return;
    }
    check_file(draft, label, path);
    if (stat(path, &status) == 0 && (status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        config_error(&draft->errors, config_draft_host_origin(draft, label), NULL,
                     "%s: everyone may read or write %s (mode %04o); run: chmod 0640 %s", label,
                     path, status.st_mode & 07777u, path);
    }
}

static void check_loopback(struct config_draft *draft) {
    const struct config *config = draft->config;
    bool open = config->auth.mode == CONFIG_AUTH_OPEN;
    if (!open || config_draft_host_origin(draft, "auth.mode")->failed) {
        return;
    }
    for (size_t i = 0; i < config->server.listen_count; i++) {
        const struct config_listen *listen = &config->server.listen[i];
        if (!listen->loopback) {
            struct config_origin origin =
                config_origin_element(config_draft_host_origin(draft, "server.listen"), i);
            config_error(&draft->errors, &origin, NULL,
                         "server.listen: \"%s\" is not loopback, which auth.mode = \"open\" "
                         "requires; listen on 127.0.0.1, [::1] or a unix socket, behind a proxy "
                         "that authenticates users",
                         listen->text);
        }
    }
}

static void check_tls(struct config_draft *draft) {
    const struct config *config = draft->config;
    bool wanted = false;
    for (size_t i = 0; i < config->server.listen_count; i++) {
        const struct config_listen *listen = &config->server.listen[i];
        if (listen->transport != CONFIG_TLS) {
            continue;
        }
        wanted = true;
        struct config_origin origin =
            config_origin_element(config_draft_host_origin(draft, "server.listen"), i);
        if (config->tls.certificate == NULL) {
            config_error(&draft->errors, &origin, NULL,
                         "server.listen: \"%s\" needs tls.certificate", listen->text);
        }
        if (config->tls.key == NULL) {
            config_error(&draft->errors, &origin, NULL, "server.listen: \"%s\" needs tls.key",
                         listen->text);
        }
    }
    if (wanted && config->tls.certificate != NULL) {
        check_file(draft, "tls.certificate", config->tls.certificate);
    }
    if (wanted && config->tls.key != NULL) {
        check_file(draft, "tls.key", config->tls.key);
    }
}

void config_check(struct config_draft *draft) {
    check_loopback(draft);
    check_tls(draft);
    check_secret(draft, "auth.admin_tokens_file", draft->config->auth.admin_tokens_file);
    check_secret(draft, "publish.keys_file", draft->config->publish.keys_file);
    config_check_channels(draft);
    config_check_graph(draft);
}
