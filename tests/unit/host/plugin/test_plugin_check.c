/* SPDX-License-Identifier: MIT */
#include "plugin/plugin_check.h"

#include "plugin_check_fixture.h"

static void valid_table_passes(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    assert_valid(&fixture);
}

static void plugin_with_nothing_but_open_passes(void **state) {
    (void)state;
    struct fixture fixture = {
        .table = {SENTIO_HEADER, .name = "a", .version = "0", .open = on_open}};
    assert_valid(&fixture);
}

static void magic_must_match(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.magic = 1;
    assert_refused(&fixture, "magic is 0x1, expected 0x53454e54");
}

static void major_must_equal_the_hosts(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.major = 2;
    assert_refused(&fixture, "built for ABI major 2, this host has 1");
    fixture.table.major = 0;
    assert_refused(&fixture, "built for ABI major 0, this host has 1");
}

static void minor_must_not_exceed_the_hosts(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.minor = 3;
    assert_refused(&fixture, "needs ABI minor 3, this host has 2");
}

static void table_must_be_whole(void **state) {
    struct fixture fixture;
    char expected[128];
    (void)state;
    setup(&fixture);
    fixture.table.size = 24;
    snprintf(expected, sizeof(expected), "its table is 24 bytes, at least %zu are required",
             sizeof(struct sentio_plugin));
    assert_refused(&fixture, expected);
    fixture.table.size = sizeof(struct sentio_plugin) - 1;
    assert_int_equal(check(&fixture), SENTIO_INVALID);
}

static void table_must_not_say_more_than_its_symbol_has(void **state) {
    struct fixture fixture;
    char expected[128];
    (void)state;
    setup(&fixture);
    fixture.table.size = 4096;
    snprintf(expected, sizeof(expected),
             "its table says 4096 bytes, but symbol \"sentio_plugin\" has %zu",
             sizeof(struct sentio_plugin));
    assert_refused(&fixture, expected);
}

static void table_of_unknown_extent_is_believed(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.size = 4096;
    const struct plugin_report report = {"x", fixture.why, sizeof(fixture.why)};
    assert_int_equal(plugin_check_header(&report, &fixture.table, 0), SENTIO_OK);
}

static void reason_is_cut_to_its_buffer(void **state) {
    char why[12];
    (void)state;
    memset(why, '#', sizeof(why));
    const struct plugin_report report = {"/p/x.so", why, 11};
    assert_int_equal(plugin_fail(&report, SENTIO_FAILED, "%s", "reason"), SENTIO_FAILED);
    assert_string_equal(why, "/p/x.so: r");
    assert_int_equal(why[11], '#');
    const struct plugin_report tiny = {"/p/x.so", why, 4};
    plugin_fail(&tiny, SENTIO_FAILED, "%s", "reason");
    assert_string_equal(why, "/p/");
}

static void name_must_be_lower_case_digits_and_dashes(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.name = NULL;
    assert_refused(&fixture, "has no name");
    fixture.table.name = "";
    assert_refused(&fixture, "its name is \"\", expected [a-z0-9-]{1,32}");
    fixture.table.name = "Market";
    assert_refused(&fixture, "its name is \"Market\", expected [a-z0-9-]{1,32}");
    fixture.table.name = "market_data";
    assert_int_equal(check(&fixture), SENTIO_INVALID);
    fixture.table.name = "a23456789012345678901234567890123";
    assert_int_equal(check(&fixture), SENTIO_INVALID);
    fixture.table.name = "a2345678901234567890123456789012";
    assert_valid(&fixture);
}

static void version_is_required(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.version = "";
    assert_refused(&fixture, "has no version");
    fixture.table.version = NULL;
    assert_refused(&fixture, "has no version");
}

static void open_is_required(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.open = NULL;
    assert_refused(&fixture, "has no open callback");
}

static void channel_size_is_limited(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.channel_size = 64 * 1024 * 1024;
    assert_valid(&fixture);
    fixture.table.channel_size++;
    assert_refused(&fixture, "its channel_size is 67108865, at most 67108864 is allowed");
}

static void type_needs_a_publish_callback(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.publish = NULL;
    assert_refused(&fixture, "has type \"quotes\" but no publish callback");
    fixture.table.type = NULL;
    assert_valid(&fixture);
}

static void types_are_limited_in_length(void **state) {
    struct fixture fixture;
    char type[66];
    (void)state;
    setup(&fixture);
    memset(type, 't', sizeof(type));
    type[64] = '\0';
    fixture.table.type = type;
    fixture.table.snapshot_type = type;
    assert_valid(&fixture);
    type[64] = 't';
    type[65] = '\0';
    assert_int_equal(check(&fixture), SENTIO_INVALID);
    assert_non_null(strstr(fixture.why, "its type \"ttt"));
    assert_non_null(strstr(fixture.why, "...\" is over 64 bytes"));
    fixture.table.type = "t";
    assert_int_equal(check(&fixture), SENTIO_INVALID);
    assert_non_null(strstr(fixture.why, "its snapshot_type \"ttt"));
    fixture.table.snapshot_type = "";
    assert_refused(&fixture, "its snapshot_type is empty: set it, or leave it NULL");
}

static void shape_must_be_known(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.shape = SENTIO_OBJECT;
    assert_valid(&fixture);
    fixture.table.shape = 2;
    assert_refused(&fixture, "its shape is 2, expected SENTIO_ARRAY (0) or SENTIO_OBJECT (1)");
}

