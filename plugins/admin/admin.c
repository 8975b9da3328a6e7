/* SPDX-License-Identifier: MIT */
/* What operators watch. A publisher sends {"kind": "users", "data": {...}}; the topic is the kind,
 * the message's type "admin_<kind>", and only holders of the admin role may see any of it. */

#include <sentio/plugin.h>
#include <sentio/sdk.h>

#define KIND_MAX 48
#define KIND_RULE "must be a-z, then up to 47 of a-z 0-9 _"

enum { TIMESTAMP, OFFSET, EPOCH, FIELDS };

/* Members with a meaning in the REST answer: in "data" they may be anything, but once. */
static const struct sentio_field answer_fields[FIELDS] = {
    [TIMESTAMP] = {.name = "timestamp", .types = SENTIO_JSON_ANY},
    [OFFSET] = {.name = "offset", .types = SENTIO_JSON_ANY},
    [EPOCH] = {.name = "epoch", .types = SENTIO_JSON_ANY},
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static bool kind_valid(struct sentio_bytes kind) {
    if (kind.size < 1 || kind.size > KIND_MAX || kind.data[0] < 'a' || kind.data[0] > 'z')
        return false;
    for (size_t i = 1; i < kind.size; i++) {
        char c = kind.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

/* The answer with all kinds has these members beside the kinds. */
static bool kind_reserved(struct sentio_bytes kind) {
    for (size_t i = 0; i < FIELDS; i++)
        if (sentio_is(kind, answer_fields[i].name))
            return true;
    return false;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field fields[] = {
        {.name = "kind", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "data", .types = SENTIO_JSON_OBJECT, .required = true},
    };
    struct sentio_field members[FIELDS];
    struct sentio_json_error error;
    struct sentio_json body;
    struct sentio_bytes kind;
    char unescaped[KIND_MAX];
    char type[SENTIO_TYPE_MAX];
    (void)update;

    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, fields, 2, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    if (sentio_json_string(&fields[0].value, unescaped, sizeof(unescaped), &kind) != SENTIO_OK ||
        !kind_valid(kind))
        return sentio_reject(call, -1, "kind", KIND_RULE);
    if (kind_reserved(kind))
        return sentio_reject(call, -1, "kind", "must not be timestamp, offset or epoch");
    memcpy(members, answer_fields, sizeof(members));
    if (sentio_json_read(&fields[1].value, members, FIELDS, &error) != SENTIO_OK)
        return sentio_reject_json(call, 0, &error);

    struct sentio_writer writer;
    sentio_writer_init(&writer, type, sizeof(type));
    sentio_write_text(&writer, "admin_");
    sentio_write(&writer, kind);
    struct sentio_item item = {
        .topic = kind, .type = sentio_written(&writer), .json = fields[1].value.text};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&writer);
    return result;
}

static int refuse_all(struct sentio_call *call, uint64_t conn) {
    return sentio_refuse(call, conn, "subscribed_to_all",
                         "subscribed to all kinds: single ones cannot be taken from that; "
                         "unsubscribe without kinds first");
}

/* Joins or leaves the request's "kinds", and answers. Without kinds everything is meant, but not in
 * a later subscribe: one that only brings a fresh token changes nothing. */
static int change(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                  struct sentio_bytes request, bool join) {
    int (*service)(struct sentio_call *, uint64_t, struct sentio_bytes) =
        join ? sentio_join : sentio_leave;
    struct sentio_field kinds = {.name = "kinds", .types = SENTIO_JSON_ARRAY};
    uint64_t conn = subscriber->conn;
    struct sentio_json body;
    struct sentio_json value;
    int result = SENTIO_OK;

    if (sentio_json_parse(request, &body, NULL) != SENTIO_OK ||
        sentio_json_read(&body, &kinds, 1, NULL) != SENTIO_OK)
        return sentio_refuse(call, conn, "invalid_field", "\"kinds\" must be an array, given once");
    if (sentio_json_count(&kinds.value) == 0 && !(join && subscriber->subscribed))
        result = service(call, conn, sentio_text("*"));

    struct sentio_json_cursor cursor = sentio_json_each(&kinds.value);
    while (result == SENTIO_OK && sentio_json_next(&cursor, &value)) {
        char unescaped[KIND_MAX];
        struct sentio_bytes kind;
        if (sentio_json_string(&value, unescaped, sizeof(unescaped), &kind) != SENTIO_OK ||
            !(kind_valid(kind) || sentio_is(kind, "*")))
            return sentio_refuse(call, conn, "invalid_kind", "a kind " KIND_RULE);
        if (!join && subscriber->all && !sentio_is(kind, "*"))
            return refuse_all(call, conn);
        result = service(call, conn, kind);
    }
    return result == SENTIO_OK ? sentio_accept(call, conn) : result;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    if (!(subscriber->who.roles & SENTIO_ROLE_ADMIN))
        return sentio_deny(call, subscriber->conn, "Invalid admin token");
    return change(call, subscriber, request, true);
}

static int unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request) {
    return change(call, subscriber, request, false);
}

/* The object's own members, each with a comma after it, except "offset" and "epoch": those are the
 * channel's, which a client resumes by. "timestamp" is added unless the object has it. */
static int write_data(struct sentio_writer *out, const struct sentio_item *item) {
    struct sentio_field fields[FIELDS];
    struct sentio_json data;
    struct sentio_json member;
    memcpy(fields, answer_fields, sizeof(fields));
    if (sentio_json_parse(item->json, &data, NULL) != SENTIO_OK ||
        sentio_json_read(&data, fields, FIELDS, NULL) != SENTIO_OK)
        return SENTIO_FAILED;
    struct sentio_json_cursor cursor = sentio_json_each(&data);
    while (sentio_json_next(&cursor, &member)) {
        if (member.text.data == fields[OFFSET].value.text.data ||
            member.text.data == fields[EPOCH].value.text.data)
            continue;
        sentio_write_format(out, "\"%.*s\":%.*s,", (int)cursor.name.size, cursor.name.data,
                            (int)member.text.size, member.text.data);
    }
    if (fields[TIMESTAMP].value.type == SENTIO_JSON_ABSENT) {
        sentio_write_text(out, "\"timestamp\":\"");
        sentio_write_time(out, item->time);
        sentio_write_text(out, "\",");
    }
    return SENTIO_OK;
}

static void write_kinds(struct sentio_writer *out, int64_t now, const struct sentio_item *items,
                        size_t count) {
    for (size_t i = 0; i < count; i++) {
        sentio_write_string(out, items[i].topic);
        sentio_write_text(out, ":");
        sentio_write(out, items[i].json);
        sentio_write_text(out, ",");
    }
    sentio_write_text(out, "\"timestamp\":\"");
    sentio_write_time(out, now);
    sentio_write_text(out, "\",");
}

enum { ROUTE_KIND, ROUTE_ALL, ROUTES };

static const struct sentio_route routes[ROUTES] = {
    [ROUTE_KIND] = {.path = "/api/v1/admin/{kind}",
                    .parameter = "kind",
                    .topics = SENTIO_TOPICS_PATH,
                    .source = SENTIO_LATEST},
    [ROUTE_ALL] = {.path = "/api/v1/admin", .topics = SENTIO_TOPICS_ALL, .source = SENTIO_LATEST},
};

static int render(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count) {
    bool one = request->route == &routes[ROUTE_KIND];
    char room[4096];
    struct sentio_writer out;
    int result = SENTIO_OK;
    if (!(request->who.roles & SENTIO_ROLE_ADMIN))
        return sentio_respond_error(call, request->id, 401, "Invalid admin token");
    if (one && count == 0)
        return sentio_respond_error(call, request->id, 404, "nothing is known of this kind");

    sentio_writer_init(&out, room, sizeof(room));
    sentio_write_text(&out, "{");
    if (one)
        result = write_data(&out, &items[0]);
    else
        write_kinds(&out, call->now, items, count);
    sentio_write_format(&out, "\"offset\":%llu,\"epoch\":", (unsigned long long)request->offset);
    sentio_write_string(&out, request->epoch);
    sentio_write_text(&out, "}");
    if (out.failed)
        result = SENTIO_NO_MEMORY;
    if (result == SENTIO_OK)
        result = sentio_respond(call, request->id, 200, sentio_written(&out));
    sentio_writer_finish(&out);
    return result;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "admin",
    .version = "1.0.0",
    .type = "admin",
    .shape = SENTIO_OBJECT,
    .routes = routes,
    .route_count = ROUTES,
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .unsubscribe = unsubscribe,
    .render = render,
};
