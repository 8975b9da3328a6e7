/* SPDX-License-Identifier: MIT */
#include "subscription/subscription_describe.h"

#include "hub_fixture.h"

static void assert_described(struct hub_fixture *fixture, size_t most, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    assert_int_equal(subscription_describe(fixture->hub, 1, most, &out), expected[0] != '\0');
    struct sentio_bytes text = sentio_written(&out);
    assert_int_equal(text.size, strlen(expected));
    if (text.size)
        assert_memory_equal(text.data, expected, text.size);
    sentio_writer_finish(&out);
}

static void subscribe(struct hub_fixture *fixture, const char *request) {
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .id = sentio_text("1"),
                                                       .request = sentio_text(request)});
    free(fixture_sent(fixture));
}

static void topics_and_filters_are_as_the_client_has_named_them(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A\"B"},
           {EFFECT_ACCEPT, .id = 1});
    subscribe(fixture, "{\"min_confidence\":0.8,\"signals\":[\"buy\",\"hold\"]}");
    assert_described(fixture, 20,
                     "{\"name\":\"a\",\"topics\":1,\"all\":false,\"symbols\":[\"A\\\"B\"],"
                     "\"filters\":{\"min_confidence\":0.8,\"signals\":[\"buy\",\"hold\"]}}");
}

static void only_so_many_topics_are_named(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_JOIN, .id = 1, .a = "B"}, {EFFECT_ACCEPT, .id = 1});
    subscribe(fixture, "{}");
    assert_described(fixture, 0,
                     "{\"name\":\"a\",\"topics\":2,\"all\":false,\"symbols\":[],\"filters\":{}}");
}

static void everything_is_a_star(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "*"},
           {EFFECT_ACCEPT, .id = 1});
    subscribe(fixture, "{}");
    assert_described(
        fixture, 0,
        "{\"name\":\"a\",\"topics\":0,\"all\":true,\"symbols\":[\"*\"],\"filters\":{}}");
}

static void what_was_not_accepted_is_not_described(void **state) {
    struct hub_fixture *fixture = *state;
    assert_described(fixture, 20, "");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0,
           {EFFECT_REFUSE, .id = 1, .a = "no", .b = "not you"});
    subscribe(fixture, "{}");
    assert_described(fixture, 20, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(topics_and_filters_are_as_the_client_has_named_them),
        TEST(only_so_many_topics_are_named),
        TEST(everything_is_a_star),
        TEST(what_was_not_accepted_is_not_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
