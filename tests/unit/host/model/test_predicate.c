/* SPDX-License-Identifier: MIT */
#include "model/predicate.h"

#include "stream_fixture.h"

enum { CONFIDENCE, SIGNAL };

struct fixture {
    struct predicates predicates;
    struct sentio_plugin plugin;
    char why[128];
};

static const struct sentio_filter filters[] = {
    {.field = "min_confidence", .attribute = CONFIDENCE, .predicate = SENTIO_AT_LEAST},
    {.field = "max_confidence", .attribute = CONFIDENCE, .predicate = SENTIO_AT_MOST},
    {.field = "signals", .attribute = SIGNAL, .predicate = SENTIO_ONE_OF},
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    fixture->plugin.filters = filters;
    fixture->plugin.filter_count = 3;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    predicates_finish(&fixture->predicates);
    free(fixture);
    return 0;
}

static int update(struct fixture *fixture, const char *text) {
    struct sentio_json request;
    assert_int_equal(sentio_json_parse(sentio_text(text), &request, NULL), 0);
    fixture->why[0] = '\0';
    return predicates_update(&fixture->predicates, &fixture->plugin, &request, fixture->why,
                             sizeof(fixture->why));
}

static struct item *make_item(double confidence, const char *signal) {
    const struct sentio_value values[] = {
        {.type = confidence < 0 ? SENTIO_NONE : SENTIO_NUMBER, .number = confidence},
        {.type = signal ? SENTIO_TEXT : SENTIO_NONE, .text = sentio_text(signal)},
    };
    const struct sentio_item emitted = {.topic = sentio_text("A"),
                                        .json = sentio_text("1"),
                                        .attributes = values,
                                        .attribute_count = 2};
    struct item *item = item_create(&emitted);
    assert_non_null(item);
    return item;
}

/* A confidence below 0 and a signal that is NULL are absent. */
static bool passes(const struct fixture *fixture, double confidence, const char *signal) {
    struct item *item = make_item(confidence, signal);
    bool result = predicates_pass(&fixture->predicates, item);
    item_unref(item);
    return result;
}

static void without_filters_everything_passes(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"action\":\"subscribe\"}"), 0);
    assert_int_equal(fixture->predicates.count, 0);
    assert_true(passes(fixture, -1, NULL));
}

static void at_least_and_at_most_include_their_bounds(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"min_confidence\":0.25,\"max_confidence\":0.75}"), 0);
    assert_false(passes(fixture, 0.2499, NULL));
    assert_true(passes(fixture, 0.25, NULL));
    assert_true(passes(fixture, 0.75, NULL));
    assert_false(passes(fixture, 0.7501, NULL));
}

static void one_of_passes_exactly_the_texts_of_the_list(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"signals\":[\"sell\",\"b\\u0075y\",\"\"]}"), 0);
    assert_true(passes(fixture, 0, "buy"));
    assert_true(passes(fixture, 0, "sell"));
    assert_true(passes(fixture, 0, ""));
    assert_false(passes(fixture, 0, "bu"));
    assert_false(passes(fixture, 0, "buy "));
    assert_false(passes(fixture, 0, "hold"));
}

static void an_empty_list_passes_nothing(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"signals\":[]}"), 0);
    assert_false(passes(fixture, 0, "buy"));
    assert_false(passes(fixture, 0, ""));
}

static void an_item_without_the_attribute_does_not_pass(void **state) {
    struct fixture *fixture = *state;
    struct item *bare = NULL;
    const struct sentio_item emitted = {.topic = sentio_text("A"), .json = sentio_text("1")};
    assert_int_equal(update(fixture, "{\"max_confidence\":1}"), 0);
    assert_false(passes(fixture, -1, "buy"));
    bare = item_create(&emitted);
    assert_false(predicates_pass(&fixture->predicates, bare));
    item_unref(bare);
}

static void all_of_the_filters_must_pass(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"signals\":[\"buy\"],\"min_confidence\":0.5}"), 0);
    assert_true(passes(fixture, 0.5, "buy"));
    assert_false(passes(fixture, 0.4, "buy"));
    assert_false(passes(fixture, 0.5, "sell"));
}

static void a_filter_that_is_named_replaces_its_former_self_and_no_other(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"signals\":[\"buy\"],\"min_confidence\":0.5}"), 0);
    assert_int_equal(update(fixture, "{\"min_confidence\":0.9}"), 0);
    assert_int_equal(fixture->predicates.count, 2);
    assert_false(passes(fixture, 0.8, "buy"));
    assert_true(passes(fixture, 0.9, "buy"));
    assert_false(passes(fixture, 0.9, "sell"));
    assert_int_equal(update(fixture, "{\"signals\":[\"sell\",\"hold\"]}"), 0);
    assert_false(passes(fixture, 0.9, "buy"));
    assert_true(passes(fixture, 0.9, "hold"));
    assert_false(passes(fixture, 0.8, "hold"));
}

