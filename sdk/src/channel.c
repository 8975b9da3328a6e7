/* SPDX-License-Identifier: MIT */
#include <sentio/sdk.h>

#define REJECTIONS_MAX 100
#define SYMBOL_MAX 32

int sentio_no_options(struct sentio_call *call, struct sentio_bytes config) {
    struct sentio_json options;
    struct sentio_json value;
    if (sentio_json_parse(config, &options, NULL) != SENTIO_OK)
        return SENTIO_INVALID;
    struct sentio_json_cursor cursor = sentio_json_each(&options);
    if (!sentio_json_next(&cursor, &value))
        return SENTIO_OK;
    sentio_log(call, SENTIO_ERROR, "there is no option \"%.*s\" (this plugin has none): remove it",
               (int)cursor.name.size, cursor.name.data);
    return SENTIO_INVALID;
}

void sentio_review_reject(struct sentio_review *review, const char *field, const char *message) {
    if (review->rejected == REJECTIONS_MAX)
        return;
    review->rejected++;
    sentio_reject(review->call, review->index, field, message);
}

void sentio_review_read(struct sentio_review *review, const struct sentio_json *object,
                        struct sentio_field *fields, size_t count) {
    struct sentio_json_error error;
    if (sentio_json_read(object, fields, count, &error) == SENTIO_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        if (sentio_json_read(object, &fields[i], 1, &error) == SENTIO_OK)
            continue;
        sentio_review_reject(review, fields[i].name, error.message);
        fields[i].value.type = SENTIO_JSON_ABSENT;
    }
}

int sentio_json_symbol(const struct sentio_json *value, char *out, struct sentio_bytes *symbol) {
    char unescaped[SYMBOL_MAX];
    struct sentio_bytes text;
    if (sentio_json_string(value, unescaped, sizeof(unescaped), &text) != SENTIO_OK)
        return SENTIO_INVALID;
    return sentio_symbol(text, out, symbol);
}

bool sentio_user_valid(struct sentio_bytes user) {
    if (user.size < 1 || user.size > SENTIO_TOPIC_MAX || sentio_is(user, "*"))
        return false;
    for (size_t i = 0; i < user.size; i++)
        if ((unsigned char)user.data[i] < 0x20 || user.data[i] == 0x7f)
            return false;
    return true;
}

int sentio_subscribe_user(struct sentio_call *call, const struct sentio_subscriber *subscriber) {
    struct sentio_bytes user = subscriber->who.user;
    if (user.size == 0)
        return sentio_deny(call, subscriber->conn, "user_id required");
    if (!sentio_user_valid(user))
        return sentio_deny(call, subscriber->conn, "user_id not valid");
    int result = sentio_join(call, subscriber->conn, user);
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

int sentio_unsubscribe_all(struct sentio_call *call, const struct sentio_subscriber *subscriber) {
    int result = sentio_leave(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}
