/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include <stdlib.h>

enum { MANY = 10000, WAKES = 50 };

static struct sentio_item item_of(struct sentio_bytes topic, struct sentio_bytes json) {
    return (struct sentio_item){.topic = topic, .json = json};
}

static void observe_one(void *context, const char *json) {
    static const char *const topics[] = {"AAPL", "*", "a b"};
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        const struct sentio_item item = item_of(sentio_text(topics[i]), sentio_text(json));
        drive_observe(context, &item, 1);
    }
}

static void observe_many(struct drive *drive, const char *json) {
    struct sentio_item *items = calloc(MANY, sizeof(*items));
    for (size_t i = 0; items && i < MANY; i++)
        items[i] = item_of(sentio_text("AAPL"), sentio_text(json));
    if (items)
        drive_observe(drive, items, MANY);
    free(items);
}

void check_observe(struct drive *drive) {
    static const char quote[] = "{\"symbol\":\"AAPL\",\"price\":187.5,\"bid\":187.4,\"ask\":187.6,"
                                "\"volume\":1000,\"timestamp\":\"2024-10-05T10:30:00Z\"}";
    static const char *const scalars[] = {"1", "\"text\"", "null", "[]", "[1]", "true"};
    if (!drive_start(drive))
        return;
    samples_odd(observe_one, drive);
    samples_mutate(quote, observe_one, drive);
    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++)
        observe_one(drive, scalars[i]);
    observe_many(drive, quote);
    drive_wake(drive, WAKES);
    drive_close(drive);
}

void check_time(struct drive *drive) {
    if (!drive_start(drive))
        return;
    drive_wake(drive, WAKES);
    check_publish_samples(drive);
    uint64_t conn = drive_subscribe(drive, 0, "user_001", 0, "{\"action\":\"subscribe\"}");
    drive_wake(drive, WAKES);
    drive_leave(drive, conn);
    drive_wake(drive, WAKES);
    drive_close(drive);
}
