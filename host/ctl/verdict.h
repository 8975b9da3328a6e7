/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_VERDICT_H
#define SENTIO_CTL_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial.h"

struct json_object;

/* What came of trying a plugin, put together check by check. */
struct verdict {
    struct json_object *json; /* {"file", "checks": [...], "warnings": [...], "callbacks": {...}} */
    size_t passed;
    size_t failed;
    size_t skipped;
    size_t warnings;
    bool quiet; /* nothing is printed until the end */
};

enum verdict_result { VERDICT_OK, VERDICT_FAILED, VERDICT_SKIPPED };

/* False: out of memory. */
bool verdict_init(struct verdict *verdict, const char *file, bool quiet);
void verdict_finish(struct verdict *verdict);

/* `detail`: why it has failed or was skipped; "": nothing to say. Printed at once. */
void verdict_add(struct verdict *verdict, const char *name, enum verdict_result result,
                 uint64_t calls, const char *detail);
void verdict_warn(struct verdict *verdict, const char *warning);

/* The callbacks' times and the sum; with `quiet` everything, as JSON. */
void verdict_print(struct verdict *verdict, const struct trial *trial);

#endif
