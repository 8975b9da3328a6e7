/* SPDX-License-Identifier: MIT */
#include "channel/wakeup.h"
#include "shadow_fixture.h"

/* One publish to channel a. */
static void publish(struct hub_fixture *fixture, const char *body) {
    fixture_publish(fixture, 0, body);
    settle(fixture);
}

static void command(struct hub_fixture *fixture, enum command_kind what) {
    fixture_command(fixture,
                    &(struct command_message){.what = what, .conn = 1, .id = sentio_text("1")});
    settle(fixture);
}

static void script_all(struct hub_fixture *fixture) {
    SCRIPT_BOTH(fixture, CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    SCRIPT_BOTH(fixture, CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
                {EFFECT_ACCEPT, .id = 1});
    SCRIPT_BOTH(fixture, CALL_UNSUBSCRIBE, 0, {EFFECT_LEAVE, .id = 1, .a = "A"},
                {EFFECT_ACCEPT, .id = 1});
    SCRIPT_BOTH(fixture, CALL_MESSAGE, 0, {EFFECT_REFUSE, .id = 1, .a = "no", .b = "not so"});
    SCRIPT_BOTH(fixture, CALL_RENDER, 0, {EFFECT_RESPOND, .number = 200, .b = "{}"});
    SCRIPT_BOTH(fixture, CALL_OBSERVE, 0, {EFFECT_COUNT, .id = 1, .a = "seen"});
    SCRIPT_BOTH(fixture, CALL_WOKEN, 0, {EFFECT_EMIT, .a = "A", .b = "2"});
}

static void wake(struct hub_fixture *fixture) {
    struct channel *channel = shadow_channel(fixture);
    wakeup_set(channel, 1);
    while (uv_is_active((uv_handle_t *)channel->wake))
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
    settle(fixture);
}

static void call_all(struct hub_fixture *fixture) {
    publish(fixture, "{\"n\":1}");
    command(fixture, COMMAND_SUBSCRIBE);
    command(fixture, COMMAND_OTHER);
    command(fixture, COMMAND_UNSUBSCRIBE);
    fixture_query(fixture, ROUTE_ALL, "u", "{}");
    settle(fixture);
    fixture_publish_item(fixture, 1, "B");
    settle(fixture);
    wake(fixture);
    fixture_leave(fixture, 1);
    settle(fixture);
}

static void every_kind_of_call_is_compared(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    script_all(fixture);
    call_all(fixture);
    assert_compared(fixture, 8, 0);
    assert_null(shadow_of(fixture)->examples);
    assert_null(shadow_of(fixture)->pairs.first);
}

static void the_new_version_gets_what_the_old_one_gets(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    script_all(fixture);
    fixture->record.size = 0;
    call_all(fixture);
    const char *old = fixture->record.text;
    const char *new = cast()->new.record.text;
    size_t lines = 0;
    for (; *new; lines++) {
        size_t size = strcspn(new, "\n");
        if (strncmp(old, "b ", 2) == 0)
            old += strcspn(old, "\n") + 1;
        assert_memory_equal(new, "new ", 4);
        assert_memory_equal(old, "a ", 2);
        assert_memory_equal(old + 2, new + 4, size - 4);
        old += size - 1;
        new += size + 1;
    }
    assert_int_equal(lines, 8);
}

static const char *const kinds[] = {"publish", "subscribe", "message", "unsubscribe",
                                    "render",  "observe",   "woken",   "left"};

static void a_difference_of_any_kind_is_shown_with_its_input(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    script_all(fixture);
    for (int kind = 0; kind < CALL_KINDS; kind++)
        if (kind != CALL_OPEN && kind != CALL_CLOSE)
            SCRIPT_NEW(kind, 0, {EFFECT_WAKE, .number = 7});
    call_all(fixture);
    assert_compared(fixture, 0, 8);
    for (size_t i = 0; i < 8; i++) {
        const struct pair *pair = example(fixture, i);
        char begin[32];
        int size = snprintf(begin, sizeof(begin), "{\"call\":\"%s\",\"now\":", kinds[i]);
        assert_int_equal(pair->number, i + 1);
        assert_string_equal(call_name(pair->kind), kinds[i]);
        assert_memory_equal(pair->input, begin, (size_t)size);
        assert_string_equal(pair->answers[SIDE_NEW],
                            "{\"result\":0,\"effects\":[{\"wake\":{\"milliseconds\":7}}]}");
        assert_string_not_equal(pair->answers[SIDE_OLD], pair->answers[SIDE_NEW]);
    }
    assert_string_equal(example(fixture, 7)->answers[SIDE_OLD], "{\"result\":0,\"effects\":[]}");
    assert_non_null(strstr(example(fixture, 0)->input, "\"payload\":{\"n\":1}"));
    assert_non_null(strstr(example(fixture, 0)->answers[SIDE_OLD], "\"json\":1}"));
}

static void nothing_that_it_asks_for_is_done(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    command(fixture, COMMAND_SUBSCRIBE);
    shadow_started(fixture);
    free(fixture_sent(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0, {EFFECT_ACCEPT, .id = 1});
    SCRIPT_NEW(CALL_MESSAGE, 0, {EFFECT_EMIT, .a = "A", .b = "1"},
               {EFFECT_SEND, .id = 1, .a = "hi", .b = "{}"}, {EFFECT_LEAVE, .id = 1, .a = "A"},
               {EFFECT_REFUSE, .id = 1, .a = "no", .b = "not so"},
               {EFFECT_FORWARD, .a = "b", .b = "{}"}, {EFFECT_COUNT, .id = 1, .a = "seen"},
               {EFFECT_WAKE, .number = 1}, {EFFECT_CLOSE, .id = 1, .number = 4000, .b = "bye"});
    SCRIPT_NEW(CALL_PUBLISH, 0, {EFFECT_REJECT, .number = 0, .a = "x", .b = "not so"});
    command(fixture, COMMAND_OTHER);
    assert_sent(fixture, "joined 1 A at 0 {\"type\":\"ok\",\"id\":1,\"offset\":0,\"epoch\":\"E\","
                         "\"symbols\":[\"A\"],\"timestamp\":\"T\"}\n");
    assert_false(uv_is_active((uv_handle_t *)shadow_channel(fixture)->wake));
    assert_null(shadow_channel(fixture)->counters);
    assert_int_equal(shadow_channel(fixture)->engine.offset, 0);
    publish(fixture, "{}");
    assert_says(fixture, "response 0 200 ");
    assert_int_equal(shadow_channel(fixture)->rejected, 0);
    assert_int_equal(shadow_channel(fixture)->faults, 0);
    assert_null(strstr(fixture->record.text, "b publish"));
    assert_compared(fixture, 0, 2);
}

static void at_most_twenty_differences_are_kept_and_all_are_counted(void **state) {
    struct hub_fixture *fixture = *state;
    size_t kept = 0;
    shadow_started(fixture);
    SCRIPT_NEW(CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 1, .a = "odd"});
    for (int i = 0; i < 25; i++)
        publish(fixture, "{}");
    assert_compared(fixture, 0, 25);
    for (const struct pair *pair = shadow_of(fixture)->examples; pair; pair = pair->next)
        assert_int_equal(pair->number, ++kept);
    assert_int_equal(kept, SHADOW_EXAMPLES);
}

static void of_a_call_that_fails_nothing_is_compared_but_that(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_FAILED,
           {EFFECT_EMIT, .a = "A", .b = "1"});
    SCRIPT_NEW(CALL_PUBLISH, SENTIO_FAILED, {EFFECT_EMIT, .a = "A", .b = "2"});
    publish(fixture, "{}");
    assert_compared(fixture, 1, 0);
    SCRIPT_NEW(CALL_PUBLISH, SENTIO_INVALID, {EFFECT_EMIT, .a = "A", .b = "1"});
    publish(fixture, "{}");
    assert_compared(fixture, 1, 1);
}

