/* SPDX-License-Identifier: MIT */
#include "subscription.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/job.h"
#include "presence/presence.h"
#include "subscription_internal.h"
#include "trace/trace.h"

static void count_subscriber(struct subscription *subscription) {
    if (subscription->accepted)
        return;
    subscription->accepted = true;
    subscription_count_user(subscription);
    subscription->channel->subscribers++;
    subscription->channel->io_subscribers[subscription->io]++;
    trace_joined(subscription);
}

/* For a plugin that begins anew. Without memory it is presented with a bare subscribe. */
static void remember(struct subscription *subscription, const struct command_message *message) {
    struct table *phrases = &subscription->channel->phrases;
    struct phrase *phrase = phrase_obtain(phrases, message->request);
    phrase_release(phrases, subscription->request);
    subscription->request = phrase;
    subscription->roles = message->roles;
}

static void accepted(struct subscription *subscription) {
    struct pending_command *pending = subscription->pending;
    struct wants before = subscription->wants;
    subscription->sent = pending->message->sent;
    trace_accepted(subscription, pending->message);
    if (pending->message->what == COMMAND_SUBSCRIBE || pending->wants.all ||
        pending->wants.count > 0)
        count_subscriber(subscription);
    subscription->wants = pending->wants;
    memset(&pending->wants, 0, sizeof(pending->wants));
    if (pending->message->what == COMMAND_SUBSCRIBE)
        remember(subscription, pending->message);
    subscription_tell(subscription, &before, pending->message->id, &pending->recovery);
    presence_moved(subscription, &before, hub_time(subscription->channel->hub));
    wants_finish(&before);
    subscription_end_pending(subscription);
}

static void refuse(struct subscription *subscription, uint32_t close_code, struct sentio_bytes code,
                   struct sentio_bytes text) {
    struct pending_command *pending = subscription->pending;
    trace_refused(subscription, code, text);
    if (close_code)
        hub_send(subscription->channel->hub, subscription->io,
                 close_message_create(subscription->member, close_code, text));
    else
        subscription_error(subscription, pending->message->id, code, text);
    subscription_end_pending(subscription);
}

static void refuse_text(struct subscription *subscription, const char *code, const char *text) {
    refuse(subscription, 0, sentio_text(code), sentio_text(text));
}

/* Outside a command that is being answered, a plugin changes a subscription at once. */
static void change(struct subscription *subscription, const struct effect *effect) {
    struct channel *channel = subscription->channel;
    bool join = effect->kind == EFFECT_JOIN;
    struct pending_command *pending = subscription->pending;
    if (pending != NULL) {
        wants_change(&pending->wants, channel, join, effect->a);
        if (recovery_change(&pending->recovery, channel, join, effect->a) != 0)
            pending->wants.failed = true;
        return;
    }
    struct wants before = {0};
    if (!subscription->accepted || wants_copy(&before, &subscription->wants) != 0)
        return;
    int error = wants_change(&subscription->wants, channel, join, effect->a);
    size_t limit = (size_t)channel->hub->host->config->limits.topics;
    /* A reload may have lowered the limit: what there was before stays. */
    if (subscription->wants.count > limit && subscription->wants.count > before.count) {
        wants_change(&subscription->wants, channel, false, effect->a);
        log_warning(channel->label, "plugin fault: a join over limits.topics is dropped");
    } else if (error == 0) {
        subscription_tell(subscription, &before, sentio_text(""), NULL);
        presence_moved(subscription, &before, hub_time(subscription->channel->hub));
    }
    wants_finish(&before);
}

static void answer(struct subscription *subscription, const struct effect *effect) {
    size_t limit = (size_t)subscription->channel->hub->host->config->limits.topics;
    struct pending_command *pending = subscription->pending;
    if (pending == NULL)
        return;
    if (effect->kind == EFFECT_REFUSE)
        refuse(subscription, (uint32_t)effect->number, effect->a, effect->b);
    else if (pending->wants.failed)
        refuse_text(subscription, "no_memory", "the host is out of memory");
    else if (pending->wants.count > limit && pending->wants.count > subscription->wants.count)
        refuse_text(subscription, "too_many_topics",
                    "that is more than limits.topics allows in one subscription");
    else if (acknowledgement_accept(subscription, &pending->acknowledging) != 0)
        refuse_text(subscription, "no_memory", "the host is out of memory");
    else
        accepted(subscription);
}

static void start(struct subscription *subscription, struct command_message *message);

static void start_later(struct subscription *subscription) {
    while (subscription->pending == NULL && subscription->first_later != NULL) {
        struct message *message = subscription->first_later;
        subscription->first_later = message->next;
        if (subscription->first_later == NULL)
            subscription->last_later = NULL;
        start(subscription, (struct command_message *)message);
    }
}

