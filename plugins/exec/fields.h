/* SPDX-License-Identifier: MIT */
#ifndef EXEC_FIELDS_H
#define EXEC_FIELDS_H

#include "effect.h"

/* What is inside one effect of a line: {"emit": {"topic": ..., ...}}. */
struct effect {
    struct turn *turn;
    const char *name;
    struct sentio_json value;
    size_t used; /* of the channel's scratch */
};

/* Reads the object's fields, among which there may be no others. False: the channel's `why`. */
bool fields_read(struct effect *effect, struct sentio_field *fields, size_t count);

/* The string's characters, which live until the next line; `otherwise` when it is absent. */
struct sentio_bytes fields_text(struct effect *effect, const struct sentio_field *field,
                                const char *otherwise);

/* Whom the effect is about; when it is absent, whom the call is about. */
bool fields_conn(struct effect *effect, const struct sentio_field *field, uint64_t *conn);

/* A whole number within the bounds; `otherwise` when it is absent. */
bool fields_number(struct effect *effect, const struct sentio_field *field, int64_t least,
                   int64_t most, int64_t *number);

/* The effect is wrong: in `field`, if that is not NULL. */
enum effect_result fields_wrong(struct effect *effect, const char *field, const char *message);

/* What a service returned. */
enum effect_result fields_result(struct effect *effect, int result, const char *allowed);

#endif
