/* SPDX-License-Identifier: MIT */
/* Messages to a user. A publisher sends {"user_id", "data": {"type", "title", "message", ...}}; the
 * topic is the user, and "*" everyone. */

/* For SENTIO_DURABLE. */
#define SENTIO_ABI_MINOR_NEEDED 2

#include <sentio/plugin.h>
#include <sentio/sdk.h>

enum { TYPE, TITLE, MESSAGE, ID, FIELDS };

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

/* Everyone may be written to, but nobody may read as everyone. */
static bool recipient_valid(struct sentio_bytes user) {
    return sentio_is(user, "*") || sentio_user_valid(user);
}

static bool type_valid(const struct sentio_json *value) {
    char unescaped[16];
    struct sentio_bytes type;
    return sentio_json_string(value, unescaped, sizeof(unescaped), &type) == SENTIO_OK &&
           (sentio_is(type, "success") || sentio_is(type, "info") || sentio_is(type, "warning") ||
            sentio_is(type, "error"));
}

static int publish_data(struct sentio_call *call, struct sentio_bytes user,
                        const struct sentio_json *data) {
    struct sentio_field fields[FIELDS] = {
        [TYPE] = {.name = "type", .types = SENTIO_JSON_STRING, .required = true},
        [TITLE] = {.name = "title", .types = SENTIO_JSON_STRING, .required = true},
        [MESSAGE] = {.name = "message", .types = SENTIO_JSON_STRING, .required = true},
        [ID] = {.name = "id", .types = SENTIO_JSON_STRING | SENTIO_JSON_NUMBER},
    };
    struct sentio_item item = {.topic = user, .json = data->text};
    struct sentio_json_error error;

    if (sentio_json_read(data, fields, FIELDS, &error) != SENTIO_OK)
        return sentio_reject_json(call, 0, &error);
    if (!type_valid(&fields[TYPE].value))
        return sentio_reject(call, 0, "type",
                             "must be \"success\", \"info\", \"warning\" or \"error\"");
    if (fields[ID].value.type == SENTIO_JSON_ABSENT)
        item.flags = SENTIO_ADD_ID;
    return sentio_emit(call, &item);
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field fields[] = {
        {.name = "user_id", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "data", .types = SENTIO_JSON_OBJECT, .required = true},
    };
    char unescaped[SENTIO_TOPIC_MAX];
    struct sentio_json_error error;
    struct sentio_json body;
    struct sentio_bytes user;
    (void)update;

    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, fields, 2, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    if (sentio_json_string(&fields[0].value, unescaped, sizeof(unescaped), &user) != SENTIO_OK ||
        !recipient_valid(user))
        return sentio_reject(call, -1, "user_id",
                             "must be 1 to 128 bytes without control characters");
    return publish_data(call, user, &fields[1].value);
}

/* Items for "*" reach every subscriber: joining the user's own topic is enough. */
static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    return sentio_subscribe_user(call, subscriber);
}

static int unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request) {
    (void)request;
    return sentio_unsubscribe_all(call, subscriber);
}

/* In open mode the caller is whom the query names, and naming "*" must not show everyone's. */
static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    char room[4096];
    struct sentio_writer out;
    if (!sentio_user_valid(request->who.user))
        return sentio_respond_error(call, request->id, 422, "user_id required");
    sentio_writer_init(&out, room, sizeof(room));
    sentio_write_text(&out, "{\"user_id\":");
    sentio_write_string(&out, request->who.user);
    sentio_write_text(&out, ",\"notifications\":[");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(&out, i > 0 ? "," : "");
        sentio_write(&out, items[i].json);
    }
    sentio_write_format(&out, "],\"count\":%zu,\"timestamp\":\"", count);
    sentio_write_time(&out, call->now);
    sentio_write_format(&out, "\",\"offset\":%llu,\"epoch\":", (unsigned long long)request->offset);
    sentio_write_string(&out, request->epoch);
    sentio_write_text(&out, "}");
    int result = out.failed ? SENTIO_NO_MEMORY
                            : sentio_respond(call, request->id, 200, sentio_written(&out));
    sentio_writer_finish(&out);
    return result;
}

static const struct sentio_route routes[] = {
    {.path = "/api/v1/dashboard/notifications",
     .topics = SENTIO_TOPICS_USER,
     .source = SENTIO_HISTORY,
     .limit = 50,
     .limit_max = 1000},
};

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,          .name = "notifications",
    .version = "1.0.0",     .type = "notification",
    .shape = SENTIO_OBJECT, .flags = SENTIO_NO_SNAPSHOT | SENTIO_DURABLE,
    .routes = routes,       .route_count = sizeof(routes) / sizeof(routes[0]),
    .open = open_channel,   .publish = publish,
    .subscribe = subscribe, .unsubscribe = unsubscribe,
    .render = render,
};
