/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <string.h>
#include <unistd.h>

#include "disk/disk.h"
#include "presence/presence.h"
#include "reload/reload.h"
#include "worker/worker.h"

static void write_member(struct sentio_writer *out, const char *name, const char *value) {
    sentio_write_string(out, sentio_text(name));
    sentio_write_text(out, ":");
    sentio_write_string(out, sentio_text(value));
}

static void write_time(struct sentio_writer *out, int64_t time) {
    sentio_write_text(out, ",\"timestamp\":\"");
    sentio_write_time(out, time);
    sentio_write_text(out, "\"");
}

const char *status_name(enum state state) {
    static const char *const names[STATE_COUNT] = {"open", "restarting", "failed"};
    return names[state];
}

const char *status_reason(enum state state) {
    static const char *const reasons[STATE_COUNT] = {"", "its worker is being started",
                                                     "its plugin died too often; see the log"};
    return reasons[state];
}

enum state status_of(const struct channel *channel) {
    const struct worker *worker = channel->instance->worker;
    if (channel->failed)
        return STATE_FAILED;
    return worker && worker->state != WORKER_RUNNING ? STATE_RESTARTING : STATE_OPEN;
}

void status_write_health(const struct hub *hub, struct sentio_writer *out) {
    int64_t now = hub_time(hub);
    bool any = false;
    sentio_write_text(out, "{\"status\":\"healthy\",");
    write_member(out, "version", SENTIO_VERSION);
    sentio_write_format(out, ",\"uptime\":%lld,\"connections\":%zu,\"channels\":{",
                        (long long)((now - hub->started) / 1000),
                        atomic_load(&hub->host->quota.connections));
    for (size_t i = 0; i < hub->channel_count; i++) {
        const struct channel *channel = hub->channels[i];
        if (channel == NULL)
            continue;
        sentio_write_text(out, any ? "," : "");
        any = true;
        sentio_write_string(out, sentio_text(channel->config->name));
        sentio_write_format(out,
                            ":{\"state\":\"%s\",\"subscribers\":%zu,\"offset\":%llu,"
                            "\"epoch\":\"%s\"}",
                            status_name(status_of(channel)), channel->subscribers,
                            (unsigned long long)channel->engine.offset, channel->stream->epoch);
    }
    sentio_write_text(out, "}");
    write_time(out, now);
    sentio_write_text(out, "}");
}

