/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PHRASE_H
#define SENTIO_HOST_PHRASE_H

#include <stddef.h>
#include <stdint.h>

#include <sentio/plugin.h>

#include "base/table.h"

/* A text that many hold and that is kept once: equal ones are one object. One thread. */
struct phrase {
    size_t refs;
    size_t size;
    char text[];
};

/* With a reference for the caller; NULL: out of memory. */
struct phrase *phrase_obtain(struct table *phrases, struct sentio_bytes text);
/* NULL is allowed. */
void phrase_release(struct table *phrases, struct phrase *phrase);

#endif
