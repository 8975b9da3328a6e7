/* SPDX-License-Identifier: MIT */
#include "test_host.h"

#define ANY_CALLBACK UINT32_MAX
#define REASON_MAX                                                                                 \
    123 /* RFC 6455 section 5.5.1: a control frame has 125 bytes, two are the code                 \
         */
#define WAKE_MAX 86400000u

#define IDLE "a service was used outside of a callback"
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
    if (!test)
        return fake_refuse(call, "reject: not allowed in this callback");
    if (index < -1)
        return fake_refuse(call, "reject: the index is below -1");
    if (!sentio_utf8_valid(field) || !sentio_utf8_valid(message))
        return fake_refuse(call, "reject: the field or message is not UTF-8");
    struct sentio_effect effect = {
        .kind = SENTIO_DID_REJECT, .number = index, .name = field, .text = message};
    int result = record(test, effect);
    test->rejected |= result == SENTIO_OK;
    return result;
}

static int change_topic(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic,
                        enum sentio_effect_kind kind) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test)
        return fake_refuse(call, IDLE);
    if (topic.size == 0 || topic.size > SENTIO_TOPIC_MAX || !sentio_utf8_valid(topic))
        return fake_refuse(call, kind == SENTIO_DID_JOIN
                                     ? "join: the topic is empty, over 128 bytes or not UTF-8"
                                     : "leave: the topic is empty, over 128 bytes or not UTF-8");
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
        return fake_refuse(&test->call, effect.kind == SENTIO_DID_ACCEPT
                                            ? "accept: nothing of this conn waits for an answer"
                                            : "refuse: nothing of this conn waits for an answer");
    return record(test, effect);
}

static int service_accept(struct sentio_call *call, uint64_t conn) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test)
        return fake_refuse(call, IDLE);
    return answer(test, (struct sentio_effect){.kind = SENTIO_DID_ACCEPT, .conn = conn});
}

static bool may_close_with(uint32_t code) {
    return code == 1008 || (code >= 4000 && code <= 4999);
}

static int service_refuse(struct sentio_call *call, uint64_t conn, uint32_t close_code,
                          struct sentio_bytes error, struct sentio_bytes message) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test)
        return fake_refuse(call, IDLE);
    if (close_code != 0 && !may_close_with(close_code))
        return fake_refuse(call, "refuse: the close code is neither 1008 nor within 4000 and 4999");
    if (!fake_spelled(error, LOWER "0123456789_", SENTIO_TYPE_MAX))
        return fake_refuse(call, "refuse: the error is not [a-z0-9_]{1,64}");
    if (!sentio_utf8_valid(message))
        return fake_refuse(call, "refuse: the message is not UTF-8");
    if (close_code != 0 && message.size > REASON_MAX)
        return fake_refuse(call, "refuse: the reason is over 123 bytes");
    return answer(test, (struct sentio_effect){.kind = SENTIO_DID_REFUSE,
                                               .conn = conn,
                                               .number = close_code,
                                               .name = error,
                                               .text = message});
}

static int service_send(struct sentio_call *call, uint64_t conn, struct sentio_bytes type,
                        struct sentio_bytes data) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test)
        return fake_refuse(call, IDLE);
    if (type.size == 0 || type.size > SENTIO_TYPE_MAX || !sentio_utf8_valid(type))
        return fake_refuse(call, "send: the type is empty, over 64 bytes or not UTF-8");
    if (!fake_is_json(data, SENTIO_JSON_ANY))
        return fake_refuse(call, "send: the data is not valid JSON");
    if (!fake_subscriber_find(test, conn))
        return SENTIO_OK;
    return record(test, (struct sentio_effect){
                            .kind = SENTIO_DID_SEND, .conn = conn, .name = type, .text = data});
}

