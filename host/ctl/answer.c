/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

enum { ANSWER_MAX = 64 * 1024 * 1024, NAME_SIZE = 64, DEPTH = 32 };

void answer_finish(struct answer *answer) {
    json_object_put(answer->json);
    free(answer->text);
    *answer = (struct answer){0};
}

int answer_add(struct answer *answer, const char *data, size_t size) {
    if (size > ANSWER_MAX - answer->size)
        return SENTIO_TOO_BIG;
    char *text = realloc(answer->text, answer->size + size + 1);
    if (text == NULL)
        return SENTIO_NO_MEMORY;
    memcpy(text + answer->size, data, size);
    answer->text = text;
    answer->size += size;
    text[answer->size] = '\0';
    return 0;
}

int answer_read(struct answer *answer) {
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
    if (tokener == NULL)
        return SENTIO_NO_MEMORY;
    if (answer->text != NULL)
        answer->json = json_tokener_parse_ex(tokener, answer->text, (int)answer->size + 1);
    json_tokener_free(tokener);
    return json_object_is_type(answer->json, json_type_object) ? 0 : SENTIO_INVALID;
}

bool answer_is_good(const struct answer *answer) {
    return answer->status >= 200 && answer->status < 300;
}

enum ctl_status answer_print(const struct answer *answer) {
    printf("%s\n", answer->text);
    return answer_is_good(answer) ? CTL_OK : CTL_FAILED;
}

enum ctl_status answer_complain(const struct answer *answer) {
    struct json_object *errors = answer_member(answer->json, "errors");
    const char *detail = answer_text(answer->json, "detail");
    for (size_t i = 0; i < answer_count(errors); i++)
        fprintf(stderr, "%s\n", answer_element_text(errors, i));
    if (*detail)
        ctl_complain("%s", detail);
    else if (answer_count(errors) == 0)
        ctl_complain("the host refuses with status %ld", answer->status);
    return CTL_FAILED;
}

struct json_object *answer_member(struct json_object *object, const char *path) {
    char name[NAME_SIZE];
    for (;;) {
        size_t size = strcspn(path, ".");
        if (size >= sizeof(name) || !json_object_is_type(object, json_type_object))
            return NULL;
        memcpy(name, path, size);
        name[size] = '\0';
        object = json_object_object_get(object, name);
        if (path[size] == '\0')
            return object;
        path += size + 1;
    }
}

const char *answer_text(struct json_object *object, const char *path) {
    struct json_object *member = answer_member(object, path);
    bool is_text = json_object_is_type(member, json_type_string);
    return is_text ? json_object_get_string(member) : "";
}

int64_t answer_number(struct json_object *object, const char *path) {
    return json_object_get_int64(answer_member(object, path));
}

double answer_decimal(struct json_object *object, const char *path) {
    return json_object_get_double(answer_member(object, path));
}

const char *answer_plain(struct json_object *object, const char *path) {
    static const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
    struct json_object *member = answer_member(object, path);
    bool is_text = json_object_is_type(member, json_type_string);
    if (member == NULL)
        return "-";
    return is_text ? json_object_get_string(member) : json_object_to_json_string_ext(member, flags);
}

size_t answer_count(struct json_object *array) {
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

struct json_object *answer_element(struct json_object *array, size_t index) {
    return index < answer_count(array) ? json_object_array_get_idx(array, index) : NULL;
}

const char *answer_element_text(struct json_object *array, size_t index) {
    struct json_object *element = answer_element(array, index);
    bool is_text = json_object_is_type(element, json_type_string);
    return is_text ? json_object_get_string(element) : "";
}
