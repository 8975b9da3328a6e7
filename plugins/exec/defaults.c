/* SPDX-License-Identifier: MIT */
#include "defaults.h"

#define ITEMS_MAX 10000
/* Characters may be written as escapes of six. */
#define TOPIC_SIZE (SENTIO_TOPIC_MAX * 6)

static bool read_topic(const struct sentio_json *value, char *buffer, struct sentio_bytes *topic) {
    return sentio_json_string(value, buffer, TOPIC_SIZE, topic) == SENTIO_OK && topic->size > 0 &&
           topic->size <= SENTIO_TOPIC_MAX;
}

static int publish_item(struct sentio_review *review, const struct sentio_json *json) {
    const struct options *options = &review->call->channel->options;
    struct sentio_field field = {
        .name = options->topic_field, .types = SENTIO_JSON_STRING, .required = true};
    struct sentio_item item = {
        .topic = sentio_text("*"), .type = sentio_text(options->type), .json = json->text};
    char buffer[TOPIC_SIZE];
    if (field.name && json->type != SENTIO_JSON_OBJECT) {
        sentio_review_reject(review, "", "must be an object");
        return SENTIO_OK;
    }
    if (field.name)
        sentio_review_read(review, json, &field, 1);
    if (field.name && field.value.type != SENTIO_JSON_ABSENT &&
        !read_topic(&field.value, buffer, &item.topic))
        sentio_review_reject(review, field.name, "must have 1 to 128 bytes");
    return review->rejected > 0 ? SENTIO_OK : sentio_emit(review->call, &item);
}

int default_publish(struct sentio_call *call, struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ANY, .required = true};
    struct sentio_review review = {.call = call};
    struct sentio_json_error error;
    struct sentio_json body;
    struct sentio_json item;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    if (data.value.type != SENTIO_JSON_ARRAY)
        return publish_item(&review, &data.value);
    size_t count = sentio_json_count(&data.value);
    if (count < 1 || count > ITEMS_MAX)
        return sentio_reject(call, -1, "data", "must have 1 to 10000 items");
    struct sentio_json_cursor cursor = sentio_json_each(&data.value);
    for (; sentio_json_next(&cursor, &item); review.index++) {
        int result = publish_item(&review, &item);
        if (result != SENTIO_OK)
            return result;
    }
    return SENTIO_OK;
}

/* The topics that a request names. */
struct choice {
    struct sentio_json topics; /* an array, or absent */
    bool named;
    bool all; /* "*" is among them */
};

static bool read_choice(struct sentio_bytes request, struct choice *choice) {
    enum { TOPICS, SYMBOLS, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [TOPICS] = {.name = "topics", .types = SENTIO_JSON_ARRAY},
        [SYMBOLS] = {.name = "symbols", .types = SENTIO_JSON_ARRAY},
    };
    char buffer[TOPIC_SIZE];
    struct sentio_bytes topic;
    struct sentio_json object;
    struct sentio_json value;
    *choice = (struct choice){.named = false};
    if (sentio_json_parse(request, &object, NULL) != SENTIO_OK ||
        sentio_json_read(&object, fields, FIELDS, NULL) != SENTIO_OK)
        return false;
    bool symbols = fields[TOPICS].value.type == SENTIO_JSON_ABSENT;
    choice->topics = fields[symbols ? SYMBOLS : TOPICS].value;
    struct sentio_json_cursor cursor = sentio_json_each(&choice->topics);
    while (sentio_json_next(&cursor, &value)) {
        if (!read_topic(&value, buffer, &topic))
            return false;
        choice->named = true;
        choice->all |= sentio_is(topic, "*");
    }
    return true;
}

typedef int topic_service(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic);

static int for_each_topic(struct sentio_call *call, uint64_t conn, const struct choice *choice,
                          topic_service *service) {
    struct sentio_json_cursor cursor = sentio_json_each(&choice->topics);
    struct sentio_json value;
    char buffer[TOPIC_SIZE];
    struct sentio_bytes topic;
    int result = SENTIO_OK;
    while (result == SENTIO_OK && sentio_json_next(&cursor, &value))
        if (read_topic(&value, buffer, &topic))
            result = service(call, conn, topic);
    return result;
}

static int refuse_topics(struct sentio_call *call, uint64_t conn) {
    return sentio_refuse(call, conn, "invalid_field",
                         "\"topics\" must be an array of strings of 1 to 128 bytes");
}

int default_subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                      struct sentio_bytes request) {
    uint64_t conn = subscriber->conn;
    struct choice choice;
    if (!read_choice(request, &choice))
        return refuse_topics(call, conn);
    int result = SENTIO_OK;
    if (choice.all || (!choice.named && !subscriber->subscribed))
        result = sentio_join(call, conn, sentio_text("*"));
    else if (!subscriber->all)
        result = for_each_topic(call, conn, &choice, call->host->join);
    return result == SENTIO_OK ? sentio_accept(call, conn) : result;
}

int default_unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                        struct sentio_bytes request) {
    uint64_t conn = subscriber->conn;
    struct choice choice;
    if (!read_choice(request, &choice))
        return refuse_topics(call, conn);
    if (choice.named && !choice.all && subscriber->all)
        return sentio_refuse(call, conn, "subscribed_to_all",
                             "subscribed to everything: single topics cannot be taken from that; "
                             "unsubscribe without topics first");
    int result = SENTIO_OK;
    if (choice.all || !choice.named)
        result = sentio_leave(call, conn, sentio_text("*"));
    else
        result = for_each_topic(call, conn, &choice, call->host->leave);
    return result == SENTIO_OK ? sentio_accept(call, conn) : result;
}

int default_message(struct sentio_call *call, const struct sentio_subscriber *subscriber) {
    return sentio_refuse(call, subscriber->conn, "unknown_action",
                         "there is no such action on this channel");
}