static int service_close(struct sentio_call *call, uint64_t conn, uint32_t code,
                         struct sentio_bytes reason) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    bool registered = code == 1000 || code == 1001 || code == 1011 || code == 1013;
    if (!test)
        return fake_refuse(call, IDLE);
    if (!registered && !may_close_with(code))
        return fake_refuse(call, "close: the code may not be used");
    if (reason.size > REASON_MAX || !sentio_utf8_valid(reason))
        return fake_refuse(call, "close: the reason is over 123 bytes or not UTF-8");
    if (!fake_subscriber_find(test, conn))
        return SENTIO_OK;
    return record(test,
                  (struct sentio_effect){
                      .kind = SENTIO_DID_CLOSE, .conn = conn, .number = code, .text = reason});
}

static int service_respond(struct sentio_call *call, uint64_t request, uint32_t status,
                           struct sentio_bytes type, struct sentio_bytes body) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test)
        return fake_refuse(call, IDLE);
    if (status < 200 || status > 599)
        return fake_refuse(call, "respond: the status is not within 200 and 599");
    if (type.size > SENTIO_TYPE_MAX || !sentio_utf8_valid(type))
        return fake_refuse(call, "respond: the media type is over 64 bytes or not UTF-8");
    if (type.size == 0 && body.size != 0 && !fake_is_json(body, SENTIO_JSON_ANY))
        return fake_refuse(call, "respond: the body is not valid JSON");
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
    if (!test)
        return fake_refuse(call, "forward: not allowed in this callback");
    if (!fake_spelled(channel, LOWER "0123456789-", 32))
        return fake_refuse(call, "forward: the channel is not [a-z0-9-]{1,32}");
    if (!fake_is_json(payload, SENTIO_JSON_OBJECT))
        return fake_refuse(call, "forward: the payload is not a JSON object");
    return record(
        test, (struct sentio_effect){.kind = SENTIO_DID_FORWARD, .name = channel, .text = payload});
}

static int service_log(struct sentio_call *call, uint32_t level, struct sentio_bytes text) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || level > SENTIO_ERROR)
        return fake_refuse(call, "log: the level is unknown");
    return record(test,
                  (struct sentio_effect){.kind = SENTIO_DID_LOG, .number = level, .text = text});
}

static int service_count(struct sentio_call *call, struct sentio_bytes metric, uint64_t n) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || !fake_spelled(metric, LOWER "_", 48))
        return fake_refuse(call, "count: the metric is not [a-z_]{1,48}");
    return record(test, (struct sentio_effect){
                            .kind = SENTIO_DID_COUNT, .number = (int64_t)n, .name = metric});
}

static int service_wake(struct sentio_call *call, uint64_t milliseconds) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || milliseconds > WAKE_MAX)
        return fake_refuse(call, "wake: it is more than a day away");
    return record(test,
                  (struct sentio_effect){.kind = SENTIO_DID_WAKE, .number = (int64_t)milliseconds});
}

static int service_watch(struct sentio_call *call, int32_t fd, uint32_t on) {
    struct sentio_test *test = fake_of(call, ANY_CALLBACK);
    if (!test || fd < 0)
        return fake_refuse(call, "watch: the descriptor is negative");
    struct fake_watches after = test->watches;
    for (size_t i = test->call_start; i < test->records.count; i++) {
        const struct sentio_effect *effect = &test->records.list[i].effect;
        if (effect->kind == SENTIO_DID_WATCH)
            fake_watch(&after, (int32_t)effect->number, effect->conn != 0);
    }
    if (!fake_watch(&after, fd, on != 0))
        return fake_refuse(call, "watch: there are more than 16");
    return record(test,
                  (struct sentio_effect){.kind = SENTIO_DID_WATCH, .conn = on != 0, .number = fd});
}

static int service_keep(struct sentio_call *call, struct sentio_bytes state) {
    struct sentio_test *test = fake_of(call, FAKE_SAVE);
    if (!test || state.size > FAKE_STATE_MAX || test->kept)
        return fake_refuse(call, "keep: not in save(), a second time, or over 64 MiB");
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
