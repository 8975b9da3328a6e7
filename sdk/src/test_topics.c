/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

static size_t find(const struct fake_topics *topics, struct sentio_bytes topic) {
    size_t i = 0;
    while (i < topics->count && !sentio_equal(topics->list[i], topic))
        i++;
    return i;
}

bool fake_topics_have(const struct fake_topics *topics, struct sentio_bytes topic) {
    return find(topics, topic) < topics->count;
}

void fake_topics_add(struct fake_topics *topics, struct sentio_bytes topic) {
    if (fake_topics_have(topics, topic))
        return;
    topics->list = fake_grow(topics->list, topics->count, &topics->capacity, sizeof *topics->list);
    topics->list[topics->count++] = fake_copy(topic);
}

void fake_topics_remove(struct fake_topics *topics, struct sentio_bytes topic) {
    size_t i = find(topics, topic);
    if (i == topics->count)
        return;
    fake_release(topics->list[i]);
    topics->list[i] = topics->list[--topics->count];
}

void fake_topics_finish(struct fake_topics *topics) {
    for (size_t i = 0; i < topics->count; i++)
        fake_release(topics->list[i]);
    free(topics->list);
    *topics = (struct fake_topics){.list = NULL};
}
