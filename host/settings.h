/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SETTINGS_H
#define SENTIO_HOST_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "config_syntax.h"

/*
 * Every setting is a row of one of two tables: the host's (offsets into struct config) and a
 * channel's (offsets into struct config_channel). Reading, overriding, dumping and describing all
 * go by these rows.
 */

enum setting_type {
    SETTING_BOOL,     /* bool */
    SETTING_TRISTATE, /* int: 0, 1, or -1 written "plugin" */
    SETTING_COUNT,    /* int64_t */
    SETTING_SIZE,     /* int64_t, bytes */
    SETTING_DURATION, /* int64_t, milliseconds */
    SETTING_CHOICE,   /* an enum or int */
    SETTING_TEXT,     /* char * */
    SETTING_PATH,     /* char *: relative to the main file's folder; NULL when empty */
    SETTING_LIST,     /* struct config_strings */
    SETTING_LISTEN,   /* struct config_listen * and its size_t count, as struct setting_listen */
    SETTING_OPTIONS   /* char *: a group as JSON text */
};

struct setting_choice {
    const char *name; /* NULL ends the choices */
    int value;
    const char *instead; /* not NULL: not in this version, and what there is */
};

struct setting {
    const char *name; /* "server.heartbeat"; a channel's: "interval", "source.command" */
    enum setting_type type;
    const char *initial; /* as in the environment; NULL: none */
    int64_t min;         /* of a number, of a list's elements, of a text's bytes */
    int64_t max;         /* of a number; 0: no limit */
    const struct setting_choice *choices;
    int (*check)(const char *text, struct config_fault *fault); /* of a text or list element */
    const char *help;
    size_t offset;
};

/* How server.listen and server.listen_count lie in struct config. */
struct setting_listen {
    struct config_listen *items;
    size_t count;
};

const struct setting *settings_host(size_t *count);
const struct setting *settings_channel(size_t *count);

/* The row's index, or `count`. */
size_t settings_find(const struct setting *rows, size_t count, const char *name);

/* "duration", "list of strings", ... */
const char *setting_type_name(enum setting_type type);

/* A number in the row's unit: "5s", "64KiB", "100". The answer is `buffer`. */
const char *setting_number_text(const struct setting *row, int64_t number, char buffer[32]);

#endif
