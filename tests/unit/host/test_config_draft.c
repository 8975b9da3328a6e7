/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config_draft.h"

static void draft_begins_with_the_defaults(void **state) {
    struct config_draft draft;
    (void)state;
    config_draft_init(&draft);
    assert_int_equal(draft.errors.count, 0);
    assert_int_equal(draft.config->server.heartbeat, 30000);
    assert_int_equal(config_draft_host_origin(&draft, "server.heartbeat")->kind,
                     CONFIG_FROM_DEFAULT);
    config_draft_finish(&draft);
}

static void wrong_value_leaves_the_one_before_and_marks_it(void **state) {
    struct config_draft draft;
    struct config_origin origin = {.kind = CONFIG_FROM_FLAG};
    (void)state;
    config_draft_init(&draft);
    origin.name = config_draft_name(&draft, "--set x");
    size_t index = config_draft_add(&draft, "a");
    struct config_target target = config_draft_target(&draft, index);
    size_t row = settings_find(target.rows, target.count, "history");
    config_draft_store_text(&draft, &target, row, "5", &origin);
    config_draft_store_text(&draft, &target, row, "x", &origin);
    assert_int_equal(draft.channels[index].value.history, 5);
    assert_int_equal(draft.errors.count, 1);
    assert_true(config_draft_origin(&draft.channels[index], "history")->failed);
    config_draft_store_text(&draft, &target, row, "6", &origin);
    assert_int_equal(draft.channels[index].value.history, 6);
    assert_false(config_draft_origin(&draft.channels[index], "history")->failed);
    assert_int_equal(config_draft_origin(&draft.channels[index], "history")->kind,
                     CONFIG_FROM_FLAG);
    config_draft_finish(&draft);
}

static void names_are_kept_once(void **state) {
    struct config_draft draft;
    char name[] = "a.conf";
    (void)state;
    config_draft_init(&draft);
    const char *kept = config_draft_name(&draft, name);
    assert_ptr_not_equal(kept, name);
    assert_ptr_equal(config_draft_name(&draft, "a.conf"), kept);
    assert_ptr_not_equal(config_draft_name(&draft, "b.conf"), kept);
    config_draft_finish(&draft);
}

static void channels_are_found_by_name(void **state) {
    struct config_draft draft;
    (void)state;
    config_draft_init(&draft);
    assert_int_equal(config_draft_find(&draft, "a"), 0);
    assert_int_equal(config_draft_add(&draft, "a"), 0);
    assert_int_equal(config_draft_add(&draft, "b"), 1);
    assert_int_equal(config_draft_find(&draft, "b"), 1);
    assert_int_equal(config_draft_find(&draft, "c"), 2);
    struct config_target target = config_draft_target(&draft, 1);
    char *label = config_draft_label(&target, "history");
    assert_string_equal(label, "channels.b.history");
    free(label);
    config_draft_finish(&draft);
}

static void enabled_channels_are_taken_and_live_on(void **state) {
    struct config_draft draft;
    (void)state;
    config_draft_init(&draft);
    config_draft_add(&draft, "a");
    config_draft_add(&draft, "b");
    draft.channels[0].value.enabled = false;
    struct config *config = config_draft_take(&draft);
    config_draft_finish(&draft);
    assert_int_equal(config->channel_count, 1);
    assert_string_equal(config->channels[0].name, "b");
    assert_int_equal(config->channels[0].history, 100);
    assert_string_equal(config->server.listen[0].text, "127.0.0.1:8000");
    config_destroy(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draft_begins_with_the_defaults),
        cmocka_unit_test(wrong_value_leaves_the_one_before_and_marks_it),
        cmocka_unit_test(names_are_kept_once),
        cmocka_unit_test(channels_are_found_by_name),
        cmocka_unit_test(enabled_channels_are_taken_and_live_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
