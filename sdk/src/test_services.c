/* SPDX-License-Identifier: MIT */
#include "test_host.h"

#define ANY_CALLBACK UINT32_MAX
#define REASON_MAX                                                                                 \
    123 /* RFC 6455 section 5.5.1: a control frame has 125 bytes, two are the code                 \
         */
#define WAKE_MAX 86400000u

#define LOWER "abcdefghijklmnopqrstuvwxyz"

static int record(struct sentio_test *test, struct sentio_effect effect) {
    int result = fake_charge(test, effect.name.size + effect.text.size);
    if (result == SENTIO_OK)
        fake_record(test, effect);
    return result;
}

static int service_reject(struct sentio_call *call, int32_t index, struct sentio_bytes field,
                          struct sentio_bytes message) {
    struct sentio_test *test = fake_of(call, FAKE_PUBLISH);
    if (!test || index < -1 || !sentio_utf8_valid(field) || !sentio_utf8_valid(message))
        return SENTIO_INVALID;
    struct sentio_effect effect = {
        .kind = SENTIO_DID_REJECT, .number = index, .name = field, .text = message};
    int result = record(test, effect);
    test->rejected |= result == SENTIO_OK;
    return result;
}

static int change_topic(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic,
                        enum sentio_effect_kind kind) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || topic.size == 0 || topic.size > SENTIO_TOPIC_MAX || !sentio_utf8_valid(topic))
        return SENTIO_INVALID;
    if (!fake_subscriber_find(test, conn))
        return SENTIO_OK;
    return record(test, (struct sentio_effect){.kind = kind, .conn = conn, .name = topic});
}

static int service_join(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic) {
    return change_topic(call, conn, topic, SENTIO_DID_JOIN);
}

static int service_leave(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic) {
    return change_topic(call, conn, topic, SENTIO_DID_LEAVE);
}

/* Whether the current call has answered `conn` already. */
static bool answered(const struct sentio_test *test, uint64_t conn) {
    for (size_t i = test->call_start; i < test->records.count; i++) {
        const struct sentio_effect *effect = &test->records.list[i].effect;
        if (effect->conn == conn &&
            (effect->kind == SENTIO_DID_ACCEPT || effect->kind == SENTIO_DID_REFUSE))
            return true;
    }
    return false;
}

static int answer(struct sentio_test *test, struct sentio_effect effect) {
    const struct fake_subscriber *subscriber = fake_subscriber_find(test, effect.conn);
    if (!subscriber)
        return SENTIO_OK;
    if (subscriber->pending == FAKE_IDLE || answered(test, effect.conn))
        return SENTIO_INVALID;
    return record(test, effect);
}

static int service_accept(struct sentio_call *call, uint64_t conn) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test)
        return SENTIO_INVALID;
    return answer(test, (struct sentio_effect){.kind = SENTIO_DID_ACCEPT, .conn = conn});
}

static bool may_close_with(uint32_t code) {
    return code == 1008 || (code >= 4000 && code <= 4999);
}

static int service_refuse(struct sentio_call *call, uint64_t conn, uint32_t close_code,
                          struct sentio_bytes error, struct sentio_bytes message) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || (close_code != 0 && !may_close_with(close_code)))
        return SENTIO_INVALID;
    if (!fake_spelled(error, LOWER "0123456789_", SENTIO_TYPE_MAX) || !sentio_utf8_valid(message))
        return SENTIO_INVALID;
    if (close_code != 0 && message.size > REASON_MAX)
        return SENTIO_INVALID;
    return answer(test, (struct sentio_effect){.kind = SENTIO_DID_REFUSE,
                                               .conn = conn,
                                               .number = close_code,
                                               .name = error,
                                               .text = message});
}

static int service_send(struct sentio_call *call, uint64_t conn, struct sentio_bytes type,
                        struct sentio_bytes data) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || type.size == 0 || type.size > SENTIO_TYPE_MAX || !sentio_utf8_valid(type) ||
        !fake_is_json(data, SENTIO_JSON_ANY))
        return SENTIO_INVALID;
    if (!fake_subscriber_find(test, conn))
        return SENTIO_OK;
    return record(test, (struct sentio_effect){
                            .kind = SENTIO_DID_SEND, .conn = conn, .name = type, .text = data});
}

