/* SPDX-License-Identifier: MIT */
#include "subscription.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "io.h"
#include "log.h"
#include "wants.h"

/* A command that the plugin is answering: what the subscription would be once it is accepted. */
struct pending_command {
    struct command_message *message; /* owned */
    struct wants wants;
    int64_t since; /* Unix ms */
    bool called;   /* the callback has returned; until then it is not overdue */
};

/* One connection's interest in one channel, as the hub has it. */
struct subscription {
    uint64_t conn;
    struct channel *channel;
    struct member *member;
    uint32_t io;
    uint32_t roles;
    bool accepted;
    bool named;
    struct wants wants;
    struct pending_command *pending; /* NULL: none */
    struct message *first_later;     /* commands that came meanwhile, in order */
    struct message *last_later;
    struct subscription *next_waiting; /* of hub->waiting */
    struct user *user;                 /* NULL: nobody */
};

/* A user of a channel, as long as one of its subscriptions is there. */
struct user {
    size_t subscriptions;
    size_t accepted;
    char name[];
};

static bool has_name(const void *value, const void *key) {
    return sentio_is(*(const struct sentio_bytes *)key, ((const struct user *)value)->name);
}

static struct user *user_obtain(struct channel *channel, struct sentio_bytes name) {
    uint64_t hash = table_hash(&channel->users, name);
    struct user *user = table_find(&channel->users, hash, has_name, &name);
    if (user == NULL) {
        user = calloc(1, sizeof(*user) + name.size + 1);
        if (user == NULL)
            return NULL;
        memcpy(user->name, name.data, name.size);
        if (table_insert(&channel->users, hash, user) != 0) {
            free(user);
            return NULL;
        }
    }
    user->subscriptions++;
    return user;
}

static void user_release(struct channel *channel, struct user *user) {
    if (user == NULL || --user->subscriptions > 0)
        return;
    table_remove(&channel->users, table_hash(&channel->users, sentio_text(user->name)), user);
    free(user);
}

static bool has_conn(const void *value, const void *key) {
    return ((const struct subscription *)value)->conn == *(const uint64_t *)key;
}

static struct subscription *find(struct hub *hub, uint64_t conn) {
    return table_find(&hub->subscriptions, table_hash_number(conn), has_conn, &conn);
}

static struct subscription *create(struct hub *hub, const struct command_message *message) {
    struct subscription *subscription = calloc(1, sizeof(*subscription));
    if (subscription == NULL)
        return NULL;
    subscription->conn = message->conn;
    subscription->channel = hub->channels[message->channel];
    subscription->member = message->member;
    subscription->io = message->io;
    subscription->named = message->named;
    if (table_insert(&hub->subscriptions, table_hash_number(message->conn), subscription) == 0)
        return subscription;
    free(subscription);
    return NULL;
}

static const char *named_channel(const struct subscription *subscription) {
    return subscription->named ? subscription->channel->stream->name : NULL;
}

static void send_error(struct subscription *subscription, struct sentio_bytes id,
                       struct sentio_bytes code, struct sentio_bytes message) {
    char space[1024];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    envelope_error(&out, io_time(), named_channel(subscription), id, code, message);
    hub_send(subscription->channel->hub, subscription->io,
             text_message_create(subscription->member, true, sentio_written(&out)));
    sentio_writer_finish(&out);
}

static void unlink_waiting(struct subscription *subscription) {
    struct subscription **link = &subscription->channel->hub->waiting;
    while (*link != NULL && *link != subscription)
        link = &(*link)->next_waiting;
    if (*link != NULL)
        *link = subscription->next_waiting;
}

static void end_pending(struct subscription *subscription) {
    struct pending_command *pending = subscription->pending;
    if (pending == NULL)
        return;
    subscription->pending = NULL;
    unlink_waiting(subscription);
    wants_finish(&pending->wants);
    message_destroy(&pending->message->head);
    free(pending);
}

/* The state of the subscription, to its io thread: with the "ok" when the client asked for one, and
 * the latest of what it did not have before. */