static void a_callback_that_it_lacks_is_a_difference_where_somebody_asks(void **state) {
    struct hub_fixture *fixture = *state;
    script_all(fixture);
    SCRIPT(fixture_state(fixture, 0), CALL_OBSERVE, 0, {EFFECT_COUNT, .id = 1, .a = "seen"});
    cast()->plugin.message = NULL;
    cast()->plugin.left = NULL;
    cast()->plugin.woken = NULL;
    shadow_started(fixture);
    call_all(fixture);
    assert_compared(fixture, 6, 2);
    assert_int_equal(example(fixture, 0)->kind, CALL_MESSAGE);
    assert_string_equal(example(fixture, 0)->answers[SIDE_NEW], "{\"result\":\"missing\"}");
    assert_non_null(strstr(example(fixture, 0)->input, "\"action\":\"other\""));
    assert_int_equal(example(fixture, 1)->kind, CALL_WOKEN);
    assert_string_equal(example(fixture, 1)->answers[SIDE_NEW], "{\"result\":0,\"effects\":[]}");
}

static void a_route_may_have_moved_but_not_changed(void **state) {
    struct hub_fixture *fixture = *state;
    struct sentio_route routes[] = {scripted_routes[ROUTE_ALL], scripted_routes[ROUTE_USER],
                                    scripted_routes[ROUTE_QUERY]};
    routes[1].limit = 3;
    cast()->plugin.routes = routes;
    cast()->plugin.route_count = 3;
    shadow_started(fixture);
    SCRIPT_BOTH(fixture, CALL_RENDER, 0, {EFFECT_RESPOND, .number = 200, .b = "{}"});
    fixture_query(fixture, ROUTE_ALL, "u", "{}");
    fixture_query(fixture, ROUTE_QUERY, "u", "{\"symbols\":\"A\"}");
    settle(fixture);
    assert_non_null(strstr(cast()->new.record.text, "new render /all "));
    assert_non_null(strstr(cast()->new.record.text, "new render /query "));
    assert_compared(fixture, 2, 0);
    fixture_query(fixture, ROUTE_USER, "u", "{}");
    fixture_query(fixture, ROUTE_PATH, "u", "{\"symbol\":\"A\"}");
    settle(fixture);
    assert_compared(fixture, 2, 2);
    assert_string_equal(example(fixture, 1)->answers[SIDE_NEW], "{\"result\":\"missing\"}");
}

