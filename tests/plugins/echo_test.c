/* SPDX-License-Identifier: MIT */
/* A good plugin that tries the services one by one, as the client's actions ask for: echo, burst,
 * fail, count, wake, hang up, refuse. Published bodies are emitted to everyone as they are. */

#include <inttypes.h>

#include <sentio/plugin.h>
#include <sentio/sdk.h>

#define ASLEEP_MAX 16

struct sentio_channel {
    uint64_t asleep[ASLEEP_MAX]; /* who is to be told by woken() */
    size_t asleep_count;
    uint64_t opened; /* the host's time at open() */
    uint64_t gone;   /* subscribers that left */
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    call->channel->opened = (uint64_t)call->now;
    sentio_log(call, SENTIO_INFO, "echo_test opened with %.*s", (int)config.size, config.data);
    return SENTIO_OK;
}

static int close_channel(struct sentio_call *call) {
    sentio_log(call, SENTIO_INFO, "echo_test closed, %" PRIu64 " subscribers had left",
               call->channel->gone);
    return SENTIO_OK;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    const struct sentio_item item = {.topic = sentio_text("*"), .json = payload};
    (void)update;
    return sentio_emit(call, &item);
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

static int unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request) {
    (void)request;
    int result = sentio_leave(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

static int left(struct sentio_call *call, uint64_t conn) {
    struct sentio_channel *channel = call->channel;
    channel->gone++;
    for (size_t i = channel->asleep_count; i-- > 0;)
        if (channel->asleep[i] == conn)
            channel->asleep[i] = channel->asleep[--channel->asleep_count];
    sentio_log(call, SENTIO_INFO, "echo_test was left");
    return SENTIO_OK;
}

static int send(struct sentio_call *call, uint64_t conn, const char *type,
                struct sentio_bytes data) {
    return SENTIO_SERVICE(call, send, conn, sentio_text(type), data);
}

static int send_number(struct sentio_call *call, uint64_t conn, const char *type, int64_t number) {
    char room[32];
    struct sentio_writer writer;
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "%" PRId64, number);
    int result = send(call, conn, type, sentio_written(&writer));
    sentio_writer_finish(&writer);
    return result;
}

static int echo(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    int result = send(call, conn, "echo", request);
    return result == SENTIO_OK ? sentio_accept(call, conn) : result;
}

static int burst(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    int result = SENTIO_OK;
    (void)request;
    for (int64_t i = 0; i < 100 && result == SENTIO_OK; i++)
        result = send_number(call, conn, "burst", i);
    return result == SENTIO_OK ? sentio_accept(call, conn) : result;
}

/* Nothing of this may come to pass. */
static int fail(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    send(call, conn, "never", request);
    sentio_accept(call, conn);
    SENTIO_SERVICE(call, close, conn, 4000, sentio_text("never"));
    return SENTIO_FAILED;
}

/* A good name counts; a bad one is refused. */
static int count(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    (void)request;
    int good = SENTIO_SERVICE(call, count, sentio_text("echo_counted"), 2);
    int bad = SENTIO_SERVICE(call, count, sentio_text("Not a metric"), 2);
    send_number(call, conn, "good", good);
    send_number(call, conn, "bad", bad);
    return sentio_accept(call, conn);
}

static int wake(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    struct sentio_channel *channel = call->channel;
    (void)request;
    if (channel->asleep_count == ASLEEP_MAX)
        return SENTIO_AGAIN;
    channel->asleep[channel->asleep_count++] = conn;
    int result = sentio_wake(call, 20);
    return result == SENTIO_OK ? sentio_accept(call, conn) : result;
}

static int hang_up(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    (void)request;
    return SENTIO_SERVICE(call, close, conn, 4321, sentio_text("you asked for it"));
}

static int refuse(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    (void)request;
    return sentio_refuse(call, conn, "echo_refused", "refused, as you asked");
}

static int deny(struct sentio_call *call, uint64_t conn, struct sentio_bytes request) {
    (void)request;
    return sentio_deny(call, conn, "denied, as you asked");
}

static int message(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                   struct sentio_bytes action, struct sentio_bytes request) {
    static const struct {
        const char *name;
        int (*run)(struct sentio_call *call, uint64_t conn, struct sentio_bytes request);
    } actions[] = {
        {"echo", echo}, {"burst", burst},     {"fail", fail},     {"count", count},
        {"wake", wake}, {"hang up", hang_up}, {"refuse", refuse}, {"deny", deny},
    };
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (sentio_is(action, actions[i].name))
            return actions[i].run(call, subscriber->conn, request);
    return sentio_refuse(call, subscriber->conn, "unknown_action", "echo_test has no such action");
}

/* Tells the sleepers how late it is since open(), and emits to everyone. */
static int woken(struct sentio_call *call) {
    struct sentio_channel *channel = call->channel;
    const struct sentio_item item = {.topic = sentio_text("*"),
                                     .json = sentio_text("{\"woken\":true}")};
    for (size_t i = 0; i < channel->asleep_count; i++)
        send_number(call, channel->asleep[i], "slept", call->now - (int64_t)channel->opened);
    channel->asleep_count = 0;
    return sentio_emit(call, &item);
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "echo-test",
    .version = "1.2.3",
    .channel_size = sizeof(struct sentio_channel),
    .type = "echoed",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_NO_SNAPSHOT,
    .open = open_channel,
    .close = close_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .message = message,
    .left = left,
    .woken = woken,
};
