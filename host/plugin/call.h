/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CALL_H
#define SENTIO_HOST_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "effects.h"

struct instance;

enum call_kind {
    CALL_OPEN,
    CALL_CLOSE,
    CALL_PUBLISH,
    CALL_SUBSCRIBE,
    CALL_UNSUBSCRIBE,
    CALL_MESSAGE,
    CALL_LEFT,
    CALL_RENDER,
    CALL_OBSERVE,
    CALL_WOKEN,
    CALL_READY,
    CALL_SAVE,
    CALL_RESTORE
};

/* One call into a plugin: its inputs, and what it asked for. */
struct call {
    struct sentio_call abi; /* its `context` is this struct */
    enum call_kind kind;
    struct instance *instance;
    struct effects effects;

    const struct sentio_update *update;         /* publish */
    const struct sentio_subscriber *subscriber; /* subscribe, unsubscribe, message */
    const struct sentio_request *request;       /* render */
    uint32_t route;                             /* render: index of request->route */
    const struct sentio_item *items;            /* render, observe */
    size_t count;
    uint64_t number;          /* left: conn; open: seed; ready: fd; restore: format */
    struct sentio_bytes name; /* message: action; observe: channel */
    struct sentio_bytes text; /* open: config; publish: payload; subscribe...: request; restore */
};

/* The services table that calls carry. */
const struct sentio_host *host_api(void);

/* "publish", ... */
const char *call_name(enum call_kind kind);

#endif
