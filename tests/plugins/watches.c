/* SPDX-License-Identifier: MIT */
/* Watches a pipe and a timer of its own. {"data": "pipe"} writes into the one, {"data": "timer"}
 * starts the other; when it is told that one can be read, it emits {"ready": which, "times": n}.
 */

#include <fcntl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <sentio/sdk.h>

struct sentio_channel {
    int ends[2];
    int timer;
    unsigned times;
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    struct sentio_channel *channel = call->channel;
    (void)seed;
    if (pipe2(channel->ends, O_CLOEXEC | O_NONBLOCK) == -1)
        return SENTIO_FAILED;
    channel->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (channel->timer == -1)
        return SENTIO_FAILED;
    int result = SENTIO_SERVICE(call, watch, channel->ends[0], 1);
    if (result == SENTIO_OK)
        result = SENTIO_SERVICE(call, watch, channel->timer, 1);
    return result == SENTIO_OK ? sentio_no_options(call, config) : result;
}

static int close_channel(struct sentio_call *call) {
    const struct sentio_channel *channel = call->channel;
    SENTIO_SERVICE(call, watch, channel->ends[0], 0);
    SENTIO_SERVICE(call, watch, channel->timer, 0);
    close(channel->ends[0]);
    close(channel->ends[1]);
    close(channel->timer);
    return SENTIO_OK;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    const struct itimerspec soon = {.it_value = {.tv_nsec = 1000000}};
    const struct sentio_channel *channel = call->channel;
    (void)update;
    if (sentio_is(payload, "{\"data\": \"pipe\"}"))
        return write(channel->ends[1], "!", 1) == 1 ? SENTIO_OK : SENTIO_FAILED;
    if (sentio_is(payload, "{\"data\": \"timer\"}"))
        return timerfd_settime(channel->timer, 0, &soon, NULL) == 0 ? SENTIO_OK : SENTIO_FAILED;
    return sentio_reject(call, -1, "data", "must be pipe or timer");
}

static int ready(struct sentio_call *call, int32_t fd) {
    struct sentio_channel *channel = call->channel;
    struct sentio_writer writer;
    char room[64];
    char taken[8];
    if (read(fd, taken, sizeof taken) <= 0)
        return SENTIO_FAILED;
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "{\"ready\":\"%s\",\"times\":%u}",
                        fd == channel->timer ? "timer" : "pipe", ++channel->times);
    const struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_written(&writer)};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&writer);
    return result;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "watches",
    .version = "1.0.0",
    .channel_size = sizeof(struct sentio_channel),
    .type = "event",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_NO_SNAPSHOT,
    .open = open_channel,
    .close = close_channel,
    .publish = publish,
    .subscribe = subscribe,
    .ready = ready,
};
