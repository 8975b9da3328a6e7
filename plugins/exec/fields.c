/* SPDX-License-Identifier: MIT */
#include "fields.h"

enum effect_result fields_wrong(struct effect *effect, const char *field, const char *message) {
    struct sentio_channel *channel = effect->turn->channel;
    if (field)
        channel_fault(channel, 0, "\"%s\": \"%s\" %s", effect->name, field, message);
    else
        channel_fault(channel, 0, "\"%s\" %s", effect->name, message);
    return EFFECT_WRONG;
}

static bool names_are_known(struct effect *effect, const struct sentio_field *fields,
                            size_t count) {
    struct sentio_json_cursor cursor = sentio_json_each(&effect->value);
    struct sentio_json value;
    while (sentio_json_next(&cursor, &value)) {
        size_t i = 0;
        while (i < count && !sentio_is(cursor.name, fields[i].name))
            i++;
        if (i < count)
            continue;
        channel_fault(effect->turn->channel, 0, "\"%s\" has no field \"%.*s\"", effect->name,
                      (int)(cursor.name.size < 64 ? cursor.name.size : 64), cursor.name.data);
        return false;
    }
    return true;
}

bool fields_read(struct effect *effect, struct sentio_field *fields, size_t count) {
    struct sentio_json_error error;
    if (effect->value.type != SENTIO_JSON_OBJECT) {
        fields_wrong(effect, NULL, "must be an object");
        return false;
    }
    if (sentio_json_read(&effect->value, fields, count, &error) != SENTIO_OK) {
        fields_wrong(effect, error.field, error.message);
        return false;
    }
    return names_are_known(effect, fields, count);
}

/* The scratch is as big as the line, whose texts together are smaller. */
struct sentio_bytes fields_text(struct effect *effect, const struct sentio_field *field,
                                const char *otherwise) {
    struct sentio_channel *channel = effect->turn->channel;
    struct sentio_bytes text = sentio_text(otherwise);
    if (field->value.type == SENTIO_JSON_ABSENT)
        return text;
    char *room = channel->scratch + effect->used;
    sentio_json_string(&field->value, room, channel->scratch_size - effect->used, &text);
    if (text.data == room)
        effect->used += text.size;
    return text;
}

bool fields_conn(struct effect *effect, const struct sentio_field *field, uint64_t *conn) {
    *conn = effect->turn->conn;
    if (field->value.type == SENTIO_JSON_ABSENT) {
        if (*conn != 0)
            return true;
        fields_wrong(effect, field->name, "is required where the call is not about a subscriber");
        return false;
    }
    struct sentio_bytes digits = fields_text(effect, field, "");
    uint64_t sum = 0;
    bool good = digits.size > 0;
    for (size_t i = 0; i < digits.size && good; i++) {
        unsigned digit = (unsigned char)digits.data[i] - (unsigned)'0';
        good = digit <= 9 && !__builtin_mul_overflow(sum, 10, &sum) &&
               !__builtin_add_overflow(sum, digit, &sum);
    }
    *conn = sum;
    if (!good)
        fields_wrong(effect, field->name, "must be the string that a call gave");
    return good;
}

bool fields_number(struct effect *effect, const struct sentio_field *field, int64_t least,
                   int64_t most, int64_t *number) {
    double value = (double)*number;
    if (field->value.type == SENTIO_JSON_ABSENT)
        return true;
    if (sentio_json_number(&field->value, &value) != SENTIO_OK || value < (double)least ||
        value > (double)most || (double)(int64_t)value != value) {
        fields_wrong(effect, field->name, "is not a whole number, or out of its bounds");
        return false;
    }
    *number = (int64_t)value;
    return true;
}

enum effect_result fields_result(struct effect *effect, int result, const char *allowed) {
    if (result == SENTIO_OK)
        return EFFECT_TAKEN;
    if (result == SENTIO_AGAIN)
        return EFFECT_FULL;
    channel_fault(effect->turn->channel, 0, "\"%s\" is not taken by the host: %s", effect->name,
                  allowed);
    return EFFECT_WRONG;
}
