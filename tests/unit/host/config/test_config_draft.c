/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "config/config_internal.h"

struct drafting {
    struct config config;
    struct config_arena arena;
    struct config_draft draft;
};

static int start(void **state) {
    struct drafting *drafting = calloc(1, sizeof(*drafting));
    assert_non_null(drafting);
    config_draft_init(&drafting->draft, &drafting->config, &drafting->arena);
    *state = drafting;
    return 0;
}

static int stop(void **state) {
    struct drafting *drafting = *state;
    config_draft_finish(&drafting->draft);
    config_arena_finish(&drafting->arena);
    free(drafting);
    return 0;
}

static void draft_begins_with_the_defaults(void **state) {
    struct drafting *drafting = *state;
    assert_int_equal(drafting->draft.problem_count, 0);
    assert_int_equal(drafting->config.server.heartbeat, 30000);
    struct config_origin origin = config_origin_of(drafting->draft.targets, "server.heartbeat");
    assert_int_equal(origin.layer->kind, CONFIG_DEFAULTS);
    assert_string_equal(config_place(&drafting->arena, origin), "default");
}

static void wrong_value_leaves_the_one_before_and_marks_it(void **state) {
    struct drafting *drafting = *state;
    struct config_draft *draft = &drafting->draft;
    struct config_layer *layer = config_layer_add(draft, CONFIG_FLAG, "--set x");
    config_target_add(draft, "a");
    const struct config_target *target = &draft->targets[1];
    const struct config_channel *channel = target->base;
    size_t row = settings_find(target->settings, "history");
    config_store_text(draft, target, row, layer, "5");
    config_store_text(draft, target, row, layer, "x");
    assert_int_equal(channel->history, 5);
    assert_int_equal(draft->problem_count, 1);
    assert_true(config_origin_of(target, "history").failed);
    config_store_text(draft, target, row, layer, "6");
    assert_int_equal(channel->history, 6);
    assert_false(config_origin_of(target, "history").failed);
    assert_ptr_equal(config_origin_of(target, "history").layer, layer);
}

static void channels_are_found_by_name(void **state) {
    struct drafting *drafting = *state;
    struct config_draft *draft = &drafting->draft;
    assert_int_equal(config_target_find(draft, "a"), 1);
    config_target_add(draft, "a");
    config_target_add(draft, "b");
    assert_int_equal(config_target_find(draft, "a"), 1);
    assert_int_equal(config_target_find(draft, "b"), 2);
    assert_int_equal(config_target_find(draft, "c"), 3);
    assert_string_equal(draft->targets[2].prefix, "channels.b.");
    assert_int_equal(((struct config_channel *)draft->targets[2].base)->history, 100);
}

static void errors_are_in_the_order_of_layers_and_lines(void **state) {
    struct drafting *drafting = *state;
    struct config_draft *draft = &drafting->draft;
    struct config_origin first = {.layer = config_layer_add(draft, CONFIG_FILE, "z.conf")};
    struct config_origin second = {.layer = config_layer_add(draft, CONFIG_FILE, "a.conf")};
    struct config_origin flag = {.layer = config_layer_add(draft, CONFIG_FLAG, "--set a.b=c")};
    char *text = NULL;
    size_t size = 0;
    config_error(draft, flag, "", "five");
    second.line = 1;
    config_error(draft, second, "x", "four");
    first.line = 10;
    config_error(draft, first, NULL, "three");
    first.line = 9;
    config_error(draft, first, "a \"b\"", "one and %d", 1);
    config_error(draft, first, NULL, "two");
    first.line = 0;
    config_error(draft, first, NULL, "zero");
    FILE *out = open_memstream(&text, &size);
    config_print_errors(draft, out);
    fclose(out);
    assert_string_equal(text, "z.conf: zero\n"
                              "z.conf:9: one and 1 (did you mean \"a \"b\"\"?)\n"
                              "z.conf:9: two\n"
                              "z.conf:10: three\n"
                              "a.conf:1: four (did you mean \"x\"?)\n"
                              "--set a.b=c: five\n");
    free(text);
}

static void element_has_its_own_line_or_the_lists(void **state) {
    struct drafting *drafting = *state;
    struct config_layer *layer = config_layer_add(&drafting->draft, CONFIG_FILE, "a.conf");
    assert_int_equal(config_read_string(&layer->tree, "x = [\n\"a\",\n\"b\" ];"), CONFIG_TRUE);
    struct config_origin list = config_origin(layer, config_lookup(&layer->tree, "x"));
    assert_int_equal(list.line, 1);
    assert_int_equal(config_origin_element(list, 1).line, 3);
    assert_int_equal(config_origin_element(list, 2).line, 1);
}

#define DRAFT_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        DRAFT_TEST(draft_begins_with_the_defaults),
        DRAFT_TEST(wrong_value_leaves_the_one_before_and_marks_it),
        DRAFT_TEST(channels_are_found_by_name),
        DRAFT_TEST(errors_are_in_the_order_of_layers_and_lines),
        DRAFT_TEST(element_has_its_own_line_or_the_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