static void send_joined(struct subscription *subscription, const struct wants *before,
                        struct sentio_bytes id) {
    struct channel *channel = subscription->channel;
    struct log_items items = {0};
    struct sentio_writer ok;
    struct interest *interest = NULL;
    int error = wants_interest(&subscription->wants, channel, subscription->named, &interest);
    sentio_writer_init(&ok, NULL, 0);
    if (id.size)
        wants_write_ok(&subscription->wants, channel, subscription->named, id, &ok);
    if (wants_snapshot(&subscription->wants, before, channel, &items) != 0 || ok.failed || error) {
        send_error(subscription, id, sentio_text("no_memory"),
                   sentio_text("the host is out of memory"));
        interest_unref(interest);
    } else {
        struct joined_message *message =
            joined_message_create(sentio_written(&ok), items.items, (uint32_t)items.count);
        if (message == NULL)
            interest_unref(interest);
        if (message != NULL) {
            message->member = subscription->member;
            message->interest = interest;
            message->offset = channel->engine.offset;
            message->time = channel_time(channel);
        }
        hub_send(channel->hub, subscription->io, message ? &message->head : NULL);
    }
    sentio_writer_finish(&ok);
    log_items_finish(&items);
}

static void count_subscriber(struct subscription *subscription) {
    if (subscription->accepted)
        return;
    subscription->accepted = true;
    if (subscription->user)
        subscription->user->accepted++;
    subscription->channel->subscribers++;
    subscription->channel->io_subscribers[subscription->io]++;
}

static void accepted(struct subscription *subscription) {
    struct pending_command *pending = subscription->pending;
    struct wants before = subscription->wants;
    if (pending->message->what == COMMAND_SUBSCRIBE || pending->wants.all ||
        pending->wants.count > 0)
        count_subscriber(subscription);
    subscription->wants = pending->wants;
    memset(&pending->wants, 0, sizeof(pending->wants));
    send_joined(subscription, &before, pending->message->id);
    wants_finish(&before);
    end_pending(subscription);
}

static void refuse(struct subscription *subscription, uint32_t close_code, struct sentio_bytes code,
                   struct sentio_bytes text) {
    struct pending_command *pending = subscription->pending;
    if (close_code)
        hub_send(subscription->channel->hub, subscription->io,
                 close_message_create(subscription->member, close_code, text));
    else
        send_error(subscription, pending->message->id, code, text);
    end_pending(subscription);
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
        return;
    }
    struct wants before = {0};
    if (!subscription->accepted || wants_copy(&before, &subscription->wants) != 0)
        return;
    int error = wants_change(&subscription->wants, channel, join, effect->a);
    if (subscription->wants.count > (size_t)channel->hub->host->config->limits.topics) {
        wants_change(&subscription->wants, channel, false, effect->a);
        log_warning(channel->label, "plugin fault: a join over limits.topics is dropped");
    } else if (error == 0) {
        send_joined(subscription, &before, sentio_text(""));
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
    else if (pending->wants.count > limit)
        refuse_text(subscription, "too_many_topics",
                    "that is more than limits.topics allows in one subscription");
    else
        accepted(subscription);
}

static void say(struct subscription *subscription, const struct effect *effect) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    envelope_message(&out, channel_time(subscription->channel), named_channel(subscription),
                     effect->a, effect->b);
    hub_send(subscription->channel->hub, subscription->io,
             text_message_create(subscription->member, false, sentio_written(&out)));
    sentio_writer_finish(&out);
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
    struct subscription *subscription = find(channel->hub, effect->id);
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
            hub_resume_later(channel, subscription->conn);
        return;
    case EFFECT_SEND:
        say(subscription, effect);
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
    struct subscription *subscription = find(hub, conn);
    if (subscription != NULL)
        start_later(subscription);
}

/* limits.per_user: accepted subscriptions of one user on one channel; "anonymous" is not one. */
static bool too_many_of_user(struct subscription *subscription) {
    size_t limit = (size_t)subscription->channel->hub->host->config->limits.per_user;
    return limit > 0 && !subscription->accepted && subscription->user != NULL &&
           strcmp(subscription->user->name, "anonymous") != 0 &&
           subscription->user->accepted >= limit;
}

/* Filters and interval of a subscribe. */
static bool read_options(struct subscription *subscription, const struct sentio_json *request) {
    struct wants *wants = &subscription->pending->wants;
    char why[256] = "the host is out of memory";
    if (wants_read(wants, subscription->channel, request, why, sizeof(why)) == 0)
        return true;
    refuse_text(subscription, "invalid_field", why);
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
                .roles = subscription->roles},
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
    const struct asker asker = {.id = subscription->conn};
    channel_call(subscription->channel, &call, &asker);
}