void subscription_effect(struct channel *channel, const struct effect *effect) {
    struct subscription *subscription = subscription_find(channel->hub, effect->id);
    if (subscription == NULL || subscription->channel != channel)
        return;
    switch (effect->kind) {
    case EFFECT_JOIN:
    case EFFECT_LEAVE:
        change(subscription, effect);
        return;
    case EFFECT_ACCEPT:
    case EFFECT_REFUSE:
        answer(subscription, effect);
        if (subscription->pending == NULL && subscription->first_later != NULL)
            job_resume(channel, subscription->conn);
        return;
    case EFFECT_SEND:
        subscription_say(subscription, effect);
        return;
    case EFFECT_CLOSE:
        hub_send(channel->hub, subscription->io,
                 close_message_create(subscription->member, (uint32_t)effect->number, effect->b));
        return;
    default:
        return;
    }
}

void subscription_resume(struct hub *hub, uint64_t conn) {
    struct subscription *subscription = subscription_find(hub, conn);
    if (subscription != NULL)
        start_later(subscription);
}

/* limits.per_user: subscriptions of one user on one channel, also those that a plugin has yet to
 * answer; "anonymous" is not one. */
static bool too_many_of_user(struct subscription *subscription) {
    size_t limit = (size_t)subscription->channel->hub->host->config->limits.per_user;
    return limit > 0 && !subscription->counted && subscription->user != NULL &&
           strcmp(subscription->user->name, "anonymous") != 0 &&
           subscription->user->counted >= limit;
}

/* Filters and interval of a subscribe, and what it asks for of the past. */
static bool read_options(struct subscription *subscription, const struct sentio_json *request) {
    struct pending_command *pending = subscription->pending;
    const struct channel *channel = subscription->channel;
    char why[256] = "the host is out of memory";
    int error = wants_read(&pending->wants, channel, request, why, sizeof(why));
    if (!error)
        error = recovery_read(&pending->recovery, channel, request, why, sizeof(why));
    if (error)
        refuse_text(subscription, error == SENTIO_DENIED ? "presence_off" : "invalid_field", why);
    return error == 0;
}

static bool read_acknowledging(struct subscription *subscription,
                               const struct sentio_json *request) {
    const char *code;
    const char *why;
    if (acknowledgement_read(subscription, request, &subscription->pending->acknowledging, &code,
                             &why))
        return true;
    refuse_text(subscription, code, why);
    return false;
}

static void call_plugin(struct subscription *subscription, const struct sentio_json *request) {
    static const enum call_kind kinds[] = {
        [COMMAND_SUBSCRIBE] = CALL_SUBSCRIBE,
        [COMMAND_UNSUBSCRIBE] = CALL_UNSUBSCRIBE,
        [COMMAND_OTHER] = CALL_MESSAGE,
    };
    const struct command_message *message = subscription->pending->message;
    struct sentio_subscriber subscriber = {
        .conn = subscription->conn,
        .who = {.user = sentio_text(subscription->user ? subscription->user->name : NULL),
                .roles = message->roles},
        .all = subscription->wants.all,
        .subscribed = subscription->accepted,
        .topics = subscription->wants.count,
    };
    struct call call = {
        .kind = kinds[message->what],
        .subscriber = &subscriber,
        .name = message->action,
        .text = request->text,
    };
    const struct asker asker = {
        .id = subscription->conn,
        .first = call.kind == CALL_SUBSCRIBE && !subscription->accepted,
    };
    channel_call(subscription->channel, &call, &asker);
}

/* Its connection went while the plugin was being asked, in a worker: the plugin has accepted what
 * is not there any more. */
static void tell_left(struct channel *channel, uint64_t conn, const struct result *result) {
    const struct effect *accept = effects_find(result->effects, EFFECT_ACCEPT);
    struct call call = {.kind = CALL_LEFT, .number = conn};
    if (result->outcome == OUTCOME_RETURNED && result->code == 0 && accept && accept->id == conn)
        channel_call(channel, &call, NULL);
}

void subscription_called(struct channel *channel, const struct asker *asker, enum call_kind kind,
                         const struct result *result) {
    struct subscription *subscription = subscription_find(channel->hub, asker->id);
    if (subscription == NULL && asker->first)
        tell_left(channel, asker->id, result);
    if (subscription == NULL || subscription->pending == NULL)
        return;
    if (result->outcome == OUTCOME_LACKING && kind == CALL_MESSAGE)
        refuse_text(subscription, "unknown_action", "there is no such action on this channel");
    else if (result->outcome == OUTCOME_LACKING)
        refuse_text(subscription, "not_supported", "this channel takes no subscribers");
    else if (result->outcome == OUTCOME_NOT_RUNNING)
        refuse_text(subscription, "not_running", "the channel's plugin is not running now");
    else if (result->outcome == OUTCOME_DIED || result->code != 0)
        refuse_text(subscription, "failed", "the channel's plugin failed");
    else
        subscription->pending->called = true;
    if (subscription->pending == NULL && subscription->first_later != NULL)
        job_resume(channel, subscription->conn);
}

