/* SPDX-License-Identifier: MIT */
#include "admin/admin_channels.h"

#include "admin_fixture.h"
#include "worker/worker.h"

static void each_channel_has_its_figures(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "A");
    fixture_publish_item(fixture, 0, "B");
    fixture->hub->channels[0]->rejected = 3;
    fixture->hub->channels[1]->subscribers = 4;
    char *text = admin_ask(fixture, admin_channels_answer, "{}");
    assert_non_null(strstr(
        text, "{\"name\":\"a\",\"path\":\"/ws/a\",\"plugin\":\"scripted.so\",\"version\":\"1.2.3\","
              "\"isolation\":\"none\",\"state\":\"open\",\"detail\":\"\","
              "\"file\":\"/plugins/scripted.so\",\"epoch\":\"E\",\"deaths\":0,\"durable\":false,"
              "\"offset\":2,\"subscribers\":0,\"topics\":2,\"updates\":2,\"items\":2,"));
    assert_non_null(strstr(text, "\"refused\":3,"));
    assert_non_null(strstr(text, "\"latest\":2,"));
    assert_null(strstr(text, "\"latest\":2,\"history_bytes\":0}"));
    assert_non_null(strstr(text, "{\"name\":\"b\","));
    assert_non_null(strstr(text, "\"subscribers\":4,"));
    free(text);
}

static void a_channel_that_does_not_run_says_why(void **state) {
    struct hub_fixture *fixture = *state;
    struct worker worker = {.state = WORKER_DEAD, .death_count = 2};
    fixture->hub->channels[0]->instance->worker = &worker;
    fixture->hub->channels[1]->failed = true;
    char *text = admin_ask(fixture, admin_channels_answer, "{}");
    fixture->hub->channels[0]->instance->worker = NULL;
    assert_non_null(strstr(text, "\"isolation\":\"process\",\"state\":\"restarting\","
                                 "\"detail\":\"its worker is being started\""));
    assert_non_null(strstr(text, "\"deaths\":2,"));
    assert_non_null(strstr(text, "\"state\":\"failed\",\"detail\":\"its plugin died too often; "
                                 "see the log\""));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_channel_has_its_figures),
        TEST(a_channel_that_does_not_run_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
