/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SETTING_STORE_H
#define SENTIO_HOST_SETTING_STORE_H

#include "config_errors.h"
#include "settings.h"

/* What a file says, before it is known whether the setting takes that. */
enum setting_found {
    SETTING_FOUND_BOOL,
    SETTING_FOUND_INTEGER,
    SETTING_FOUND_NUMBER,
    SETTING_FOUND_STRING,
    SETTING_FOUND_LIST,
    SETTING_FOUND_GROUP
};

struct setting_value {
    enum setting_found found;
    int64_t number;           /* BOOL, INTEGER */
    const char *text;         /* STRING; GROUP: JSON text */
    const char *const *items; /* LIST, of strings */
    size_t count;
};

/* What an error needs, and a relative file name. */
struct setting_place {
    struct config_errors *errors;
    const struct config_origin *origin;
    const char *label;  /* the setting's whole name: "channels.market-data.interval" */
    const char *folder; /* absolute */
};

/*
 * Checks the value against its row and puts it, owned, into the struct at `base`, in place of the
 * one before; 0, or SENTIO_INVALID after every error was collected, and nothing is changed.
 */
int setting_store(const struct setting *row, void *base, const struct setting_value *value,
                  const struct setting_place *place);

/* The same from the environment, a flag or a default; lists are comma-separated. */
int setting_store_text(const struct setting *row, void *base, const char *text,
                       const struct setting_place *place);

/* Frees what the row's value owns. */
void setting_finish(const struct setting *row, void *base);

/* "an integer", "a string", ... */
const char *setting_found_name(enum setting_found found);

/* `<label> must be <what the row takes>, not <found>`. */
void setting_wrong_type(const struct setting *row, enum setting_found found,
                        const struct setting_place *place);

/* The names that a choice takes, quoted and comma-separated; owned by the caller. */
char *setting_choices_text(const struct setting *row);

#endif
