/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_EFFECTS_H
#define SENTIO_HOST_EFFECTS_H

#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "model/item.h"

enum effect_kind {
    EFFECT_EMIT,
    EFFECT_REJECT,
    EFFECT_JOIN,
    EFFECT_LEAVE,
    EFFECT_ACCEPT,
    EFFECT_REFUSE,
    EFFECT_SEND,
    EFFECT_CLOSE,
    EFFECT_RESPOND,
    EFFECT_FORWARD,
    EFFECT_COUNT,
    EFFECT_WAKE,
    EFFECT_WATCH,
    EFFECT_KEEP
};

/* One thing that a call asked for; which members count follows from the service's arguments. */
struct effect {
    struct effect *next;
    enum effect_kind kind;
    uint64_t id;           /* conn, or request */
    int64_t number;        /* code, status, index, n, milliseconds, descriptor */
    int64_t on;            /* watch */
    struct item *item;     /* emit; owned */
    struct sentio_bytes a; /* topic, field, error, type, channel, metric */
    struct sentio_bytes b; /* message, data, reason, body, payload, state */
};

/* What one call asked for, in order: held back until the call has ended well. */
struct effects {
    struct effect *first;
    struct effect *last;
    size_t bytes;
    uint32_t emits;
    uint32_t rejections;
};

/* Copies the texts. NULL: out of memory. */
struct effect *effects_add(struct effects *effects, enum effect_kind kind, struct sentio_bytes a,
                           struct sentio_bytes b);
/* Takes the item over on success. */
struct effect *effects_add_item(struct effects *effects, struct item *item);
/* The first of that kind; NULL: none. */
const struct effect *effects_find(const struct effects *effects, enum effect_kind kind);
/* Moves everything of `from` behind what is there. */
void effects_append(struct effects *effects, struct effects *from);
void effects_finish(struct effects *effects);

#endif
