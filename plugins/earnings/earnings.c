/* SPDX-License-Identifier: MIT */
/* A portfolio's figures. A publisher sends {"user_id", "data": {...}}; the topic is the user, who
 * alone may subscribe to it. */

#include <sentio/plugin.h>
#include <sentio/sdk.h>

#define FIGURE SENTIO_JSON_NUMBER

enum { WIN_RATE, OFFSET, EPOCH, USER_ID, TIMESTAMP };

/* The members of "data" that mean something here. The last four have a meaning in the REST answer
 * only, and may be anything, but once. */
static const struct sentio_field data_fields[] = {
    [WIN_RATE] = {.name = "win_rate", .types = FIGURE},
    [OFFSET] = {.name = "offset", .types = SENTIO_JSON_ANY},
    [EPOCH] = {.name = "epoch", .types = SENTIO_JSON_ANY},
    [USER_ID] = {.name = "user_id", .types = SENTIO_JSON_ANY},
    [TIMESTAMP] = {.name = "timestamp", .types = SENTIO_JSON_ANY},
    {.name = "portfolio_value", .types = FIGURE},
    {.name = "total_return", .types = FIGURE},
    {.name = "daily_pnl", .types = FIGURE},
};

#define FIELDS (sizeof(data_fields) / sizeof(data_fields[0]))

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static int publish_data(struct sentio_call *call, struct sentio_bytes user,
                        const struct sentio_json *data) {
    struct sentio_item item = {.topic = user, .json = data->text};
    struct sentio_field fields[FIELDS];
    struct sentio_json_error error;
    double win_rate = 0;

    if (sentio_json_count(data) == 0)
        return sentio_reject(call, -1, "data", "must not be empty");
    memcpy(fields, data_fields, sizeof(fields));
    if (sentio_json_read(data, fields, FIELDS, &error) != SENTIO_OK)
        return sentio_reject_json(call, 0, &error);
    if (sentio_json_number(&fields[WIN_RATE].value, &win_rate) == SENTIO_OK &&
        (win_rate < 0 || win_rate > 1))
        return sentio_reject(call, 0, "win_rate", "must be within 0 and 1");
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
        !sentio_user_valid(user))
        return sentio_reject(call, -1, "user_id",
                             "must be 1 to 128 bytes without control characters, and not \"*\"");
    return publish_data(call, user, &fields[1].value);
}

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

/* The object's own members, then "user_id" and "timestamp" unless it has them. "offset" and "epoch"
 * are always the channel's: a client resumes by them. */
static int write_earnings(struct sentio_writer *out, const struct sentio_request *request,
                          const struct sentio_item *item) {
    struct sentio_field fields[FIELDS];
    struct sentio_json data;
    struct sentio_json member;
    memcpy(fields, data_fields, sizeof(fields));
    if (sentio_json_parse(item->json, &data, NULL) != SENTIO_OK ||
        sentio_json_read(&data, fields, FIELDS, NULL) != SENTIO_OK)
        return SENTIO_FAILED;

    sentio_write_text(out, "{");
    struct sentio_json_cursor cursor = sentio_json_each(&data);
    while (sentio_json_next(&cursor, &member)) {
        if (member.text.data == fields[OFFSET].value.text.data ||
            member.text.data == fields[EPOCH].value.text.data)
            continue;
        sentio_write_format(out, "\"%.*s\":%.*s,", (int)cursor.name.size, cursor.name.data,
                            (int)member.text.size, member.text.data);
    }
    if (fields[USER_ID].value.type == SENTIO_JSON_ABSENT) {
        sentio_write_text(out, "\"user_id\":");
        sentio_write_string(out, item->topic);
        sentio_write_text(out, ",");
    }
    if (fields[TIMESTAMP].value.type == SENTIO_JSON_ABSENT) {
        sentio_write_text(out, "\"timestamp\":\"");
        sentio_write_time(out, item->time);
        sentio_write_text(out, "\",");
    }
    sentio_write_format(out, "\"offset\":%llu,\"epoch\":", (unsigned long long)request->offset);
    sentio_write_string(out, request->epoch);
    sentio_write_text(out, "}");
    return out->failed ? SENTIO_NO_MEMORY : SENTIO_OK;
}

static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    char room[2048];
    struct sentio_writer out;
    size_t i = 0;
    if (!sentio_user_valid(request->who.user))
        return sentio_respond_error(call, request->id, 422, "user_id required");
    while (i < count && !sentio_equal(items[i].topic, request->who.user))
        i++;
    if (i == count)
        return sentio_respond_error(call, request->id, 404, "no earnings are known for this user");

    sentio_writer_init(&out, room, sizeof(room));
    int result = write_earnings(&out, request, &items[i]);
    if (result == SENTIO_OK)
        result = sentio_respond(call, request->id, 200, sentio_written(&out));
    sentio_writer_finish(&out);
    return result;
}

static const struct sentio_route routes[] = {
    {.path = "/api/v1/dashboard/earnings", .topics = SENTIO_TOPICS_USER, .source = SENTIO_LATEST},
};

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "earnings",
    .version = "1.0.0",
    .type = "earnings",
    .shape = SENTIO_OBJECT,
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .render = render,
};
