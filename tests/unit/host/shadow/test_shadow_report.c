/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "shadow_fixture.h"

static char *report_of(const struct shadow *shadow) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    shadow_write(shadow, &out);
    struct sentio_bytes text = sentio_written(&out);
    char *copy = text_copy(text);
    sentio_writer_finish(&out);
    assert_non_null(copy);
    return copy;
}

static void assert_report(const struct shadow *shadow, const char *expected) {
    char *text = report_of(shadow);
    assert_string_equal(text, expected);
    free(text);
}

static void one_that_has_found_nothing_says_so(void **state) {
    struct config_channel config = {.name = (char *)"a"};
    struct channel channel = {.config = &config};
    struct shadow shadow = {.channel = &channel, .plugin = (char *)"/x.so"};
    (void)state;
    assert_report(&shadow, "{\"channel\":\"a\",\"plugin\":\"/x.so\",\"version\":\"\","
                           "\"state\":\"opening\",\"remaining_ms\":0,\"calls\":0,\"equal\":0,"
                           "\"different\":0,\"deaths\":0,\"why\":\"\",\"old_us\":0,\"new_us\":0,"
                           "\"differences\":[]}");
}

static void differences_times_and_deaths_are_told(void **state) {
    struct config_channel config = {.name = (char *)"a\"b"};
    struct channel channel = {.config = &config};
    struct pair second = {.kind = CALL_LEFT, .number = 9, .answers = {(char *)"{}", (char *)"[]"}};
    struct pair first = {.next = &second,
                         .kind = CALL_PUBLISH,
                         .number = 3,
                         .input = (char *)"{\"i\":1}",
                         .answers = {(char *)"o", (char *)"n"}};
    struct shadow shadow = {.channel = &channel,
                            .plugin = (char *)"/x.so",
                            .version = (char *)"2.0",
                            .state = SHADOW_FAILED,
                            .equal = 2,
                            .different = 2,
                            .deaths = 5,
                            .micros = {10, 24},
                            .examples = &first,
                            .why = "it was \"stopped\""};
    (void)state;
    assert_report(&shadow, "{\"channel\":\"a\\\"b\",\"plugin\":\"/x.so\",\"version\":\"2.0\","
                           "\"state\":\"failed\",\"remaining_ms\":0,\"calls\":4,\"equal\":2,"
                           "\"different\":2,\"deaths\":5,\"why\":\"it was \\\"stopped\\\"\","
                           "\"old_us\":2.5,\"new_us\":6,\"differences\":["
                           "{\"call\":\"publish\",\"number\":3,\"input\":\"{\\\"i\\\":1}\","
                           "\"old\":\"o\",\"new\":\"n\"},"
                           "{\"call\":\"left\",\"number\":9,\"input\":\"\",\"old\":\"{}\","
                           "\"new\":\"[]\"}]}");
}

static void while_it_runs_the_time_that_is_left_is_told(void **state) {
    struct config_channel config = {.name = (char *)"a"};
    struct channel channel = {.config = &config};
    struct shadow shadow = {.channel = &channel, .plugin = (char *)"/x.so"};
    (void)state;
    shadow.state = SHADOW_RUNNING;
    shadow.ends = shadow_time() + HOUR;
    char *text = report_of(&shadow);
    assert_non_null(strstr(text, "\"state\":\"running\",\"remaining_ms\":3"));
    free(text);
    shadow.ends = shadow_time() - 1;
    text = report_of(&shadow);
    assert_non_null(strstr(text, "\"state\":\"running\",\"remaining_ms\":0,"));
    free(text);
}

static void it_is_asked_for_by_the_channels_name(void **state) {
    struct hub_fixture *fixture = *state;
    struct request *request = (struct request *)&fixture->requests[3];
    shadow_report(fixture->hub, 0, request, sentio_text("a"));
    assert_says(fixture, "response 3 404 {\"detail\":\"nothing is being compared");
    shadow_report(fixture->hub, 0, request, sentio_text("c"));
    assert_says(fixture, "response 3 404 ");
    shadow_started(fixture);
    shadow_report(fixture->hub, 0, request, sentio_text("a"));
    assert_says(fixture, "response 3 200 {\"channel\":\"a\",\"plugin\":\"/plugins/scripted.so\","
                         "\"version\":\"1.2.3\",\"state\":\"running\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_has_found_nothing_says_so),
        cmocka_unit_test(differences_times_and_deaths_are_told),
        cmocka_unit_test(while_it_runs_the_time_that_is_left_is_told),
        TEST_HERE(it_is_asked_for_by_the_channels_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
