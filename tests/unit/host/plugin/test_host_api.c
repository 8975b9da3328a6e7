/* SPDX-License-Identifier: MIT */
#include "hub_fixture.h"

#define LONG_128                                                                                   \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"                             \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Each of the steps is refused in a publish. */
static void assert_refused(struct hub_fixture *fixture, const struct step *steps, size_t count) {
    struct step all[STEPS_MAX];
    assert_true(count <= STEPS_MAX);
    for (size_t i = 0; i < count; i++) {
        all[i] = steps[i];
        all[i].expected = SENTIO_INVALID;
    }
    script_set(fixture_state(fixture, 0), CALL_PUBLISH, 0, all, count);
    fixture_publish(fixture, 0, "{}");
    assert_sent(fixture, "response 0 200 {\"channel\":\"a\",\"accepted\":0,\"offset\":0,"
                         "\"epoch\":\"E\"}\n");
}

#define REFUSED(fixture, ...)                                                                      \
    assert_refused(fixture, (const struct step[]){__VA_ARGS__},                                    \
                   sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static void items_that_are_not_valid_are_not_emitted(void **state) {
    static const struct sentio_value swapped[] = {{SENTIO_TEXT, 0, 0, {"x", 1}},
                                                  {SENTIO_TEXT, 0, 0, {"x", 1}}};
    REFUSED(*state, {EFFECT_EMIT, .a = "", .b = "1"}, {EFFECT_EMIT, .a = LONG_128 "x", .b = "1"},
            {EFFECT_EMIT, .a = "\xff", .b = "1"}, {EFFECT_EMIT, .a = "A", .b = ""},
            {EFFECT_EMIT, .a = "A", .b = "{"}, {EFFECT_EMIT, .a = "A", .b = "1 2"},
            {EFFECT_EMIT, .a = "A", .b = "1", .type = LONG_128},
            {EFFECT_EMIT, .a = "A", .b = "1", .type = "\xff"},
            {EFFECT_EMIT, .a = "A", .b = "1", .flags = SENTIO_ADD_ID},
            {EFFECT_EMIT, .a = "A", .b = "1", .attributes = swapped});
}

static void topic_of_the_longest_size_is_emitted(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = LONG_128, .b = "1"});
    fixture_publish(fixture, 0, "{}");
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 1);
}

static void plugin_without_a_type_emits_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[0]->instance->plugin->table.type = NULL;
    REFUSED(fixture, {EFFECT_EMIT, .a = "A", .b = "1"});
}

static void arguments_that_are_not_valid_are_refused(void **state) {
    REFUSED(*state, {EFFECT_REJECT, .number = -2}, {EFFECT_JOIN, .id = 1, .a = ""},
            {EFFECT_JOIN, .id = 1, .a = LONG_128 "x"}, {EFFECT_LEAVE, .id = 1, .a = "\xc0\x80"},
            {EFFECT_REFUSE, .id = 1, .number = 1002}, {EFFECT_REFUSE, .id = 1, .number = 5000},
            {EFFECT_REFUSE, .id = 1, .number = 1008, .b = LONG_128},
            {EFFECT_REFUSE, .id = 1, .b = "\xff"}, {EFFECT_CLOSE, .id = 1, .number = 0},
            {EFFECT_CLOSE, .id = 1, .number = 1005}, {EFFECT_CLOSE, .id = 1, .number = 3999},
            {EFFECT_CLOSE, .id = 1, .number = 1000, .b = "\xff"});
    REFUSED(*state, {EFFECT_SEND, .id = 1, .a = "", .b = "1"},
            {EFFECT_SEND, .id = 1, .a = "x", .b = ""}, {EFFECT_SEND, .id = 1, .a = "x", .b = "{"},
            {EFFECT_SEND, .id = 1, .a = LONG_128, .b = "1"},
            {EFFECT_SEND, .id = 1, .a = "\xff", .b = "1"}, {EFFECT_RESPOND, .id = 1, .number = 199},
            {EFFECT_RESPOND, .id = 1, .number = 600},
            {EFFECT_RESPOND, .id = 1, .number = 200, .a = "a\r\nX: y"},
            {EFFECT_RESPOND, .id = 1, .number = 200, .a = LONG_128});
    REFUSED(*state, {EFFECT_COUNT, .id = 1, .a = ""}, {EFFECT_COUNT, .id = 1, .a = "a b"},
            {EFFECT_COUNT, .id = 1, .a = "A"}, {EFFECT_COUNT, .id = 1, .a = "a1"},
            {EFFECT_COUNT, .id = 1, .a = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw"},
            {EFFECT_WAKE, .number = 86400001}, {EFFECT_WATCH, .number = -1, .on = 1},
            {EFFECT_WATCH, .number = 0, .on = 2}, {EFFECT_KEEP, .b = "x"});
}

static void services_are_refused_in_the_wrong_callback(void **state) {
    struct hub_fixture *fixture = *state;
    static const struct step steps[] = {
        {EFFECT_EMIT, .a = "A", .b = "1", .expected = SENTIO_INVALID},
        {EFFECT_REJECT, .a = "x", .b = "y", .expected = SENTIO_INVALID},
        {EFFECT_FORWARD, .a = "b", .b = "{}", .expected = SENTIO_INVALID},
        {EFFECT_KEEP, .b = "x", .expected = SENTIO_INVALID},
        {EFFECT_ACCEPT, .id = 1},
    };
    static const enum call_kind kinds[] = {CALL_SUBSCRIBE, CALL_UNSUBSCRIBE, CALL_LEFT,
                                           CALL_RENDER};
    fixture_forwards(fixture, 0, "b");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        script_set(fixture_state(fixture, 0), kinds[i], 0, steps, 5);
    fixture_subscribe(fixture, 0, 1);
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_UNSUBSCRIBE});
    fixture_query(fixture, ROUTE_ALL, "", "{}");
    fixture_leave(fixture, 1);
    assert_recorded(fixture, "a subscribe 1 \"\" roles=0 topics=0 {}\n"
                             "a unsubscribe 1 \"\" roles=0 subscribed topics=0 {}\n"
                             "a render /all \"\" /path {} at 0:\na left 1\n");
}