static int service_close(struct sentio_call *call, uint64_t conn, uint32_t code,
                         struct sentio_bytes reason) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    bool registered = code == 1000 || code == 1001 || code == 1011 || code == 1013;
    if (!test || !(registered || may_close_with(code)) || reason.size > REASON_MAX ||
        !sentio_utf8_valid(reason))
        return SENTIO_INVALID;
    if (!fake_subscriber_find(test, conn))
        return SENTIO_OK;
    return record(test,
                  (struct sentio_effect){
                      .kind = SENTIO_DID_CLOSE, .conn = conn, .number = code, .text = reason});
}

static int service_respond(struct sentio_call *call, uint64_t request, uint32_t status,
                           struct sentio_bytes type, struct sentio_bytes body) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || status < 200 || status > 599 || !sentio_utf8_valid(type))
        return SENTIO_INVALID;
    if (type.size == 0 && body.size != 0 && !fake_is_json(body, SENTIO_JSON_ANY))
        return SENTIO_INVALID;
    if (!fake_request_waits(test, request))
        return SENTIO_OK;
    return record(test, (struct sentio_effect){.kind = SENTIO_DID_RESPOND,
                                               .conn = request,
                                               .number = status,
                                               .name = type,
                                               .text = body});
}

static int service_forward(struct sentio_call *call, struct sentio_bytes channel,
                           struct sentio_bytes payload) {
    struct sentio_test *test =
        fake_of(call, FAKE_PUBLISH | FAKE_MESSAGE | FAKE_OBSERVE | FAKE_WOKEN | FAKE_READY);
    if (!test || !fake_spelled(channel, LOWER "0123456789-", 32) ||
        !fake_is_json(payload, SENTIO_JSON_OBJECT))
        return SENTIO_INVALID;
    return record(
        test, (struct sentio_effect){.kind = SENTIO_DID_FORWARD, .name = channel, .text = payload});
}

static int service_log(struct sentio_call *call, uint32_t level, struct sentio_bytes text) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || level > SENTIO_ERROR)
        return SENTIO_INVALID;
    return record(test,
                  (struct sentio_effect){.kind = SENTIO_DID_LOG, .number = level, .text = text});
}

static int service_count(struct sentio_call *call, struct sentio_bytes metric, uint64_t n) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || !fake_spelled(metric, LOWER "_", 48))
        return SENTIO_INVALID;
    return record(test, (struct sentio_effect){
                            .kind = SENTIO_DID_COUNT, .number = (int64_t)n, .name = metric});
}

static int service_wake(struct sentio_call *call, uint64_t milliseconds) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || milliseconds > WAKE_MAX)
        return SENTIO_INVALID;
    return record(test,
                  (struct sentio_effect){.kind = SENTIO_DID_WAKE, .number = (int64_t)milliseconds});
}

static int service_watch(struct sentio_call *call, int32_t fd, uint32_t on) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || fd < 0)
        return SENTIO_INVALID;
    struct fake_watches after = test->watches;
    for (size_t i = test->call_start; i < test->records.count; i++) {
        const struct sentio_effect *effect = &test->records.list[i].effect;
        if (effect->kind == SENTIO_DID_WATCH)
            fake_watch(&after, (int32_t)effect->number, effect->conn != 0);
    }
    if (!fake_watch(&after, fd, on != 0))
        return SENTIO_INVALID;
    return record(test,
                  (struct sentio_effect){.kind = SENTIO_DID_WATCH, .conn = on != 0, .number = fd});
}

static int service_keep(struct sentio_call *call, struct sentio_bytes state) {
    struct sentio_test *test = fake_of(call, FAKE_SAVE);
    if (!test || state.size > FAKE_STATE_MAX || test->kept)
        return SENTIO_INVALID;
    test->kept = true;
    fake_record(test, (struct sentio_effect){.kind = SENTIO_DID_KEEP, .text = state});
    return SENTIO_OK;
}

const struct sentio_host fake_services = {
    .size = sizeof(struct sentio_host),
    .major = SENTIO_ABI_MAJOR,
    .minor = SENTIO_ABI_MINOR,
    .emit = fake_emit,
    .reject = service_reject,
    .join = service_join,
    .leave = service_leave,
    .accept = service_accept,
    .refuse = service_refuse,
    .send = service_send,
    .close = service_close,
    .respond = service_respond,
    .forward = service_forward,
    .log = service_log,
    .count = service_count,
    .wake = service_wake,
    .watch = service_watch,
    .keep = service_keep,
};
