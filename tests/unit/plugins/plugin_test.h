/* SPDX-License-Identifier: MIT */
#ifndef PLUGIN_TEST_H
#define PLUGIN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sentio/sdk.h>
#include <sentio/test.h>

/* What the tests of the channel plugins share: the plugin on a fake host, and assertions on what it
 * asked that host for. */

extern const struct sentio_plugin sentio_plugin;

static inline int open_plugin(void **state) {
    *state = sentio_test_open(&sentio_plugin, NULL);
    if (!*state)
        fprintf(stderr, "%s\n", sentio_test_why());
    return *state ? 0 : -1;
}

static inline int close_plugin(void **state) {
    sentio_test_close(*state);
    return 0;
}

static inline void assert_text(struct sentio_bytes actual, const char *expected) {
    char *text = malloc(actual.size + 1);
    assert_non_null(text);
    if (actual.size > 0)
        memcpy(text, actual.data, actual.size);
    text[actual.size] = '\0';
    assert_string_equal(text, expected);
    free(text);
}

static inline size_t count_effects(const struct sentio_test *test, enum sentio_effect_kind kind) {
    size_t count = 0;
    while (sentio_test_find(test, kind, count))
        count++;
    return count;
}

/* The n-th (from 0) effect of the kind; the test fails without it. */
static inline const struct sentio_effect *expect_effect(const struct sentio_test *test,
                                                        enum sentio_effect_kind kind, size_t n) {
    const struct sentio_effect *effect = sentio_test_find(test, kind, n);
    assert_non_null(effect);
    return effect;
}

static inline void assert_rejection(const struct sentio_test *test, size_t n, int32_t index,
                                    const char *field) {
    const struct sentio_effect *effect = expect_effect(test, SENTIO_DID_REJECT, n);
    assert_int_equal(effect->number, index);
    assert_text(effect->name, field);
    assert_true(effect->text.size > 0);
}

/* A body with exactly one mistake. */
static inline void assert_wrong(struct sentio_test *test, const char *body, int32_t index,
                                const char *field) {
    int result = sentio_test_publish(test, body);
    if (result != SENTIO_INVALID || count_effects(test, SENTIO_DID_REJECT) != 1)
        fail_msg("not rejected, or not exactly once: %s", body);
    assert_rejection(test, 0, index, field);
    assert_int_equal(count_effects(test, SENTIO_DID_EMIT), 0);
}

/* {"data": [item, ...]} with `count` of them; the caller frees it. */
static inline char *repeated(const char *item, size_t count) {
    struct sentio_writer body;
    sentio_writer_init(&body, NULL, 0);
    sentio_write_text(&body, "{\"data\":[");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(&body, i > 0 ? "," : "");
        sentio_write_text(&body, item);
    }
    sentio_write(&body, sentio_bytes("]}", 3));
    assert_false(body.failed);
    assert_true(body.owned);
    return body.data;
}

static inline void assert_refusal(const struct sentio_test *test, int64_t code, const char *error) {
    const struct sentio_effect *effect = expect_effect(test, SENTIO_DID_REFUSE, 0);
    assert_int_equal(effect->number, code);
    assert_text(effect->name, error);
    assert_true(effect->text.size > 0);
    assert_null(sentio_test_find(test, SENTIO_DID_ACCEPT, 0));
}

static inline void assert_denied(const struct sentio_test *test, const char *reason) {
    assert_refusal(test, 1008, "denied");
    assert_text(expect_effect(test, SENTIO_DID_REFUSE, 0)->text, reason);
}

static inline void assert_answer(struct sentio_test *test, const char *target, const char *user,
                                 uint32_t roles, int64_t status, const char *body) {
    assert_int_equal(sentio_test_get(test, target, user, roles), SENTIO_OK);
    const struct sentio_effect *effect = expect_effect(test, SENTIO_DID_RESPOND, 0);
    assert_int_equal(effect->number, status);
    assert_text(effect->name, "");
    assert_text(effect->text, body);
}

/* The log says which option is not known. */
static inline void assert_option_is_unknown(const char *config, const char *name) {
    assert_null(sentio_test_open(&sentio_plugin, config));
    if (!strstr(sentio_test_why(), name))
        fail_msg("\"%s\" does not name the option", sentio_test_why());
}

#endif