static void reject_is_for_publish_alone(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_MESSAGE, 0,
           {EFFECT_REJECT, .a = "x", .expected = SENTIO_INVALID}, {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_OTHER});
    assert_sent(fixture, "joined 1 nothing at 0\n");
}

static void state_is_kept_once(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "x"},
           {EFFECT_KEEP, .b = "y", .expected = SENTIO_INVALID});
    struct call call = {.kind = CALL_SAVE};
    assert_int_equal(channel_run(fixture->hub->channels[0], &call), 0);
    assert_int_equal(call.effects.first->b.size, 1);
    assert_null(call.effects.first->next);
    effects_finish(&call.effects);
}

static void call_that_asks_for_too_much_is_told_to_try_again(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[0]->instance->call_bytes = 512;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_SEND, .id = 1, .a = "x", .b = "1"},
           {EFFECT_REFUSE, .id = 1, .a = LONG_128 LONG_128 LONG_128 LONG_128, .b = "x",
            .expected = SENTIO_AGAIN},
           {EFFECT_EMIT, .a = "A", .b = "\"" LONG_128 LONG_128 LONG_128 LONG_128 "\"",
            .expected = SENTIO_AGAIN});
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "a publish publisher key {}\n");
}

static void emit_many(struct sentio_call *call, void *context) {
    const struct sentio_item item = {.topic = sentio_text("A"), .json = sentio_text("1")};
    size_t *emitted = context;
    while (call->host->emit(call, &item) == SENTIO_OK)
        ++*emitted;
    assert_int_equal(call->host->emit(call, &item), SENTIO_AGAIN);
    assert_int_equal(call->host->emit(call, NULL), SENTIO_INVALID);
}

static void at_most_ten_thousand_items_are_emitted_a_call(void **state) {
    struct hub_fixture *fixture = *state;
    size_t emitted = 0;
    fixture->hub->channels[0]->instance->call_bytes = 1 << 24;
    script_during(fixture_state(fixture, 0), CALL_PUBLISH, emit_many, &emitted);
    fixture_publish(fixture, 0, "{}");
    assert_int_equal(emitted, 10000);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 10000);
}

static void log_levels(struct sentio_call *call, void *context) {
    (void)context;
    assert_int_equal(call->host->log(call, SENTIO_DEBUG, sentio_text("x")), SENTIO_OK);
    assert_int_equal(call->host->log(call, SENTIO_INFO, sentio_text("")), SENTIO_OK);
    assert_int_equal(call->host->log(call, SENTIO_ERROR + 1, sentio_text("x")), SENTIO_INVALID);
}

static void log_level_is_checked(void **state) {
    struct hub_fixture *fixture = *state;
    script_during(fixture_state(fixture, 0), CALL_PUBLISH, log_levels, NULL);
    fixture_publish(fixture, 0, "{}");
    assert_recorded(fixture, "a publish publisher key {}\n");
}

static void table_says_its_size_and_version(void **state) {
    (void)state;
    assert_int_equal(host_api()->size, sizeof(struct sentio_host));
    assert_int_equal(host_api()->major, SENTIO_ABI_MAJOR);
    assert_int_equal(host_api()->minor, SENTIO_ABI_MINOR);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(items_that_are_not_valid_are_not_emitted),
        TEST(topic_of_the_longest_size_is_emitted),
        TEST(plugin_without_a_type_emits_nothing),
        TEST(arguments_that_are_not_valid_are_refused),
        TEST(services_are_refused_in_the_wrong_callback),
        TEST(reject_is_for_publish_alone),
        TEST(state_is_kept_once),
        TEST(call_that_asks_for_too_much_is_told_to_try_again),
        TEST(at_most_ten_thousand_items_are_emitted_a_call),
        TEST(log_level_is_checked),
        cmocka_unit_test(table_says_its_size_and_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