static void note_time(struct sentio_call *call, void *context) {
    *(int64_t *)context = call->now;
}

static void both_are_given_the_same_time(void **state) {
    struct hub_fixture *fixture = *state;
    int64_t now = 0;
    shadow_started(fixture);
    script_during(fixture_state(fixture, 0), CALL_PUBLISH, note_time, &now);
    shadow_channel(fixture)->instance->called += HOUR;
    publish(fixture, "{}");
    assert_true(now >= shadow_channel(fixture)->instance->called);
    assert_int_equal(cast()->new.now, now);
}

/* {"n":"xxx...<end>"} */
static void long_text(char *space, size_t size, const char *end) {
    snprintf(space, size, "\"%0*d%s\"", (int)size - 20, 7, end);
}

static void a_long_answer_is_shown_from_where_it_differs(void **state) {
    struct hub_fixture *fixture = *state;
    char old[3 * SHADOW_TEXT];
    char new[3 * SHADOW_TEXT];
    long_text(old, sizeof(old), "old");
    long_text(new, sizeof(new), "new");
    shadow_started(fixture);
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = old});
    SCRIPT_NEW(CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = new});
    publish(fixture, "{}");
    const struct pair *pair = example(fixture, 0);
    assert_memory_equal(pair->answers[SIDE_OLD], "...000", 6);
    assert_non_null(strstr(pair->answers[SIDE_OLD], "old\"}}]}"));
    assert_non_null(strstr(pair->answers[SIDE_NEW], "new\"}}]}"));
    assert_true(strlen(pair->answers[SIDE_NEW]) < SHADOW_TEXT);
}

static void a_long_input_is_cut_between_characters(void **state) {
    struct hub_fixture *fixture = *state;
    for (size_t shift = 0; shift < 3; shift++) {
        char body[2 * SHADOW_TEXT];
        size_t size = (size_t)snprintf(body, sizeof(body), "{\"%.*s\":\"", (int)shift, "abc");
        while (size < sizeof(body) - 8)
            size += (size_t)snprintf(body + size, sizeof(body) - size, "\xe2\x82\xac");
        snprintf(body + size, sizeof(body) - size, "\"}");
        shadow_ask(fixture, "/plugins/scripted.so", HOUR);
        SCRIPT_NEW(CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 1, .a = "odd"});
        fixture->record.size = 0;
        cast()->new.record.size = 0;
        publish(fixture, body);
        const char *input = example(fixture, 0)->input;
        size_t kept = strlen(input);
        assert_true(kept <= SHADOW_TEXT + 3 && kept > SHADOW_TEXT - 3);
        assert_string_equal(input + kept - 3, "...");
        assert_true(sentio_utf8_valid(sentio_text(input)));
        shadow_end(shadow_of(fixture), "enough");
    }
}

