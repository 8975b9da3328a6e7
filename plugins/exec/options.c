/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stdlib.h>

#include "request.h"

#define TIMEOUT_DEFAULT 2000
#define TIMEOUT_MAX 60000
#define TEXT_MAX 4096

enum { COMMAND, TIMEOUT, DIRECTORY, ENVIRONMENT, TYPE, TOPIC_FIELD, OPTIONS, FIELDS };

static int wrong(struct sentio_call *call, const char *name, const char *expected) {
    sentio_log(call, SENTIO_ERROR, "option \"%s\" must be %s", name, expected);
    return SENTIO_INVALID;
}

/* A copy of the string, or NULL when it is too long for any use, or a NUL is in it. */
static char *copy_text(const struct sentio_json *value) {
    char buffer[TEXT_MAX];
    struct sentio_bytes text;
    if (sentio_json_string(value, buffer, sizeof(buffer), &text) != SENTIO_OK ||
        text.size > TEXT_MAX || memchr(text.data, '\0', text.size))
        return NULL;
    char *copy = malloc(text.size + 1);
    if (copy) {
        memcpy(copy, text.data, text.size);
        copy[text.size] = '\0';
    }
    return copy;
}

/* Nothing is read for an absent value. */
static bool read_text(const struct sentio_json *value, char **text) {
    if (value->type == SENTIO_JSON_ABSENT)
        return true;
    *text = copy_text(value);
    return *text && **text;
}

static bool read_list(const struct sentio_json *value, char **list) {
    struct sentio_json_cursor cursor = sentio_json_each(value);
    struct sentio_json element;
    for (size_t i = 0; sentio_json_next(&cursor, &element); i++) {
        if (i == ARGUMENTS_MAX)
            return false;
        list[i] = copy_text(&element);
        if (!list[i])
            return false;
    }
    return true;
}

/* "250ms" or "2s". */
static bool read_timeout(const struct sentio_json *value, int64_t *timeout) {
    if (value->type == SENTIO_JSON_ABSENT)
        return true;
    char *text = copy_text(value);
    char *unit = text;
    int64_t number = 0;
    while (text && *unit >= '0' && *unit <= '9' && number <= TIMEOUT_MAX)
        number = number * 10 + (*unit++ - '0');
    if (text && strcmp(unit, "s") == 0)
        number *= 1000;
    else if (!text || strcmp(unit, "ms") != 0)
        number = 0;
    free(text);
    *timeout = number;
    return number >= 1 && number <= TIMEOUT_MAX;
}

/* What a program may be named as: the host's own folder is nobody's business. */
static bool command_is_found(const struct options *options) {
    const char *name = options->command[0];
    if (!name || !*name)
        return false;
    return *name == '/' || !strchr(name, '/') || options->directory;
}

static bool environment_is_valid(char *const *environment) {
    for (size_t i = 0; environment[i]; i++) {
        const char *equals = strchr(environment[i], '=');
        if (!equals || equals == environment[i])
            return false;
    }
    return true;
}

static int check(const struct options *options, struct sentio_call *call) {
    if (options->directory && *options->directory != '/')
        return wrong(call, "directory", "an absolute path");
    if (!command_is_found(options))
        return wrong(call, "command",
                     "[\"program\", \"argument\", ...], of at most 64: the program with its "
                     "absolute path, by a name that is found in PATH, or relative to `directory`");
    if (!environment_is_valid(options->environment))
        return wrong(call, "environment", "a list of at most 64 \"NAME=value\"");
    if (options->type && strlen(options->type) > SENTIO_TYPE_MAX)
        return wrong(call, "type", "1 to 64 bytes");
    return SENTIO_OK;
}

static int read_fields(struct options *options, struct sentio_call *call,
                       const struct sentio_field *fields) {
    options->timeout = TIMEOUT_DEFAULT;
    if (!read_list(&fields[COMMAND].value, options->command))
        return wrong(call, "command", "a list of at most 64 strings");
    if (!read_list(&fields[ENVIRONMENT].value, options->environment))
        return wrong(call, "environment", "a list of at most 64 \"NAME=value\"");
    if (!read_timeout(&fields[TIMEOUT].value, &options->timeout))
        return wrong(call, "timeout", "\"1ms\" to \"60s\"");
    if (!read_text(&fields[DIRECTORY].value, &options->directory))
        return wrong(call, "directory", "an absolute path");
    if (!read_text(&fields[TYPE].value, &options->type))
        return wrong(call, "type", "1 to 64 bytes");
    if (!read_text(&fields[TOPIC_FIELD].value, &options->topic_field))
        return wrong(call, "topic_field", "the name of a field");
    struct sentio_writer config;
    sentio_writer_init(&config, NULL, 0);
    if (fields[OPTIONS].value.type == SENTIO_JSON_ABSENT)
        sentio_write_text(&config, "{}");
    else
        request_write_json(&config, fields[OPTIONS].value.text);
    sentio_write(&config, sentio_bytes("", 1));
    options->config = config.data;
    return config.failed ? SENTIO_NO_MEMORY : check(options, call);
}

/* A misspelt option would otherwise go unnoticed. */
static int check_names(struct sentio_call *call, const struct sentio_json *object,
                       const struct sentio_field *fields) {
    struct sentio_json_cursor cursor = sentio_json_each(object);
    struct sentio_json value;
    while (sentio_json_next(&cursor, &value)) {
        size_t i = 0;
        while (i < FIELDS && !sentio_is(cursor.name, fields[i].name))
            i++;
        if (i < FIELDS)
            continue;
        sentio_log(call, SENTIO_ERROR,
                   "there is no option \"%.*s\"; what is for the program belongs into `options`",
                   (int)cursor.name.size, cursor.name.data);
        return SENTIO_INVALID;
    }
    return SENTIO_OK;
}

int options_read(struct options *options, struct sentio_call *call, struct sentio_bytes config) {
    struct sentio_field fields[FIELDS] = {
        [COMMAND] = {.name = "command", .types = SENTIO_JSON_ARRAY, .required = true},
        [TIMEOUT] = {.name = "timeout", .types = SENTIO_JSON_STRING},
        [DIRECTORY] = {.name = "directory", .types = SENTIO_JSON_STRING},
        [ENVIRONMENT] = {.name = "environment", .types = SENTIO_JSON_ARRAY},
        [TYPE] = {.name = "type", .types = SENTIO_JSON_STRING},
        [TOPIC_FIELD] = {.name = "topic_field", .types = SENTIO_JSON_STRING},
        [OPTIONS] = {.name = "options", .types = SENTIO_JSON_OBJECT},
    };
    struct sentio_json_error error = {.message = "must be an object"};
    struct sentio_json object;
    *options = (struct options){.timeout = 0};
    if (sentio_json_parse(config, &object, &error) != SENTIO_OK ||
        sentio_json_read(&object, fields, FIELDS, &error) != SENTIO_OK) {
        sentio_log(call, SENTIO_ERROR, "option \"%s\" %s", error.field ? error.field : "",
                   error.message);
        return SENTIO_INVALID;
    }
    int result = check_names(call, &object, fields);
    if (result == SENTIO_OK)
        result = read_fields(options, call, fields);
    if (result != SENTIO_OK)
        options_finish(options);
    return result;
}

void options_finish(struct options *options) {
    for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
        free(options->command[i]);
        free(options->environment[i]);
    }
    free(options->directory);
    free(options->type);
    free(options->topic_field);
    free(options->config);
    *options = (struct options){.timeout = 0};
}
