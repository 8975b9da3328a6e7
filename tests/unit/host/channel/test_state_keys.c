/* SPDX-License-Identifier: MIT */
#include "channel/state_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DIGEST "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
#define LINE                                                                                       \
    "{\"published_by\":\"o\\\"ne\",\"key\":\"k\\n1\",\"digest\":\"" DIGEST                         \
    "\",\"accepted\":3,\"offset\":9,\"time\":1700000000000}"

static void kept_keys_are_written_a_line_each_and_read_again(void **state) {
    struct publish_keys keys;
    struct publish_keys others;
    struct sentio_writer out;
    uint8_t digest[KEY_DIGEST];
    (void)state;
    publish_keys_init(&keys);
    publish_keys_init(&others);
    sentio_writer_init(&out, NULL, 0);
    for (size_t i = 0; i < KEY_DIGEST; i++)
        digest[i] = (uint8_t)(i == KEY_DIGEST - 1 ? 0xff : i);
    struct publish_key *key =
        publish_keys_add(&keys, sentio_text("o\"ne"), sentio_text("k\n1"), digest);
    assert_non_null(key);
    key->accepted = 3;
    key->offset = 9;
    publish_keys_keep(&keys, key, INT64_C(1700000000000));
    assert_non_null(publish_keys_add(&keys, sentio_text("a"), sentio_text("pending"), digest));
    state_keys_write(&out, &keys);
    struct sentio_bytes text = sentio_written(&out);
    assert_int_equal(text.size, sizeof(LINE));
    assert_memory_equal(text.data, LINE "\n", sizeof(LINE));
    assert_true(state_keys_is(text));
    assert_int_equal(state_keys_restore(&others, text), 0);
    const struct publish_key *again =
        publish_keys_find(&others, sentio_text("o\"ne"), sentio_text("k\n1"));
    assert_non_null(again);
    assert_memory_equal(again->digest, digest, KEY_DIGEST);
    assert_int_equal(again->accepted, 3);
    assert_int_equal(again->offset, 9);
    assert_int_equal(again->time, INT64_C(1700000000000));
    assert_true(again->kept);
    sentio_writer_finish(&out);
    publish_keys_finish(&keys);
    publish_keys_finish(&others);
}

static void a_damaged_line_is_refused(void **state) {
    static const char *const lines[] = {
        "{\"published_by\":",
        "{\"published_by\":\"a\"}",
        "{\"published_by\":\"a\",\"key\":\"k\",\"digest\":\"00\",\"accepted\":1,\"offset\":1,"
        "\"time\":1}",
        "{\"published_by\":\"a\",\"key\":\"k\",\"digest\":\"" DIGEST
        "\",\"accepted\":-1,\"offset\":1,\"time\":1}",
        "{\"published_by\":\"a\",\"key\":\"k\",\"digest\":\"" DIGEST
        "\",\"accepted\":4294967296,\"offset\":1,\"time\":1}",
        "{\"published_by\":\"a\",\"key\":\"k\",\"digest\":\"g" DIGEST "\",\"accepted\":1}",
    };
    struct publish_keys keys;
    (void)state;
    publish_keys_init(&keys);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_int_not_equal(state_keys_restore(&keys, sentio_text(lines[i])), 0);
    assert_int_equal(keys.count, 0);
    assert_int_equal(state_keys_restore(&keys, sentio_text(LINE)), 0);
    assert_int_equal(state_keys_restore(&keys, sentio_text(LINE)), SENTIO_INVALID);
    publish_keys_finish(&keys);
}

static void lines_of_items_are_none_of_keys(void **state) {
    (void)state;
    assert_false(state_keys_is(sentio_text("{\"offset\":1}")));
    assert_false(state_keys_is(sentio_text("")));
    assert_false(state_keys_is(sentio_text("{\"published_by\"")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_keys_are_written_a_line_each_and_read_again),
        cmocka_unit_test(a_damaged_line_is_refused),
        cmocka_unit_test(lines_of_items_are_none_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
