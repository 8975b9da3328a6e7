/* SPDX-License-Identifier: MIT */
#include "channel/publish_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/sdk.h>

static const uint8_t digest[KEY_DIGEST] = {1, 2, 3};

static struct publish_key *add(struct publish_keys *keys, const char *name, const char *key) {
    struct publish_key *entry = publish_keys_add(keys, sentio_text(name), sentio_text(key), digest);
    assert_non_null(entry);
    return entry;
}

static struct publish_key *find(const struct publish_keys *keys, const char *name,
                                const char *key) {
    return publish_keys_find(keys, sentio_text(name), sentio_text(key));
}

static void a_key_is_one_publishers_own(void **state) {
    struct publish_keys keys;
    (void)state;
    publish_keys_init(&keys);
    struct publish_key *a = add(&keys, "one", "k");
    struct publish_key *b = add(&keys, "two", "k");
    struct publish_key *c = add(&keys, "k", "one");
    assert_ptr_equal(find(&keys, "one", "k"), a);
    assert_ptr_equal(find(&keys, "two", "k"), b);
    assert_ptr_equal(find(&keys, "k", "one"), c);
    assert_null(find(&keys, "onek", ""));
    assert_null(find(&keys, "one", "K"));
    assert_memory_equal(a->digest, digest, KEY_DIGEST);
    publish_keys_finish(&keys);
}

static void dropped_key_is_not_found_and_may_be_added_again(void **state) {
    struct publish_keys keys;
    (void)state;
    publish_keys_init(&keys);
    publish_keys_drop(&keys, add(&keys, "one", "k"));
    assert_null(find(&keys, "one", "k"));
    struct publish_key *again = add(&keys, "one", "k");
    assert_ptr_equal(find(&keys, "one", "k"), again);
    assert_int_equal(keys.count, 0);
    publish_keys_finish(&keys);
}

static void kept_keys_go_when_their_time_is_over(void **state) {
    struct publish_keys keys;
    (void)state;
    publish_keys_init(&keys);
    publish_keys_keep(&keys, add(&keys, "one", "a"), 100);
    publish_keys_keep(&keys, add(&keys, "one", "b"), 200);
    publish_keys_trim(&keys, 100, 10);
    assert_int_equal(keys.count, 2);
    publish_keys_trim(&keys, 101, 10);
    assert_null(find(&keys, "one", "a"));
    assert_non_null(find(&keys, "one", "b"));
    publish_keys_trim(&keys, 1000, 10);
    assert_int_equal(keys.count, 0);
    assert_int_equal(keys.squeezed, 0);
    publish_keys_keep(&keys, add(&keys, "one", "c"), 300);
    assert_ptr_equal(keys.oldest, keys.newest);
    publish_keys_finish(&keys);
}

static void oldest_kept_keys_beyond_the_limit_go_and_are_counted(void **state) {
    struct publish_keys keys;
    char name[16];
    (void)state;
    publish_keys_init(&keys);
    struct publish_key *pending = add(&keys, "one", "pending");
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        publish_keys_keep(&keys, add(&keys, "one", name), i);
        publish_keys_trim(&keys, 0, 100);
    }
    assert_int_equal(keys.count, 100);
    assert_int_equal(keys.squeezed, 900);
    assert_null(find(&keys, "one", "899"));
    assert_non_null(find(&keys, "one", "900"));
    assert_ptr_equal(find(&keys, "one", "pending"), pending);
    publish_keys_finish(&keys);
}

static void those_that_wait_are_taken_in_their_order(void **state) {
    struct publish_keys keys;
    struct publisher publisher = {.http = true, .name = {"one", 3}};
    (void)state;
    publish_keys_init(&keys);
    struct publish_key *key = add(&keys, "one", "k");
    for (uint32_t i = 0; i < 3; i++) {
        publisher.line = i;
        assert_int_equal(publish_key_wait(key, &publisher), 0);
    }
    for (uint32_t i = 0; i < 2; i++) {
        struct key_waiter *waiter = publish_key_take(key);
        assert_int_equal(waiter->publisher.line, i);
        assert_int_equal(waiter->publisher.name.size, 0);
        free(waiter);
    }
    publish_keys_finish(&keys);
}

static void digests_differ_where_bodies_do(void **state) {
    uint8_t a[KEY_DIGEST];
    uint8_t b[KEY_DIGEST];
    /* FIPS 180-2, appendix B.1 */
    static const uint8_t abc[KEY_DIGEST] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                            0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                            0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                            0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    (void)state;
    assert_int_equal(publish_key_digest(sentio_text("abc"), a), 0);
    assert_memory_equal(a, abc, KEY_DIGEST);
    assert_int_equal(publish_key_digest(sentio_text("abd"), b), 0);
    assert_memory_not_equal(a, b, KEY_DIGEST);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_one_publishers_own),
        cmocka_unit_test(dropped_key_is_not_found_and_may_be_added_again),
        cmocka_unit_test(kept_keys_go_when_their_time_is_over),
        cmocka_unit_test(oldest_kept_keys_beyond_the_limit_go_and_are_counted),
        cmocka_unit_test(those_that_wait_are_taken_in_their_order),
        cmocka_unit_test(digests_differ_where_bodies_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
