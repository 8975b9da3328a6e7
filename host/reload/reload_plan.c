/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "io/connection.h"
#include "base/text.h"
#include "config/config_compare.h"
#include "journal/tape.h"
#include "reload_internal.h"
#include "worker/worker.h"

/* Names of settings, comma-separated. */
struct names {
    struct change *change;
    struct sentio_writer text;
};

/* Those that its plugin was opened with. */
static bool is_plugins(const char *name) {
    return strcmp(name, "options") == 0 || strcmp(name, "isolation") == 0 ||
           strcmp(name, "plugin") == 0 || strcmp(name, "forwards") == 0 ||
           strcmp(name, "observes") == 0;
}

static void take_name(void *context, const char *name) {
    struct names *names = context;
    /* Takes a restart: reload_note_durable(). */
    if (strcmp(name, "durable") == 0)
        return;
    sentio_write_text(&names->text, sentio_written(&names->text).size ? ", " : "");
    sentio_write_text(&names->text, name);
    names->change->due |= is_plugins(name);
    names->change->interval |= strcmp(name, "interval") == 0;
    names->change->source |= strcmp(name, "source.command") == 0;
}

static char *changed_settings(struct change *change) {
    struct names names = {.change = change};
    sentio_writer_init(&names.text, NULL, 0);
    config_compare_channel(change->channel->config, change->config, take_name, &names);
    struct sentio_bytes text = sentio_written(&names.text);
    char *copy = text_copy(text);
    sentio_writer_finish(&names.text);
    return copy;
}

static bool file_changed(struct reload *reload, const struct change *change) {
    unsigned char digest[PLUGIN_DIGEST_SIZE];
    char why[512];
    const struct plugin_report report = {change->config->plugin, why, sizeof(why)};
    if (plugin_file_digest(&report, digest) != 0) {
        reload_error(reload, "%s:%d: %s", change->config->file, change->config->line, why);
        return false;
    }
    return memcmp(digest, change->channel->instance->plugin->digest, sizeof(digest)) != 0;
}

/* A worker's limits are given to it when it is started. */
static bool limits_changed(const struct reload *reload, const struct channel *channel) {
    const struct config *before = reload->hub->host->config;
    const struct config *after = reload->view->config;
    return channel->instance->worker != NULL &&
           (before->plugins.memory != after->plugins.memory ||
            before->plugins.hang != after->plugins.hang ||
            before->plugins.max_deaths != after->plugins.max_deaths ||
            before->plugins.call_bytes != after->plugins.call_bytes);
}

static struct channel *find(const struct hub *hub, const char *name) {
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i] && strcmp(hub->channels[i]->config->name, name) == 0)
            return hub->channels[i];
    return NULL;
}

static bool is_configured(const struct config *config, const char *name) {
    for (size_t i = 0; i < config->channel_count; i++)
        if (strcmp(config->channels[i].name, name) == 0)
            return true;
    return false;
}

static bool has_line(struct sentio_bytes lines, const char *wanted) {
    size_t start = 0;
    for (size_t i = 0; i < lines.size; i++) {
        if (lines.data[i] != '\n')
            continue;
        if (sentio_is(sentio_bytes(lines.data + start, i - start), wanted))
            return true;
        start = i + 1;
    }
    return false;
}

static int plan_one(struct reload *reload, struct change *change,
                    const struct config_channel *config) {
    change->config = config;
    change->channel = find(reload->hub, config->name);
    change->kind = CHANGE_ADDED;
    if (change->channel == NULL)
        return 0;
    change->settings = changed_settings(change);
    if (change->settings == NULL)
        return SENTIO_NO_MEMORY;
    if (tape_playing(reload->hub)) {
        change->kind = has_line(reload->played, config->name) ? CHANGE_REPLACED : CHANGE_NONE;
        return 0;
    }
    bool replaced = change->due || change->channel->failed ||
                    limits_changed(reload, change->channel) || file_changed(reload, change);
    change->kind = replaced ? CHANGE_REPLACED : CHANGE_NONE;
    return 0;
}

int reload_plan(struct reload *reload) {
    const struct hub *hub = reload->hub;
    const struct config *config = reload->view->config;
    int error = 0;
    reload->changes =
        calloc(config->channel_count + hub->channel_count + 1, sizeof(*reload->changes));
    if (reload->changes == NULL)
        return SENTIO_NO_MEMORY;
    for (size_t i = 0; i < config->channel_count && !error; i++)
        error = plan_one(reload, &reload->changes[reload->count++], &config->channels[i]);
    for (size_t i = 0; i < hub->channel_count; i++) {
        struct channel *channel = hub->channels[i];
        if (channel == NULL || is_configured(config, channel->config->name))
            continue;
        reload->changes[reload->count++] =
            (struct change){.kind = CHANGE_REMOVED, .channel = channel};
    }
    for (size_t i = 0; i < reload->count; i++)
        reload->changes[i].reload = reload;
    return error;
}

static bool same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Items and subscriptions carry attributes and filters by number: they may be added to. */
const char *reload_unfit(const struct sentio_plugin *before, const struct sentio_plugin *after) {
    if (!same_text(before->type, after->type))
        return "its type is another";
    if (before->shape != after->shape)
        return "its shape is another";
    if ((before->flags & SENTIO_STATES) != (after->flags & SENTIO_STATES))
        return "its flag SENTIO_STATES is another";
    const char *first = before->snapshot_type ? before->snapshot_type : before->type;
    const char *second = after->snapshot_type ? after->snapshot_type : after->type;
    if (!same_text(first, second))
        return "its snapshot_type is another";
    for (uint32_t i = 0; i < before->attribute_count; i++)
        if (i >= after->attribute_count ||
            before->attributes[i].type != after->attributes[i].type ||
            !same_text(before->attributes[i].name, after->attributes[i].name))
            return "its attributes are not those of before, with new ones behind";
    for (uint32_t i = 0; i < before->filter_count; i++)
        if (i >= after->filter_count ||
            before->filters[i].attribute != after->filters[i].attribute ||
            before->filters[i].predicate != after->filters[i].predicate ||
            !same_text(before->filters[i].field, after->filters[i].field))
            return "its filters are not those of before, with new ones behind";
    return NULL;
}

bool reload_fits(struct reload *reload, const struct change *change) {
    const char *why =
        reload_unfit(channel_plugin(change->channel), instance_table(change->candidate->instance));
    if (why == NULL)
        return true;
    reload_error(reload,
                 "%s:%d: %s can not replace what runs as channel %s: %s, which its subscribers go "
                 "by; give the channel another name, or restart sentiod",
                 change->config->file, change->config->line, change->config->plugin,
                 change->config->name, why);
    return false;
}
