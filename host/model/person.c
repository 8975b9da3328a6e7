/* SPDX-License-Identifier: MIT */
#include "person.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

struct sentio_bytes person_name(const struct person *person) {
    return sentio_bytes(person->name, person->size);
}

static bool has_name(const void *value, const void *key) {
    return sentio_equal(person_name(value), *(const struct sentio_bytes *)key);
}

static struct person *create(struct sentio_bytes name) {
    struct person *person = calloc(1, sizeof(*person) + name.size);
    if (person == NULL)
        return NULL;
    person->size = name.size;
    if (name.size)
        memcpy(person->name, name.data, name.size);
    return person;
}

struct person *person_obtain(struct table *persons, struct sentio_bytes name) {
    struct person *person = NULL;
    uint64_t hash = 0;
    if (name.size) {
        hash = table_hash(persons, name);
        person = table_find(persons, hash, has_name, &name);
    }
    if (person == NULL) {
        person = create(name);
        if (person == NULL)
            return NULL;
        if (name.size && table_insert(persons, hash, person) != 0) {
            free(person);
            return NULL;
        }
    }
    person->refs++;
    return person;
}

void person_release(struct table *persons, struct person *person) {
    if (person == NULL || --person->refs > 0)
        return;
    if (person->size)
        table_remove(persons, table_hash(persons, person_name(person)), person);
    free(person);
}
