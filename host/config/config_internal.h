/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_INTERNAL_H
#define SENTIO_HOST_CONFIG_INTERNAL_H

#include <libconfig.h>
#include <sys/stat.h>

#include <sentio/sdk.h>

#include "base/units.h"
#include "config.h"

/*
 * What the files of the configuration share. Every setting is a row of one of two tables: the
 * host's (offsets into struct config) and a channel's (into struct config_channel). Every value,
 * also a default, one from the environment or from --set, is a libconfig setting of a layer's tree;
 * so there is one way to check, store and dump it. All errors are collected before any is printed.
 */

/* The first are those of enum units. */
enum setting_type {
    SETTING_COUNT = UNITS_COUNT,       /* int64_t */
    SETTING_DURATION = UNITS_DURATION, /* int64_t, milliseconds */
    SETTING_SIZE = UNITS_SIZE,         /* int64_t, bytes */
    SETTING_BOOL,                      /* bool */
    SETTING_TRISTATE,                  /* int: 0, 1, or -1 written "plugin" */
    SETTING_CHOICE,                    /* an enum or int */
    SETTING_TEXT,                      /* char * */
    SETTING_PATH,   /* char *: relative to the main file's folder; NULL when empty */
    SETTING_LIST,   /* struct config_strings */
    SETTING_LISTEN, /* struct config_listen * and its size_t count, as struct setting_listen */
    SETTING_OPTIONS /* char *: a group as JSON text */
};

struct setting_choice {
    const char *name; /* NULL ends the choices */
    int value;
};

struct setting {
    const char *name; /* "server.heartbeat"; a channel's: "interval", "source.command" */
    enum setting_type type;
    const char *initial; /* as in the environment; NULL: none */
    const char *help;
    size_t offset;
    int64_t min; /* of a number, of a list's elements, of a text's bytes */
    int64_t max; /* of a number; 0: it is none */
    const struct setting_choice *choices;
    /* Of a text or list element: NULL, or what is wrong, which completes `"<text>" <why>`. */
    const char *(*check)(const char *text);
};

/* How server.listen and server.listen_count lie in struct config. */
struct setting_listen {
    struct config_listen *items;
    size_t count;
};

extern const struct settings {
    const struct setting *rows;
    size_t count;
} settings_host, settings_channel;

/* The row's index, or the count. */
size_t settings_find(const struct settings *settings, const char *name);

#define SETTING_TEXT_MAX 128

/* The names that a choice takes, quoted and comma-separated. */
const char *setting_choices_text(const struct setting *row, char buffer[SETTING_TEXT_MAX]);

/* Memory that is freed all at once. Without memory the process aborts: the configuration is small
 * and read at the start or on a reload. */
struct config_arena {
    struct config_block *last;
};

