/* SPDX-License-Identifier: MIT */
#include "viewer_fixture.h"

#include "admin/kick.h"

/* A client, which has said something, and somebody who watches it. */
struct scene {
    struct client client;
    struct watcher watcher;
    struct member *member;
    uint64_t id;
};

static void look(struct fixture *fixture, struct tracer *tracer, bool found) {
    hub_say(fixture, tap_message_create(tracer, true));
    struct tap_message *message = hub_take(fixture, MESSAGE_TAP);
    assert_int_equal(message->found, found);
    message_destroy(&message->head);
}

static void begin(struct scene *scene, struct fixture *fixture) {
    struct answer answer;
    fixture_start(fixture);
    client_open_ws(&scene->client, fixture, VIA_TCP);
    ws_say(&scene->client, "{\"action\":\"subscribe\"}");
    struct command_message *command = hub_take(fixture, MESSAGE_COMMAND);
    scene->member = command->member;
    scene->id = command->client;
    message_destroy(&command->head);
    watcher_begin(&scene->watcher, fixture, scene->id, &answer);
    assert_watched(&scene->watcher, ": ok");
    look(fixture, scene->watcher.tracer, true);
}

static void end(struct scene *scene, struct fixture *fixture) {
    client_disconnect(&scene->client);
    hub_forget(fixture);
    struct tap_message *message = hub_take(fixture, MESSAGE_TAP);
    assert_ptr_equal(message->tracer, scene->watcher.tracer);
    assert_false(message->on);
    message_destroy(&message->head);
    watcher_end(&scene->watcher, fixture);
}

static void what_a_client_says_is_told_without_its_secrets(void **state) {
    struct scene scene;
    begin(&scene, *state);
    ws_say(&scene.client, "{\"action\":\"ping\",\"token\":\"alpha\"}");
    assert_watched(&scene.watcher, "\"kind\":\"received\",\"channel\":\"prices\",");
    assert_watched(&scene.watcher, "\"kind\":\"sent\",");
    ws_say(&scene.client, "{\"action\":\"ping\",\"token\":\"alpha\"}");
    assert_watched(&scene.watcher,
                   "\"bytes\":33,\"text\":\"{\\\"action\\\":\\\"ping\\\",\\\"token\\\":"
                   "\\\"********\\\"}\"}");
    end(&scene, *state);
}

static void what_a_client_is_sent_is_told(void **state) {
    struct scene scene;
    begin(&scene, *state);
    hub_say(*state, text_message_create(scene.member, false, sentio_text("{\"type\":\"x\"}")));
    assert_watched(&scene.watcher, "\"kind\":\"sent\",\"channel\":\"prices\",\"client\":\"");
    hub_say(*state, text_message_create(scene.member, false, sentio_text("{\"type\":\"y\"}")));
    assert_watched(&scene.watcher, "\"bytes\":14,\"text\":\"{\\\"type\\\":\\\"y\\\"}\"}");
    end(&scene, *state);
}

static void a_close_is_told_with_code_and_reason(void **state) {
    struct fixture *fixture = *state;
    struct scene scene;
    begin(&scene, fixture);
    struct kick_message *kick = message_create(MESSAGE_KICK, sizeof(*kick), 0);
    assert_non_null(kick);
    kick->client = scene.id;
    hub_say(fixture, &kick->head);
    hub_forget(fixture);
    kick = hub_take(fixture, MESSAGE_KICK);
    assert_true(kick->done);
    message_destroy(&kick->head);
    assert_watched(&scene.watcher, "\"detail\":\"close 1008 kicked\"}");
    assert_ws_close(&scene.client, 1008, "kicked");
    client_finish_close(&scene.client);
    struct tap_message *gone = hub_take(fixture, MESSAGE_TAP);
    message_destroy(&gone->head);
    watcher_end(&scene.watcher, fixture);
}

static void nothing_is_told_when_nobody_looks_any_more(void **state) {
    struct scene scene;
    begin(&scene, *state);
    hub_say(*state, tap_message_create(scene.watcher.tracer, false));
    hub_say(*state, text_message_create(scene.member, false, sentio_text("{\"type\":\"x\"}")));
    assert_ws_text(&scene.client, "{\"type\":\"x\"}");
    look(*state, scene.watcher.tracer, true);
    hub_say(*state, text_message_create(scene.member, false, sentio_text("{\"type\":\"y\"}")));
    assert_watched(&scene.watcher, "\\\"y\\\"");
    end(&scene, *state);
}

static void neither_strangers_nor_viewers_can_be_looked_at(void **state) {
    struct fixture *fixture = *state;
    struct scene scene;
    begin(&scene, fixture);
    struct tracer *stranger = tracer_create(0, scene.id + 4096);
    struct tracer *viewer = tracer_create(0, scene.id + 256); /* the next connection */
    look(fixture, stranger, false);
    look(fixture, viewer, false);
    tracer_unref(stranger);
    tracer_unref(viewer);
    end(&scene, fixture);
}

static void somebody_who_is_not_there_is_not_kicked(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    struct kick_message *kick = message_create(MESSAGE_KICK, sizeof(*kick), 0);
    assert_non_null(kick);
    kick->client = 256;
    hub_say(fixture, &kick->head);
    kick = hub_take(fixture, MESSAGE_KICK);
    assert_false(kick->done);
    message_destroy(&kick->head);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_a_client_says_is_told_without_its_secrets),
        TEST(what_a_client_is_sent_is_told),
        TEST(a_close_is_told_with_code_and_reason),
        TEST(nothing_is_told_when_nobody_looks_any_more),
        TEST(neither_strangers_nor_viewers_can_be_looked_at),
        TEST(somebody_who_is_not_there_is_not_kicked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
