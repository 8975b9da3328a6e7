/* SPDX-License-Identifier: MIT */
#include "recovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_since(struct recovery *recovery, const struct channel *channel,
                      const struct sentio_json *since) {
    struct sentio_field fields[] = {
        {.name = "epoch", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "offset", .types = SENTIO_JSON_NUMBER, .required = true},
    };
    char space[EPOCH_SIZE];
    struct sentio_bytes epoch;
    if (since->type != SENTIO_JSON_OBJECT || sentio_json_read(since, fields, 2, NULL) != 0 ||
        sentio_json_unsigned(&fields[1].value, &recovery->offset) != 0)
        return SENTIO_INVALID;
    /* One that does not fit is no epoch of this host's. */
    recovery->same_epoch =
        sentio_json_string(&fields[0].value, space, sizeof(space), &epoch) == 0 &&
        sentio_is(epoch, channel->stream->epoch);
    recovery->since = true;
    return 0;
}

static int read_history(struct recovery *recovery, const struct sentio_json *history) {
    uint64_t count = 0;
    if (sentio_json_unsigned(history, &count) != 0)
        return SENTIO_INVALID;
    recovery->count = (size_t)count;
    recovery->history = true;
    return 0;
}

int recovery_read(struct recovery *recovery, const struct channel *channel,
                  const struct sentio_json *request, char *why, size_t why_size) {
    struct sentio_field fields[] = {
        {.name = "since", .types = SENTIO_JSON_ANY},
        {.name = "history", .types = SENTIO_JSON_ANY},
    };
    if (sentio_json_read(request, fields, 2, NULL) != 0) {
        snprintf(why, why_size, "\"since\" and \"history\" may be given once");
        return SENTIO_INVALID;
    }
    const struct sentio_json *since = &fields[0].value;
    const struct sentio_json *history = &fields[1].value;
    if (since->type != SENTIO_JSON_ABSENT && read_since(recovery, channel, since) != 0) {
        snprintf(
            why, why_size,
            "\"since\" must be an object with \"epoch\", a string, and \"offset\", an integer");
        return SENTIO_INVALID;
    }
    if (history->type != SENTIO_JSON_ABSENT && read_history(recovery, history) != 0) {
        snprintf(why, why_size, "\"history\" must be an integer, the number of items");
        return SENTIO_INVALID;
    }
    return 0;
}

void recovery_finish(struct recovery *recovery) {
    wants_finish(&recovery->joined);
    memset(recovery, 0, sizeof(*recovery));
}

int recovery_change(struct recovery *recovery, struct channel *channel, bool join,
                    struct sentio_bytes topic) {
    if (!recovery_asked(recovery))
        return 0;
    return wants_change(&recovery->joined, channel, join, topic);
}

void past_finish(struct past *past) {
    log_items_finish(&past->replay);
    log_items_finish(&past->snapshot);
    memset(past, 0, sizeof(*past));
}

/* The topics that the subscribe names, whose items the replay has: with "*", which is for all. */
struct scope {
    struct topic **topics; /* NULL: all */
    size_t count;
    bool nothing;
};

static int scope_init(struct scope *scope, const struct recovery *recovery,
                      const struct channel *channel) {
    const struct wants *joined = &recovery->joined;
    struct topic *everyone = topic_find(&channel->topics, sentio_text("*"));
    *scope = (struct scope){.nothing = !joined->all && joined->count == 0};
    if (joined->all || scope->nothing)
        return 0;
    scope->topics = malloc((joined->count + 1) * sizeof(struct topic *));
    if (scope->topics == NULL)
        return SENTIO_NO_MEMORY;
    memcpy(scope->topics, joined->topics, joined->count * sizeof(struct topic *));
    scope->count = joined->count;
    if (everyone != NULL)
        scope->topics[scope->count++] = everyone;
    return 0;
}

/* The newest offset that history has dropped of all that. */
static uint64_t dropped(const struct scope *scope, const struct channel *channel) {
    uint64_t newest = topic_table_everyone_trimmed(&channel->topics);
    if (scope->nothing)
        return 0;
    if (scope->topics == NULL)
        return channel->log.trimmed;
    for (size_t i = 0; i < scope->count; i++)
        if (scope->topics[i]->trimmed > newest)
            newest = scope->topics[i]->trimmed;
    return newest;
}

