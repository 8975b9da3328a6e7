/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "access/tls.h"
#include "base/log.h"
#include "base/text.h"
#include "channel/channel_durable.h"
#include "config/config_compare.h"
#include "io/connection.h"
#include "reload_internal.h"

enum { NOTE_MAX = 2048 };

static void note(struct sentio_writer *list, const char *text) {
    sentio_write_text(list, sentio_written(list).size ? "," : "");
    sentio_write_string(list, sentio_text(text));
}

void reload_note(struct sentio_writer *list, const char *format, ...) {
    char text[NOTE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    note(list, text);
    log_info("reload", "%s", text);
}

void reload_error(struct reload *reload, const char *format, ...) {
    char text[NOTE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    note(&reload->errors, text);
    reload->error_count++;
    log_error("reload", "%s", text);
}

/* What the threads and sockets were made with. */
static bool takes_restart(const char *name) {
    static const char *const names[] = {
        "server.listen",    "server.control", "server.io_threads", "server.state_dir",
        "compress.enabled", "compress.min",   "compress.level",    "limits.queue",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* The library's tables and the limit of descriptors have a size from the start. */
static bool takes_more_room(const struct reload *reload, const char *name) {
    return strcmp(name, "limits.connections") == 0 &&
           reload->view->config->limits.connections >
               reload->hub->first_view->config->limits.connections;
}

static void note_restart(void *context, const char *name) {
    struct reload *reload = context;
    if (takes_restart(name) || takes_more_room(reload, name))
        note(&reload->restart, name);
}

static void note_change(void *context, const char *name) {
    struct reload *reload = context;
    if (!takes_restart(name))
        reload_note(&reload->done, "%s changed", name);
}

/* What takes a restart is told until there was one. */
void reload_note_settings(struct reload *reload) {
    const struct hub *hub = reload->hub;
    const struct view *before = hub->host->view;
    config_compare(before->config, reload->view->config, note_change, reload);
    config_compare(hub->first_view->config, reload->view->config, note_restart, reload);
    if (!auth_same(before->auth, reload->view->auth))
        reload_note(&reload->done, "publisher keys and admin tokens changed");
    if (!tls_same(before->certificate, reload->view->certificate))
        reload_note(&reload->done, "the TLS certificate changed");
}

void reload_note_durable(struct reload *reload) {
    const struct hub *hub = reload->hub;
    char name[64];
    for (size_t i = 0; i < hub->channel_count; i++) {
        const struct channel *channel = hub->channels[i];
        if (channel == NULL ||
            channel_durable_wanted(channel, channel_plugin(channel)) == (channel->disk != NULL))
            continue;
        snprintf(name, sizeof(name), "channels.%s.durable", channel->config->name);
        note(&reload->restart, name);
    }
}

static void write_list(struct sentio_writer *out, const char *name,
                       const struct sentio_writer *list) {
    sentio_write_format(out, ",\"%s\":[", name);
    struct sentio_bytes text = sentio_written(list);
    sentio_write(out, text);
    sentio_write_text(out, "]");
}

static void write_answer(struct sentio_writer *out, const struct reload *reload, bool well) {
    sentio_write_format(out, "{\"ok\":%s", well ? "true" : "false");
    if (well) {
        write_list(out, "changes", &reload->done);
        write_list(out, "restart", &reload->restart);
        write_list(out, "warnings", &reload->warnings);
    } else {
        write_list(out, "errors", &reload->errors);
    }
    sentio_write_text(out, ",\"timestamp\":\"");
    sentio_write_time(out, hub_time(reload->hub));
    sentio_write_text(out, "\"}");
}

static void log_outcome(const struct reload *reload, bool well) {
    struct sentio_bytes restart = sentio_written(&reload->restart);
    if (!well)
        log_error("reload", "failed: nothing has changed (%zu error%s)", reload->error_count,
                  reload->error_count == 1 ? "" : "s");
    else
        log_info("reload", "done%s", sentio_written(&reload->done).size ? "" : ": nothing changed");
    if (well && restart.size)
        log_warning("reload", "these take a restart: %.*s", (int)restart.size, restart.data);
}

void reload_report(struct reload *reload, bool well) {
    struct hub *hub = reload->hub;
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    write_answer(&out, reload, well);
    struct sentio_bytes text = sentio_written(&out);
    log_outcome(reload, well);
    if (reload->request)
        hub_respond_aside(hub, reload->io, reload->request, well ? 200 : 422, sentio_text(""),
                          text);
    hub->reloads_done += well;
    hub->reloads_failed += !well;
    free(hub->last_reload);
    hub->last_reload = text.size ? text_copy(text) : NULL;
    sentio_writer_finish(&out);
}

void reload_write_status(const struct hub *hub, struct sentio_writer *out) {
    sentio_write_format(
        out, "{\"done\":%llu,\"failed\":%llu,\"last\":%s}", (unsigned long long)hub->reloads_done,
        (unsigned long long)hub->reloads_failed, hub->last_reload ? hub->last_reload : "null");
}
