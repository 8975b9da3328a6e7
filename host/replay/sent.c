/* SPDX-License-Identifier: MIT */
#include "sent.h"

#include <stdlib.h>
#include <string.h>

#include "hub/hub.h"
#include "subscription/subscription_internal.h"

enum { CHANNEL_BITS = 16 };

struct member *sent_member(uint64_t conn) {
    return (struct member *)(uintptr_t)conn;
}

struct request *sent_request(uint64_t entry, uint32_t channel) {
    return (struct request *)(uintptr_t)(entry << CHANNEL_BITS | channel);
}

static const char *name_of(const struct channel *channel) {
    return channel ? channel->config->name : "-";
}

static const char *channel_of_member(const struct hub *hub, const struct member *member) {
    const struct subscription *subscription = subscription_find(hub, (uintptr_t)member);
    return subscription ? name_of(subscription->channel) : "-";
}

static const char *channel_of_request(const struct hub *hub, const struct request *request) {
    return name_of(hub_channel(hub, (uintptr_t)request & ((1u << CHANNEL_BITS) - 1)));
}

static void begin(struct sentio_writer *out, const struct hub *hub, const char *channel,
                  const char *what) {
    sentio_write_time(out, hub_time(hub));
    sentio_write_format(out, " %s %s ", channel, what);
}

/* A line stays one. */
static void end(struct sentio_writer *out, struct sentio_bytes text) {
    sentio_write_text(out, " ");
    size_t start = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != '\n' && text.data[i] != '\r')
            continue;
        sentio_write(out, sentio_bytes(text.data + start, i - start));
        sentio_write_text(out, text.data[i] == '\n' ? "\\n" : "\\r");
        start = i + 1;
    }
    sentio_write(out, sentio_bytes(text.data + start, text.size - start));
    sentio_write_text(out, "\n");
}

static int compare_names(const void *a, const void *b) {
    struct sentio_bytes one = topic_name(*(struct topic *const *)a);
    struct sentio_bytes two = topic_name(*(struct topic *const *)b);
    int order = memcmp(one.data, two.data, one.size < two.size ? one.size : two.size);
    return order ? order : (one.size > two.size) - (one.size < two.size);
}

static void write_topics(struct sentio_writer *out, const struct interest *interest) {
    struct topic **sorted = malloc((interest->topic_count + 1) * sizeof(struct topic *));
    if (sorted == NULL) {
        out->failed = true;
        return;
    }
    for (uint32_t i = 0; i < interest->topic_count; i++)
        sorted[i] = interest->topics[i];
    qsort(sorted, interest->topic_count, sizeof(*sorted), compare_names);
    for (uint32_t i = 0; i < interest->topic_count; i++) {
        sentio_write_text(out, i ? "," : "");
        sentio_write(out, topic_name(sorted[i]));
    }
    free(sorted);
}

static void write_interest(struct sentio_writer *out, const struct interest *interest) {
    if (interest == NULL) {
        sentio_write_text(out, "nothing");
        return;
    }
    if (interest->all)
        sentio_write_text(out, "*");
    else
        write_topics(out, interest);
    if (interest->named)
        sentio_write_text(out, " named");
    if (interest->interval)
        sentio_write_format(out, " interval=%u", interest->interval);
    if (interest->predicates.count)
        sentio_write_format(out, " filters=%u", interest->predicates.count);
}

static void write_offsets(struct sentio_writer *out, const char *name, struct item *const *items,
                          uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        sentio_write_format(out, "%s%llu", i ? "," : name, (unsigned long long)items[i]->offset);
}

