/* SPDX-License-Identifier: MIT */
#include "subscription_describe.h"

#include "subscription_internal.h"

static void write_symbols(const struct wants *wants, size_t most, struct sentio_writer *out) {
    if (wants->all)
        sentio_write_text(out, "\"*\"");
    for (size_t i = 0; !wants->all && i < wants->count && i < most; i++) {
        sentio_write_text(out, i ? "," : "");
        sentio_write_string(out, topic_name(wants->topics[i]));
    }
}

static void write_texts(const struct predicate *predicate, struct sentio_writer *out) {
    sentio_write_text(out, "[");
    for (uint32_t i = 0; i < predicate->count; i++) {
        sentio_write_text(out, i ? "," : "");
        sentio_write_string(out, predicate->texts[i]);
    }
    sentio_write_text(out, "]");
}

/* As the client has named them. */
static void write_filters(const struct wants *wants, const struct channel *channel,
                          struct sentio_writer *out) {
    const struct sentio_plugin *plugin = channel_plugin(channel);
    const char *separator = "";
    for (uint32_t i = 0; wants->predicates && i < wants->predicates->count; i++) {
        const struct predicate *predicate = &wants->predicates->list[i];
        sentio_write_format(out, "%s\"%s\":", separator, plugin->filters[predicate->filter].field);
        separator = ",";
        if (predicate->kind == SENTIO_ONE_OF)
            write_texts(predicate, out);
        else
            sentio_write_number(out, predicate->number, 15);
    }
    if (wants->has_interval)
        sentio_write_format(out, "%s\"interval\":\"%ums\"", separator, wants->interval);
}

bool subscription_describe(const struct hub *hub, uint64_t conn, size_t most,
                           struct sentio_writer *out) {
    const struct subscription *subscription = subscription_find(hub, conn);
    if (subscription == NULL || !subscription->accepted)
        return false;
    const struct wants *wants = &subscription->wants;
    sentio_write_text(out, "{\"name\":");
    sentio_write_string(out, sentio_text(subscription->channel->stream->name));
    sentio_write_format(out, ",\"topics\":%zu,\"all\":%s,\"symbols\":[", wants->count,
                        wants->all ? "true" : "false");
    write_symbols(wants, most, out);
    sentio_write_text(out, "],\"filters\":{");
    write_filters(wants, subscription->channel, out);
    sentio_write_text(out, "}}");
    return true;
}
