/* SPDX-License-Identifier: MIT */
#ifndef PAPER_TRADING_TEST_DRIVE_H
#define PAPER_TRADING_TEST_DRIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sentio/test.h>

/* Drives the plugin through the fake host. */

#define QUOTES_MAX 64

extern const struct sentio_plugin sentio_plugin;

/* One update of market-data made of these items, ended by NULL. */
#define observe(test, ...) observe_items(test, (const char *const[]){__VA_ARGS__, NULL})

static inline void observe_items(struct sentio_test *test, const char *const *texts) {
    struct sentio_item items[QUOTES_MAX] = {{.flags = 0}};
    size_t count = 0;
    for (; texts[count]; count++) {
        items[count].topic = sentio_text("TOPIC");
        items[count].json = sentio_text(texts[count]);
    }
    assert_int_equal(sentio_test_observe(test, "market-data", items, count), SENTIO_OK);
}

/* The n-th payload, from 0, that the last call forwarded to the channel; empty: there is none. */
static inline struct sentio_bytes forwarded(const struct sentio_test *test, const char *channel,
                                            size_t n) {
    for (size_t i = 0; i < sentio_test_count(test); i++) {
        const struct sentio_effect *effect = sentio_test_effect(test, i);
        if (effect->kind != SENTIO_DID_FORWARD || !sentio_is(effect->name, channel))
            continue;
        if (n-- == 0)
            return effect->text;
    }
    return sentio_text("");
}

/* What the last call counted of the metric. */
static inline int64_t counted(const struct sentio_test *test, const char *metric) {
    for (size_t i = 0; i < sentio_test_count(test); i++) {
        const struct sentio_effect *effect = sentio_test_effect(test, i);
        if (effect->kind == SENTIO_DID_COUNT && sentio_is(effect->name, metric))
            return effect->number;
    }
    return 0;
}

static inline void expect_text(struct sentio_bytes actual, const char *expected) {
    if (!sentio_is(actual, expected))
        fail_msg("got  %.*s\nwant %s", (int)actual.size, actual.data, expected);
}

#endif
