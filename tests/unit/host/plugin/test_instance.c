/* SPDX-License-Identifier: MIT */
#include "plugin/instance.h"

#include "hub_fixture.h"

static struct instance *channel_instance(struct hub_fixture *fixture) {
    return fixture->hub->channels[0]->instance;
}

static void instance_has_the_callbacks_of_its_plugin(void **state) {
    struct hub_fixture *fixture = *state;
    struct instance *instance = channel_instance(fixture);
    assert_true(instance_has(instance, CALL_PUBLISH));
    instance->callbacks &= ~(1u << CALL_PUBLISH);
    assert_false(instance_has(instance, CALL_PUBLISH));
    assert_ptr_equal(instance_table(instance), &instance->plugin->table);
}

static void only_what_the_channel_forwards_to_may_be_forwarded_to(void **state) {
    struct instance *instance = channel_instance(*state);
    char b[] = "b";
    char *names[] = {b};
    struct config_strings forwards = {names, 1};
    assert_false(instance_may_forward(instance, sentio_text("b")));
    instance->forwards = &forwards;
    assert_true(instance_may_forward(instance, sentio_text("b")));
    assert_false(instance_may_forward(instance, sentio_text("bb")));
    instance->forwards = NULL;
    assert_false(instance_may_forward(instance, sentio_text("b")));
}

static uint32_t logged_level;

static void take_log(struct instance *instance, uint32_t level, struct sentio_bytes text) {
    (void)instance;
    assert_true(sentio_is(text, "no"));
    logged_level = level;
}

static void last_error_that_it_logs_is_remembered(void **state) {
    struct instance *instance = channel_instance(*state);
    instance->log = take_log;
    instance_log(instance, SENTIO_WARNING, sentio_text("no"));
    assert_int_equal(logged_level, SENTIO_WARNING);
    assert_string_equal(instance->complaint, "");
    instance_log(instance, SENTIO_ERROR, sentio_text("no"));
    assert_string_equal(instance->complaint, "no");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(instance_has_the_callbacks_of_its_plugin),
        TEST(only_what_the_channel_forwards_to_may_be_forwarded_to),
        TEST(last_error_that_it_logs_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
