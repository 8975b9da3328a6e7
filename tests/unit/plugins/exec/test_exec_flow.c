/* SPDX-License-Identifier: MIT */
/* Much at once, and what programs say when nobody asked them. */
#include "puppet.h"

#define MUCH 400000

static char *body_of(size_t size) {
    struct sentio_writer body;
    sentio_writer_init(&body, NULL, 0);
    sentio_write_text(&body, "{\"emit\":{\"data\":\"");
    for (size_t i = 0; i < size / 10; i++)
        sentio_write_text(&body, "0123456789");
    sentio_write(&body, sentio_bytes("\"}}", 4));
    assert_false(body.failed);
    return body.data;
}

/* Both directions are more than a pipe holds. */
static void a_big_line_goes_there_and_back(void **state) {
    (void)state;
    struct sentio_test *test = start(PUPPET("[\"publish\"]"));
    char *body = body_of(MUCH);
    assert_int_equal(sentio_test_publish(test, body), SENTIO_OK);
    assert_int_equal(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json.size, MUCH + 2);
    free(body);
    sentio_test_close(test);
}

/* It reads nothing before it has said more than a pipe holds, and so can not be written to. */
static void a_program_may_say_much_before_it_reads_on(void **state) {
    (void)state;
    struct sentio_test *test =
        start("read -r line\n" ID DONE "i=0; while [ $i -lt 5000 ]; do i=$((i + 1))\n" SAY(
            "{\"count\":{\"metric\":\"seen\"}}") "done\nread -r line\n" ID DONE "read -r line\n");
    char *body = body_of(MUCH);
    assert_int_equal(sentio_test_publish(test, body), SENTIO_OK);
    free(body);
    sentio_test_close(test);
}

static void a_line_that_is_too_long_fails_its_call_and_no_other(void **state) {
    (void)state;
    struct sentio_test *test = start(
        PROGRAM("[\"publish\"]",
                ON("publish", "case $line in *big*) printf '{\"emit\":{\"data\":\"'\n"
                              "head -c 1048576 /dev/zero | tr '\\0' x\nprintf '\"}}\\n';;\nesac")));
    assert_int_equal(sentio_test_publish(test, "{\"big\":1}"), SENTIO_FAILED);
    assert_logged(test, "in publish: it is too long, in the line \"{\\\"emit\\\"");
    assert_null(sentio_test_find(test, SENTIO_DID_EMIT, 0));
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_OK);
    sentio_test_close(test);
}

static void a_state_may_be_longer_than_a_line(void **state) {
    (void)state;
    const char *script =
        PROGRAM("[\"save\",\"restore\"]",
                ON("save", "printf '{\"state\":\"'\nhead -c 3000000 /dev/zero | tr '\\0' x\n"
                           "printf '\"}\\n'"));
    struct sentio_test *test = start(script);
    char *config =
        shell_config("read -r line\n" ID DONE "read -r line\n", "sh", ",\"timeout\":\"60s\"");
    struct sentio_test *next = sentio_test_swap(test, &sentio_plugin, config);
    free(config);
    assert_non_null(next);
    assert_int_equal(expect_effect(test, SENTIO_DID_KEEP, 0)->text.size, 3000002);
    sentio_test_close(test);
    sentio_test_close(next);
}

static void a_program_publishes_by_itself(void **state) {
    (void)state;
    struct sentio_test *test = start("read -r line\n" ID DONE SAY(
        "{\"emit\":{\"data\":1}}") "printf '{\"emit\":'; read -r line\n");
    int result = SENTIO_OK;
    while (result == SENTIO_OK && !sentio_test_find(test, SENTIO_DID_EMIT, 0))
        result = sentio_test_ready(test, -1);
    assert_int_equal(result, SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json, "1");
    sentio_test_close(test);
}

static void a_wrong_line_of_its_own_is_logged_and_the_others_count(void **state) {
    (void)state;
    struct sentio_test *test = start("read -r line\n" ID DONE
                                     "printf 'oops\\n{\"emit\":{\"data\":1}}\\n'; read -r line\n");
    while (!sentio_test_find(test, SENTIO_DID_EMIT, 0))
        assert_int_equal(sentio_test_ready(test, -1), SENTIO_OK);
    assert_logged(test, "\"/bin/sh\" in no call: not JSON");
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json, "1");
    sentio_test_close(test);
}