static bool begin_pending(struct subscription *subscription, struct command_message *message) {
    struct pending_command *pending = calloc(1, sizeof(*pending));
    if (pending == NULL || wants_copy(&pending->wants, &subscription->wants) != 0) {
        free(pending);
        subscription_error(subscription, message->id, sentio_text("no_memory"),
                           sentio_text("the host is out of memory"));
        message_destroy(&message->head);
        return false;
    }
    pending->message = message;
    pending->since = hub_time(subscription->channel->hub);
    subscription->pending = pending;
    struct subscription **waiting = &subscription->channel->hub->waiting;
    subscription->next_waiting = *waiting;
    subscription->waiting_link = waiting;
    if (*waiting)
        (*waiting)->waiting_link = &subscription->next_waiting;
    *waiting = subscription;
    return true;
}

static void start(struct subscription *subscription, struct command_message *message) {
    struct sentio_json request;
    if (message->what == COMMAND_PRESENCE) {
        presence_answer(subscription, message);
        message_destroy(&message->head);
        return;
    }
    if (message->what == COMMAND_ACK) {
        acknowledgement_command(subscription, message);
        message_destroy(&message->head);
        return;
    }
    if (!begin_pending(subscription, message))
        return;
    sentio_json_parse(message->request, &request, NULL);
    if (subscription->user == NULL && message->user.size)
        subscription_identify(subscription, message->user);
    bool takes_place = message->what == COMMAND_SUBSCRIBE || subscription->accepted;
    if (message->what == COMMAND_UNSUBSCRIBE && !subscription->accepted) {
        refuse_text(subscription, "not_subscribed", "there is nothing to unsubscribe from");
        return;
    }
    if (takes_place && too_many_of_user(subscription)) {
        refuse(subscription, 1008, sentio_text("too_many_connections"),
               sentio_text(REASON_PER_USER));
        return;
    }
    if (takes_place)
        subscription_count_user(subscription);
    if (message->what != COMMAND_SUBSCRIBE ||
        (read_options(subscription, &request) && read_acknowledging(subscription, &request)))
        call_plugin(subscription, &request);
}

void subscription_command(struct hub *hub, struct command_message *message) {
    struct subscription *subscription = subscription_find(hub, message->conn);
    if (subscription == NULL && hub_channel(hub, message->channel) == NULL) {
        subscription_unknown(hub, message);
        message_destroy(&message->head);
        return;
    }
    if (subscription == NULL)
        subscription = subscription_create(hub, message);
    if (subscription == NULL) {
        log_error("hub", "out of memory: a subscriber's message is lost");
        message_destroy(&message->head);
        return;
    }
    if (subscription->pending == NULL) {
        start(subscription, message);
        return;
    }
    message->head.next = NULL;
    if (subscription->last_later)
        subscription->last_later->next = &message->head;
    else
        subscription->first_later = &message->head;
    subscription->last_later = &message->head;
}

void subscription_left(struct hub *hub, const struct left_message *message) {
    struct subscription *subscription = subscription_find(hub, message->conn);
    if (subscription != NULL) {
        struct channel *channel = subscription->channel;
        bool accepted = subscription->accepted;
        acknowledgement_written(subscription, message->written);
        if (accepted)
            trace_left(subscription);
        subscription_destroy(subscription);
        struct call call = {.kind = CALL_LEFT, .number = message->conn};
        if (accepted)
            channel_call(channel, &call, NULL);
    }
    hub_send(hub, message->io, gone_message_create(message->member));
}

void subscription_lost(struct hub *hub, const struct lost_message *message) {
    struct subscription *subscription = subscription_find(hub, message->conn);
    if (subscription == NULL || !subscription->accepted)
        return;
    subscription->sent = message->sent;
    subscription_tell_afresh(subscription);
}

void subscription_tick(struct hub *hub) {
    int64_t due = hub_time(hub) - hub->host->config->plugins.answer;
    struct subscription *subscription = hub->waiting;
    while (subscription != NULL) {
        struct subscription *next = subscription->next_waiting;
        if (subscription->pending->called && subscription->pending->since <= due) {
            log_warning(subscription->channel->label, "plugin fault: no answer to \"%.*s\"",
                        (int)subscription->pending->message->action.size,
                        subscription->pending->message->action.data);
            refuse_text(subscription, "timeout", "the channel did not answer in time");
            if (subscription->first_later != NULL)
                job_resume(subscription->channel, subscription->conn);
        }
        subscription = next;
    }
}
