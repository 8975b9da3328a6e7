/* SPDX-License-Identifier: MIT */
#include "admin_channels.h"

#include <string.h>

#include "admin_rates.h"
#include "hub/hub.h"
#include "hub/status.h"
#include "rates.h"
#include "worker/worker.h"

static void write_member(struct sentio_writer *out, const char *name, const char *value) {
    sentio_write_format(out, "\"%s\":", name);
    sentio_write_string(out, sentio_text(value));
    sentio_write_text(out, ",");
}

static void write_names(const struct channel *channel, struct sentio_writer *out) {
    const char *slash = strrchr(channel->config->plugin, '/');
    enum state state = status_of(channel);
    write_member(out, "name", channel->config->name);
    write_member(out, "path", channel->config->path);
    write_member(out, "plugin", slash ? slash + 1 : channel->config->plugin);
    write_member(out, "version", channel_plugin(channel)->version);
    write_member(out, "isolation", channel->instance->worker ? "process" : "none");
    write_member(out, "state", status_name(state));
    write_member(out, "detail", status_reason(state));
    write_member(out, "file", channel->config->plugin);
    write_member(out, "epoch", channel->stream->epoch);
}

static void write_figures(const struct channel *channel, struct sentio_writer *out) {
    const struct worker *worker = channel->instance->worker;
    sentio_write_format(out, "\"deaths\":%llu,\"durable\":%s,\"offset\":%llu,\"subscribers\":%zu",
                        worker ? (unsigned long long)worker->death_count : 0ull,
                        channel->disk ? "true" : "false",
                        (unsigned long long)channel->engine.offset, channel->subscribers);
    sentio_write_format(
        out, ",\"topics\":%zu,\"updates\":%llu,\"items\":%llu,\"refused\":%llu,\"deliveries\":%llu",
        channel->topics.table.count, (unsigned long long)channel->published,
        (unsigned long long)channel->items, (unsigned long long)channel->rejected,
        (unsigned long long)stream_delivered(channel->stream));
    sentio_write_text(out, ",\"rate\":");
    admin_rates_write_tenths(out, rates_of_channel(channel));
    sentio_write_format(out, ",\"latest\":%zu,\"history_bytes\":%zu", channel->log.latest_count,
                        channel->log.bytes);
}

void admin_channels_answer(struct hub *hub, const struct admin_question *question) {
    struct sentio_writer out;
    bool any = false;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, "{\"channels\":[");
    for (size_t i = 0; i < hub->channel_count; i++) {
        if (hub->channels[i] == NULL)
            continue;
        sentio_write_text(&out, any ? ",{" : "{");
        write_names(hub->channels[i], &out);
        write_figures(hub->channels[i], &out);
        sentio_write_text(&out, "}");
        any = true;
    }
    sentio_write_text(&out, "],\"timestamp\":\"");
    sentio_write_time(&out, hub_time(hub));
    sentio_write_text(&out, "\"}");
    admin_api_respond(hub, question, &out);
}