static void null_takes_a_filter_away(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        update(fixture, "{\"signals\":[\"buy\"],\"min_confidence\":0.5,\"max_confidence\":0.6}"),
        0);
    assert_int_equal(update(fixture, "{\"min_confidence\":null}"), 0);
    assert_int_equal(fixture->predicates.count, 2);
    assert_true(passes(fixture, 0.1, "buy"));
    assert_false(passes(fixture, 0.7, "buy"));
    assert_false(passes(fixture, 0.1, "sell"));
    assert_int_equal(update(fixture, "{\"signals\":null,\"max_confidence\":null}"), 0);
    assert_int_equal(fixture->predicates.count, 0);
    assert_int_equal(update(fixture, "{\"signals\":null}"), 0);
}

static void filters_are_in_the_plugins_order_however_they_came(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"signals\":[\"b\"]}"), 0);
    assert_int_equal(update(fixture, "{\"max_confidence\":1}"), 0);
    assert_int_equal(update(fixture, "{\"min_confidence\":0}"), 0);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(fixture->predicates.list[i].filter, i);
}

static void assert_refused(struct fixture *fixture, const char *text, const char *field) {
    assert_int_equal(update(fixture, text), SENTIO_INVALID);
    assert_non_null(strstr(fixture->why, field));
    assert_int_equal(fixture->predicates.count, 2);
    assert_true(passes(fixture, 0.5, "buy"));
    assert_false(passes(fixture, 0.4, "buy"));
    assert_false(passes(fixture, 0.5, "sell"));
}

static void a_refused_update_names_the_field_and_leaves_the_old_filters(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"signals\":[\"buy\"],\"min_confidence\":0.5}"), 0);
    assert_refused(fixture, "{\"min_confidence\":\"0.1\"}", "min_confidence");
    assert_refused(fixture, "{\"min_confidence\":[0.1]}", "min_confidence");
    assert_refused(fixture, "{\"min_confidence\":true}", "min_confidence");
    assert_refused(fixture, "{\"signals\":\"sell\"}", "signals");
    assert_refused(fixture, "{\"signals\":{\"sell\":1}}", "signals");
    assert_refused(fixture, "{\"signals\":[\"sell\",1]}", "signals");
    assert_refused(fixture, "{\"signals\":[\"sell\",null]}", "signals");
    assert_refused(fixture, "{\"min_confidence\":0.1,\"min_confidence\":0.2}", "min_confidence");
}

static void one_wrong_field_undoes_the_right_ones_beside_it(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update(fixture, "{\"signals\":[\"buy\"],\"min_confidence\":0.5}"), 0);
    assert_refused(fixture, "{\"min_confidence\":0.1,\"signals\":1}", "signals");
    assert_refused(fixture, "{\"min_confidence\":null,\"signals\":[2]}", "signals");
    assert_refused(fixture, "{\"signals\":[\"sell\"],\"max_confidence\":\"\"}", "max_confidence");
}

/* `count` texts of `size` letters. */
static int update_texts(struct fixture *fixture, size_t count, size_t size) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, "{\"signals\":[");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(&out, i == 0 ? "\"" : ",\"");
        for (size_t n = 0; n < size; n++)
            sentio_write_text(&out, "x");
        sentio_write_text(&out, "\"");
    }
    sentio_write_text(&out, "]}");
    sentio_write(&out, sentio_bytes("", 1));
    assert_false(out.failed);
    int error = update(fixture, out.data);
    sentio_writer_finish(&out);
    return error;
}

static void a_list_takes_64_texts_of_256_bytes(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(update_texts(fixture, 64, 256), 0);
    assert_int_equal(fixture->predicates.list[0].count, 64);
    assert_int_equal(update_texts(fixture, 65, 1), SENTIO_INVALID);
    assert_int_equal(update_texts(fixture, 1, 257), SENTIO_INVALID);
    assert_int_equal(fixture->predicates.list[0].count, 64);
}

static void a_copy_is_equal_and_has_its_own_texts(void **state) {
    struct fixture *fixture = *state;
    struct predicates copy;
    assert_int_equal(update(fixture, "{\"signals\":[\"buy\",\"add\"],\"min_confidence\":0.5}"), 0);
    assert_int_equal(predicates_copy(&copy, &fixture->predicates), 0);
    assert_int_equal(update(fixture, "{\"signals\":null,\"min_confidence\":null}"), 0);
    struct item *in = make_item(0.5, "buy");
    struct item *out = make_item(0.5, "sell");
    assert_int_equal(copy.count, 2);
    assert_text(copy.list[1].texts[0], "add");
    assert_true(predicates_pass(&copy, in));
    assert_false(predicates_pass(&copy, out));
    item_unref(in);
    item_unref(out);
    predicates_finish(&copy);
    assert_int_equal(copy.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(without_filters_everything_passes),
        TEST(at_least_and_at_most_include_their_bounds),
        TEST(one_of_passes_exactly_the_texts_of_the_list),
        TEST(an_empty_list_passes_nothing),
        TEST(an_item_without_the_attribute_does_not_pass),
        TEST(all_of_the_filters_must_pass),
        TEST(a_filter_that_is_named_replaces_its_former_self_and_no_other),
        TEST(null_takes_a_filter_away),
        TEST(filters_are_in_the_plugins_order_however_they_came),
        TEST(a_refused_update_names_the_field_and_leaves_the_old_filters),
        TEST(one_wrong_field_undoes_the_right_ones_beside_it),
        TEST(a_list_takes_64_texts_of_256_bytes),
        TEST(a_copy_is_equal_and_has_its_own_texts),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
