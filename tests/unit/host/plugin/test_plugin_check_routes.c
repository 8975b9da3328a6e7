/* SPDX-License-Identifier: MIT */
#include "plugin/plugin_check.h"

#include "plugin_check_fixture.h"

static void route_begins_with_a_slash(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.routes[1].path = "quote";
    assert_refused(&fixture, "route 1: its path is \"quote\", expected /...");
    fixture.routes[1].path = NULL;
    assert_refused(&fixture, "route 1: its path is \"\", expected /...");
}

static void route_has_at_most_four_parameters(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.routes[1].path = "/{a}/{b}/{symbol}/{d}";
    assert_valid(&fixture);
    fixture.routes[1].path = "/{a}/{b}/{symbol}/{d}/{e}";
    assert_refused(&fixture, "route \"/{a}/{b}/{symbol}/{d}/{e}\" has 5 parameters, at most 4 are "
                             "allowed");
}

static void parameters_are_whole_segments(void **state) {
    const char *const paths[] = {"/{",         "/}",           "/{}",         "/{symbol",
                                 "/symbol}",   "/{a/b}",       "/{{symbol}}", "/x{symbol}",
                                 "/{symbol}x", "/{a}{symbol}", "/{symbol}/{", "/}symbol{"};
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        fixture.routes[1].path = paths[i];
        assert_int_equal(check(&fixture), SENTIO_INVALID);
        assert_non_null(strstr(fixture.why, "a parameter is written {name}"));
    }
}

static void path_topic_must_be_a_parameter_of_the_path(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.routes[1].path = "/quote/{symbols}";
    assert_refused(&fixture, "route \"/quote/{symbols}\" takes its topic from {symbol}, which is "
                             "not in the path");
    fixture.routes[1].parameter = NULL;
    assert_int_equal(check(&fixture), SENTIO_INVALID);
}

static void query_topics_need_a_parameter(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.routes[0].parameter = NULL;
    assert_refused(&fixture, "route \"/quotes\" takes its topics from the query, but names no "
                             "parameter");
}

static void route_enumerations_must_be_known(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.routes[0].topics = 4;
    assert_refused(&fixture, "route \"/quotes\": topics is 4, at most 3 is known");
    setup(&fixture);
    fixture.routes[0].source = 2;
    assert_refused(&fixture, "route \"/quotes\": source is 2, at most 1 is known");
    setup(&fixture);
    fixture.routes[0].flags = 2;
    assert_refused(&fixture, "route \"/quotes\": flags are 0x2, of which 0x1 are known");
}

static void history_limit_must_fit_its_maximum(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.routes[1].limit = 11;
    assert_refused(&fixture, "route \"/quote/{symbol}/last\": limit is 11, expected 1 to "
                             "limit_max, which is 10");
    fixture.routes[1].limit = 0;
    assert_int_equal(check(&fixture), SENTIO_INVALID);
}

static void route_is_declared_once(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.routes[1] = fixture.routes[0];
    assert_refused(&fixture, "route \"/quotes\" is declared twice");
}

static void routes_need_a_render_callback(void **state) {
    struct fixture fixture;
    (void)state;
    setup(&fixture);
    fixture.table.render = NULL;
    assert_refused(&fixture, "has 2 routes but no render callback");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(route_begins_with_a_slash),
        cmocka_unit_test(route_has_at_most_four_parameters),
        cmocka_unit_test(parameters_are_whole_segments),
        cmocka_unit_test(path_topic_must_be_a_parameter_of_the_path),
        cmocka_unit_test(query_topics_need_a_parameter),
        cmocka_unit_test(route_enumerations_must_be_known),
        cmocka_unit_test(history_limit_must_fit_its_maximum),
        cmocka_unit_test(route_is_declared_once),
        cmocka_unit_test(routes_need_a_render_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
