/* SPDX-License-Identifier: MIT */
#include "effects.h"

enum effect_result effect_emit(struct effect *effect) {
    enum { TOPIC, KEY, TYPE, DATA, ADD_ID, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [TOPIC] = {.name = "topic", .types = SENTIO_JSON_STRING},
        [KEY] = {.name = "key", .types = SENTIO_JSON_STRING},
        [TYPE] = {.name = "type", .types = SENTIO_JSON_STRING},
        [DATA] = {.name = "data", .types = SENTIO_JSON_ANY, .required = true},
        [ADD_ID] = {.name = "add_id", .types = SENTIO_JSON_BOOL},
    };
    struct turn *turn = effect->turn;
    if (!fields_read(effect, fields, FIELDS))
        return EFFECT_WRONG;
    struct sentio_item item = {
        .topic = fields_text(effect, &fields[TOPIC], "*"),
        .key = fields_text(effect, &fields[KEY], ""),
        .type = fields_text(effect, &fields[TYPE], turn->channel->options.type),
        .json = fields[DATA].value.text,
        .flags = sentio_json_true(&fields[ADD_ID].value) ? SENTIO_ADD_ID : 0,
    };
    return fields_result(
        effect, sentio_emit(turn->call, &item),
        "topic and key may have 128 bytes, the type 64, data 1 MiB, and \"add_id\" "
        "is for objects without an \"id\"");
}

enum effect_result effect_forward(struct effect *effect) {
    enum { CHANNEL, PAYLOAD, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [CHANNEL] = {.name = "channel", .types = SENTIO_JSON_STRING, .required = true},
        [PAYLOAD] = {.name = "payload", .types = SENTIO_JSON_OBJECT, .required = true},
    };
    if (!fields_read(effect, fields, FIELDS))
        return EFFECT_WRONG;
    struct sentio_bytes channel = fields_text(effect, &fields[CHANNEL], "");
    int result = SENTIO_SERVICE(effect->turn->call, forward, channel, fields[PAYLOAD].value.text);
    return fields_result(effect, result, "the channel must be among this one's `forwards`");
}

enum effect_result effect_reject(struct effect *effect) {
    enum { ITEM, FIELD, MESSAGE, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [ITEM] = {.name = "item", .types = SENTIO_JSON_NUMBER},
        [FIELD] = {.name = "field", .types = SENTIO_JSON_STRING},
        [MESSAGE] = {.name = "message", .types = SENTIO_JSON_STRING, .required = true},
    };
    int64_t item = -1;
    if (effect->turn->kind != CALL_PUBLISH)
        return fields_wrong(effect, NULL, "is for the call publish");
    if (!fields_read(effect, fields, FIELDS) ||
        !fields_number(effect, &fields[ITEM], -1, INT32_MAX, &item))
        return EFFECT_WRONG;
    struct sentio_bytes field = fields_text(effect, &fields[FIELD], "");
    struct sentio_bytes message = fields_text(effect, &fields[MESSAGE], "");
    int result = SENTIO_SERVICE(effect->turn->call, reject, (int32_t)item, field, message);
    return fields_result(effect, result, "its texts must be UTF-8");
}

enum effect_result effect_state(struct effect *effect) {
    if (effect->turn->kind != CALL_SAVE)
        return fields_wrong(effect, NULL, "is for the call save");
    int result = SENTIO_SERVICE(effect->turn->call, keep, effect->value.text);
    return fields_result(effect, result, "it may be said once, and before anything else");
}
