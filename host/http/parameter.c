/* SPDX-License-Identifier: MIT */
#include "parameter.h"

static bool find(struct sentio_bytes parameters, struct sentio_field *field) {
    struct sentio_json all;
    return sentio_json_parse(parameters, &all, NULL) == 0 &&
           sentio_json_read(&all, field, 1, NULL) == 0 && field->value.type == SENTIO_JSON_STRING;
}

struct sentio_bytes parameter_text(struct sentio_bytes parameters, const char *name, char *space,
                                   size_t size) {
    struct sentio_field field = {.name = name, .types = SENTIO_JSON_STRING};
    struct sentio_bytes text = sentio_text("");
    if (find(parameters, &field) && sentio_json_string(&field.value, space, size, &text) == 0 &&
        text.size < size)
        return text;
    return sentio_text("");
}

bool parameter_number(struct sentio_bytes parameters, const char *name, uint64_t least,
                      uint64_t most, uint64_t *value) {
    struct sentio_field field = {.name = name, .types = SENTIO_JSON_STRING};
    char space[24];
    struct sentio_bytes text;
    uint64_t number = 0;
    if (!find(parameters, &field))
        return true;
    if (sentio_json_string(&field.value, space, sizeof(space), &text) != 0 || text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (text.data[i] < '0' || text.data[i] > '9' || digit > most ||
            number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (number < least)
        return false;
    *value = number;
    return true;
}
