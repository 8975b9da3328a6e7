/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

static struct fake_record *add(struct fake_records *records) {
    records->list =
        fake_grow(records->list, records->count, &records->capacity, sizeof *records->list);
    return &records->list[records->count++];
}

void fake_record(struct sentio_test *test, struct sentio_effect effect) {
    char *memory = fake_allocate(effect.name.size + effect.text.size);
    char *at = memory;
    effect.name = fake_place(&at, effect.name);
    effect.text = fake_place(&at, effect.text);
    *add(&test->records) = (struct fake_record){.effect = effect, .memory = memory};
}

void fake_record_item(struct sentio_test *test, struct fake_item *item) {
    struct sentio_effect effect = {
        .kind = SENTIO_DID_EMIT, .text = item->item.json, .item = item->item};
    *add(&test->records) = (struct fake_record){.effect = effect, .memory = item};
}

void fake_forget(struct sentio_test *test) {
    for (size_t i = 0; i < test->records.count; i++)
        free(test->records.list[i].memory);
    test->records.count = 0;
    test->call_start = 0;
    test->fault = NULL;
}

const char *sentio_test_fault(const struct sentio_test *test) {
    return test->fault;
}

void fake_drop_records(struct sentio_test *test, uint32_t kinds) {
    size_t kept = test->call_start;
    for (size_t i = test->call_start; i < test->records.count; i++) {
        struct fake_record *record = &test->records.list[i];
        if (kinds >> record->effect.kind & 1)
            free(record->memory);
        else
            test->records.list[kept++] = *record;
    }
    test->records.count = kept;
}

size_t sentio_test_count(const struct sentio_test *test) {
    return test->records.count;
}

const struct sentio_effect *sentio_test_effect(const struct sentio_test *test, size_t index) {
    if (index >= test->records.count)
        return NULL;
    return &test->records.list[index].effect;
}

const struct sentio_effect *sentio_test_find(const struct sentio_test *test,
                                             enum sentio_effect_kind kind, size_t n) {
    for (size_t i = 0; i < test->records.count; i++) {
        const struct sentio_effect *effect = &test->records.list[i].effect;
        if (effect->kind != kind)
            continue;
        if (n == 0)
            return effect;
        n--;
    }
    return NULL;
}
