/* SPDX-License-Identifier: MIT */
#include "config_options.h"

#include <assert.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <libconfig.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "config_memory.h"

#define NUMBER_TEXT 40

struct conversion {
    const char *label;
    const struct config_origin *file;
    struct config_errors *errors;
    bool failed;
};

static void complain(struct conversion *conversion, const config_setting_t *setting,
                     const char *message) {
    struct config_origin origin = *conversion->file;
    origin.line = (int)config_setting_source_line(setting);
    config_error(conversion->errors, &origin, NULL, "%s: %s", conversion->label, message);
    conversion->failed = true;
}

/* The shortest text that reads as the same double, with a point: both JSON and libconfig. */
static void number_text(double number, char text[NUMBER_TEXT]) {
    char digits[NUMBER_TEXT];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof(digits), "%.*g", precision, number);
        if (strtod(digits, NULL) == number) {
            break;
        }
    }
    int whole = (int)strcspn(digits, ".e");
    const char *point = digits[whole] == '.' ? "" : ".0";
    snprintf(text, NUMBER_TEXT, "%.*s%s%s", whole, digits, point, digits + whole);
}

static struct json_object *convert(struct conversion *conversion, const config_setting_t *setting,
                                   int depth);

static struct json_object *convert_all(struct conversion *conversion,
                                       const config_setting_t *setting, int depth) {
    bool group = config_setting_is_group(setting);
    struct json_object *json = group ? json_object_new_object() : json_object_new_array();
    int count = config_setting_length(setting);
    if (depth == 0) {
        complain(conversion, setting, "is nested too deeply");
        return json;
    }
    for (int i = 0; i < count; i++) {
        const config_setting_t *member = config_setting_get_elem(setting, (unsigned)i);
        struct json_object *value = convert(conversion, member, depth - 1);
        if (group) {
            json_object_object_add(json, config_setting_name(member), value);
        } else {
            json_object_array_add(json, value);
        }
    }
    return json;
}

static struct json_object *convert_string(struct conversion *conversion,
                                          const config_setting_t *setting) {
    const char *text = config_setting_get_string(setting);
    if (!sentio_utf8_valid(sentio_text(text))) {
        complain(conversion, setting, "a string is not valid UTF-8");
        return NULL;
    }
    return json_object_new_string(text);
}

static struct json_object *convert_number(struct conversion *conversion,
                                          const config_setting_t *setting) {
    double number = config_setting_get_float(setting);
    char text[NUMBER_TEXT];
    if (!isfinite(number)) {
        complain(conversion, setting, "a number is out of the range of double precision");
        return NULL;
    }
    number_text(number, text);
    return json_object_new_double_s(number, text);
}

static struct json_object *convert(struct conversion *conversion, const config_setting_t *setting,
                                   int depth) {
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
        return json_object_new_int(config_setting_get_int(setting));
    case CONFIG_TYPE_INT64:
        return json_object_new_int64(config_setting_get_int64(setting));
    case CONFIG_TYPE_BOOL:
        return json_object_new_boolean(config_setting_get_bool(setting));
    case CONFIG_TYPE_FLOAT:
        return convert_number(conversion, setting);
    case CONFIG_TYPE_STRING:
        return convert_string(conversion, setting);
    default:
        return convert_all(conversion, setting, depth);
    }
}

char *config_options_json(const config_setting_t *group, const char *label,
                          const struct config_origin *file, struct config_errors *errors) {
    struct conversion conversion = {label, file, errors, false};
    struct json_object *json = convert(&conversion, group, SENTIO_JSON_DEPTH);
    char *text = NULL;
    if (!conversion.failed) {
        text = config_copied(json_object_to_json_string_ext(
            json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    }
    json_object_put(json);
    return text;
}

void config_options_quote(const char *text, FILE *out) {
    fputc('"', out);
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            fprintf(out, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            fprintf(out, "\\x%02x", byte);
        } else {
            fputc(byte, out);
        }
    }
    fputc('"', out);
}

/* A name such as keys_file says where a secret is, not what it is. */
static bool is_secret(const char *name) {
    static const char *const parts[] = {"secret", "password", "token", "key"};
    size_t length = strlen(name);
    if (length >= 5 && strcasecmp(name + length - 5, "_file") == 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcasestr(name, parts[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void write_value(struct json_object *json, int indent, FILE *out);

static void write_object(struct json_object *json, int indent, FILE *out) {
    if (json_object_object_length(json) == 0) {
        fputs("{ }", out);
        return;
    }
    fputs("{\n", out);
    json_object_object_foreach(json, name, value) {
        fprintf(out, "%*s%s = ", indent + 4, "", name);
        if (is_secret(name)) {
            fputs("\"********\"", out);
        } else {
            write_value(value, indent + 4, out);
        }
        fputs(";\n", out);
    }
    fprintf(out, "%*s}", indent, "");
}

static void write_array(struct json_object *json, int indent, FILE *out) {
    size_t count = json_object_array_length(json);
    fputs("( ", out);
    for (size_t i = 0; i < count; i++) {
        write_value(json_object_array_get_idx(json, i), indent, out);
        fputs(i + 1 < count ? ", " : " ", out);
    }
    fputs(")", out);
}

static void write_value(struct json_object *json, int indent, FILE *out) {
    char text[NUMBER_TEXT];
    int64_t number = json_object_get_int64(json);
    switch (json_object_get_type(json)) {
    case json_type_object:
        write_object(json, indent, out);
        break;
    case json_type_array:
        write_array(json, indent, out);
        break;
    case json_type_string:
        config_options_quote(json_object_get_string(json), out);
        break;
    case json_type_double:
        number_text(json_object_get_double(json), text);
        fputs(text, out);
        break;
    case json_type_int:
        fprintf(out, "%" PRId64 "%s", number, number < INT_MIN || number > INT_MAX ? "L" : "");
        break;
    default:
        fputs(json_object_get_boolean(json) ? "true" : "false", out);
        break;
    }
}

void config_options_write(const char *json, int indent, FILE *out) {
    /* Its depth counts scalars as well, and one more. */
    struct json_tokener *tokener = json_tokener_new_ex(SENTIO_JSON_DEPTH + 2);
    assert(tokener != NULL);
    struct json_object *object = json_tokener_parse_ex(tokener, json, (int)strlen(json));
    assert(object != NULL);
    write_value(object, indent, out);
    json_object_put(object);
    json_tokener_free(tokener);
}
