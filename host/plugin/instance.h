/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_INSTANCE_H
#define SENTIO_HOST_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "config/config.h"
#include "plugin.h"

struct worker;

enum { COMPLAINT_SIZE = 512 };

/*
 * A plugin that is open for one channel: here, with its state; or what the host knows of one that
 * runs in a worker. One thread at a time.
 */
struct instance {
    char *label;                           /* "channel earnings" */
    struct plugin *plugin;                 /* owned */
    struct sentio_channel *state;          /* the plugin's memory, owned; NULL: in a worker */
    struct worker *worker;                 /* NULL: it runs here */
    const struct config_strings *forwards; /* the channel's; NULL: none */
    size_t call_bytes;                     /* what one call may ask for */
    uint32_t callbacks;                    /* those that it has: 1u << enum call_kind */
    int64_t called;                        /* what the last call had for the time, Unix ms */
    bool taped;   /* what its calls ask for goes by more than its calls (tape.h) */
    bool delayed; /* its calls are answered when the tape says so */
    bool open;    /* open() has succeeded */
    /* Gets what the plugin logs; NULL: the log does. */
    void (*log)(struct instance *instance, uint32_t level, struct sentio_bytes text);
    void *log_context;
    char complaint[COMPLAINT_SIZE]; /* the last that it logged as an error, or empty */
};

/* For code that is loaded here: takes the plugin over on success. NULL: out of memory. */
struct instance *instance_create(const char *label, struct plugin *plugin);
/* For a plugin that was described by `worker`: takes both over on success. */
struct instance *instance_create_remote(const char *label, struct plugin *plugin,
                                        struct worker *worker);
/* Without close(), but for a worker's, which is stopped. NULL is allowed. */
void instance_destroy(struct instance *instance);

static inline bool instance_has(const struct instance *instance, enum call_kind kind) {
    return (instance->callbacks & (1u << kind)) != 0;
}

const struct sentio_plugin *instance_table(const struct instance *instance);
bool instance_may_forward(const struct instance *instance, struct sentio_bytes channel);
void instance_log(struct instance *instance, uint32_t level, struct sentio_bytes text);

#endif
