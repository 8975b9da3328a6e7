/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "io/io.h"
#include "presence/presence.h"
#include "subscription_internal.h"

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

void subscription_identify(struct subscription *subscription, struct sentio_bytes user) {
    subscription->user = user_obtain(subscription->channel, user);
}

static void user_release(struct channel *channel, struct user *user) {
    if (user == NULL || --user->subscriptions > 0)
        return;
    table_remove(&channel->users, table_hash(&channel->users, sentio_text(user->name)), user);
    free(user);
}

void subscription_count_user(struct subscription *subscription) {
    if (subscription->counted || subscription->user == NULL)
        return;
    subscription->counted = true;
    subscription->user->counted++;
}

static void give_place_up(struct subscription *subscription) {
    if (subscription->counted)
        subscription->user->counted--;
    subscription->counted = false;
}

static bool has_conn(const void *value, const void *key) {
    return ((const struct subscription *)value)->conn == *(const uint64_t *)key;
}

struct subscription *subscription_find(const struct hub *hub, uint64_t conn) {
    return table_find(&hub->subscriptions, table_hash_number(conn), has_conn, &conn);
}

struct subscription *subscription_create(struct hub *hub, const struct command_message *message) {
    struct subscription *subscription = calloc(1, sizeof(*subscription));
    if (subscription == NULL)
        return NULL;
    subscription->conn = message->conn;
    subscription->client = message->client;
    subscription->channel = hub->channels[message->channel];
    subscription->member = message->member;
    subscription->io = message->io;
    subscription->named = message->named;
    if (table_insert(&hub->subscriptions, table_hash_number(message->conn), subscription) == 0)
        return subscription;
    free(subscription);
    return NULL;
}

static void unlink_waiting(struct subscription *subscription) {
    *subscription->waiting_link = subscription->next_waiting;
    if (subscription->next_waiting)
        subscription->next_waiting->waiting_link = subscription->waiting_link;
}

void subscription_end_pending(struct subscription *subscription) {
    struct pending_command *pending = subscription->pending;
    if (pending == NULL)
        return;
    subscription->pending = NULL;
    if (!subscription->accepted)
        give_place_up(subscription);
    unlink_waiting(subscription);
    wants_finish(&pending->wants);
    recovery_finish(&pending->recovery);
    message_destroy(&pending->message->head);
    free(pending);
}

static void release(struct subscription *subscription) {
    subscription_end_pending(subscription);
    presence_left(subscription, hub_time(subscription->channel->hub));
    while (subscription->first_later != NULL) {
        struct message *message = subscription->first_later;
        subscription->first_later = message->next;
        message_destroy(message);
    }
    wants_finish(&subscription->wants);
    give_place_up(subscription);
    user_release(subscription->channel, subscription->user);
    phrase_release(&subscription->channel->phrases, subscription->request);
    readings_drop(subscription);
    free(subscription->consumer);
    free(subscription);
}

void subscription_destroy(struct subscription *subscription) {
    struct channel *channel = subscription->channel;
    table_remove(&channel->hub->subscriptions, table_hash_number(subscription->conn), subscription);
    channel->subscribers -= subscription->accepted;
    channel->io_subscribers[subscription->io] -= subscription->accepted;
    release(subscription);
}

void subscription_destroy_all(struct hub *hub) {
    for (size_t i = 0; i < hub->subscriptions.capacity; i++)
        if (hub->subscriptions.slots[i].value)
            release(hub->subscriptions.slots[i].value);
    table_finish(&hub->subscriptions);
}
