/* SPDX-License-Identifier: MIT */
#include "admin/admin_plugins.h"

#include "admin_fixture.h"
#include "worker/worker.h"

static void a_plugin_is_told_once_with_its_channels(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[0]->calls = 5;
    fixture->hub->channels[1]->calls = 7;
    fixture->hub->channels[1]->slow_calls = 2;
    char *text = admin_ask(fixture, admin_plugins_answer, "{}");
    assert_string_equal(text, "response 2 200 {\"plugins\":[{\"file\":\"/plugins/scripted.so\","
                              "\"name\":\"scripted\",\"version\":\"1.2.3\",\"abi\":\"1.2\","
                              "\"channels\":[\"a\",\"b\"],\"isolation\":\"none\","
                              "\"state\":\"open\",\"deaths\":0,\"calls\":12,\"slow_calls\":2}],"
                              "\"timestamp\":\"T\"}\n");
    free(text);
}

static void in_a_worker_it_is_told_apart(void **state) {
    struct hub_fixture *fixture = *state;
    struct worker worker = {.state = WORKER_RUNNING, .death_count = 3};
    fixture->hub->channels[0]->instance->worker = &worker;
    fixture->hub->channels[0]->failed = true;
    char *text = admin_ask(fixture, admin_plugins_answer, "{}");
    fixture->hub->channels[0]->instance->worker = NULL;
    assert_non_null(strstr(text, "\"channels\":[\"a\"],\"isolation\":\"process\","
                                 "\"state\":\"failed\",\"deaths\":3,"));
    assert_non_null(strstr(text, "\"channels\":[\"b\"],\"isolation\":\"none\",\"state\":\"open\","
                                 "\"deaths\":0,"));
    free(text);
}

static void every_call_that_is_answered_counts(void **state) {
    struct hub_fixture *fixture = *state;
    uint64_t before = fixture->hub->channels[0]->calls;
    fixture_publish_item(fixture, 0, "A");
    fixture_publish(fixture, 0, "{");
    fixture_subscribe(fixture, 0, 1);
    assert_int_equal(fixture->hub->channels[0]->calls, before + 2);
    fixture_leave(fixture, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_plugin_is_told_once_with_its_channels),
        TEST(in_a_worker_it_is_told_apart),
        TEST(every_call_that_is_answered_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
