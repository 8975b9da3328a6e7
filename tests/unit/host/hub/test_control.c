/* SPDX-License-Identifier: MIT */
#include "hub/control.h"

#include "hub_fixture.h"
#include "worker/worker.h"

static void ask_with(struct hub_fixture *fixture, const char *path, bool post,
                     const char *parameters) {
    struct query_message *message = query_message_create(
        sentio_text(""), sentio_text(""), sentio_text(path), sentio_text(parameters));
    assert_non_null(message);
    message->what = QUERY_CONTROL;
    message->post = post;
    message->request = (struct request *)&fixture->requests[2];
    fixture_send(fixture, &message->head);
}

static void ask(struct hub_fixture *fixture, const char *path, bool post) {
    ask_with(fixture, path, post, "{}");
}

/* Puts 0 where the number after `name` stands. */
static void mask_number(char *text, const char *name) {
    char *at = strstr(text, name);
    assert_non_null(at);
    at += strlen(name);
    size_t digits = strspn(at, "0123456789");
    assert_true(digits > 0);
    *at = '0';
    memmove(at + 1, at + digits, strlen(at + digits) + 1);
}

static void paths_are_had_by_their_method_alone(void **state) {
    (void)state;
    assert_true(control_has(sentio_text("/control/v1/status"), false));
    assert_false(control_has(sentio_text("/control/v1/status"), true));
    assert_true(control_has(sentio_text("/control/v1/channels"), false));
    assert_true(control_has(sentio_text("/control/v1/reload"), true));
    assert_false(control_has(sentio_text("/control/v1/reload"), false));
    assert_true(control_has(sentio_text("/control/v1/shadow"), true));
    assert_true(control_has(sentio_text("/control/v1/shadow"), false));
    assert_true(control_has(sentio_text("/control/v1/shadow/stop"), true));
    assert_false(control_has(sentio_text("/control/v1/shadow/stop"), false));
    assert_false(control_has(sentio_text("/control/v1/"), false));
    assert_false(control_has(sentio_text("/api/v1/channels"), false));
}

static void what_is_not_there_is_404(void **state) {
    ask(*state, "/control/v1/status", true);
    assert_sent(*state, "response 2 404 {\"detail\":\"there is nothing at this path\"}\n");
}

static void status_says_what_runs_and_since_when(void **state) {
    struct hub_fixture *fixture = *state;
    char file[] = "/etc/sentio/sentio.conf";
    fixture->config.file = file;
    fixture->hub->started = io_time();
    atomic_store(&fixture->host.quota.connections, 5);
    ask(fixture, "/control/v1/status", false);
    char *text = fixture_sent(fixture);
    mask_number(text, "\"pid\":");
    mask_number(text, "\"uptime\":");
    mask(text, "\"started\":\"", 'T');
    char expected[512];
    snprintf(
        expected, sizeof(expected),
        "response 2 200 {\"version\":\"" SENTIO_VERSION "\",\"abi\":\"%d.%d\",\"pid\":0,"
        "\"config\":\"/etc/sentio/sentio.conf\",\"io_threads\":1,"
        "\"started\":\"T\",\"uptime\":0,\"connections\":5,"
        "\"channels\":{\"open\":2,\"restarting\":0,\"failed\":0},\"workers\":0,"
        "\"disk\":null,\"reloads\":{\"done\":0,\"failed\":0,\"last\":null},\"timestamp\":\"T\"}\n",
        SENTIO_ABI_MAJOR, SENTIO_ABI_MINOR);
    assert_string_equal(text, expected);
    free(text);
}

static void a_channel_whose_worker_is_not_there_is_restarting_and_then_failed(void **state) {
    struct hub_fixture *fixture = *state;
    struct worker worker = {.state = WORKER_DEAD};
    fixture->hub->channels[0]->instance->worker = &worker;
    fixture->hub->channels[1]->failed = true;
    ask(fixture, "/control/v1/status", false);
    ask(fixture, "/control/v1/channels", false);
    worker.state = WORKER_RUNNING;
    ask(fixture, "/control/v1/status", false);
    fixture->hub->channels[0]->instance->worker = NULL;
    char *text = fixture_sent(fixture);
    assert_non_null(
        strstr(text, "\"channels\":{\"open\":0,\"restarting\":1,\"failed\":1},\"workers\":1,"));
    assert_non_null(
        strstr(text, "\"channels\":{\"open\":1,\"restarting\":0,\"failed\":1},\"workers\":1,"));
    assert_non_null(strstr(text, "\"state\":\"restarting\",\"subscribers\":0"));
    assert_non_null(strstr(text, "\"state\":\"failed\",\"subscribers\":0"));
    assert_non_null(strstr(text, "\"isolation\":\"process\""));
    free(text);
}

static void channels_name_the_plugin_s_file(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "A");
    ask(fixture, "/control/v1/channels", false);
    char *text = fixture_sent(fixture);
    assert_non_null(strstr(text, "{\"channels\":[{\"name\":\"a\",\"path\":\"/ws/a\","
                                 "\"plugin\":\"scripted.so\",\"version\":\"1.2.3\","));
    assert_non_null(strstr(text, "\"state\":\"open\",\"subscribers\":0,\"offset\":1,"));
    assert_non_null(strstr(text, ",\"file\":\"/plugins/scripted.so\",\"plugin_name\":\"scripted\","
                                 "\"isolation\":\"none\",\"counters\":{\"published\":1,"));
    assert_non_null(strstr(text, "\"count\":2,\"timestamp\":\"T\"}"));
    free(text);
}

static void a_shadow_takes_channel_plugin_and_time(void **state) {
    static const char *const wrong[] = {
        "{}",
        "{\"for\":\"\"}",
        "{\"for\":\"0\"}",
        "{\"for\":\"1s\"}",
        "{\"for\":\"86400001\"}",
        "{\"for\":\"99999999999999999999999999999999999999999999999999999999999999999999999\"}",
    };
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ask_with(fixture, "/control/v1/shadow", true, wrong[i]);
        assert_sent(fixture, "response 2 422 {\"detail\":\"\\\"for\\\" must be a number of "
                             "milliseconds, at most a day\"}\n");
    }
    ask_with(fixture, "/control/v1/shadow", true, "{\"for\":\"1000\",\"channel\":\"c\"}");
    assert_sent(fixture, "response 2 404 {\"detail\":\"there is no such channel\"}\n");
    ask_with(fixture, "/control/v1/shadow", true, "{\"for\":\"1000\",\"channel\":\"a\"}");
    assert_sent(fixture, "response 2 422 {\"detail\":\"\\\"plugin\\\" must be an absolute path and "
                         "\\\"for\\\" a time above 0\"}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_had_by_their_method_alone),
        TEST(what_is_not_there_is_404),
        TEST(status_says_what_runs_and_since_when),
        TEST(a_channel_whose_worker_is_not_there_is_restarting_and_then_failed),
        TEST(a_shadow_takes_channel_plugin_and_time),
        TEST(channels_name_the_plugin_s_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