bool recovery_goes_on(const struct recovery *recovery, const struct channel *channel) {
    return recovery->since && recovery->same_epoch && recovery->offset <= channel->engine.offset;
}

static int collect_since(const struct recovery *recovery, const struct scope *scope,
                         const struct wants *wants, const struct channel *channel,
                         struct past *past) {
    int error = 0;
    past->since = recovery->offset;
    past->recovered = true;
    if (!scope->nothing)
        error = log_memory_since(&channel->log, scope->topics, scope->count, recovery->offset,
                                 &past->replay);
    wants_choose(wants, &past->replay);
    log_items_sort(&past->replay);
    return error;
}

/* Of all topics the last are looked at alone: there may be very many. */
static int last_of_all(const struct recovery *recovery, const struct wants *wants,
                       const struct channel *channel, struct log_items *items) {
    int error = 0;
    for (const struct log_node *node = channel->log.history.newest;
         node && items->count < recovery->count && !error; node = node->older)
        if (!wants->predicates || predicates_pass(wants->predicates, node->item))
            error = log_items_add(items, &node->item, 1);
    return error;
}

static int find_last(const struct recovery *recovery, const struct scope *scope,
                     const struct wants *wants, const struct channel *channel,
                     struct log_items *items) {
    int error = 0;
    if (!scope->nothing && scope->topics)
        error = log_memory_since(&channel->log, scope->topics, scope->count, 0, items);
    else if (!scope->nothing)
        error = last_of_all(recovery, wants, channel, items);
    wants_choose(wants, items);
    log_items_sort(items);
    log_items_keep_last(items, recovery->count);
    return error;
}

int recovery_history(const struct recovery *recovery, const struct wants *wants,
                     struct channel *channel, struct log_items *items) {
    struct scope scope;
    log_memory_expire(&channel->log, channel_time(channel));
    int error = scope_init(&scope, recovery, channel);
    if (!error)
        error = find_last(recovery, &scope, wants, channel, items);
    free(scope.topics);
    return error;
}

static int collect_history(const struct recovery *recovery, const struct scope *scope,
                           const struct wants *wants, const struct channel *channel,
                           struct past *past) {
    past->since = channel->engine.offset;
    int error = find_last(recovery, scope, wants, channel, &past->replay);
    /* What is before it was not asked for, and is no gap. */
    if (past->replay.count > 0)
        past->since = past->replay.items[0]->offset - 1;
    return error;
}

int recovery_give_up(const struct recovery *recovery, const struct wants *wants,
                     struct channel *channel, struct past *past) {
    static const struct wants nothing = {.count = 0};
    struct wants named = recovery->joined;
    named.predicates = wants->predicates;
    past->ends = true;
    past->recovered = false;
    return wants_snapshot(&named, &nothing, channel, &past->snapshot);
}

int recovery_collect(const struct recovery *recovery, const struct wants *wants,
                     const struct wants *before, struct channel *channel, struct past *past) {
    struct scope scope;
    log_memory_expire(&channel->log, channel_time(channel));
    int error = scope_init(&scope, recovery, channel);
    past->ends = recovery->since;
    if (!error && recovery_goes_on(recovery, channel)) {
        bool reaches_back = dropped(&scope, channel) <= recovery->offset;
        past->more = !reaches_back && channel->disk != NULL;
        if (reaches_back)
            error = collect_since(recovery, &scope, wants, channel, past);
        if (reaches_back || past->more)
            goto done;
    }
    if (!error && recovery->history)
        error = collect_history(recovery, &scope, wants, channel, past);
    if (!error && recovery->since)
        error = recovery_give_up(recovery, wants, channel, past);
    else if (!error)
        error = wants_snapshot(wants, before, channel, &past->snapshot);
done:
    free(scope.topics);
    return error;
}

void recovery_write_end(struct sentio_writer *out, const struct channel *channel, bool named,
                        bool recovered, uint64_t offset) {
    sentio_write_text(out, "{\"type\":\"recovered\"");
    if (named)
        sentio_write_format(out, ",\"channel\":\"%s\"", channel->stream->name);
    sentio_write_format(out, ",\"recovered\":%s,\"offset\":%llu,\"epoch\":\"%s\",\"timestamp\":\"",
                        recovered ? "true" : "false", (unsigned long long)offset,
                        channel->stream->epoch);
    sentio_write_time(out, channel_time(channel));
    sentio_write_text(out, "\"}");
}
