/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PREDICATE_H
#define SENTIO_HOST_PREDICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sentio/sdk.h>

#include "item.h"

enum { PREDICATES_MAX = 8 };

/* One condition on an item's attribute. */
struct predicate {
    uint32_t filter; /* index into the plugin's filters */
    uint32_t attribute;
    uint32_t kind;  /* enum sentio_predicate */
    uint32_t count; /* of texts */
    double number;
    struct sentio_bytes *texts; /* sorted; one allocation with their characters */
};

/* The filters that a connection asked for: at most one for each filter of the plugin, sorted. */
struct predicates {
    uint32_t count;
    struct predicate list[PREDICATES_MAX];
};

/*
 * Reads from a subscribe the fields that the plugin declares as filters: one that is named replaces
 * what was there, null removes it, others stay. `why` names the field when it has the wrong type.
 * On an error `predicates` is as it was.
 */
int predicates_update(struct predicates *predicates, const struct sentio_plugin *plugin,
                      const struct sentio_json *request, char *why, size_t why_size);
int predicates_copy(struct predicates *to, const struct predicates *from);
void predicates_finish(struct predicates *predicates);
bool predicates_pass(const struct predicates *predicates, const struct item *item);

#endif
