/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"

static void check_file(struct config_draft *draft, const struct config_target *target,
                       const char *setting, const char *path, bool secret) {
    struct stat status;
    const char *why = NULL;
    struct config_origin origin = config_origin_of(target, setting);
    if (path == NULL || origin.failed || draft->elsewhere) {
        return;
    }
    int fd = config_open(path, &status, &why);
    if (fd == -1) {
        config_error(draft, origin, NULL, "%s%s: %s cannot be read: %s", target->prefix, setting,
                     path, why);
        return;
    }
    close(fd);
    if (secret && (status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        config_error(draft, origin, NULL,
                     "%s%s: everyone may read or write %s (mode %04o); run: chmod 0640 %s",
                     target->prefix, setting, path, status.st_mode & 07777u, path);
    }
}

static void check_listen(struct config_draft *draft, size_t index, bool open) {
    const struct config *config = draft->config;
    const struct config_listen *listen = &config->server.listen[index];
    struct config_origin list = config_origin_of(draft->targets, "server.listen");
    struct config_origin origin = config_origin_element(list, index);
    if (open && !listen->loopback) {
        config_error(draft, origin, NULL,
                     "server.listen: \"%s\" is not loopback, which auth.mode = \"open\" requires; "
                     "listen on 127.0.0.1, [::1] or a unix socket, behind a proxy that "
                     "authenticates users",
                     listen->text);
    }
    bool bare = config->tls.certificate == NULL || config->tls.key == NULL;
    if (listen->transport == CONFIG_TLS && bare) {
        config_error(draft, origin, NULL, "server.listen: \"%s\" needs tls.certificate and tls.key",
                     listen->text);
    }
}

static void check_control(struct config_draft *draft) {
    struct config *config = draft->config;
    const char *written = config->server.control;
    if (written == NULL) {
        config->server.control =
            config_format(draft->kept, "%s/control.sock", config->server.state_dir);
    } else if (written[0] != '/' && written[0] != '\0') {
        config->server.control = config_format(draft->kept, "%s/%s", draft->folder, written);
    }
    if (written != NULL && strlen(config->server.control) > CONFIG_SOCKET_MAX) {
        config_error(draft, config_origin_of(draft->targets, "server.control"), NULL,
                     "server.control: \"%s\" has more than the %d bytes that a socket's path may",
                     config->server.control, CONFIG_SOCKET_MAX);
    }
}

/* What else may be wrong with it is found when it is read (static_folder.h). */
static void check_dashboard(struct config_draft *draft) {
    struct config *config = draft->config;
    const char *written = config->server.dashboard;
    struct config_origin origin = config_origin_of(draft->targets, "server.dashboard");
    if (written[0] == '\0' || strcmp(written, "none") == 0 || origin.failed)
        return;
    if (written[0] != '/')
        config->server.dashboard = config_format(draft->kept, "%s/%s", draft->folder, written);
    const char *folder = config->server.dashboard;
    DIR *opened = draft->elsewhere ? NULL : opendir(folder);
    if (opened == NULL && !draft->elsewhere)
        config_error(draft, origin, NULL,
                     "server.dashboard: %s cannot be read: %s; build it with "
                     "packaging/dashboard.sh, or say \"none\"",
                     folder, strerror(errno));
    if (opened != NULL)
        closedir(opened);
}

static struct config_channel *channel_at(const struct config_draft *draft, size_t index) {
    return draft->targets[index].base;
}

static void check_plugin(struct config_draft *draft, const struct config_target *target) {
    struct config_channel *channel = target->base;
    struct config_origin origin = config_origin_of(target, "plugin");
    const char *written = channel->plugin;
    if (written == NULL && !origin.failed) {
        config_error(draft, origin, NULL, "channel \"%s\" needs a plugin", channel->name);
    }
    if (written == NULL || !channel->enabled) {
        return;
    }
    const char *folder = strchr(written, '/') ? draft->folder : draft->config->plugins.dir;
    if (written[0] != '/') {
        channel->plugin = config_format(draft->kept, "%s/%s", folder, written);
    }
    check_file(draft, target, "plugin", channel->plugin, false);
}

static void check_interval(struct config_draft *draft, const struct config_target *target) {
    const struct config_channel *channel = target->base;
    int64_t least = channel->interval_min;
    int64_t most = channel->interval_max;
    int64_t value = channel->interval;
    char texts[3][UNITS_TEXT];
    if (least > most || (value > 0 && (value < least || value > most))) {
        config_error(draft, config_origin_of(target, least > most ? "interval_min" : "interval"),
                     NULL, "%sinterval: %s is not from interval_min %s to interval_max %s",
                     target->prefix, units_text(UNITS_DURATION, value, texts[0]),
                     units_text(UNITS_DURATION, least, texts[1]),
                     units_text(UNITS_DURATION, most, texts[2]));
    }
}

static void check_path(struct config_draft *draft, size_t index) {
    const struct config_channel *channel = channel_at(draft, index);
    for (size_t i = 1; i < index && channel->path[0] != '\0'; i++) {
        const struct config_channel *other = channel_at(draft, i);
        if (other->enabled && strcmp(other->path, channel->path) == 0) {
            config_error(draft, config_origin_of(&draft->targets[index], "path"), NULL,
                         "channels.%s.path: \"%s\" is the path of channel \"%s\" too",
                         channel->name, channel->path, other->name);
            return;
        }
    }
}

static void check_references(struct config_draft *draft, const struct config_target *target,
                             const char *setting, const struct config_strings *names) {
    struct config_origin list = config_origin_of(target, setting);
    for (size_t i = 0; i < names->count; i++) {
        struct suggest suggest = suggest_start(names->items[i]);
        size_t found = config_target_find(draft, names->items[i]);
        if (found < draft->target_count && channel_at(draft, found)->enabled) {
            continue;
        }
        for (size_t j = 1; j < draft->target_count; j++) {
            suggest_offer(&suggest,
                          channel_at(draft, j)->enabled ? channel_at(draft, j)->name : "");
        }
        config_error(draft, config_origin_element(list, i), suggest.best,
                     "%s%s: there is no channel \"%s\", or it is disabled", target->prefix, setting,
                     names->items[i]);
    }
}

enum mark { UNSEEN, ENTERED, LEFT };

/*
 * Items flow from X to C where C observes X, and from C to Y where C forwards to Y. A cycle would
 * publish for ever, so there must be none.
 */
struct visit {
    enum mark mark;
    size_t from; /* the channel by which this one was entered */
};

static bool names(const struct config_strings *strings, const char *name) {
    for (size_t i = 0; i < strings->count; i++) {
        if (strcmp(strings->items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void report_cycle(struct config_draft *draft, const struct visit *visits, size_t last,
                         size_t first) {
    const char *cycle = channel_at(draft, first)->name;
    for (size_t i = last; i != first; i = visits[i].from) {
        cycle = config_format(&draft->scratch, "%s -> %s", channel_at(draft, i)->name, cycle);
    }
    bool forwards = names(&channel_at(draft, last)->forwards, channel_at(draft, first)->name);
    const struct config_target *owner = &draft->targets[forwards ? last : first];
    const char *setting = forwards ? "forwards" : "observes";
    config_error(draft, config_origin_of(owner, setting), NULL, "%s%s closes a cycle: %s -> %s",
                 owner->prefix, setting, channel_at(draft, first)->name, cycle);
}

static void visit(struct config_draft *draft, struct visit *visits, size_t index) {
    const struct config_channel *channel = channel_at(draft, index);
    visits[index].mark = ENTERED;
    for (size_t next = 1; next < draft->target_count; next++) {
        const struct config_channel *other = channel_at(draft, next);
        bool flows =
            names(&channel->forwards, other->name) || names(&other->observes, channel->name);
        if (!flows || !channel->enabled || !other->enabled) {
            continue;
        }
        if (visits[next].mark == ENTERED) {
            report_cycle(draft, visits, index, next);
        } else if (visits[next].mark == UNSEEN) {
            visits[next].from = index;
            visit(draft, visits, next);
        }
    }
    visits[index].mark = LEFT;
}

static void check_channels(struct config_draft *draft) {
    for (size_t i = 1; i < draft->target_count; i++) {
        const struct config_target *target = &draft->targets[i];
        struct config_channel *channel = target->base;
        if (channel->path == NULL) {
            channel->path = config_format(draft->kept, "/ws/%s", channel->name);
        }
        /* Also of a disabled one, whose name may be misspelt while the meant one runs. */
        check_plugin(draft, target);
        if (channel->enabled) {
            check_interval(draft, target);
            check_path(draft, i);
            check_references(draft, target, "observes", &channel->observes);
            check_references(draft, target, "forwards", &channel->forwards);
        }
    }
    struct visit *visits = config_alloc(&draft->scratch, draft->target_count * sizeof(*visits));
    for (size_t i = 1; i < draft->target_count; i++) {
        if (visits[i].mark == UNSEEN) {
            visit(draft, visits, i);
        }
    }
}

void config_check(struct config_draft *draft) {
    const struct config *config = draft->config;
    const struct config_target *host = draft->targets;
    bool open =
        config->auth.mode == CONFIG_AUTH_OPEN && !config_origin_of(host, "auth.mode").failed;
    for (size_t i = 0; i < config->server.listen_count; i++) {
        check_listen(draft, i, open);
    }
    check_control(draft);
    check_dashboard(draft);
    check_file(draft, host, "tls.certificate", config->tls.certificate, false);
    check_file(draft, host, "tls.key", config->tls.key, false);
    check_file(draft, host, "auth.admin_tokens_file", config->auth.admin_tokens_file, true);
    check_file(draft, host, "publish.keys_file", config->publish.keys_file, true);
    check_channels(draft);
}
