/* SPDX-License-Identifier: MIT */
#include "admin_plugins.h"

#include <string.h>

#include "hub/hub.h"
#include "hub/status.h"
#include "worker/worker.h"

/* What the channels of one plugin come to. */
struct sum {
    enum state state; /* the worst */
    uint64_t deaths;
    uint64_t calls;
    uint64_t slow_calls;
};

static bool is_isolated(const struct channel *channel) {
    return channel->instance->worker != NULL;
}

static bool same_plugin(const struct channel *a, const struct channel *b) {
    return is_isolated(a) == is_isolated(b) && strcmp(a->config->plugin, b->config->plugin) == 0 &&
           memcmp(a->instance->plugin->digest, b->instance->plugin->digest, PLUGIN_DIGEST_SIZE) ==
               0;
}

/* Whether a channel before it has the same plugin. */
static bool is_told(const struct hub *hub, size_t index) {
    for (size_t i = 0; i < index; i++)
        if (hub->channels[i] && same_plugin(hub->channels[i], hub->channels[index]))
            return true;
    return false;
}

static void add(struct sum *sum, const struct channel *channel) {
    enum state state = status_of(channel);
    sum->state = state > sum->state ? state : sum->state;
    sum->deaths += is_isolated(channel) ? channel->instance->worker->death_count : 0;
    sum->calls += channel->calls;
    sum->slow_calls += channel->slow_calls;
}

static void write_text(struct sentio_writer *out, const char *name, const char *value) {
    sentio_write_format(out, "\"%s\":", name);
    sentio_write_string(out, sentio_text(value));
    sentio_write_text(out, ",");
}

static void write_plugin(const struct hub *hub, size_t first, struct sentio_writer *out) {
    const struct channel *channel = hub->channels[first];
    const struct sentio_plugin *plugin = channel_plugin(channel);
    struct sum sum = {.state = STATE_OPEN};
    sentio_write_text(out, "{");
    write_text(out, "file", channel->config->plugin);
    write_text(out, "name", plugin->name);
    write_text(out, "version", plugin->version);
    sentio_write_format(out, "\"abi\":\"%u.%u\",\"channels\":[", plugin->major, plugin->minor);
    for (size_t i = first; i < hub->channel_count; i++) {
        if (hub->channels[i] == NULL || !same_plugin(hub->channels[i], channel))
            continue;
        sentio_write_text(out, i > first ? "," : "");
        sentio_write_string(out, sentio_text(hub->channels[i]->config->name));
        add(&sum, hub->channels[i]);
    }
    sentio_write_text(out, "],");
    write_text(out, "isolation", is_isolated(channel) ? "process" : "none");
    write_text(out, "state", status_name(sum.state));
    sentio_write_format(out, "\"deaths\":%llu,\"calls\":%llu,\"slow_calls\":%llu}",
                        (unsigned long long)sum.deaths, (unsigned long long)sum.calls,
                        (unsigned long long)sum.slow_calls);
}

void admin_plugins_answer(struct hub *hub, const struct admin_question *question) {
    struct sentio_writer out;
    bool any = false;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, "{\"plugins\":[");
    for (size_t i = 0; i < hub->channel_count; i++) {
        if (hub->channels[i] == NULL || is_told(hub, i))
            continue;
        sentio_write_text(&out, any ? "," : "");
        write_plugin(hub, i, &out);
        any = true;
    }
    sentio_write_text(&out, "],\"timestamp\":\"");
    sentio_write_time(&out, hub_time(hub));
    sentio_write_text(&out, "\"}");
    admin_api_respond(hub, question, &out);
}
