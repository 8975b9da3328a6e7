/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

static bool is_object(const char *text) {
    return fake_is_json(sentio_text(text), SENTIO_JSON_OBJECT);
}

int sentio_test_publish(struct sentio_test *test, const char *payload) {
    fake_forget(test);
    if (!test->plugin.publish)
        return SENTIO_NOT_FOUND;
    if (!is_object(payload))
        return SENTIO_INVALID;
    struct sentio_update update = {.origin = SENTIO_FROM_PUBLISHER, .name = sentio_text("test")};
    struct sentio_bytes copy = fake_copy(sentio_text(payload));
    fake_begin(test, FAKE_PUBLISH, 0);
    int result = fake_finish(test, test->plugin.publish(&test->call, &update, copy));
    fake_release(copy);
    return result;
}

typedef int subscriber_callback(struct sentio_call *call,
                                const struct sentio_subscriber *subscriber,
                                struct sentio_bytes request);

static int ask(struct sentio_test *test, struct fake_subscriber *subscriber,
               enum fake_callback which, subscriber_callback *callback, const char *request) {
    if (subscriber->pending != FAKE_IDLE)
        return SENTIO_AGAIN;
    struct sentio_subscriber view = fake_subscriber_view(subscriber);
    struct sentio_bytes copy = fake_copy(sentio_text(request));
    subscriber->pending = which;
    fake_begin(test, which, subscriber->conn);
    int result = fake_finish(test, callback(&test->call, &view, copy));
    fake_release(copy);
    return result;
}

int sentio_test_subscribe(struct sentio_test *test, uint64_t *conn, const char *user,
                          uint32_t roles, const char *request) {
    fake_forget(test);
    if (!test->plugin.subscribe)
        return SENTIO_NOT_FOUND;
    if (!is_object(request))
        return SENTIO_INVALID;
    struct fake_subscriber *subscriber = fake_subscriber_find(test, *conn);
    if (!subscriber && *conn != 0)
        return SENTIO_NOT_FOUND;
    if (!subscriber) {
        *conn = ++test->last_conn;
        subscriber = fake_subscriber_add(test, *conn);
    }
    fake_subscriber_set_user(subscriber, user);
    subscriber->roles = roles;
    return ask(test, subscriber, FAKE_SUBSCRIBE, test->plugin.subscribe, request);
}

int sentio_test_unsubscribe(struct sentio_test *test, uint64_t conn, const char *request) {
    fake_forget(test);
    struct fake_subscriber *subscriber = fake_subscriber_find(test, conn);
    if (!test->plugin.unsubscribe || !subscriber)
        return SENTIO_NOT_FOUND;
    if (!is_object(request))
        return SENTIO_INVALID;
    return ask(test, subscriber, FAKE_UNSUBSCRIBE, test->plugin.unsubscribe, request);
}

int sentio_test_message(struct sentio_test *test, uint64_t conn, const char *action,
                        const char *request) {
    fake_forget(test);
    struct fake_subscriber *subscriber = fake_subscriber_find(test, conn);
    if (!test->plugin.message || !subscriber)
        return SENTIO_NOT_FOUND;
    if (!is_object(request))
        return SENTIO_INVALID;
    if (subscriber->pending != FAKE_IDLE)
        return SENTIO_AGAIN;
    struct sentio_subscriber view = fake_subscriber_view(subscriber);
    struct sentio_bytes copy = fake_copy(sentio_text(request));
    struct sentio_bytes name = fake_copy(sentio_text(action));
    subscriber->pending = FAKE_MESSAGE;
    fake_begin(test, FAKE_MESSAGE, conn);
    int result = fake_finish(test, test->plugin.message(&test->call, &view, name, copy));
    fake_release(name);
    fake_release(copy);
    return result;
}

int sentio_test_leave(struct sentio_test *test, uint64_t conn) {
    fake_forget(test);
    struct fake_subscriber *subscriber = fake_subscriber_find(test, conn);
    return subscriber ? fake_disconnect(test, subscriber) : SENTIO_NOT_FOUND;
}

int sentio_test_left(struct sentio_test *test, uint64_t conn) {
    fake_forget(test);
    if (!test->plugin.left)
        return SENTIO_NOT_FOUND;
    fake_begin(test, FAKE_LEFT, 0);
    return fake_finish(test, test->plugin.left(&test->call, conn));
}

/* As from a channel that has just ordered them, where the caller did not say otherwise. */
int sentio_test_observe(struct sentio_test *test, const char *channel,
                        const struct sentio_item *items, size_t count) {
    fake_forget(test);
    if (!test->plugin.observe)
        return SENTIO_NOT_FOUND;
    struct sentio_item *ordered = fake_allocate(count * sizeof *ordered);
    for (size_t i = 0; i < count; i++) {
        ordered[i] = items[i];
        if (ordered[i].offset == 0)
            ordered[i].offset = i + 1;
        if (ordered[i].time == 0)
            ordered[i].time = test->call.now;
        if (ordered[i].key.size == 0)
            ordered[i].key = ordered[i].topic;
    }
    fake_begin(test, FAKE_OBSERVE, 0);
    int result =
        fake_finish(test, test->plugin.observe(&test->call, sentio_text(channel), ordered, count));
    free(ordered);
    return result;
}

void sentio_test_advance(struct sentio_test *test, int64_t milliseconds) {
    if (milliseconds < 0)
        abort();
    int64_t target = test->call.now + milliseconds;
    fake_forget(test);
    while (test->wake_at != 0 && test->wake_at <= target) {
        test->call.now = test->wake_at;
        test->wake_at = 0;
        if (!test->plugin.woken)
            break;
        fake_begin(test, FAKE_WOKEN, 0);
        fake_finish(test, test->plugin.woken(&test->call));
    }
    test->call.now = target;
}

int64_t sentio_test_due(const struct sentio_test *test) {
    return test->wake_at ? test->wake_at - test->call.now : -1;
}

bool sentio_test_joined(const struct sentio_test *test, uint64_t conn, const char *topic) {
    const struct fake_subscriber *subscriber = fake_subscriber_find(test, conn);
    if (!subscriber)
        return false;
    if (sentio_is(sentio_text("*"), topic))
        return subscriber->all;
    return fake_topics_have(&subscriber->topics, sentio_text(topic));
}
