/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "ctl.h"

#define FILE_MAX ((size_t)16 * 1024 * 1024)

/* What the channels that come with the host take, and the guide's. */
static const char *const guesses[] = {
    "{\"data\":[{\"symbol\":\"AAPL\",\"signal\":\"buy\",\"confidence\":0.5,\"price\":1.5,"
    "\"value\":2}]}",
    "{\"user_id\":\"user_001\",\"data\":{\"type\":\"info\",\"title\":\"a\",\"message\":\"b\","
    "\"portfolio_value\":1}}",
    "{\"kind\":\"users\",\"data\":{\"total\":1}}",
    "{\"data\":\"hello\"}",
    "{\"data\":1}",
};

static int add(struct samples *samples, struct sentio_bytes text) {
    char **texts = realloc(samples->texts, (samples->count + 1) * sizeof(*texts));
    if (texts == NULL)
        return SENTIO_NO_MEMORY;
    samples->texts = texts;
    char *copy = calloc(1, text.size + 1);
    if (copy == NULL)
        return SENTIO_NO_MEMORY;
    memcpy(copy, text.data, text.size);
    texts[samples->count++] = copy;
    return SENTIO_OK;
}

static int guess(struct samples *samples) {
    int rc = SENTIO_OK;
    samples->guessed = true;
    for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]) && rc == SENTIO_OK; i++)
        rc = add(samples, sentio_text(guesses[i]));
    return rc;
}

static bool is_blank(struct sentio_bytes line) {
    for (size_t i = 0; i < line.size; i++)
        if (strchr(" \t\r", line.data[i]) == NULL)
            return false;
    return true;
}

static int add_line(struct samples *samples, const char *file, size_t number,
                    struct sentio_bytes line) {
    struct sentio_json value;
    struct sentio_json_error error;
    if (is_blank(line))
        return SENTIO_OK;
    if (sentio_json_parse(line, &value, &error) != SENTIO_OK) {
        ctl_complain("%s:%zu: %s, at byte %zu; a sample is a JSON object in a line of its own",
                     file, number, error.message, error.position);
        return SENTIO_INVALID;
    }
    if (value.type != SENTIO_JSON_OBJECT) {
        ctl_complain("%s:%zu: a sample is a JSON object, as publishers send it", file, number);
        return SENTIO_INVALID;
    }
    return add(samples, value.text);
}

static int add_text(struct samples *samples, const char *file, struct sentio_bytes text) {
    struct sentio_json value;
    int rc = SENTIO_OK;
    if (sentio_json_parse(text, &value, NULL) == SENTIO_OK && value.type == SENTIO_JSON_OBJECT)
        return add(samples, value.text);
    for (size_t number = 1; text.size > 0 && rc == SENTIO_OK; number++) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;
        rc = add_line(samples, file, number, sentio_bytes(text.data, size));
        size += end ? 1 : 0;
        text = sentio_bytes(text.data + size, text.size - size);
    }
    if (rc == SENTIO_OK && samples->count == 0) {
        ctl_complain("%s: there is no sample in it: put a body in, as a publisher sends it", file);
        rc = SENTIO_INVALID;
    }
    return rc;
}

static int add_file(struct samples *samples, const char *file) {
    int rc = SENTIO_FAILED;
    FILE *in = fopen(file, "re");
    char *text = in ? malloc(FILE_MAX) : NULL;
    size_t size = text ? fread(text, 1, FILE_MAX, in) : 0;
    if (in == NULL || text == NULL || ferror(in))
        ctl_complain("%s: %s", file, strerror(errno));
    else if (size == FILE_MAX)
        ctl_complain("%s: it is over 16 MiB; give fewer samples", file);
    else
        rc = add_text(samples, file, sentio_bytes(text, size));
    if (in)
        fclose(in);
    free(text);
    return rc;
}

int samples_read(struct samples *samples, const char *file) {
    *samples = (struct samples){.texts = NULL};
    return file ? add_file(samples, file) : guess(samples);
}

void samples_finish(struct samples *samples) {
    for (size_t i = 0; i < samples->count; i++)
        free(samples->texts[i]);
    free(samples->texts);
}
