/* SPDX-License-Identifier: MIT */
#include "access/quota.h"

#include <stdio.h>

#include "stream_fixture.h"

enum { THREADS = 4, ROUNDS = 2000 };

static void init(struct quota *quota, int64_t connections, int64_t per_address) {
    struct config config = {.limits = {.connections = connections, .per_address = per_address}};
    assert_int_equal(quota_init(quota, &config), 0);
}

static void connections_are_within_the_limit_up_to_exactly_that_many(void **state) {
    (void)state;
    struct quota quota;
    init(&quota, 2, 0);
    assert_true(quota_enter(&quota, "10.0.0.1"));
    assert_true(quota_enter(&quota, NULL));
    assert_false(quota_enter(&quota, "10.0.0.1"));
    assert_int_equal(atomic_load(&quota.connections), 3);
    quota_leave(&quota, "10.0.0.1");
    assert_false(quota_enter(&quota, NULL));
    quota_leave(&quota, NULL);
    quota_leave(&quota, NULL);
    assert_int_equal(atomic_load(&quota.entered), 4);
    assert_true(quota_enter(&quota, "10.0.0.1"));
    quota_finish(&quota);
}

static void new_limits_are_for_those_that_come(void **state) {
    (void)state;
    struct quota quota;
    struct config config = {.limits = {.connections = 2, .per_address = 1}};
    init(&quota, 4, 2);
    assert_true(quota_enter(&quota, "10.0.0.1"));
    assert_true(quota_enter(&quota, "10.0.0.1"));
    quota_limit(&quota, &config);
    assert_false(quota_enter(&quota, NULL));
    quota_leave(&quota, NULL);
    quota_leave(&quota, "10.0.0.1");
    assert_false(quota_enter(&quota, "10.0.0.1"));
    quota_leave(&quota, "10.0.0.1");
    quota_leave(&quota, "10.0.0.1");
    assert_true(quota_enter(&quota, "10.0.0.1"));
    quota_finish(&quota);
}

static void a_limit_of_addresses_that_goes_and_comes_back_still_counts(void **state) {
    (void)state;
    struct quota quota;
    struct config config = {.limits = {.connections = 100, .per_address = 0}};
    init(&quota, 100, 1);
    assert_true(quota_counts_addresses(&quota));
    assert_true(quota_enter(&quota, "10.0.0.1"));
    quota_limit(&quota, &config);
    assert_false(quota_counts_addresses(&quota));
    assert_true(quota_enter(&quota, "10.0.0.1"));
    assert_true(quota_enter(&quota, NULL)); /* whose address was not kept meanwhile */
    config.limits.per_address = 2;
    quota_limit(&quota, &config);
    assert_false(quota_enter(&quota, "10.0.0.1"));
    quota_leave(&quota, NULL);
    for (int i = 0; i < 3; i++)
        quota_leave(&quota, "10.0.0.1");
    assert_int_equal(quota.addresses.count, 0);
    assert_int_equal(atomic_load(&quota.connections), 0);
    quota_finish(&quota);
}

static void each_address_has_its_own_limit(void **state) {
    (void)state;
    struct quota quota;
    init(&quota, 100, 2);
    assert_true(quota_enter(&quota, "10.0.0.1"));
    assert_true(quota_enter(&quota, "10.0.0.1"));
    assert_false(quota_enter(&quota, "10.0.0.1"));
    assert_true(quota_enter(&quota, "10.0.0.11"));
    assert_true(quota_enter(&quota, "::1"));
    quota_leave(&quota, "10.0.0.1");
    assert_false(quota_enter(&quota, "10.0.0.1"));
    quota_leave(&quota, "10.0.0.1");
    quota_leave(&quota, "10.0.0.1");
    assert_true(quota_enter(&quota, "10.0.0.1"));
    quota_finish(&quota);
}

static void unix_sockets_have_no_address_to_count(void **state) {
    (void)state;
    struct quota quota;
    init(&quota, 100, 1);
    for (int i = 0; i < 10; i++)
        assert_true(quota_enter(&quota, NULL));
    assert_int_equal(quota.addresses.count, 0);
    quota_finish(&quota);
}

static void an_address_is_forgotten_with_its_last_connection(void **state) {
    (void)state;
    struct quota quota;
    char address[24];
    init(&quota, 1000, 5);
    for (int i = 0; i < 500; i++) {
        snprintf(address, sizeof(address), "10.0.%d.%d", i / 256, i % 256);
        assert_true(quota_enter(&quota, address));
        assert_true(quota_enter(&quota, address));
    }
    assert_int_equal(quota.addresses.count, 500);
    for (int i = 0; i < 500; i++) {
        snprintf(address, sizeof(address), "10.0.%d.%d", i / 256, i % 256);
        quota_leave(&quota, address);
        quota_leave(&quota, address);
    }
    assert_int_equal(quota.addresses.count, 0);
    assert_int_equal(atomic_load(&quota.connections), 0);
    quota_finish(&quota);
}

static void *come_and_go(void *argument) {
    struct quota *quota = argument;
    static const char *const addresses[] = {"10.0.0.1", "10.0.0.2", NULL};
    for (int i = 0; i < ROUNDS; i++) {
        const char *address = addresses[i % 3];
        if (!quota_enter(quota, address))
            abort();
        quota_leave(quota, address);
    }
    return NULL;
}

static void threads_that_come_and_go_leave_nothing_behind(void **state) {
    (void)state;
    struct quota quota;
    pthread_t threads[THREADS];
    init(&quota, THREADS, THREADS);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &quota), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&quota.connections), 0);
    assert_int_equal(quota.addresses.count, 0);
    quota_finish(&quota);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_within_the_limit_up_to_exactly_that_many),
        cmocka_unit_test(new_limits_are_for_those_that_come),
        cmocka_unit_test(a_limit_of_addresses_that_goes_and_comes_back_still_counts),
        cmocka_unit_test(each_address_has_its_own_limit),
        cmocka_unit_test(unix_sockets_have_no_address_to_count),
        cmocka_unit_test(an_address_is_forgotten_with_its_last_connection),
        cmocka_unit_test(threads_that_come_and_go_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
