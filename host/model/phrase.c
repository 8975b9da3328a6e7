/* SPDX-License-Identifier: MIT */
#include "phrase.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

static bool is_text(const void *value, const void *key) {
    const struct phrase *phrase = value;
    return sentio_equal(sentio_bytes(phrase->text, phrase->size),
                        *(const struct sentio_bytes *)key);
}

struct phrase *phrase_obtain(struct table *phrases, struct sentio_bytes text) {
    uint64_t hash = table_hash(phrases, text);
    struct phrase *phrase = table_find(phrases, hash, is_text, &text);
    if (phrase == NULL) {
        phrase = calloc(1, sizeof(*phrase) + text.size);
        if (phrase == NULL)
            return NULL;
        phrase->size = text.size;
        if (text.size)
            memcpy(phrase->text, text.data, text.size);
        if (table_insert(phrases, hash, phrase) != 0) {
            free(phrase);
            return NULL;
        }
    }
    phrase->refs++;
    return phrase;
}

void phrase_release(struct table *phrases, struct phrase *phrase) {
    if (phrase == NULL || --phrase->refs > 0)
        return;
    table_remove(phrases, table_hash(phrases, sentio_bytes(phrase->text, phrase->size)), phrase);
    free(phrase);
}