static unsigned long long read_count(const atomic_uint_fast64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* What was done about subscribers that were too slow. */
static void write_slow(const struct stream *stream, struct sentio_writer *out) {
    sentio_write_format(out,
                        ",\"slow_conflated\":%llu,\"slow_dropped\":%llu,"
                        "\"slow_disconnected\":%llu",
                        read_count(&stream->slow_conflated), read_count(&stream->slow_dropped),
                        read_count(&stream->slow_disconnected));
}

static void write_counters(const struct channel *channel, struct sentio_writer *out) {
    sentio_write_format(
        out,
        ",\"counters\":{\"published\":%llu,\"rejected\":%llu,\"duplicates\":%llu,"
        "\"slow_calls\":%llu,\"faults\":%llu",
        (unsigned long long)channel->published, (unsigned long long)channel->rejected,
        (unsigned long long)channel->duplicates, (unsigned long long)channel->slow_calls,
        (unsigned long long)channel->faults);
    write_slow(channel->stream, out);
    for (const struct counter *counter = channel->counters; counter; counter = counter->next)
        sentio_write_format(out, ",\"plugin_%s\":%llu", counter->name,
                            (unsigned long long)counter->value);
    sentio_write_text(out, "}");
}

/* For the control socket alone. */
static void write_more(const struct channel *channel, struct sentio_writer *out) {
    sentio_write_text(out, ",");
    write_member(out, "file", channel->config->plugin);
    sentio_write_text(out, ",");
    write_member(out, "plugin_name", channel_plugin(channel)->name);
    if (channel->presence)
        sentio_write_format(out, ",\"present\":%zu", presence_count(channel->presence));
}

/* The process is for the control socket alone. */
static void write_isolation(const struct channel *channel, bool whole, struct sentio_writer *out) {
    const struct worker *worker = channel->instance->worker;
    sentio_write_text(out, ",");
    write_member(out, "isolation", worker ? "process" : "none");
    if (worker == NULL)
        return;
    sentio_write_format(out, ",\"worker\":{\"deaths\":%llu,\"given_up\":%llu",
                        (unsigned long long)worker->death_count,
                        (unsigned long long)channel->given_up);
    if (whole && worker->process)
        sentio_write_format(out, ",\"pid\":%ld", (long)worker->pid);
    sentio_write_text(out, "}");
}

static void write_channel(const struct channel *channel, bool whole, struct sentio_writer *out) {
    const struct sentio_plugin *plugin = channel_plugin(channel);
    const char *slash = strrchr(channel->config->plugin, '/');
    sentio_write_text(out, "{");
    write_member(out, "name", channel->config->name);
    sentio_write_text(out, ",");
    write_member(out, "path", channel->config->path);
    sentio_write_text(out, ",");
    write_member(out, "plugin", slash ? slash + 1 : channel->config->plugin);
    sentio_write_text(out, ",");
    write_member(out, "version", plugin->version);
    sentio_write_format(out, ",\"abi\":\"%u.%u\",\"state\":\"%s\",\"subscribers\":%zu",
                        plugin->major, plugin->minor, status_name(status_of(channel)),
                        channel->subscribers);
    sentio_write_format(out, ",\"offset\":%llu,\"epoch\":\"%s\",\"topics\":%zu,\"log_bytes\":%zu",
                        (unsigned long long)channel->engine.offset, channel->stream->epoch,
                        channel->topics.table.count, channel->log.bytes);
    sentio_write_format(out, ",\"durable\":%s", channel->disk ? "true" : "false");
    if (whole)
        write_more(channel, out);
    write_isolation(channel, whole, out);
    write_counters(channel, out);
    sentio_write_text(out, "}");
}

void status_write_channels(const struct hub *hub, bool whole, struct sentio_writer *out) {
    size_t count = 0;
    sentio_write_text(out, "{\"channels\":[");
    for (size_t i = 0; i < hub->channel_count; i++) {
        if (hub->channels[i] == NULL)
            continue;
        sentio_write_text(out, count++ ? "," : "");
        write_channel(hub->channels[i], whole, out);
    }
    sentio_write_format(out, "],\"count\":%zu", count);
    write_time(out, hub_time(hub));
    sentio_write_text(out, "}");
}

/* What the daemon is: it does not change while it runs. */
static void write_process(const struct hub *hub, struct sentio_writer *out) {
    const char *file = hub->host->config->file;
    write_member(out, "version", SENTIO_VERSION);
    sentio_write_format(out, ",\"abi\":\"%d.%d\",\"pid\":%ld,", SENTIO_ABI_MAJOR, SENTIO_ABI_MINOR,
                        (long)getpid());
    write_member(out, "config", file ? file : "");
    sentio_write_format(out, ",\"io_threads\":%zu,\"started\":\"", hub->host->io_count);
    sentio_write_time(out, hub->started);
    sentio_write_text(out, "\"");
}

static void write_counts(const struct hub *hub, struct sentio_writer *out) {
    size_t counts[STATE_COUNT] = {0};
    size_t workers = 0;
    for (size_t i = 0; i < hub->channel_count; i++) {
        const struct channel *channel = hub->channels[i];
        if (channel == NULL)
            continue;
        counts[status_of(channel)]++;
        workers += channel->instance->worker != NULL;
    }
    sentio_write_text(out, ",\"channels\":{");
    for (size_t i = 0; i < STATE_COUNT; i++)
        sentio_write_format(out, "%s\"%s\":%zu", i ? "," : "", status_name((enum state)i),
                            counts[i]);
    sentio_write_format(out, "},\"workers\":%zu", workers);
}

/* null: no channel is durable. */
static void write_disk(const struct hub *hub, struct sentio_writer *out) {
    struct disk_status status;
    sentio_write_text(out, ",\"disk\":");
    if (hub->disk == NULL) {
        sentio_write_text(out, "null");
        return;
    }
    disk_status(hub->disk, &status);
    sentio_write_text(out, "{");
    write_member(out, "path", status.path);
    sentio_write_text(out, ",");
    write_member(out, "reason", status.reason);
    sentio_write_format(out,
                        ",\"bytes\":%llu,\"commits\":%llu,\"items\":%llu,\"failures\":%llu,"
                        "\"dropped\":%llu}",
                        (unsigned long long)status.bytes, (unsigned long long)status.commits,
                        (unsigned long long)status.items, (unsigned long long)status.failures,
                        (unsigned long long)status.dropped);
}

void status_write_host(const struct hub *hub, struct sentio_writer *out) {
    int64_t now = hub_time(hub);
    sentio_write_text(out, "{");
    write_process(hub, out);
    sentio_write_format(out, ",\"uptime\":%lld,\"connections\":%zu",
                        (long long)((now - hub->started) / 1000),
                        atomic_load(&hub->host->quota.connections));
    write_counts(hub, out);
    write_disk(hub, out);
    sentio_write_text(out, ",\"reloads\":");
    reload_write_status(hub, out);
    write_time(out, now);
    sentio_write_text(out, "}");
}
