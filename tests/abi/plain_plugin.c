/* SPDX-License-Identifier: MIT */
/* A plugin as of ABI 1.0, with the header alone: every field and callback of the table, and most
 * services. It is compiled with the header of every release, and has to go on working. */
#include <string.h>

#include <sentio/plugin.h>

struct sentio_channel {
    uint64_t conn; /* who is sent a message when the channel is woken */
    uint64_t restored;
};

#define TEXT(literal) ((struct sentio_bytes){literal, sizeof(literal) - 1})

static int say(struct sentio_call *call, struct sentio_bytes text) {
    return call->host->log(call, SENTIO_INFO, text);
}

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return say(call, config);
}

static int close_channel(struct sentio_call *call) {
    return say(call, TEXT("plain closed"));
}

/* The level is how long the body is, so that a filter has something to compare. */
static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    const struct sentio_value values[] = {
        {.type = SENTIO_NUMBER, .number = (double)payload.size},
        {.type = SENTIO_TEXT, .text = TEXT("plain")},
    };
    const struct sentio_item item = {.topic = TEXT("T"),
                                     .key = TEXT("k"),
                                     .json = payload,
                                     .attributes = values,
                                     .attribute_count = 2,
                                     .flags = SENTIO_ADD_ID};
    (void)update;
    if (payload.size == 2)
        return call->host->reject(call, -1, TEXT("body"), TEXT("it is empty"));
    return call->host->emit(call, &item);
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    call->channel->conn = subscriber->conn;
    int result = call->host->join(call, subscriber->conn, TEXT("T"));
    return result == SENTIO_OK ? call->host->accept(call, subscriber->conn) : result;
}

static int unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request) {
    (void)request;
    int result = call->host->leave(call, subscriber->conn, TEXT("T"));
    return result == SENTIO_OK ? call->host->accept(call, subscriber->conn) : result;
}

static int message(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                   struct sentio_bytes action, struct sentio_bytes request) {
    (void)request;
    if (action.size != 4 || memcmp(action.data, "wake", 4) != 0)
        return call->host->refuse(call, subscriber->conn, 0, TEXT("not_plain"),
                                  TEXT("there is only wake"));
    int result = call->host->wake(call, 1);
    return result == SENTIO_OK ? call->host->accept(call, subscriber->conn) : result;
}

static int left(struct sentio_call *call, uint64_t conn) {
    if (call->channel->conn == conn)
        call->channel->conn = 0;
    return say(call, TEXT("plain was left"));
}

static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    struct sentio_bytes body = count > 0 ? items[count - 1].json : TEXT("null");
    return call->host->respond(call, request->id, 200, TEXT("application/json"), body);
}

static int observe(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t count) {
    (void)channel;
    return count > 0 ? call->host->emit(call, &items[0]) : SENTIO_OK;
}

static int woken(struct sentio_call *call) {
    call->host->count(call, TEXT("woken"), 1);
    return call->host->send(call, call->channel->conn, TEXT("morning"),
                            call->channel->restored ? TEXT("true") : TEXT("false"));
}

static int ready(struct sentio_call *call, int32_t fd) {
    return call->host->watch(call, fd, 0);
}

static int save(struct sentio_call *call) {
    return call->host->keep(call, TEXT("kept"));
}

static int restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
    call->channel->restored = state_format == 3 && state.size == 4;
    return SENTIO_OK;
}

#ifdef WITH_LATER /* a callback that a later minor appends; see test_versions.py */
static int later(struct sentio_call *call) {
    return call->host->close(call, call->channel->conn, 4000, TEXT("later"));
}
#endif

static const struct sentio_attribute attributes[] = {
    {.name = "level", .type = SENTIO_NUMBER},
    {.name = "kind", .type = SENTIO_TEXT},
};

static const struct sentio_filter filters[] = {
    {.field = "min_level", .attribute = 0, .predicate = SENTIO_AT_LEAST},
    {.field = "kinds", .attribute = 1, .predicate = SENTIO_ONE_OF},
};

static const struct sentio_route routes[] = {
    {.path = "/api/v1/plain/{topic}",
     .parameter = "topic",
     .topics = SENTIO_TOPICS_PATH,
     .source = SENTIO_HISTORY,
     .flags = SENTIO_UPPER_CASE,
     .limit = 1,
     .limit_max = 10},
};

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .state_format = 3,
    .name = "plain",
    .version = "1.0.0",
    .channel_size = sizeof(struct sentio_channel),
    .type = "plain",
    .snapshot_type = "plain_snapshot",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_STATES,
    .attributes = attributes,
    .filters = filters,
    .routes = routes,
    .attribute_count = 2,
    .filter_count = 2,
    .route_count = 1,
    .open = open_channel,
    .close = close_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .message = message,
    .left = left,
    .render = render,
    .observe = observe,
    .woken = woken,
    .ready = ready,
    .save = save,
    .restore = restore,
#ifdef WITH_LATER
    .later = later,
#endif
};
