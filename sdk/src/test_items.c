/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

static void supersede(struct fake_items *items, struct sentio_bytes key) {
    for (size_t i = items->count; i > 0; i--) {
        struct fake_item *older = items->list[i - 1];
        if (sentio_equal(older->item.key, key)) {
            older->superseded = true;
            return;
        }
    }
}

void fake_items_add(struct fake_items *items, struct fake_item *item) {
    supersede(items, item->item.key);
    items->list = fake_grow(items->list, items->count, &items->capacity, sizeof *items->list);
    items->list[items->count++] = item;
}

void fake_items_copy(struct fake_items *to, const struct fake_items *from) {
    for (size_t i = 0; i < from->count; i++)
        fake_items_add(to, fake_item_copy(&from->list[i]->item));
}

void fake_items_finish(struct fake_items *items) {
    for (size_t i = 0; i < items->count; i++)
        free(items->list[i]);
    free(items->list);
}

size_t fake_items_select(const struct fake_items *items, const struct fake_topics *topics,
                         uint32_t source, size_t limit, struct sentio_item **selected) {
    struct sentio_item *list = fake_allocate(items->count * sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < items->count; i++) {
        const struct fake_item *item = items->list[i];
        if (source == SENTIO_LATEST && item->superseded)
            continue;
        if (!topics || fake_topics_have(topics, item->item.topic))
            list[count++] = item->item;
    }
    if (source == SENTIO_HISTORY && count > limit) {
        memmove(list, list + (count - limit), limit * sizeof *list);
        count = limit;
    }
    *selected = list;
    return count;
}
