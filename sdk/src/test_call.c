/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

#define KIND(kind) (UINT32_C(1) << (kind))

struct sentio_test *fake_of(struct sentio_call *call, uint32_t allowed) {
    struct sentio_test *test = call->context;
    return test->callback & allowed ? test : NULL;
}

int fake_refuse(struct sentio_call *call, const char *why) {
    struct sentio_test *test = call->context;
    if (!test->fault)
        test->fault = why;
    return SENTIO_INVALID;
}

int fake_charge(struct sentio_test *test, size_t bytes) {
    if (bytes > FAKE_CALL_BYTES - test->call_bytes)
        return SENTIO_AGAIN;
    test->call_bytes += bytes;
    return SENTIO_OK;
}

uint64_t fake_offset(const struct sentio_test *test) {
    return test->items.count;
}

static const char *callback_name(enum fake_callback callback) {
    static const struct {
        enum fake_callback callback;
        const char *name;
    } names[] = {
        {FAKE_OPEN, "open"},       {FAKE_CLOSE, "close"},         {FAKE_PUBLISH, "publish"},
        {FAKE_LEFT, "left"},       {FAKE_SUBSCRIBE, "subscribe"}, {FAKE_UNSUBSCRIBE, "unsubscribe"},
        {FAKE_MESSAGE, "message"}, {FAKE_RENDER, "render"},       {FAKE_OBSERVE, "observe"},
        {FAKE_WOKEN, "woken"},     {FAKE_READY, "ready"},         {FAKE_SAVE, "save"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].callback == callback)
            return names[i].name;
    return "restore";
}

void fake_begin(struct sentio_test *test, enum fake_callback callback, uint64_t asking) {
    if (test->callback != FAKE_IDLE)
        abort();
    test->callback = callback;
    test->asking = asking;
    test->call_start = test->records.count;
    test->call_bytes = 0;
    test->call_emits = 0;
    test->rejected = false;
    test->accepted = false;
    test->kept = false;
    if (test->options.before)
        test->options.before(test->options.context, callback_name(callback));
}

static void change_topic(struct sentio_test *test, const struct sentio_effect *effect) {
    struct fake_subscriber *subscriber = fake_subscriber_find(test, effect->conn);
    bool join = effect->kind == SENTIO_DID_JOIN;
    bool asked = effect->conn == test->asking && !test->accepted &&
                 (test->callback & (FAKE_SUBSCRIBE | FAKE_UNSUBSCRIBE));
    if (asked)
        fake_subscriber_stage(subscriber, join, effect->name);
    else
        fake_subscriber_change(subscriber, join, effect->name);
}

static void accept_request(struct sentio_test *test, uint64_t conn) {
    struct fake_subscriber *subscriber = fake_subscriber_find(test, conn);
    fake_subscriber_commit(subscriber);
    if (subscriber->pending == FAKE_SUBSCRIBE)
        subscriber->subscribed = true;
    subscriber->pending = FAKE_IDLE;
    if (conn == test->asking)
        test->accepted = true;
}

static void close_subscriber(struct sentio_test *test, const struct sentio_effect *effect) {
    struct fake_subscriber *subscriber = fake_subscriber_find(test, effect->conn);
    if (effect->kind == SENTIO_DID_REFUSE)
        subscriber->pending = FAKE_IDLE;
    if (effect->number != 0)
        subscriber->closing = true;
}

static void carry_out(struct sentio_test *test, struct fake_record *record) {
    const struct sentio_effect *effect = &record->effect;
    switch (effect->kind) {
    case SENTIO_DID_EMIT:
        fake_items_add(&test->items, record->memory);
        record->memory = NULL;
        break;
    case SENTIO_DID_JOIN:
    case SENTIO_DID_LEAVE:
        change_topic(test, effect);
        break;
    case SENTIO_DID_ACCEPT:
        accept_request(test, effect->conn);
        break;
    case SENTIO_DID_REFUSE:
    case SENTIO_DID_CLOSE:
        close_subscriber(test, effect);
        break;
    case SENTIO_DID_RESPOND:
        fake_request_done(test, effect->conn);
        break;
    case SENTIO_DID_WAKE:
        test->wake_at = effect->number ? test->call.now + effect->number : 0;
        break;
    case SENTIO_DID_WATCH:
        fake_watch(&test->watches, (int32_t)effect->number, effect->conn != 0);
        break;
    case SENTIO_DID_KEEP:
        fake_release(test->state);
        test->state = fake_copy(effect->text);
        break;
    default:
        break;
    }
}

/* A request that failed is answered by the host itself; what it staged goes, too, when refused. */
static void settle(struct sentio_test *test, int result) {
    struct fake_subscriber *subscriber = fake_subscriber_find(test, test->asking);
    if (!subscriber)
        return;
    if (result != SENTIO_OK)
        subscriber->pending = FAKE_IDLE;
    if (subscriber->pending == FAKE_IDLE)
        fake_subscriber_discard(subscriber);
}

static struct fake_subscriber *find_closing(const struct sentio_test *test) {
    for (size_t i = 0; i < test->subscriber_count; i++)
        if (test->subscribers[i]->closing)
            return test->subscribers[i];
    return NULL;
}

int fake_finish(struct sentio_test *test, int result) {
    if (test->options.after)
        test->options.after(test->options.context, callback_name(test->callback), result);
    if (result != SENTIO_OK)
        fake_drop_records(test, ~KIND(SENTIO_DID_LOG));
    else if (test->rejected)
        fake_drop_records(test, ~(KIND(SENTIO_DID_LOG) | KIND(SENTIO_DID_REJECT)));
    if (result == SENTIO_OK && test->rejected)
        result = SENTIO_INVALID;
    for (size_t i = test->call_start; i < test->records.count; i++)
        carry_out(test, &test->records.list[i]);
    settle(test, result);
    test->callback = FAKE_IDLE;
    struct fake_subscriber *closing = find_closing(test);
    while (closing) {
        fake_disconnect(test, closing);
        closing = find_closing(test);
    }
    return result;
}

int fake_disconnect(struct sentio_test *test, struct fake_subscriber *subscriber) {
    uint64_t conn = subscriber->conn;
    bool tell = subscriber->subscribed && test->plugin.left;
    fake_subscriber_take(test, subscriber);
    fake_subscriber_destroy(subscriber);
    if (!tell)
        return test->plugin.left ? SENTIO_OK : SENTIO_NOT_FOUND;
    fake_begin(test, FAKE_LEFT, 0);
    return fake_finish(test, test->plugin.left(&test->call, conn));
}
