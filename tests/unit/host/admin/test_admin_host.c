/* SPDX-License-Identifier: MIT */
#include "admin/admin_host.h"

#include "admin/rates.h"
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
    assert_null(strstr(text, "\"files\":{\"open\":0,"));
    free(text);
}

static void clients_are_told_by_how_they_are_connected(void **state) {
    struct hub_fixture *fixture = *state;
    atomic_store(&fixture->host.quota.connections_max, 100);
    atomic_store(&fixture->host.quota.connections, 7);
    tally_add(&fixture->io.websockets, 4);
    tally_add(&fixture->io.streams, 2);
    char *text = admin_ask(fixture, admin_host_answer, "{}");
    assert_non_null(strstr(text, "\"connections\":{\"open\":7,\"limit\":100,\"websocket\":4,"
                                 "\"sse\":2,\"other\":1}"));
    free(text);
}

static void so_many_files_that_counting_takes_long_are_reckoned(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->rates->files = 1000000;
    atomic_store(&fixture->host.quota.connections, 5000);
    char *text = admin_ask(fixture, admin_host_answer, "{}");
    assert_non_null(strstr(text, "\"files\":{\"open\":1005000,"));
    free(text);
}

static void totals_and_rates_are_told_by_the_same_names(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[0]->published = 3;
    fixture->hub->channels[1]->items = 12;
    fixture->hub->now = rates_time(fixture->hub->rates) + 2000;
    rates_tick(fixture->hub);
    char *text = admin_ask(fixture, admin_host_answer, "{}");
    assert_non_null(strstr(text, "\"totals\":{\"updates\":3,\"items\":12,\"refused\":0,"
                                 "\"deliveries\":0,\"bytes_out\":0,\"connections\":0,"
                                 "\"slow_closed\":0,\"dropped\":0,\"conflated\":0},"));
    assert_non_null(strstr(text, "\"rates\":{\"updates\":1.5,\"items\":6.0,\"refused\":0.0,"));
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
        TEST(clients_are_told_by_how_they_are_connected),
        TEST(so_many_files_that_counting_takes_long_are_reckoned),
        TEST(totals_and_rates_are_told_by_the_same_names),
        TEST(a_failed_channel_is_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
