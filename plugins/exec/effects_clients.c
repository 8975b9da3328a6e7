/* SPDX-License-Identifier: MIT */
#include "effects.h"

#define CONN                                                                                       \
    { .name = "conn", .types = SENTIO_JSON_STRING }

typedef int topic_service(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic);

static enum effect_result change_topic(struct effect *effect, topic_service *service) {
    enum { WHO, TOPIC, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [WHO] = CONN,
        [TOPIC] = {.name = "topic", .types = SENTIO_JSON_STRING, .required = true},
    };
    uint64_t conn;
    if (!fields_read(effect, fields, FIELDS) || !fields_conn(effect, &fields[WHO], &conn))
        return EFFECT_WRONG;
    struct sentio_bytes topic = fields_text(effect, &fields[TOPIC], "");
    return fields_result(effect, service(effect->turn->call, conn, topic),
                         "a topic has 1 to 128 bytes");
}

enum effect_result effect_join(struct effect *effect) {
    return change_topic(effect, effect->turn->call->host->join);
}

enum effect_result effect_leave(struct effect *effect) {
    return change_topic(effect, effect->turn->call->host->leave);
}

enum effect_result effect_accept(struct effect *effect) {
    struct sentio_field who = CONN;
    uint64_t conn;
    if (!fields_read(effect, &who, 1) || !fields_conn(effect, &who, &conn))
        return EFFECT_WRONG;
    return fields_result(effect, sentio_accept(effect->turn->call, conn),
                         "that request has been answered already");
}

enum effect_result effect_refuse(struct effect *effect) {
    enum { WHO, CLOSE, ERROR, MESSAGE, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [WHO] = CONN,
        [CLOSE] = {.name = "close", .types = SENTIO_JSON_NUMBER},
        [ERROR] = {.name = "error", .types = SENTIO_JSON_STRING},
        [MESSAGE] = {.name = "message", .types = SENTIO_JSON_STRING, .required = true},
    };
    int64_t code = 0;
    uint64_t conn;
    if (!fields_read(effect, fields, FIELDS) || !fields_conn(effect, &fields[WHO], &conn) ||
        !fields_number(effect, &fields[CLOSE], 0, 4999, &code))
        return EFFECT_WRONG;
    struct sentio_bytes error = fields_text(effect, &fields[ERROR], "refused");
    struct sentio_bytes message = fields_text(effect, &fields[MESSAGE], "");
    int result = SENTIO_SERVICE(effect->turn->call, refuse, conn, (uint32_t)code, error, message);
    return fields_result(
        effect, result,
        "\"error\" is 1 to 64 of a-z, 0-9 and _; \"close\" is 1008 or 4000 to "
        "4999, with a message of at most 123 bytes; and a request is answered once");
}

enum effect_result effect_send(struct effect *effect) {
    enum { WHO, TYPE, DATA, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [WHO] = CONN,
        [TYPE] = {.name = "type", .types = SENTIO_JSON_STRING, .required = true},
        [DATA] = {.name = "data", .types = SENTIO_JSON_ANY, .required = true},
    };
    uint64_t conn;
    if (!fields_read(effect, fields, FIELDS) || !fields_conn(effect, &fields[WHO], &conn))
        return EFFECT_WRONG;
    struct sentio_bytes type = fields_text(effect, &fields[TYPE], "");
    int result = SENTIO_SERVICE(effect->turn->call, send, conn, type, fields[DATA].value.text);
    return fields_result(effect, result, "a type has 1 to 64 bytes");
}

enum effect_result effect_close(struct effect *effect) {
    enum { WHO, CODE, REASON, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [WHO] = CONN,
        [CODE] = {.name = "code", .types = SENTIO_JSON_NUMBER},
        [REASON] = {.name = "reason", .types = SENTIO_JSON_STRING},
    };
    int64_t code = 1008;
    uint64_t conn;
    if (!fields_read(effect, fields, FIELDS) || !fields_conn(effect, &fields[WHO], &conn) ||
        !fields_number(effect, &fields[CODE], 1000, 4999, &code))
        return EFFECT_WRONG;
    struct sentio_bytes reason = fields_text(effect, &fields[REASON], "");
    int result = SENTIO_SERVICE(effect->turn->call, close, conn, (uint32_t)code, reason);
    return fields_result(effect, result,
                         "\"code\" is 1008 or 4000 to 4999, \"reason\" has at most 123 bytes");
}
