/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CANDIDATE_H
#define SENTIO_HOST_CANDIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "effects.h"
#include "hub/hub.h"
#include "instance.h"
#include "plugin_file.h"

enum { CANDIDATE_WHY = 1024 };

/*
 * A plugin on its way to being a channel's: loaded and opened, here or in a worker, beside whatever
 * runs now and without being heard. Steps are done when `stepped` is called, which may be within
 * the function that began them. The hub's thread only.
 */
struct candidate {
    struct hub *hub;
    const struct config_channel *config;
    const struct config *config_host; /* the configuration that it is of */
    char *label;                      /* "channel earnings" */
    const char *file;                 /* the plugin's */
    struct instance *instance;        /* NULL: not loaded (yet), or taken */
    struct worker *worker;            /* until the instance has it */
    struct effects effects;           /* what open() and restore() have asked for */
    enum config_isolation isolation;
    uint64_t seed;
    bool isolated; /* it runs in a worker, or did when its tape was recorded */
    unsigned char digest[PLUGIN_DIGEST_SIZE];
    bool programs; /* `shadow` of candidate_open(): it may start programs */
    bool restored;
    bool lenient;            /* it need not take the state */
    bool busy;               /* a step is under way */
    int error;               /* of the last step; it is of no use after one */
    char why[CANDIDATE_WHY]; /* "file:line: ..." */
    void (*stepped)(void *context, struct candidate *candidate);
    void *context;
};

/* Of the hub's configuration, unless `config_host` is set then. NULL: out of memory. `config` must
 * outlive it. */
struct candidate *candidate_create(struct hub *hub, const struct config_channel *config);
/* With what it has not given away. NULL is allowed. */
void candidate_destroy(struct candidate *candidate);

/* Loads the plugin, checks that the channel's settings go with it, and opens it. `shadow`: always
 * in a worker. `file` must outlive it. */
void candidate_open(struct candidate *candidate, const char *file, bool shadow);
/* restore(). An error when it does not take the state. */
void candidate_restore(struct candidate *candidate, uint32_t format, struct sentio_bytes state);

/* restore() of what was saved when the channel ended last. No error when it does not take that: it
 * begins afresh then, which is logged. False: there is no such thing, and this was no step. */
bool candidate_restore_saved(struct candidate *candidate);

/* Turns the hub's loop until the step is done: only before the hub runs. */
void candidate_wait(struct candidate *candidate);

/* All of these steps at once, which may turn the hub's loop: only before the hub runs. What went
 * wrong is in the candidate. NULL: out of memory. */
struct candidate *candidate_open_now(struct hub *hub, const struct config_channel *config);

#endif
