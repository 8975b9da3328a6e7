/* SPDX-License-Identifier: MIT */
#include "admin_host.h"

#include "admin_fixture.h"

static void it_says_what_runs_and_whether_it_is_ready(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->started = io_time();
    char *text = admin_ask(fixture, admin_host_answer, "{}");
    mask(text, "\"started\":\"", 'T');
    admin_mask_number(text, "\"pid\":");
    admin_mask_number(text, "\"uptime_s\":");
    assert_true(strstr(text, "response 2 200 {\"version\":\"" SENTIO_VERSION
                             "\",\"pid\":0,\"started\":\"T\",\"uptime_s\":0,\"ready\":true,"
                             "\"problems\":[],") == text);
    assert_non_null(strstr(text, "\"threads\":{\"io\":1}"));
    assert_null(strstr(text, "\"rss_bytes\":0"));
    assert_null(strstr(text, "\"open\":0,\"limit\":0"));
    free(text);
}

static void a_failed_channel_is_a_problem(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[1]->failed = true;
    char *text = admin_ask(fixture, admin_host_answer, "{}");
    assert_non_null(strstr(text, "\"ready\":false,\"problems\":[\"channel b: its plugin died too "
                                 "often; see the log\"]"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(it_says_what_runs_and_whether_it_is_ready),
        TEST(a_failed_channel_is_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
