/* SPDX-License-Identifier: MIT */
#include "hub/status.h"

#include "base/text.h"
#include "hub_fixture.h"
#include "presence/presence.h"
#include "worker/worker.h"

static void ask(struct hub_fixture *fixture, enum query_kind what) {
    struct query_message *message =
        query_message_create(sentio_text(""), sentio_text(""), sentio_text("/"), sentio_text("{}"));
    assert_non_null(message);
    message->what = what;
    message->request = (struct request *)&fixture->requests[2];
    fixture_send(fixture, &message->head);
}

static void health_names_every_channel(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "A");
    fixture->hub->channels[1]->subscribers = 3;
    fixture->hub->started = io_time();
    atomic_store(&fixture->host.quota.connections, 5);
    ask(fixture, QUERY_HEALTH);
    char *text = fixture_sent(fixture);
    char *uptime = strstr(text, "\"uptime\":");
    assert_non_null(uptime);
    uptime[9] = '0';
    assert_string_equal(
        text, "response 2 200 {\"status\":\"healthy\",\"version\":\"" SENTIO_VERSION
              "\",\"uptime\":0,\"connections\":5,\"channels\":{"
              "\"a\":{\"state\":\"open\",\"subscribers\":0,\"offset\":1,\"epoch\":\"E\"},"
              "\"b\":{\"state\":\"open\",\"subscribers\":3,\"offset\":0,\"epoch\":\"E\"}},"
              "\"timestamp\":\"T\"}\n");
    free(text);
}

static void channels_tell_their_plugin_and_counters(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[1];
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 3, .a = "orders"});
    fixture_publish(fixture, 0, "{}");
    free(fixture_sent(fixture));
    channel->published = 1;
    channel->rejected = 2;
    channel->duplicates = 8;
    channel->slow_calls = 3;
    atomic_store(&channel->stream->slow_conflated, 5);
    atomic_store(&channel->stream->slow_dropped, 6);
    atomic_store(&channel->stream->slow_disconnected, 7);
    channel->faults = 4;
    ask(fixture, QUERY_CHANNELS);
    assert_sent(
        fixture,
        "response 2 200 {\"channels\":[{\"name\":\"a\",\"path\":\"/ws/a\",\"plugin\":"
        "\"scripted.so\",\"version\":\"1.2.3\",\"abi\":\"1.2\",\"state\":\"open\","
        "\"subscribers\":0,\"offset\":0,\"epoch\":\"E\",\"topics\":0,\"log_bytes\":0,\"durable\":false,"
        "\"isolation\":\"none\",\"counters\":{\"published\":0,\"rejected\":0,"
        "\"duplicates\":0,\"slow_calls\":0,\"faults\":0,"
        "\"slow_conflated\":0,\"slow_dropped\":0,\"slow_disconnected\":0,"
        "\"plugin_orders\":3}},"
        "{\"name\":\"b\",\"path\":\"/ws/b\",\"plugin\":\"scripted.so\",\"version\":"
        "\"1.2.3\",\"abi\":\"1.2\",\"state\":\"open\",\"subscribers\":0,\"offset\":0,"
        "\"epoch\":\"E\",\"topics\":0,\"log_bytes\":0,\"durable\":false,\"isolation\":\"none\","
        "\"counters\":{\"published\":1,"
        "\"rejected\":2,\"duplicates\":8,\"slow_calls\":3,\"faults\":4,"
        "\"slow_conflated\":5,\"slow_dropped\":6,\"slow_disconnected\":7}}],\"count\":2,"
        "\"timestamp\":\"T\"}\n");
}

/* The answer of both requests, while the first channel has this worker. */
static void assert_state(struct hub_fixture *fixture, struct worker *worker, const char *health,
                         const char *channels) {
    struct channel *channel = fixture->hub->channels[0];
    const enum query_kind kinds[] = {QUERY_HEALTH, QUERY_CHANNELS};
    const char *const expected[] = {health, channels};
    for (size_t i = 0; i < 2; i++) {
        channel->instance->worker = worker;
        ask(fixture, kinds[i]);
        channel->instance->worker = NULL;
        char *text = fixture_sent(fixture);
        if (strstr(text, expected[i]) == NULL)
            fail_msg("no %s in %s", expected[i], text);
        free(text);
    }
}

static void channel_in_a_worker_says_how_that_is(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    struct worker worker = {.state = WORKER_RUNNING, .pid = 77};
    assert_state(fixture, &worker, "\"a\":{\"state\":\"open\"",
                 "\"isolation\":\"process\",\"worker\":{\"deaths\":0,\"given_up\":0},");
    worker.state = WORKER_DEAD;
    worker.death_count = 3;
    channel->given_up = 1;
    assert_state(fixture, &worker, "\"a\":{\"state\":\"restarting\"",
                 "\"worker\":{\"deaths\":3,\"given_up\":1},");
    worker.state = WORKER_STARTING;
    assert_state(fixture, &worker, "\"a\":{\"state\":\"restarting\"",
                 "\"name\":\"a\",\"path\":\"/ws/a\",\"plugin\":\"scripted.so\","
                 "\"version\":\"1.2.3\",\"abi\":\"1.2\",\"state\":\"restarting\"");
    worker.state = WORKER_FAILED;
    channel->failed = true;
    assert_state(fixture, &worker, "\"a\":{\"state\":\"failed\"", "\"state\":\"failed\"");
}

static void process_of_a_worker_is_told_to_the_operator_alone(void **state) {
    struct hub_fixture *fixture = *state;
    struct worker_process process = {0};
    struct worker worker = {.state = WORKER_RUNNING, .pid = 77, .process = &process};
    struct sentio_writer out;
    fixture->hub->channels[0]->instance->worker = &worker;
    for (int whole = 0; whole < 2; whole++) {
        sentio_writer_init(&out, NULL, 0);
        status_write_channels(fixture->hub, whole == 1, &out);
        char *text = text_copy(sentio_written(&out));
        assert_non_null(text);
        assert_int_equal(strstr(text, ",\"pid\":77}") != NULL, whole);
        free(text);
        sentio_writer_finish(&out);
    }
    fixture->hub->channels[0]->instance->worker = NULL;
}

static void who_is_present_is_counted_for_the_operator_where_presence_is_on(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->channels[1].presence = CONFIG_PRESENCE_COUNT;
    assert_int_equal(presence_configure(fixture->hub->channels[1]), 0);
    for (int whole = 0; whole < 2; whole++) {
        struct sentio_writer out;
        sentio_writer_init(&out, NULL, 0);
        status_write_channels(fixture->hub, whole == 1, &out);
        char *text = text_copy(sentio_written(&out));
        assert_non_null(text);
        const char *first = strstr(text, "\"present\":0");
        assert_int_equal(first != NULL, whole);
        if (first)
            assert_true(first > strstr(text, "\"name\":\"b\""));
        free(text);
        sentio_writer_finish(&out);
    }
}

static void host_without_channels_is_healthy(void **state) {
    struct hub_fixture *fixture = *state;
    assert_true(fixture_open(fixture));
    ask(fixture, QUERY_CHANNELS);
    assert_sent(fixture, "response 2 200 {\"channels\":[],\"count\":0,\"timestamp\":\"T\"}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(health_names_every_channel),
        TEST(channels_tell_their_plugin_and_counters),
        TEST(channel_in_a_worker_says_how_that_is),
        TEST(process_of_a_worker_is_told_to_the_operator_alone),
        TEST(who_is_present_is_counted_for_the_operator_where_presence_is_on),
        TEST_CLOSED(host_without_channels_is_healthy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
