/* SPDX-License-Identifier: MIT */
#include "json_text.h"

struct expectation {
    uint32_t types;
    const char *message;
};

static const char *expectation(uint32_t types) {
    static const struct expectation table[] = {
        {SENTIO_JSON_NULL, "must be null"},
        {SENTIO_JSON_BOOL, "must be true or false"},
        {SENTIO_JSON_NUMBER, "must be a number"},
        {SENTIO_JSON_STRING, "must be a string"},
        {SENTIO_JSON_ARRAY, "must be an array"},
        {SENTIO_JSON_OBJECT, "must be an object"},
        {SENTIO_JSON_BOOL | SENTIO_JSON_NULL, "must be true, false or null"},
        {SENTIO_JSON_NUMBER | SENTIO_JSON_NULL, "must be a number or null"},
        {SENTIO_JSON_STRING | SENTIO_JSON_NULL, "must be a string or null"},
        {SENTIO_JSON_ARRAY | SENTIO_JSON_NULL, "must be an array or null"},
        {SENTIO_JSON_OBJECT | SENTIO_JSON_NULL, "must be an object or null"},
        {SENTIO_JSON_STRING | SENTIO_JSON_NUMBER, "must be a string or a number"},
        {SENTIO_JSON_STRING | SENTIO_JSON_NUMBER | SENTIO_JSON_NULL,
         "must be a string, a number or null"},
        {SENTIO_JSON_STRING | SENTIO_JSON_ARRAY, "must be a string or an array"},
        {SENTIO_JSON_ARRAY | SENTIO_JSON_OBJECT, "must be an array or an object"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].types == types)
            return table[i].message;
    return "has the wrong type";
}

static bool escaped_name_is(struct sentio_bytes name, const char *wanted) {
    const char *at = name.data;
    const char *end = name.data + name.size;
    size_t left = strlen(wanted);
    while (at < end) {
        char character[4];
        size_t length = 1;
        if (*at == '\\')
            length = sdk_json_unescape(&at, character);
        else
            character[0] = *at++;
        if (length > left || memcmp(wanted, character, length) != 0)
            return false;
        wanted += length;
        left -= length;
    }
    return left == 0;
}

static struct sentio_field *find_field(struct sentio_bytes name, struct sentio_field *fields,
                                       size_t count) {
    bool escaped = name.size != 0 && memchr(name.data, '\\', name.size);
    char first = name.size != 0 ? name.data[0] : '\0';
    for (size_t i = 0; i < count; i++) {
        if (!escaped && first != fields[i].name[0])
            continue;
        if (escaped ? escaped_name_is(name, fields[i].name) : sentio_is(name, fields[i].name))
            return &fields[i];
    }
    return NULL;
}

static int fail(struct sentio_json_error *error, int result, const char *message, size_t position,
                const char *field) {
    if (error)
        *error =
            (struct sentio_json_error){.message = message, .position = position, .field = field};
    return result;
}

static int read_members(const struct sentio_json *object, struct sentio_field *fields, size_t count,
                        struct sentio_json_error *error) {
    struct sentio_json_cursor cursor = sentio_json_each(object);
    struct sentio_json value;
    while (sentio_json_next(&cursor, &value)) {
        struct sentio_field *field = find_field(cursor.name, fields, count);
        if (!field)
            continue;
        size_t position = (size_t)(value.text.data - object->text.data);
        if (field->value.type != SENTIO_JSON_ABSENT)
            return fail(error, SENTIO_DUPLICATE, "is given twice", position, field->name);
        if (!(value.type & field->types))
            return fail(error, SENTIO_INVALID, expectation(field->types), position, field->name);
        field->value = value;
    }
    return SENTIO_OK;
}

int sentio_json_read(const struct sentio_json *object, struct sentio_field *fields, size_t count,
                     struct sentio_json_error *error) {
    for (size_t i = 0; i < count; i++)
        fields[i].value = (struct sentio_json){.type = SENTIO_JSON_ABSENT};
    if (object->type != SENTIO_JSON_OBJECT)
        return fail(error, SENTIO_INVALID, "an object expected", 0, NULL);
    int result = read_members(object, fields, count, error);
    if (result != SENTIO_OK)
        return result;
    for (size_t i = 0; i < count; i++)
        if (fields[i].required && fields[i].value.type == SENTIO_JSON_ABSENT)
            return fail(error, SENTIO_NOT_FOUND, "is missing", 0, fields[i].name);
    return SENTIO_OK;
}