static void flags_must_be_known_to_the_minor_needed(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.flags = SENTIO_STATES | SENTIO_NO_SNAPSHOT;
    assert_valid(&fixture);
    fixture.table.flags = 0x11;
    assert_refused(&fixture, "its flags are 0x11, of which 0xf are known");
    fixture.table.flags = SENTIO_PROGRAMS;
    assert_valid(&fixture);
    fixture.table.minor = 0;
    assert_refused(&fixture, "its flag SENTIO_PROGRAMS is of ABI minor 1, but it says that it "
                             "needs 0: define SENTIO_ABI_MINOR_NEEDED as 1");
    fixture.table.flags = SENTIO_DURABLE;
    fixture.table.minor = 2;
    assert_valid(&fixture);
    fixture.table.minor = 1;
    assert_refused(&fixture, "its flag SENTIO_DURABLE is of ABI minor 2, but it says that it "
                             "needs 1: define SENTIO_ABI_MINOR_NEEDED as 2");
}

static void counts_are_limited(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.attribute_count = 9;
    assert_refused(&fixture, "has 9 attributes, at most 8 are allowed");
    setup(&fixture);
    fixture.table.filter_count = 9;
    assert_refused(&fixture, "has 9 filters, at most 8 are allowed");
    setup(&fixture);
    fixture.table.route_count = 17;
    assert_refused(&fixture, "has 17 routes, at most 16 are allowed");
}

static void counted_lists_must_be_there(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.routes = NULL;
    assert_refused(&fixture, "has 2 routes, but the pointer to them is NULL");
    setup(&fixture);
    fixture.table.filters = NULL;
    assert_refused(&fixture, "has 2 filters, but the pointer to them is NULL");
    setup(&fixture);
    fixture.table.attributes = NULL;
    assert_refused(&fixture, "has 2 attributes, but the pointer to them is NULL");
}

static void attributes_have_a_name_of_their_own_and_a_type(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.attributes[1].name = "price";
    assert_refused(&fixture, "attribute \"price\" is declared twice");
    fixture.attributes[1].name = NULL;
    assert_refused(&fixture, "attribute 1 has no name");
    setup(&fixture);
    fixture.attributes[0].type = SENTIO_NONE;
    assert_refused(&fixture, "attribute \"price\" has type 0, expected SENTIO_NUMBER (1) or "
                             "SENTIO_TEXT (2)");
    fixture.attributes[0].type = 3;
    assert_int_equal(check(&fixture), SENTIO_INVALID);
}

static void filter_must_be_on_a_declared_attribute(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.filters[0].attribute = 2;
    assert_refused(&fixture, "filter \"min_price\" is on attribute 2, but there are 2");
}

static void predicate_must_match_the_attributes_type(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.filters[0].predicate = SENTIO_AT_MOST;
    assert_valid(&fixture);
    fixture.filters[0].predicate = 3;
    assert_refused(&fixture, "filter \"min_price\" has predicate 3, at most 2 is known");
    fixture.filters[0].predicate = SENTIO_ONE_OF;
    assert_refused(&fixture,
                   "filter \"min_price\" compares text, but attribute \"price\" is a number");
    setup(&fixture);
    fixture.filters[1].predicate = SENTIO_AT_LEAST;
    assert_refused(&fixture, "filter \"sides\" compares numbers, but attribute \"side\" is text");
}

static void filters_have_a_field_of_their_own(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.filters[1].field = "";
    assert_refused(&fixture, "filter 1 has no field");
    fixture.filters[1].field = "min_price";
    assert_refused(&fixture, "filter \"min_price\" is declared twice");
}

static void presence_of_callbacks_is_told_by_the_bits_alone(void **state) {
    struct fixture fixture;
    const struct plugin_report report = {"/p/x.so", fixture.why, sizeof(fixture.why)};
    (void)state;
    setup(&fixture);
    uint32_t callbacks = plugin_callbacks(&fixture.table);
    assert_int_equal(callbacks, 1u << CALL_OPEN | 1u << CALL_PUBLISH | 1u << CALL_RENDER);
    assert_int_equal(plugin_check_table(&report, &fixture.table, 0), SENTIO_INVALID);
    fixture.table.open = NULL;
    fixture.table.publish = NULL;
    fixture.table.render = NULL;
    assert_int_equal(plugin_callbacks(&fixture.table), 0);
    assert_int_equal(plugin_check_table(&report, &fixture.table, callbacks), SENTIO_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_table_passes),
        cmocka_unit_test(plugin_with_nothing_but_open_passes),
        cmocka_unit_test(magic_must_match),
        cmocka_unit_test(major_must_equal_the_hosts),
        cmocka_unit_test(minor_must_not_exceed_the_hosts),
        cmocka_unit_test(table_must_be_whole),
        cmocka_unit_test(table_must_not_say_more_than_its_symbol_has),
        cmocka_unit_test(table_of_unknown_extent_is_believed),
        cmocka_unit_test(reason_is_cut_to_its_buffer),
        cmocka_unit_test(name_must_be_lower_case_digits_and_dashes),
        cmocka_unit_test(version_is_required),
        cmocka_unit_test(open_is_required),
        cmocka_unit_test(channel_size_is_limited),
        cmocka_unit_test(type_needs_a_publish_callback),
        cmocka_unit_test(types_are_limited_in_length),
        cmocka_unit_test(shape_must_be_known),
        cmocka_unit_test(flags_must_be_known_to_the_minor_needed),
        cmocka_unit_test(counts_are_limited),
        cmocka_unit_test(counted_lists_must_be_there),
        cmocka_unit_test(attributes_have_a_name_of_their_own_and_a_type),
        cmocka_unit_test(filter_must_be_on_a_declared_attribute),
        cmocka_unit_test(predicate_must_match_the_attributes_type),
        cmocka_unit_test(filters_have_a_field_of_their_own),
        cmocka_unit_test(presence_of_callbacks_is_told_by_the_bits_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
