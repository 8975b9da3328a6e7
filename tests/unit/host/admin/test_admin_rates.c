/* SPDX-License-Identifier: MIT */
#include "admin/admin_rates.h"

#include "admin/rates.h"
#include "admin_fixture.h"

/* Five seconds, the n-th with n updates of "a". */
static void run(struct hub_fixture *fixture) {
    for (uint64_t n = 1; n <= 5; n++) {
        fixture->hub->channels[0]->published += n;
        fixture->hub->now = rates_time(fixture->hub->rates) + 1000;
        rates_tick(fixture->hub);
    }
}

static char *ask(struct hub_fixture *fixture, const char *parameters) {
    char *text = admin_ask(fixture, admin_rates_answer, parameters);
    mask(text, "\"from\":\"", 'T');
    mask(text, "\"to\":\"", 'T');
    return text;
}

static void the_last_seconds_are_told_from_the_oldest_on(void **state) {
    struct hub_fixture *fixture = *state;
    run(fixture);
    char *text = ask(fixture, "{\"seconds\":\"3\"}");
    assert_string_equal(text, "response 2 200 {\"step_s\":1,\"from\":\"T\",\"to\":\"T\","
                              "\"series\":{\"updates\":[3,4,5],\"deliveries\":[0,0,0],"
                              "\"bytes_out\":[0,0,0],\"connections\":[0,0,0]},\"channels\":{"
                              "\"a\":{\"updates\":[3,4,5],\"deliveries\":[0,0,0]},"
                              "\"b\":{\"updates\":[0,0,0],\"deliveries\":[0,0,0]}}}\n");
    free(text);
}

static void without_a_number_all_that_is_there_is_told(void **state) {
    struct hub_fixture *fixture = *state;
    char *text = ask(fixture, "{}");
    assert_non_null(strstr(text, "\"updates\":[],"));
    free(text);
    run(fixture);
    text = ask(fixture, "{}");
    assert_non_null(strstr(text, "\"a\":{\"updates\":[1,2,3,4,5],"));
    free(text);
}

static void large_numbers_are_whole(void **state) {
    struct hub_fixture *fixture = *state;
    tally_add(&fixture->io.outbox.sent, UINT64_MAX / 2);
    run(fixture);
    char *text = ask(fixture, "{}");
    assert_non_null(strstr(text, "\"bytes_out\":[9223372036854775807,0,0,0,0]"));
    free(text);
}

static void what_is_no_number_of_seconds_is_400(void **state) {
    static const char *const wrong[] = {"{\"seconds\":\"0\"}", "{\"seconds\":\"601\"}",
                                        "{\"seconds\":\"x\"}", "{\"seconds\":\"\"}"};
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct admin_question question = admin_question(fixture, wrong[i]);
        admin_rates_answer(fixture->hub, &question);
        assert_sent(fixture, "response 2 400 {\"detail\":\"\\\"seconds\\\" must be a number from 1 "
                             "to 600\"}\n");
    }
}

static void a_tenth_is_written_as_such(void **state) {
    struct sentio_writer out;
    (void)state;
    sentio_writer_init(&out, NULL, 0);
    admin_rates_write_tenths(&out, 1234);
    sentio_write_text(&out, " ");
    admin_rates_write_tenths(&out, 5);
    assert_true(sentio_is(sentio_written(&out), "123.4 0.5"));
    sentio_writer_finish(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_last_seconds_are_told_from_the_oldest_on),
        TEST(without_a_number_all_that_is_there_is_told),
        TEST(large_numbers_are_whole),
        TEST(what_is_no_number_of_seconds_is_400),
        cmocka_unit_test(a_tenth_is_written_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