static void write_joined(struct sentio_writer *out, const struct joined_message *joined) {
    sentio_write_format(out, "%llu at %llu ", (unsigned long long)(uintptr_t)joined->member,
                        (unsigned long long)joined->offset);
    write_interest(out, joined->interest);
    write_offsets(out, " replay=", joined->replay, joined->replay_count);
    write_offsets(out, " snapshot=", joined->snapshot, joined->snapshot_count);
    if (joined->more)
        sentio_write_text(out, " more");
    if (joined->afresh)
        sentio_write_text(out, " afresh");
    if (joined->end.size > 0) {
        sentio_write_text(out, " ");
        sentio_write(out, joined->end);
    }
    end(out, joined->text);
}

static bool wanted(const char *channel, const char *name) {
    return channel == NULL || strcmp(channel, name) == 0;
}

static void write_to_member(struct sentio_writer *out, const struct hub *hub,
                            const struct message *message, const char *name) {
    const struct text_message *text = (const struct text_message *)message;
    const struct close_message *closing = (const struct close_message *)message;
    if (message->kind == MESSAGE_JOINED || message->kind == MESSAGE_REPLAY) {
        begin(out, hub, name, message->kind == MESSAGE_JOINED ? "joined" : "replay");
        write_joined(out, (const struct joined_message *)message);
    } else if (message->kind == MESSAGE_TEXT) {
        begin(out, hub, name, text->error ? "error" : "text");
        sentio_write_format(out, "%llu", (unsigned long long)(uintptr_t)text->member);
        end(out, text->text);
    } else {
        begin(out, hub, name, "close");
        sentio_write_format(out, "%llu %u", (unsigned long long)(uintptr_t)closing->member,
                            closing->code);
        end(out, closing->reason);
    }
}

static void write_response(struct sentio_writer *out, const struct hub *hub,
                           const struct response_message *response, const char *name) {
    begin(out, hub, name, "response");
    sentio_write_format(out, "%llu %u",
                        (unsigned long long)((uintptr_t)response->request >> CHANNEL_BITS),
                        response->status);
    end(out, response->body);
}

static void write_notice(struct sentio_writer *out, const struct hub *hub,
                         const struct notice_message *notice, const char *channel) {
    for (size_t i = 0; i < notice->count; i++) {
        const char *name = channel_of_member(hub, notice->members[i]);
        if (!wanted(channel, name))
            continue;
        begin(out, hub, name, "notice");
        sentio_write_format(out, "%llu", (unsigned long long)(uintptr_t)notice->members[i]);
        end(out, notice->text);
    }
}

void sent_write(struct sentio_writer *out, const struct hub *hub, const struct message *message,
                const char *channel) {
    const char *name = NULL;
    if (message->kind == MESSAGE_JOINED || message->kind == MESSAGE_REPLAY)
        name = channel_of_member(hub, ((const struct joined_message *)message)->member);
    else if (message->kind == MESSAGE_TEXT)
        name = channel_of_member(hub, ((const struct text_message *)message)->member);
    else if (message->kind == MESSAGE_CLOSE)
        name = channel_of_member(hub, ((const struct close_message *)message)->member);
    if (message->kind == MESSAGE_NOTICE)
        write_notice(out, hub, (const struct notice_message *)message, channel);
    if (name != NULL && wanted(channel, name))
        write_to_member(out, hub, message, name);
    if (message->kind != MESSAGE_RESPONSE)
        return;
    const struct response_message *response = (const struct response_message *)message;
    name = channel_of_request(hub, response->request);
    if (wanted(channel, name))
        write_response(out, hub, response, name);
}

void sent_write_update(struct sentio_writer *out, const struct hub *hub,
                       const struct update *update, const char *channel) {
    if (!wanted(channel, update->stream->name))
        return;
    for (uint32_t i = 0; i < update->count; i++) {
        const struct item *item = update->items[i];
        begin(out, hub, update->stream->name, "update");
        sentio_write_format(out, "%llu ", (unsigned long long)item->offset);
        sentio_write(out, item->topic_name);
        if (item->type.size > 0) {
            sentio_write_text(out, " type=");
            sentio_write(out, item->type);
        }
        end(out, item->json);
    }
}