void subscription_called(struct hub *hub, uint64_t conn, enum call_kind kind,
                         const struct result *result) {
    struct subscription *subscription = find(hub, conn);
    if (subscription == NULL || subscription->pending == NULL)
        return;
    if (result->outcome == OUTCOME_LACKING && kind == CALL_MESSAGE)
        refuse_text(subscription, "unknown_action", "there is no such action on this channel");
    else if (result->outcome == OUTCOME_LACKING)
        refuse_text(subscription, "not_supported", "this channel takes no subscribers");
    else if (result->outcome == OUTCOME_NOT_RUNNING)
        refuse_text(subscription, "not_running", "the channel's plugin is not running");
    else if (result->code != 0)
        refuse_text(subscription, "failed", "the channel's plugin failed");
    else
        subscription->pending->called = true;
    if (subscription->pending == NULL && subscription->first_later != NULL)
        hub_resume_later(subscription->channel, conn);
}

static bool begin_pending(struct subscription *subscription, struct command_message *message) {
    struct pending_command *pending = calloc(1, sizeof(*pending));
    if (pending == NULL || wants_copy(&pending->wants, &subscription->wants) != 0) {
        free(pending);
        send_error(subscription, message->id, sentio_text("no_memory"),
                   sentio_text("the host is out of memory"));
        message_destroy(&message->head);
        return false;
    }
    pending->message = message;
    pending->since = io_time();
    subscription->pending = pending;
    subscription->next_waiting = subscription->channel->hub->waiting;
    subscription->channel->hub->waiting = subscription;
    return true;
}

static void start(struct subscription *subscription, struct command_message *message) {
    struct sentio_json request;
    if (!begin_pending(subscription, message))
        return;
    sentio_json_parse(message->request, &request, NULL);
    subscription->roles = message->roles;
    if (subscription->user == NULL && message->user.size)
        subscription->user = user_obtain(subscription->channel, message->user);
    if (message->what == COMMAND_UNSUBSCRIBE && !subscription->accepted)
        refuse_text(subscription, "not_subscribed", "there is nothing to unsubscribe from");
    else if (message->what == COMMAND_SUBSCRIBE && too_many_of_user(subscription))
        refuse(subscription, 1008, sentio_text("too_many_connections"),
               sentio_text("too many connections of this user"));
    else if (message->what != COMMAND_SUBSCRIBE || read_options(subscription, &request))
        call_plugin(subscription, &request);
}

void subscription_command(struct hub *hub, struct command_message *message) {
    struct subscription *subscription = find(hub, message->conn);
    if (subscription == NULL)
        subscription = create(hub, message);
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

static void destroy(struct subscription *subscription) {
    end_pending(subscription);
    while (subscription->first_later != NULL) {
        struct message *message = subscription->first_later;
        subscription->first_later = message->next;
        message_destroy(message);
    }
    wants_finish(&subscription->wants);
    if (subscription->user)
        subscription->user->accepted -= subscription->accepted;
    user_release(subscription->channel, subscription->user);
    free(subscription);
}

void subscription_left(struct hub *hub, const struct left_message *message) {
    struct subscription *subscription = find(hub, message->conn);
    if (subscription != NULL) {
        struct channel *channel = subscription->channel;
        bool accepted = subscription->accepted;
        table_remove(&hub->subscriptions, table_hash_number(message->conn), subscription);
        channel->subscribers -= accepted;
        channel->io_subscribers[subscription->io] -= accepted;
        destroy(subscription);
        struct call call = {.kind = CALL_LEFT, .number = message->conn};
        if (accepted)
            channel_call(channel, &call, NULL);
    }
    hub_send(hub, message->io, gone_message_create(message->member));
}

void subscription_tick(struct hub *hub) {
    int64_t due = io_time() - hub->host->config->plugins.answer;
    struct subscription *subscription = hub->waiting;
    while (subscription != NULL) {
        struct subscription *next = subscription->next_waiting;
        if (subscription->pending->called && subscription->pending->since <= due) {
            log_warning(subscription->channel->label, "plugin fault: no answer to \"%.*s\"",
                        (int)subscription->pending->message->action.size,
                        subscription->pending->message->action.data);
            refuse_text(subscription, "timeout", "the channel did not answer in time");
            if (subscription->first_later != NULL)
                hub_resume_later(subscription->channel, subscription->conn);
        }
        subscription = next;
    }
}

void subscription_destroy_all(struct hub *hub) {
    for (size_t i = 0; i < hub->subscriptions.capacity; i++)
        if (hub->subscriptions.slots[i].value)
            destroy(hub->subscriptions.slots[i].value);
    table_finish(&hub->subscriptions);
}
