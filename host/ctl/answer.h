/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_ANSWER_H
#define SENTIO_CTL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl.h"

struct json_object;

/* What the daemon has answered. */
struct answer {
    long status; /* HTTP */
    char *text;  /* with a NUL */
    size_t size;
    struct json_object *json; /* an object */
};

void answer_finish(struct answer *answer);

/* More of the text. 0, SENTIO_NO_MEMORY or SENTIO_TOO_BIG. */
int answer_add(struct answer *answer, const char *data, size_t size);
/* Reads the text. 0, SENTIO_NO_MEMORY, or SENTIO_INVALID: it is no JSON object. */
int answer_read(struct answer *answer);

/* The host has done it. */
bool answer_is_good(const struct answer *answer);
/* Prints the text as it came. CTL_OK, or CTL_FAILED when it is not good. */
enum ctl_status answer_print(const struct answer *answer);
/* What a refusal says, to standard error. Always CTL_FAILED. */
enum ctl_status answer_complain(const struct answer *answer);

/* Members of an object by their path, "reloads.done". What is not there is NULL, "", 0. */
struct json_object *answer_member(struct json_object *object, const char *path);
const char *answer_text(struct json_object *object, const char *path);
int64_t answer_number(struct json_object *object, const char *path);
double answer_decimal(struct json_object *object, const char *path);
/* A text as it is, anything else as JSON; valid as long as the object. */
const char *answer_plain(struct json_object *object, const char *path);

/* Elements of an array; of anything else there are none. */
size_t answer_count(struct json_object *array);
struct json_object *answer_element(struct json_object *array, size_t index);
/* "": it is no text. */
const char *answer_element_text(struct json_object *array, size_t index);

#endif
