/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

struct fake_subscriber *fake_subscriber_find(const struct sentio_test *test, uint64_t conn) {
    for (size_t i = 0; i < test->subscriber_count; i++)
        if (test->subscribers[i]->conn == conn)
            return test->subscribers[i];
    return NULL;
}

struct fake_subscriber *fake_subscriber_add(struct sentio_test *test, uint64_t conn) {
    struct fake_subscriber *subscriber = fake_allocate(sizeof *subscriber);
    subscriber->conn = conn;
    test->subscribers = fake_grow(test->subscribers, test->subscriber_count,
                                  &test->subscriber_capacity, sizeof *test->subscribers);
    test->subscribers[test->subscriber_count++] = subscriber;
    return subscriber;
}

void fake_subscriber_set_user(struct fake_subscriber *subscriber, const char *user) {
    free(subscriber->user);
    subscriber->user = NULL;
    if (!user)
        return;
    size_t size = strlen(user) + 1;
    subscriber->user = fake_allocate(size);
    memcpy(subscriber->user, user, size);
}

void fake_subscriber_copy(struct fake_subscriber *to, const struct fake_subscriber *from) {
    fake_subscriber_set_user(to, from->user);
    to->roles = from->roles;
    to->all = from->all;
    to->subscribed = from->subscribed;
    for (size_t i = 0; i < from->topics.count; i++)
        fake_topics_add(&to->topics, from->topics.list[i]);
}

void fake_subscriber_take(struct sentio_test *test, struct fake_subscriber *subscriber) {
    for (size_t i = 0; i < test->subscriber_count; i++) {
        if (test->subscribers[i] == subscriber) {
            test->subscribers[i] = test->subscribers[--test->subscriber_count];
            return;
        }
    }
}

void fake_subscriber_destroy(struct fake_subscriber *subscriber) {
    if (!subscriber)
        return;
    fake_subscriber_discard(subscriber);
    free(subscriber->changes);
    fake_topics_finish(&subscriber->topics);
    free(subscriber->user);
    free(subscriber);
}

void fake_subscriber_change(struct fake_subscriber *subscriber, bool join,
                            struct sentio_bytes topic) {
    if (sentio_is(topic, "*")) {
        subscriber->all = join;
        if (!join)
            fake_topics_finish(&subscriber->topics);
    } else if (join) {
        fake_topics_add(&subscriber->topics, topic);
    } else {
        fake_topics_remove(&subscriber->topics, topic);
    }
}

void fake_subscriber_stage(struct fake_subscriber *subscriber, bool join,
                           struct sentio_bytes topic) {
    subscriber->changes = fake_grow(subscriber->changes, subscriber->change_count,
                                    &subscriber->change_capacity, sizeof *subscriber->changes);
    subscriber->changes[subscriber->change_count++] =
        (struct fake_change){.join = join, .topic = fake_copy(topic)};
}

void fake_subscriber_discard(struct fake_subscriber *subscriber) {
    for (size_t i = 0; i < subscriber->change_count; i++)
        fake_release(subscriber->changes[i].topic);
    subscriber->change_count = 0;
}

void fake_subscriber_commit(struct fake_subscriber *subscriber) {
    for (size_t i = 0; i < subscriber->change_count; i++)
        fake_subscriber_change(subscriber, subscriber->changes[i].join,
                               subscriber->changes[i].topic);
    fake_subscriber_discard(subscriber);
}

size_t sentio_test_waiting(const struct sentio_test *test) {
    size_t count = test->request_count;
    for (size_t i = 0; i < test->subscriber_count; i++)
        count += test->subscribers[i]->pending != FAKE_IDLE;
    return count;
}

struct sentio_subscriber fake_subscriber_view(const struct fake_subscriber *subscriber) {
    return (struct sentio_subscriber){
        .conn = subscriber->conn,
        .who = {.user = sentio_text(subscriber->user), .roles = subscriber->roles},
        .all = subscriber->all,
        .subscribed = subscriber->subscribed,
        .topics = subscriber->topics.count,
    };
}
