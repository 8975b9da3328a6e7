/* SPDX-License-Identifier: MIT */
#include "publish.h"

#include "desk.h"
#include "report.h"

void publish_written(struct sentio_call *call, const char *channel, struct sentio_writer *writer) {
    int result =
        writer->failed ? SENTIO_NO_MEMORY : sentio_forward(call, channel, sentio_written(writer));
    sentio_writer_finish(writer);
    if (result == SENTIO_OK)
        return;
    SENTIO_SERVICE(call, count, sentio_text("forwards_failed"), 1);
    if (call->channel->forward_logged)
        return;
    call->channel->forward_logged = true;
    sentio_log(call, SENTIO_WARNING,
               "nothing was forwarded to \"%s\": %s; name it in this channel's forwards if it is "
               "not there (logged once)",
               channel, sentio_error_text(result));
}

static void publish_earnings(struct sentio_call *call) {
    struct sentio_channel *channel = call->channel;
    for (uint32_t i = 0; i < channel->options.user_count; i++) {
        if (!desk_take_changed(&channel->desk, &channel->market, i))
            continue;
        struct sentio_writer writer;
        sentio_writer_init(&writer, NULL, 0);
        report_earnings(&writer, channel, i);
        publish_written(call, "earnings", &writer);
    }
}

static void publish_admin(struct sentio_call *call) {
    for (int kind = 0; kind < ADMIN_KIND_COUNT; kind++) {
        struct sentio_writer writer;
        sentio_writer_init(&writer, NULL, 0);
        report_admin(&writer, call->channel, (enum admin_kind)kind);
        publish_written(call, "admin", &writer);
    }
}

void publish_schedule(struct sentio_call *call) {
    const struct sentio_channel *channel = call->channel;
    int64_t next = channel->admin_at;
    if (channel->moved && channel->earnings_at < next)
        next = channel->earnings_at;
    sentio_wake(call, next > call->now ? (uint64_t)(next - call->now) : 1);
}

void publish_due(struct sentio_call *call) {
    struct sentio_channel *channel = call->channel;
    if (channel->moved && call->now >= channel->earnings_at) {
        publish_earnings(call);
        channel->moved = false;
        channel->earnings_at = call->now + channel->options.earnings_interval;
    }
    if (call->now >= channel->admin_at) {
        publish_admin(call);
        channel->admin_at = call->now + channel->options.admin_interval;
    }
    publish_schedule(call);
}