/* Zeroed. */
void *config_alloc(struct config_arena *arena, size_t size);
/* `items` with room for one element more after `count`, which is zeroed. */
void *config_grow(struct config_arena *arena, void *items, size_t count, size_t size);
char *config_format(struct config_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *config_vformat(struct config_arena *arena, const char *format, va_list arguments);
void config_arena_finish(struct config_arena *arena);

enum config_layer_kind { CONFIG_DEFAULTS, CONFIG_FILE, CONFIG_ENVIRONMENT, CONFIG_FLAG };

/* One place that values come from; later layers win. */
struct config_layer {
    enum config_layer_kind kind;
    const char *name; /* "conf.d/a.conf", "SENTIO_X__Y", "--set a.b=c" */
    uint64_t rank;    /* 0 is the first */
    config_t tree;
    struct config_layer *previous;
};

struct config_origin {
    const struct config_layer *layer;
    const config_setting_t *setting; /* in the layer's tree; NULL: the layer as a whole */
    int line;                        /* 0: the layer as a whole */
    bool failed;                     /* the value was wrong, and an error has been collected */
};

/* The host's settings or one channel's, while they are put together. */
struct config_target {
    const struct settings *settings;
    void *base;                    /* struct config or struct config_channel */
    struct config_origin *origins; /* by row */
    const char *prefix;            /* "" or "channels.<name>." */
    struct config_origin entry;    /* of a channel: its last entry in a file */
};

struct config_draft {
    bool elsewhere;            /* config_source.elsewhere */
    struct config *config;     /* but for the channels */
    struct config_arena *kept; /* the configuration's */
    struct config_arena scratch;
    struct config_layer *layers; /* the newest first */
    struct config_layer *defaults;
    struct config_target *targets; /* the host's, then each channel's; moves when one is added */
    size_t target_count;
    struct config_problem *problems; /* in the order of layers and lines */
    size_t problem_count;
    const char *folder; /* the main file's, absolute */
};

void config_draft_init(struct config_draft *draft, struct config *config,
                       struct config_arena *kept);
void config_draft_finish(struct config_draft *draft);
struct config_layer *config_layer_add(struct config_draft *draft, enum config_layer_kind kind,
                                      const char *name);
/* The channel's index among the targets, or target_count. */
size_t config_target_find(const struct config_draft *draft, const char *channel);
void config_target_add(struct config_draft *draft, const char *channel);

struct config_origin config_origin(const struct config_layer *layer,
                                   const config_setting_t *setting);
/* Where the value came from; of a channel's default: the channel's entry. */
struct config_origin config_origin_of(const struct config_target *target, const char *setting);
/* The list itself when it has no such element. */
struct config_origin config_origin_element(struct config_origin origin, size_t index);

/* "sentio.conf:5", "SENTIO_SERVER__DRAIN", "--set server.drain=1s", "default". */
const char *config_place(struct config_arena *arena, struct config_origin origin);

/* `suggestion` may be NULL or empty. */
void config_error(struct config_draft *draft, struct config_origin origin, const char *suggestion,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
void config_print_errors(const struct config_draft *draft, FILE *out);

/* The checks of texts: NULL, or what is wrong. First: "same", "loopback", "*" or an origin as
 * browsers send it: "https://host[:port]". */
const char *config_syntax_origin(const char *text);
/* A channel's WebSocket path: empty, or from "/" and none of the host's own. */
const char *config_syntax_path(const char *text);
const char *config_syntax_channel(const char *text);
/* Also fills `listen`, with strings of the arena. */
const char *config_syntax_listen(struct config_arena *arena, const char *text,
                                 struct config_listen *listen);

/* What was found, for errors: `"text"`, `5`, `a list`. */
const char *config_found(struct config_draft *draft, const config_setting_t *setting);

/* Checks and stores the value, or collects why not and leaves the one before. */
void config_store(struct config_draft *draft, const struct config_target *target, size_t row,
                  const struct config_layer *layer, const config_setting_t *setting);
/* The same of a text, where lists are comma-separated. */
void config_store_text(struct config_draft *draft, const struct config_target *target, size_t row,
                       struct config_layer *layer, const char *text);

/* A regular file opened for reading, or -1 and why. */
int config_open(const char *path, struct stat *status, const char **why);
/* Reads `path` and `conf.d/ *.conf` beside it, and sets the draft's folder. */
void config_read_files(struct config_draft *draft, const char *path);
/* Puts what the layer's tree says into the draft. */
void config_walk(struct config_draft *draft, struct config_layer *layer);
/* SENTIO_SERVER__IO_THREADS=2, SENTIO_CHANNELS__MARKET_DATA__INTERVAL=1s; NULL-terminated. */
void config_read_environment(struct config_draft *draft, const char *const *environment);
/* server.io_threads=2, channels.market-data.interval=1s. */
void config_read_flags(struct config_draft *draft, const char *const *sets, size_t count);

/* The rules over several settings, and files that must be there. Also makes each plugin's path
 * absolute and fills in the default of a channel's `path`. */
void config_check(struct config_draft *draft);

#define CONFIG_JSON (-1)
/* The value as libconfig has it, later lines indented and secrets masked; or as JSON. */
void config_write_value(struct sentio_writer *out, const config_setting_t *setting, int indent);
/* Every setting with its value and origin; reads as a libconfig file again. */
void config_write_draft(struct config_draft *draft, FILE *out);

#endif
