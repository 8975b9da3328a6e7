/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_RELOAD_INTERNAL_H
#define SENTIO_HOST_RELOAD_INTERNAL_H

#include <stdio.h>

#include "hub/hub.h"
#include "hub/view.h"
#include "plugin/candidate.h"
#include "reload.h"

/* What becomes of one channel. */
enum change_kind {
    CHANGE_NONE,     /* as it is, or other settings that the host applies */
    CHANGE_ADDED,    /* `candidate` is to be its plugin */
    CHANGE_REPLACED, /* the same, and it is there already */
    CHANGE_REMOVED
};

struct change {
    struct reload *reload;
    enum change_kind kind;
    struct channel *channel;             /* NULL: added */
    const struct config_channel *config; /* NULL: removed */
    struct candidate *candidate;
    char *settings; /* names of those that changed, or empty; owned */
    bool due;       /* its plugin is to be replaced for other reasons than a new file */
    bool interval;  /* the default interval has changed */
    bool source;    /* its source is another */
    char *state;    /* a removed one's plugin's, owned; NULL: none */
    size_t state_size;
    uint32_t state_format;
};

enum reload_phase {
    RELOAD_READING,
    RELOAD_OPENING,
    RELOAD_SWITCHING,
    RELOAD_SHOWING /* it is done; the io threads are told */
};

struct reload {
    struct hub *hub;
    uint32_t io;
    struct request *request; /* NULL: nobody is answered */
    uv_work_t work;
    enum reload_phase phase;
    bool aborted;
    bool recorded;              /* `text` is wanted */
    char *text;                 /* the new configuration, for the tape; NULL: none */
    struct sentio_bytes played; /* names of the channels to be replaced, from the tape */
    struct view *view;          /* the new one; NULL: it could not be made */
    struct change *changes;
    size_t count;
    size_t waiting;                /* steps that are not done */
    struct sentio_writer errors;   /* JSON strings, comma-separated */
    struct sentio_writer done;     /* the same: what has changed */
    struct sentio_writer restart;  /* the same: what takes a restart */
    struct sentio_writer warnings; /* the same */
    size_t error_count;
};

/* reload_plan.c: what is to be done about each channel. 0, or SENTIO_NO_MEMORY. */
int reload_plan(struct reload *reload);
/* Whether the channel can go on with that plugin: what its subscribers and its log go by must not
 * change. False after the error was noted. */
bool reload_fits(struct reload *reload, const struct change *change);

/* reload_apply.c: everything is ready. It can not fail but for memory. */
int reload_apply(struct reload *reload);

/* reload_report.c */
void reload_note(struct sentio_writer *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void reload_error(struct reload *reload, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Logs all, answers, and keeps it for the status. */
void reload_report(struct reload *reload, bool well);
void reload_note_settings(struct reload *reload);
/* The same of channels, once they have what they get. */
void reload_note_durable(struct reload *reload);

#endif
