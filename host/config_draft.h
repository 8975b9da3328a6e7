/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_DRAFT_H
#define SENTIO_HOST_CONFIG_DRAFT_H

#include "config.h"
#include "config_errors.h"
#include "setting_store.h"

/* A configuration while it is put together: the values so far, and where each came from. */

struct config_draft_channel {
    struct config_channel value;
    struct config_origin *origins; /* by row of settings_channel() */
    struct config_origin entry;    /* where its last entry in a file begins */
};

struct config_draft {
    struct config *config;         /* but for the channels */
    struct config_origin *origins; /* by row of settings_host() */
    struct config_draft_channel *channels;
    size_t channel_count;
    struct config_errors errors;
    char *folder; /* the main file's, absolute */
    char **names; /* every name that an origin refers to */
    size_t name_count;
};

/* Where a row's value goes: the host's struct or one channel's. */
struct config_target {
    const struct setting *rows;
    size_t count;
    void *base;
    struct config_origin *origins;
    const char *channel; /* NULL: the host's */
};

/* Filled with the defaults. */
void config_draft_init(struct config_draft *draft);
void config_draft_finish(struct config_draft *draft);

/* A copy of `name` that lives as long as the draft. */
const char *config_draft_name(struct config_draft *draft, const char *name);

struct config_target config_draft_host(struct config_draft *draft);
/* Valid until the next channel is added. */
struct config_target config_draft_target(struct config_draft *draft, size_t channel);

/* The channel's index, or channel_count. */
size_t config_draft_find(const struct config_draft *draft, const char *name);
/* Adds one with the defaults; its index. */
size_t config_draft_add(struct config_draft *draft, const char *name);

/* Stores a value, or collects why not, and notes where it came from. `origin->lines` are copied. */
void config_draft_store(struct config_draft *draft, const struct config_target *target, size_t row,
                        const struct setting_value *value, const struct config_origin *origin);
void config_draft_store_text(struct config_draft *draft, const struct config_target *target,
                             size_t row, const char *text, const struct config_origin *origin);

/* "server.heartbeat" or "channels.market-data.interval"; the caller's. */
char *config_draft_label(const struct config_target *target, const char *setting);

/* Where a value came from. */
const struct config_origin *config_draft_host_origin(const struct config_draft *draft,
                                                     const char *setting);
const struct config_origin *config_draft_origin(const struct config_draft_channel *channel,
                                                const char *setting);

/* Takes the configuration of enabled channels out of the draft. */
struct config *config_draft_take(struct config_draft *draft);

#endif
