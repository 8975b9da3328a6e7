/* SPDX-License-Identifier: MIT */
#include "http/route.h"

#include "stream_fixture.h"

static void assert_match(const char *pattern, const char *path) {
    assert_true(route_match(pattern, sentio_text(path), NULL, NULL));
}

static void assert_other(const char *pattern, const char *path) {
    if (!route_match(pattern, sentio_text(path), NULL, NULL))
        return;
    print_error("%s matches %s\n", pattern, path);
    fail();
}

static void a_pattern_without_parameters_matches_itself(void **state) {
    (void)state;
    assert_match("/api/v1/admin", "/api/v1/admin");
    assert_other("/api/v1/admin", "/api/v1/admin/");
    assert_other("/api/v1/admin", "/api/v1/admi");
    assert_other("/api/v1/admin", "/api/v1/adminx");
    assert_other("/api/v1/admin", "/api/v1");
    assert_other("/api/v1/admin", "/api/v1/Admin");
    assert_other("/api/v1/admin", "");
    assert_match("/", "/");
    assert_other("/", "/x");
}

static void a_parameter_takes_one_segment_that_is_not_empty(void **state) {
    (void)state;
    assert_match("/quote/{symbol}", "/quote/AAPL");
    assert_match("/quote/{symbol}", "/quote/{symbol}");
    assert_other("/quote/{symbol}", "/quote/");
    assert_other("/quote/{symbol}", "/quote");
    assert_other("/quote/{symbol}", "/quote/AAPL/");
    assert_other("/quote/{symbol}", "/quote/AAPL/x");
    assert_other("/quote/{symbol}", "/quotes/AAPL");
    assert_match("/{a}/mid/{b}", "/1/mid/2");
    assert_other("/{a}/mid/{b}", "//mid/2");
}

static void a_parameter_is_utf_8(void **state) {
    (void)state;
    assert_match("/quote/{symbol}", "/quote/\xc3\xa4");
    assert_other("/quote/{symbol}", "/quote/\xc3");
}

static void braces_within_a_segment_are_no_parameter(void **state) {
    (void)state;
    assert_match("/a/{}", "/a/{}");
    assert_other("/a/{}", "/a/x");
    assert_other("/a/x{b}", "/a/xy");
}

static void what_the_parameters_took_becomes_members_of_the_object(void **state) {
    (void)state;
    char space[128];
    struct sentio_writer out;
    bool any = false;
    sentio_writer_init(&out, space, sizeof(space));
    assert_true(route_match("/{a}/mid/{b}", sentio_text("/x\"y/mid/2"), &out, &any));
    assert_true(any);
    assert_text(sentio_written(&out), "\"a\":\"x\\\"y\",\"b\":\"2\"");
    sentio_writer_finish(&out);
}

static void members_follow_those_that_are_there(void **state) {
    (void)state;
    char space[128];
    struct sentio_writer out;
    bool any = true;
    sentio_writer_init(&out, space, sizeof(space));
    assert_true(route_match("/{a}", sentio_text("/1"), &out, &any));
    assert_text(sentio_written(&out), ",\"a\":\"1\"");
    sentio_writer_finish(&out);
}

static void a_pattern_without_parameters_adds_no_members(void **state) {
    (void)state;
    char space[16];
    struct sentio_writer out;
    bool any = false;
    sentio_writer_init(&out, space, sizeof(space));
    assert_true(route_match("/a", sentio_text("/a"), &out, &any));
    assert_false(any);
    assert_int_equal(sentio_written(&out).size, 0);
    sentio_writer_finish(&out);
}

static void routes_with_other_items_are_not_the_same(void **state) {
    (void)state;
    const struct sentio_route route = {.path = "/a", .topics = SENTIO_TOPICS_ALL};
    struct sentio_route other = route;
    char path[] = "/a";
    other.path = path;
    other.parameter = "";
    assert_true(route_same(&route, &other));
    for (int i = 0; i < 7; i++) {
        other = route;
        other.path = i == 0 ? "/b" : other.path;
        other.parameter = i == 1 ? "n" : other.parameter;
        other.topics += i == 2;
        other.source += i == 3;
        other.flags += i == 4;
        other.limit += i == 5;
        other.limit_max += i == 6;
        assert_false(route_same(&route, &other));
        assert_false(route_same(&other, &route));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_without_parameters_matches_itself),
        cmocka_unit_test(a_parameter_takes_one_segment_that_is_not_empty),
        cmocka_unit_test(a_parameter_is_utf_8),
        cmocka_unit_test(braces_within_a_segment_are_no_parameter),
        cmocka_unit_test(what_the_parameters_took_becomes_members_of_the_object),
        cmocka_unit_test(members_follow_those_that_are_there),
        cmocka_unit_test(a_pattern_without_parameters_adds_no_members),
        cmocka_unit_test(routes_with_other_items_are_not_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
