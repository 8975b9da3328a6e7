/* SPDX-License-Identifier: MIT */
#include "frame/envelope.h"
#include "recovery_disk.h"
#include "subscription_internal.h"
#include "unacknowledged.h"

enum { GOING_AWAY = 1001, TRY_LATER = 1013 };

static const char *named_channel(const struct subscription *subscription) {
    return subscription->named ? subscription->channel->stream->name : NULL;
}

/* An error of the client's own is counted. */
static void send_error(const struct subscription *subscription, bool counted,
                       struct sentio_bytes id, struct sentio_bytes code,
                       struct sentio_bytes message) {
    char space[1024];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    envelope_error(&out, hub_time(subscription->channel->hub), named_channel(subscription), id,
                   code, message);
    hub_send(subscription->channel->hub, subscription->io,
             text_message_create(subscription->member, counted, sentio_written(&out)));
    sentio_writer_finish(&out);
}

void subscription_error(const struct subscription *subscription, struct sentio_bytes id,
                        struct sentio_bytes code, struct sentio_bytes message) {
    send_error(subscription, true, id, code, message);
}

void subscription_warn(const struct subscription *subscription, const char *code,
                       const char *message) {
    send_error(subscription, false, sentio_text(""), sentio_text(code), sentio_text(message));
}

void subscription_unknown(struct hub *hub, const struct command_message *message) {
    char space[1024];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    envelope_error(&out, hub_time(hub), NULL, message->id, sentio_text("unknown_channel"),
                   sentio_text("there is no such channel; GET /api/v1/channels lists them"));
    hub_send(hub, message->io, text_message_create(message->member, true, sentio_written(&out)));
    sentio_writer_finish(&out);
}

/* What its io thread is to know of it now. */
static void send_joined(const struct subscription *subscription, struct interest *interest,
                        struct sentio_bytes text, const struct past *past, bool afresh) {
    struct channel *channel = subscription->channel;
    struct sentio_writer end;
    sentio_writer_init(&end, NULL, 0);
    if (past->ends && !past->more)
        recovery_write_end(&end, channel, subscription->named, past->recovered,
                           channel->engine.offset);
    const struct joined_parts parts = {
        .text = text,
        .end = sentio_written(&end),
        .snapshot = past->snapshot.items,
        .snapshot_count = past->snapshot.count,
        .replay = past->replay.items,
        .replay_count = past->replay.count,
    };
    struct joined_message *message = end.failed ? NULL : joined_message_create(&parts);
    sentio_writer_finish(&end);
    if (message == NULL)
        interest_unref(interest);
    if (message != NULL) {
        message->member = subscription->member;
        message->interest = interest;
        message->offset = channel->engine.offset;
        message->time = channel_time(channel);
        message->since = past->since;
        message->more = past->more;
        message->reading = past->reading;
        message->afresh = afresh;
        message->receipt = acknowledgement_receipt(subscription);
    }
    hub_send(channel->hub, subscription->io, message ? &message->head : NULL);
}

static int find_past(struct subscription *subscription, const struct wants *before,
                     const struct recovery *recovery, struct past *past) {
    struct channel *channel = subscription->channel;
    const struct wants *wants = &subscription->wants;
    past->more = unacknowledged_wanted(subscription, before, recovery);
    if (past->more)
        return 0;
    if (recovery && recovery_asked(recovery))
        return recovery_collect(recovery, wants, before, channel, past);
    return wants_snapshot(wants, before, channel, &past->snapshot);
}

void subscription_tell(struct subscription *subscription, const struct wants *before,
                       struct sentio_bytes id, const struct recovery *recovery) {
    struct channel *channel = subscription->channel;
    struct past past = {.more = false};
    struct sentio_writer ok;
    struct interest *interest = NULL;
    int error = wants_interest(&subscription->wants, channel, subscription->named, &interest);
    sentio_writer_init(&ok, NULL, 0);
    if (id.size)
        wants_write_ok(&subscription->wants, channel, subscription->named, id, &ok);
    if (find_past(subscription, before, recovery, &past) != 0 || ok.failed || error) {
        subscription_error(subscription, id, sentio_text("no_memory"),
                           sentio_text("the host is out of memory"));
        interest_unref(interest);
    } else {
        if (interest == NULL)
            readings_drop(subscription);
        if (past.more)
            past.reading = recovery_disk_number(subscription);
        send_joined(subscription, interest, sentio_written(&ok), &past, false);
        bool unacknowledged = unacknowledged_wanted(subscription, before, recovery);
        if (past.more && !unacknowledged)
            recovery_disk_begin(subscription, recovery, past.reading);
        unacknowledged_joined(subscription, before, recovery);
    }
    sentio_writer_finish(&ok);
    past_finish(&past);
}

void subscription_tell_afresh(struct subscription *subscription) {
    static const struct wants nothing = {.count = 0};
    struct channel *channel = subscription->channel;
    readings_drop(subscription);
    bool again = unacknowledged_wanted(subscription, &nothing, NULL);
    struct past past = {.ends = !again, .more = again};
    struct interest *interest = NULL;
    if (!subscription->wants.all && subscription->wants.count == 0)
        return;
    if (wants_interest(&subscription->wants, channel, subscription->named, &interest) == 0 &&
        (again || wants_snapshot(&subscription->wants, &nothing, channel, &past.snapshot) == 0)) {
        if (again)
            past.reading = recovery_disk_number(subscription);
        send_joined(subscription, interest, sentio_text(""), &past, true);
        if (again)
            unacknowledged_begin(subscription, subscription->sent, NULL);
    } else {
        interest_unref(interest);
        hub_send(channel->hub, subscription->io,
                 close_message_create(subscription->member, TRY_LATER,
                                      sentio_text("the host is out of memory")));
    }
    past_finish(&past);
}

void subscription_say(struct subscription *subscription, const struct effect *effect) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    envelope_message(&out, channel_time(subscription->channel), named_channel(subscription),
                     effect->a, effect->b);
    hub_send(subscription->channel->hub, subscription->io,
             text_message_create(subscription->member, false, sentio_written(&out)));
    sentio_writer_finish(&out);
}

static void send_nothing_joined(const struct subscription *subscription) {
    struct channel *channel = subscription->channel;
    static const struct joined_parts nothing = {.snapshot_count = 0};
    struct joined_message *message = joined_message_create(&nothing);
    if (message != NULL) {
        message->member = subscription->member;
        message->offset = channel->engine.offset;
        message->time = channel_time(channel);
    }
    hub_send(channel->hub, subscription->io, message ? &message->head : NULL);
}

void subscription_end_unavailable(struct subscription *subscription, const char *why) {
    wants_finish(&subscription->wants);
    readings_drop(subscription);
    send_nothing_joined(subscription);
    subscription_warn(subscription, "unavailable", why);
}

static void send_removed(const struct subscription *subscription, struct sentio_bytes id) {
    send_error(subscription, false, id, sentio_text("channel_removed"),
               sentio_text("the channel was removed"));
}

void subscription_say_removed(const struct subscription *subscription) {
    const struct message *later = subscription->first_later;
    if (!subscription->named) {
        hub_send(subscription->channel->hub, subscription->io,
                 close_message_create(subscription->member, GOING_AWAY,
                                      sentio_text("the channel was removed")));
        return;
    }
    if (subscription->accepted) {
        send_nothing_joined(subscription);
        send_removed(subscription, sentio_text(""));
    }
    if (subscription->pending)
        send_removed(subscription, subscription->pending->message->id);
    for (; later != NULL; later = later->next)
        send_removed(subscription, ((const struct command_message *)later)->id);
}
