/* SPDX-License-Identifier: MIT */
#include "effects.h"

#define WAKE_MAX 86400000

static bool read_level(struct sentio_bytes name, uint32_t *level) {
    static const char *const names[] = {
        [SENTIO_DEBUG] = "debug",
        [SENTIO_INFO] = "info",
        [SENTIO_WARNING] = "warning",
        [SENTIO_ERROR] = "error",
    };
    *level = 0;
    while (*level <= SENTIO_ERROR && !sentio_is(name, names[*level]))
        ++*level;
    return *level <= SENTIO_ERROR;
}

enum effect_result effect_log(struct effect *effect) {
    enum { LEVEL, MESSAGE, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [LEVEL] = {.name = "level", .types = SENTIO_JSON_STRING},
        [MESSAGE] = {.name = "message", .types = SENTIO_JSON_STRING, .required = true},
    };
    uint32_t level;
    if (!fields_read(effect, fields, FIELDS))
        return EFFECT_WRONG;
    if (!read_level(fields_text(effect, &fields[LEVEL], "info"), &level))
        return fields_wrong(effect, "level",
                            "must be \"debug\", \"info\", \"warning\" or \"error\"");
    struct sentio_bytes message = fields_text(effect, &fields[MESSAGE], "");
    return fields_result(effect, SENTIO_SERVICE(effect->turn->call, log, level, message),
                         "the message must be UTF-8");
}

enum effect_result effect_count(struct effect *effect) {
    enum { METRIC, N, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [METRIC] = {.name = "metric", .types = SENTIO_JSON_STRING, .required = true},
        [N] = {.name = "n", .types = SENTIO_JSON_NUMBER},
    };
    int64_t n = 1;
    if (!fields_read(effect, fields, FIELDS) ||
        !fields_number(effect, &fields[N], 0, INT64_C(1) << 53, &n))
        return EFFECT_WRONG;
    struct sentio_bytes metric = fields_text(effect, &fields[METRIC], "");
    int result = SENTIO_SERVICE(effect->turn->call, count, metric, (uint64_t)n);
    return fields_result(effect, result, "a metric is 1 to 48 of a-z and _");
}

enum effect_result effect_wake(struct effect *effect) {
    uint64_t milliseconds;
    if (!channel_wants(effect->turn->channel, CALL_WOKEN))
        return fields_wrong(effect, NULL,
                            "is for programs with \"woken\" among the calls of \"ready\"");
    if (sentio_json_unsigned(&effect->value, &milliseconds) != SENTIO_OK || milliseconds > WAKE_MAX)
        return fields_wrong(effect, NULL, "must be a number of milliseconds, 0 to 86400000");
    return fields_result(effect, sentio_wake(effect->turn->call, milliseconds), "");
}

static bool read_call(const struct sentio_json *value, uint32_t *wants) {
    char buffer[16];
    struct sentio_bytes name;
    if (sentio_json_string(value, buffer, sizeof(buffer), &name) != SENTIO_OK)
        return false;
    unsigned kind = 0;
    while (kind < CALL_KINDS && !sentio_is(name, call_name((enum call_kind)kind)))
        kind++;
    *wants |= 1u << kind;
    return kind < CALL_KINDS;
}

enum effect_result effect_ready(struct effect *effect) {
    struct sentio_field calls = {.name = "calls", .types = SENTIO_JSON_ARRAY, .required = true};
    struct sentio_json value;
    uint32_t wants = 1u << CALL_OPEN;
    if (effect->turn->kind != CALL_OPEN)
        return fields_wrong(effect, NULL, "is for the call open");
    if (!fields_read(effect, &calls, 1))
        return EFFECT_WRONG;
    struct sentio_json_cursor cursor = sentio_json_each(&calls.value);
    while (sentio_json_next(&cursor, &value))
        if (!read_call(&value, &wants))
            return fields_wrong(effect, "calls",
                                "must be of \"publish\", \"subscribe\", \"unsubscribe\", "
                                "\"message\", \"left\", \"observe\", \"woken\", \"save\", "
                                "\"restore\" and \"close\"");
    effect->turn->channel->wants = wants;
    return EFFECT_TAKEN;
}
