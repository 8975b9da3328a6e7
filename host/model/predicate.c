/* SPDX-License-Identifier: MIT */
#include "predicate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS_MAX = 64, TEXT_MAX = 256 };

static int compare_texts(const void *a, const void *b) {
    const struct sentio_bytes *x = a;
    const struct sentio_bytes *y = b;
    size_t size = x->size < y->size ? x->size : y->size;
    int order = size ? memcmp(x->data, y->data, size) : 0;
    if (order != 0)
        return order;
    return x->size < y->size ? -1 : x->size > y->size;
}

/* The texts and their characters in one allocation, sorted, so that equal lists are equal bytes. */
static int set_texts(struct predicate *predicate, const struct sentio_bytes *texts, size_t count) {
    size_t size = count * sizeof(*texts);
    for (size_t i = 0; i < count; i++)
        size += texts[i].size;
    struct sentio_bytes *copy = malloc(size ? size : 1);
    if (copy == NULL)
        return SENTIO_NO_MEMORY;
    char *at = (char *)(copy + count);
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size)
            memcpy(at, texts[i].data, texts[i].size);
        copy[i] = (struct sentio_bytes){at, texts[i].size};
        at += texts[i].size;
    }
    if (count)
        qsort(copy, count, sizeof(*copy), compare_texts);
    predicate->texts = copy;
    predicate->count = (uint32_t)count;
    return 0;
}

static int read_texts(struct predicate *predicate, const struct sentio_json *value) {
    char space[4096];
    struct sentio_bytes texts[TEXTS_MAX];
    size_t count = 0;
    size_t used = 0;
    struct sentio_json element;
    struct sentio_json_cursor cursor = sentio_json_each(value);
    while (sentio_json_next(&cursor, &element)) {
        if (count == TEXTS_MAX || element.type != SENTIO_JSON_STRING)
            return SENTIO_INVALID;
        int error = sentio_json_string(&element, space + used, sizeof(space) - used, &texts[count]);
        if (error || texts[count].size > TEXT_MAX)
            return SENTIO_INVALID;
        if (texts[count].data == space + used)
            used += texts[count].size;
        count++;
    }
    return set_texts(predicate, texts, count);
}

static int read_predicate(struct predicate *predicate, const struct sentio_filter *filter,
                          const struct sentio_json *value, char *why, size_t why_size) {
    predicate->attribute = filter->attribute;
    predicate->kind = filter->predicate;
    if (filter->predicate == SENTIO_ONE_OF) {
        if (value->type == SENTIO_JSON_ARRAY && read_texts(predicate, value) == 0)
            return 0;
        snprintf(why, why_size, "\"%s\" must be an array of at most %d strings, or null",
                 filter->field, TEXTS_MAX);
        return SENTIO_INVALID;
    }
    if (value->type == SENTIO_JSON_NUMBER && sentio_json_number(value, &predicate->number) == 0) {
        predicate->number += 0.0; /* -0 is 0 */
        return 0;
    }
    snprintf(why, why_size, "\"%s\" must be a number, or null", filter->field);
    return SENTIO_INVALID;
}

static void remove_filter(struct predicates *predicates, uint32_t filter) {
    for (uint32_t i = 0; i < predicates->count; i++) {
        if (predicates->list[i].filter != filter)
            continue;
        free(predicates->list[i].texts);
        predicates->count--;
        memmove(&predicates->list[i], &predicates->list[i + 1],
                (predicates->count - i) * sizeof(predicates->list[0]));
        return;
    }
}

static void insert(struct predicates *predicates, const struct predicate *predicate) {
    uint32_t at = predicates->count++;
    for (; at > 0 && predicates->list[at - 1].filter > predicate->filter; at--)
        predicates->list[at] = predicates->list[at - 1];
    predicates->list[at] = *predicate;
}

int predicates_copy(struct predicates *to, const struct predicates *from) {
    to->count = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        struct predicate copy = from->list[i];
        copy.texts = NULL;
        if (from->list[i].texts &&
            set_texts(&copy, from->list[i].texts, from->list[i].count) != 0) {
            predicates_finish(to);
            return SENTIO_NO_MEMORY;
        }
        to->list[to->count++] = copy;
    }
    return 0;
}

void predicates_finish(struct predicates *predicates) {
    for (uint32_t i = 0; i < predicates->count; i++)
        free(predicates->list[i].texts);
    predicates->count = 0;
}

int predicates_update(struct predicates *predicates, const struct sentio_plugin *plugin,
                      const struct sentio_json *request, char *why, size_t why_size) {
    struct sentio_field fields[PREDICATES_MAX];
    struct predicates next;
    struct sentio_json_error error;
    for (uint32_t i = 0; i < plugin->filter_count; i++)
        fields[i] =
            (struct sentio_field){.name = plugin->filters[i].field, .types = SENTIO_JSON_ANY};
    if (sentio_json_read(request, fields, plugin->filter_count, &error) != 0) {
        snprintf(why, why_size, "\"%s\": %s", error.field, error.message);
        return SENTIO_INVALID;
    }
    if (predicates_copy(&next, predicates) != 0)
        return SENTIO_NO_MEMORY;
    for (uint32_t i = 0; i < plugin->filter_count; i++) {
        struct predicate predicate = {.filter = i};
        if (fields[i].value.type == SENTIO_JSON_ABSENT)
            continue;
        if (fields[i].value.type != SENTIO_JSON_NULL &&
            read_predicate(&predicate, &plugin->filters[i], &fields[i].value, why, why_size) != 0) {
            predicates_finish(&next);
            return SENTIO_INVALID;
        }
        remove_filter(&next, i);
        if (fields[i].value.type != SENTIO_JSON_NULL)
            insert(&next, &predicate);
    }
    predicates_finish(predicates);
    *predicates = next;
    return 0;
}

static bool passes(const struct predicate *predicate, const struct sentio_value *value) {
    if (value->type == SENTIO_NONE)
        return false;
    if (predicate->kind == SENTIO_AT_LEAST)
        return value->number >= predicate->number;
    if (predicate->kind == SENTIO_AT_MOST)
        return value->number <= predicate->number;
    for (uint32_t i = 0; i < predicate->count; i++)
        if (sentio_equal(predicate->texts[i], value->text))
            return true;
    return false;
}

bool predicates_pass(const struct predicates *predicates, const struct item *item) {
    for (uint32_t i = 0; i < predicates->count; i++) {
        const struct predicate *predicate = &predicates->list[i];
        if (predicate->attribute >= item->attribute_count)
            return false;
        if (!passes(predicate, &item->attributes[predicate->attribute]))
            return false;
    }
    return true;
}
