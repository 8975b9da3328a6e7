/* SPDX-License-Identifier: MIT */
#include "ndjson.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "result.h"

struct ndjson {
    json_tokener *tokener;
    json_object *object; /* of the last row, which points into it */
};

struct ndjson *ndjson_create(void) {
    struct ndjson *ndjson = calloc(1, sizeof *ndjson);
    if (ndjson == NULL)
        return NULL;
    ndjson->tokener = json_tokener_new();
    if (ndjson->tokener == NULL) {
        free(ndjson);
        return NULL;
    }
    json_tokener_set_flags(ndjson->tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    return ndjson;
}

void ndjson_destroy(struct ndjson *ndjson) {
    if (ndjson == NULL)
        return;
    json_object_put(ndjson->object);
    json_tokener_free(ndjson->tokener);
    free(ndjson);
}

static int parse(struct ndjson *ndjson, const char *line, size_t size, struct problem *problem) {
    json_object_put(ndjson->object);
    ndjson->object = NULL;
    if (size > INT_MAX - 1)
        return problem_set(problem, "the line is too long; write one object a line");
    json_tokener_reset(ndjson->tokener);
    /* With its NUL, so that the tokener sees the end. */
    ndjson->object = json_tokener_parse_ex(ndjson->tokener, line, (int)size + 1);
    enum json_tokener_error error = json_tokener_get_error(ndjson->tokener);
    if (error != json_tokener_success)
        return problem_set(problem, "not JSON at byte %zu (%s); write one object a line",
                           json_tokener_get_parse_end(ndjson->tokener) + 1,
                           json_tokener_error_desc(error));
    if (!json_object_is_type(ndjson->object, json_type_object))
        return problem_set(problem, "not a JSON object; write one object a line");
    return 0;
}

/* json-c holds on to a fraction's text; an integer it cannot represent becomes the nearest one. */
static const char *number_text(json_object *value) {
    if (json_object_is_type(value, json_type_double))
        return json_object_to_json_string(value);
    if (!json_object_is_type(value, json_type_int))
        return NULL;
    if (json_object_get_uint64(value) == UINT64_MAX || json_object_get_int64(value) == INT64_MIN)
        return NULL;
    return json_object_to_json_string(value);
}

static const char *string_text(json_object *value) {
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

int ndjson_row(struct ndjson *ndjson, const char *line, size_t size, struct row *row,
               struct problem *problem) {
    row_clear(row);
    int result = parse(ndjson, line, size, problem);
    if (result != 0)
        return result;
    for (int i = 0; i < FIELD_COUNT; i++) {
        json_object *value = NULL;
        const char *name = field_name((enum field)i);
        if (!json_object_object_get_ex(ndjson->object, name, &value) || value == NULL)
            continue;
        bool number = i < FIELD_NUMBERS;
        row->text[i] = number ? number_text(value) : string_text(value);
        if (row->text[i] == NULL)
            return problem_set(problem, "%s is not a %s", name,
                               number ? "number in the range of 64 bits; write it like 112.06"
                                      : "plain string; put it in quotes");
    }
    return row_check(row, problem);
}
