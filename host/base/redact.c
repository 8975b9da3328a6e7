/* SPDX-License-Identifier: MIT */
#include "redact.h"

enum { SECRETS = 3 };

/* The first of those that begin at or behind `from`; NULL: none. */
static const struct sentio_json *first_from(const struct sentio_field fields[SECRETS],
                                            const char *from) {
    const struct sentio_json *first = NULL;
    for (size_t i = 0; i < SECRETS; i++) {
        const struct sentio_json *value = &fields[i].value;
        if (value->type == SENTIO_JSON_ABSENT || value->text.data < from)
            continue;
        if (first == NULL || value->text.data < first->text.data)
            first = value;
    }
    return first;
}

void redact(struct sentio_bytes object, struct sentio_writer *out) {
    struct sentio_field fields[SECRETS] = {
        {.name = "token", .types = SENTIO_JSON_ANY},
        {.name = "admin_token", .types = SENTIO_JSON_ANY},
        {.name = "access_token", .types = SENTIO_JSON_ANY},
    };
    struct sentio_json value;
    if (sentio_json_parse(object, &value, NULL) != SENTIO_OK || value.type != SENTIO_JSON_OBJECT ||
        sentio_json_read(&value, fields, SECRETS, NULL) != SENTIO_OK) {
        sentio_write_text(out, "{}");
        return;
    }
    const char *at = object.data;
    const struct sentio_json *secret = first_from(fields, at);
    for (; secret != NULL; secret = first_from(fields, at)) {
        sentio_write(out, sentio_bytes(at, (size_t)(secret->text.data - at)));
        sentio_write_text(out, "\"********\"");
        at = secret->text.data + secret->text.size;
    }
    sentio_write(out, sentio_bytes(at, (size_t)(object.data + object.size - at)));
}