/* A callback in which nothing can be published is no reason not to say it. */
static void what_is_published_in_a_subscribe_comes_right_after_it(void **state) {
    (void)state;
    struct sentio_test *test =
        start(PROGRAM("[\"subscribe\"]", ON("subscribe", SAY("{\"emit\":{\"data\":\"welcome\"}}")
                                                             SAY("{\"accept\":{}}"))));
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{}"), SENTIO_OK);
    assert_non_null(sentio_test_find(test, SENTIO_DID_ACCEPT, 0));
    assert_null(sentio_test_find(test, SENTIO_DID_EMIT, 0));
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json, "\"welcome\"");
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_NOT_FOUND);
    sentio_test_close(test);
}

static void what_a_failed_subscribe_publishes_is_forgotten(void **state) {
    (void)state;
    struct sentio_test *test =
        start(PROGRAM("[\"subscribe\"]",
                      ON("subscribe", SAY("{\"emit\":{\"data\":1}}")
                                          SAY("{\"call\":0,\"emit\":{\"data\":2}}") SAY("oops"))));
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{}"), SENTIO_FAILED);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json, "2");
    assert_null(sentio_test_find(test, SENTIO_DID_EMIT, 1));
    sentio_test_close(test);
}

static void a_line_of_call_0_has_nothing_to_do_with_the_call(void **state) {
    (void)state;
    struct sentio_test *test =
        start(PROGRAM("[\"publish\"]", ON("publish", SAY("{\"call\":0,\"emit\":{\"data\":1}}") SAY(
                                                         "{\"reject\":{\"message\":\"no\"}}"))));
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_INVALID);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json, "1");
    sentio_test_close(test);
}

static void what_was_said_before_a_call_is_no_part_of_it(void **state) {
    (void)state;
    struct sentio_test *test =
        start("read -r line\n" ID "printf '{\"done\":1}\\n"
              "{\"emit\":{\"data\":1}}\\n'\nread -r line\n" ID
              "printf '{\"done\":%s,\"error\":\"no\"}\\n' $id; read -r line\n");
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_FAILED);
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_OK);
    assert_text(expect_effect(test, SENTIO_DID_EMIT, 0)->item.json, "1");
    sentio_test_close(test);
}

static void many_lines_are_taken_a_thousand_at_a_time(void **state) {
    (void)state;
    struct sentio_test *test =
        start("read -r line\n" ID "i=0; while [ $i -lt 2500 ]; do i=$((i + 1)); "
              "printf '{\"emit\":{\"data\":%s}}\\n' $i; done\n" DONE "read -r line\n");
    size_t count = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sentio_test_ready(test, 0), SENTIO_OK);
        count += count_effects(test, SENTIO_DID_EMIT);
        assert_int_equal(count, i < 2 ? 1000 * (i + 1) : 2500);
    }
    assert_int_equal(sentio_test_ready(test, 0), SENTIO_NOT_FOUND);
    sentio_test_close(test);
}

static void a_call_that_asks_for_too_much_fails(void **state) {
    (void)state;
    struct sentio_test *test = start(
        PROGRAM("[\"publish\"]",
                ON("publish", "text=$(head -c 900000 /dev/zero | tr '\\0' x)\n"
                              "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n"
                              "printf '{\"emit\":{\"data\":\"%s\"}}\\n' $text; done")));
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_FAILED);
    assert_logged(test, "plugins.call_bytes");
    assert_null(sentio_test_find(test, SENTIO_DID_EMIT, 0));
    sentio_test_close(test);
}

static void the_ends_of_lines_of_other_systems_are_taken(void **state) {
    (void)state;
    struct sentio_test *test =
        start("read -r line\n" ID "printf '\\n{\"done\":1}\\r\\n'; read -r line\n" ID
              "printf '{\"emit\":{\"data\":1}}\\r\\n\\r\\n'\n" DONE "read -r line\n");
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_OK);
    assert_non_null(sentio_test_find(test, SENTIO_DID_EMIT, 0));
    sentio_test_close(test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_big_line_goes_there_and_back),
        cmocka_unit_test(a_program_may_say_much_before_it_reads_on),
        cmocka_unit_test(a_line_that_is_too_long_fails_its_call_and_no_other),
        cmocka_unit_test(a_state_may_be_longer_than_a_line),
        cmocka_unit_test(a_program_publishes_by_itself),
        cmocka_unit_test(a_wrong_line_of_its_own_is_logged_and_the_others_count),
        cmocka_unit_test(what_is_published_in_a_subscribe_comes_right_after_it),
        cmocka_unit_test(what_a_failed_subscribe_publishes_is_forgotten),
        cmocka_unit_test(a_line_of_call_0_has_nothing_to_do_with_the_call),
        cmocka_unit_test(what_was_said_before_a_call_is_no_part_of_it),
        cmocka_unit_test(many_lines_are_taken_a_thousand_at_a_time),
        cmocka_unit_test(a_call_that_asks_for_too_much_fails),
        cmocka_unit_test(the_ends_of_lines_of_other_systems_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