static void one_that_does_not_keep_up_ends_and_the_channel_goes_on(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    fake_new()->stuck = true;
    for (int i = 0; shadow_of(fixture)->state == SHADOW_RUNNING; i++) {
        assert_true(i < 10000);
        fixture->record.size = 0;
        publish(fixture, "{\"text\":\"0123456789012345678901234567890123456789\"}");
    }
    assert_failed(fixture, "can not keep up");
    worker_process_kill(&fake_new()->base);
    publish(fixture, "{}");
    assert_says(fixture, "response 0 200 ");
}

static void answers_that_wait_count_too(void **state) {
    struct hub_fixture *fixture = *state;
    char text[4096];
    int calls = 0;
    long_text(text, sizeof(text), "");
    shadow_started(fixture);
    SCRIPT_BOTH(fixture, CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = text});
    fake_new()->stuck = true;
    for (; shadow_of(fixture)->state == SHADOW_RUNNING; calls++)
        publish(fixture, "{}");
    assert_true(calls < (1 << 18) / 4000);
    assert_failed(fixture, "can not keep up");
    worker_process_kill(&fake_new()->base);
}

static void calls_on_their_way_to_a_worker_are_not_compared(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT_OLD(CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    SCRIPT_NEW(CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    SCRIPT_OLD(CALL_SAVE, 0, {EFFECT_KEEP, .b = "so far"});
    fake_old()->stuck = true;
    publish(fixture, "{\"n\":1}");
    publish(fixture, "{\"n\":2}");
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_int_equal(shadow_of(fixture)->state, SHADOW_SAVING);
    publish(fixture, "{\"n\":3}");
    fake_release(fake_old());
    settle(fixture);
    publish(fixture, "{\"n\":4}");
    assert_compared(fixture, 2, 0);
    assert_string_equal(cast()->new.state, "so far");
    assert_string_equal(cast()->new.record.text, "new publish publisher key {\"n\":3}\n"
                                                 "new publish publisher key {\"n\":4}\n");
}

static void a_call_that_the_channel_has_no_room_for_is_not_given_to_it(void **state) {
    struct hub_fixture *fixture = *state;
    shadow_started(fixture);
    fake_old()->stuck = true;
    publish(fixture, "{\"n\":1}");
    fixture->config.limits.queue = 1;
    publish(fixture, "{\"n\":2}");
    fixture->config.limits.queue = 1 << 20;
    assert_says(fixture, "response 0 503 ");
    publish(fixture, "{\"n\":3}");
    fake_release(fake_old());
    settle(fixture);
    assert_compared(fixture, 2, 0);
    assert_string_equal(cast()->new.record.text, "new publish publisher key {\"n\":1}\n"
                                                 "new publish publisher key {\"n\":3}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_HERE(every_kind_of_call_is_compared),
        TEST_HERE(the_new_version_gets_what_the_old_one_gets),
        TEST_HERE(a_difference_of_any_kind_is_shown_with_its_input),
        TEST_HERE(nothing_that_it_asks_for_is_done),
        TEST_HERE(at_most_twenty_differences_are_kept_and_all_are_counted),
        TEST_HERE(of_a_call_that_fails_nothing_is_compared_but_that),
        TEST_HERE(a_callback_that_it_lacks_is_a_difference_where_somebody_asks),
        TEST_HERE(a_route_may_have_moved_but_not_changed),
        TEST_HERE(both_are_given_the_same_time),
        TEST_HERE(a_long_answer_is_shown_from_where_it_differs),
        TEST_HERE(a_long_input_is_cut_between_characters),
        TEST_HERE(one_that_does_not_keep_up_ends_and_the_channel_goes_on),
        TEST_HERE(answers_that_wait_count_too),
        TEST_REMOTE(calls_on_their_way_to_a_worker_are_not_compared),
        TEST_REMOTE(a_call_that_the_channel_has_no_room_for_is_not_given_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
