/* SPDX-License-Identifier: MIT */
#include "io/bypass.h"

#include "io/connection.h"
#include "kernel_fixture.h"

static int setup(void **state) {
    *state = kernel_open(FIRST_SOCKET);
    return 0;
}

static int teardown(void **state) {
    free(*state);
    return 0;
}

static struct connection connection_of(struct lws *wsi) {
    return (struct connection){.wsi = wsi, .fd = FIRST_SOCKET};
}

static void as_much_is_written_as_the_socket_takes(void **state) {
    struct lws *wsi = *state;
    struct connection connection = connection_of(wsi);
    wsi->room = 4;
    assert_int_equal(bypass_write(&connection, (const uint8_t *)"abcdef", 6), 4);
    assert_int_equal(bypass_write(&connection, (const uint8_t *)"ef", 2), 0);
    wsi->room = 10;
    assert_int_equal(bypass_write(&connection, (const uint8_t *)"ef", 2), 2);
    assert_int_equal(wsi->size, 6);
    assert_memory_equal(wsi->seen, "abcdef", 6);
}

static void nothing_is_written_of_nothing(void **state) {
    struct lws *wsi = *state;
    struct connection connection = connection_of(wsi);
    assert_int_equal(bypass_write(&connection, NULL, 0), 0);
    assert_int_equal(wsi->writes, 0);
}

static void a_socket_that_fails_is_told_of(void **state) {
    struct lws *wsi = *state;
    struct connection connection = connection_of(wsi);
    wsi->failing = ECONNRESET;
    assert_int_equal(bypass_write(&connection, (const uint8_t *)"abc", 3), -1);
}

static void an_interruption_is_no_failure(void **state) {
    struct lws *wsi = *state;
    struct connection connection = connection_of(wsi);
    wsi->failing = EINTR;
    assert_int_equal(bypass_write(&connection, (const uint8_t *)"abc", 3), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(as_much_is_written_as_the_socket_takes, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_written_of_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_socket_that_fails_is_told_of, setup, teardown),
        cmocka_unit_test_setup_teardown(an_interruption_is_no_failure, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
