/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sentio/test.h>

static int on_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

static int on_publish(struct sentio_call *call, const struct sentio_update *update,
                      struct sentio_bytes payload) {
    (void)call;
    (void)update;
    (void)payload;
    return SENTIO_OK;
}

static int on_render(struct sentio_call *call, const struct sentio_request *request,
                     const struct sentio_item *items, size_t count) {
    (void)items;
    (void)count;
    return sentio_respond(call, request->id, 200, sentio_text("{}"));
}

static const struct sentio_attribute attribute = {.name = "confidence", .type = SENTIO_NUMBER};
static const struct sentio_filter filter = {.field = "min", .predicate = SENTIO_AT_LEAST};
static const struct sentio_route route = {
    .path = "/a/{b}", .parameter = "b", .topics = SENTIO_TOPICS_PATH};

static struct sentio_plugin whole(void) {
    return (struct sentio_plugin){
        SENTIO_HEADER,       .name = "whole-1",        .version = "1",
        .type = "whole",     .attributes = &attribute, .filters = &filter,
        .routes = &route,    .attribute_count = 1,     .filter_count = 1,
        .route_count = 1,    .open = on_open,          .publish = on_publish,
        .render = on_render,
    };
}

static void assert_loads(const struct sentio_plugin *plugin) {
    struct sentio_test *test = sentio_test_open(plugin, NULL);
    if (!test)
        fail_msg("%s", sentio_test_why());
    assert_string_equal(sentio_test_why(), "");
    sentio_test_close(test);
}

static void assert_fails(const struct sentio_plugin *plugin, const char *why) {
    assert_null(sentio_test_open(plugin, NULL));
    assert_string_equal(sentio_test_why(), why);
}

static void plugin_within_the_rules_loads(void **state) {
    (void)state;
    struct sentio_plugin plugin = whole();
    assert_loads(&plugin);
    plugin.size += 64;
    assert_loads(&plugin);
}

static void callback_that_is_null_is_not_found(void **state) {
    (void)state;
    struct sentio_plugin plugin = whole();
    plugin.route_count = 0;
    struct sentio_test *test = sentio_test_open(&plugin, NULL);
    assert_non_null(test);
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{}"), SENTIO_NOT_FOUND);
    assert_int_equal(conn, 0);
    assert_int_equal(sentio_test_observe(test, "x", NULL, 0), SENTIO_NOT_FOUND);
    assert_int_equal(sentio_test_get(test, "/a/b", NULL, 0), SENTIO_NOT_FOUND);
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_OK);
    sentio_test_close(test);
}

static void wrong_header_is_refused(void **state) {
    (void)state;
    struct sentio_plugin plugin = whole();
    plugin.magic = 1;
    assert_fails(&plugin, "magic is not SENTIO_MAGIC: the table does not begin with SENTIO_HEADER");
    plugin = whole();
    plugin.major++;
    assert_fails(&plugin, "major is not this host's");
    plugin = whole();
    plugin.minor = SENTIO_ABI_MINOR + 1;
    assert_fails(&plugin, "minor is above this host's");
    plugin = whole();
    plugin.size = 207;
    assert_fails(&plugin, "size is below that of ABI 1.0: it is not sizeof(struct sentio_plugin)");
}

static void wrong_basics_are_refused(void **state) {
    (void)state;
    struct sentio_plugin plugin = whole();
    plugin.name = "Upper";
    assert_fails(&plugin, "name is not [a-z0-9-]{1,32}");
    plugin.name = NULL;
    assert_fails(&plugin, "name is not [a-z0-9-]{1,32}");
    plugin = whole();
    plugin.channel_size = UINT64_C(64) * 1024 * 1024 + 1;
    assert_fails(&plugin, "channel_size is above 64 MiB");
    plugin = whole();
    plugin.shape = 2;
    assert_fails(&plugin, "shape is unknown");
    plugin = whole();
    plugin.flags = 1u << 9;
    assert_fails(&plugin, "flags has unknown bits");
    plugin.flags = 1u << 2;
    assert_fails(&plugin, "flags has SENTIO_PROGRAMS, which needs SENTIO_ABI_MINOR_NEEDED 1");
    plugin.flags = 1u << 3;
    assert_fails(&plugin, "flags has SENTIO_DURABLE, which needs SENTIO_ABI_MINOR_NEEDED 2");
    plugin = whole();
    plugin.open = NULL;
    assert_fails(&plugin, "open is NULL");
    plugin = whole();
    plugin.publish = NULL;
    assert_fails(&plugin, "publish is NULL on a plugin with a type");
    plugin.type = NULL;
    assert_loads(&plugin);
    plugin.render = NULL;
    assert_fails(&plugin, "render is NULL on a plugin with routes");
}

static void wrong_attributes_and_filters_are_refused(void **state) {
    (void)state;
    const struct sentio_attribute untyped = {.name = "a", .type = SENTIO_NONE};
    const struct sentio_attribute twice[] = {attribute, attribute};
    struct sentio_plugin plugin = whole();
    plugin.attribute_count = 9;
    assert_fails(&plugin, "there are more than 8 attributes");
    plugin = whole();
    plugin.attributes = &untyped;
    assert_fails(&plugin, "an attribute is neither NUMBER nor TEXT");
    plugin.attributes = twice;
    plugin.attribute_count = 2;
    assert_fails(&plugin, "two attributes have the same name");
    struct sentio_filter wrong = filter;
    plugin = whole();
    plugin.filters = &wrong;
    wrong.attribute = 1;
    assert_fails(&plugin, "a filter's attribute is out of range");
    wrong.attribute = 0;
    wrong.predicate = SENTIO_ONE_OF;
    assert_fails(&plugin, "a filter's predicate does not fit its attribute's type");
    wrong.predicate = 3;
    assert_fails(&plugin, "a filter's predicate is unknown");
}

static void wrong_routes_are_refused(void **state) {
    (void)state;
    static const struct {
        struct sentio_route route;
        const char *why;
    } cases[] = {
        {{.path = "a"}, "a route's path does not begin with /"},
        {{.path = "/a", .topics = 4}, "a route's topics is unknown"},
        {{.path = "/a", .source = 2}, "a route's source is unknown"},
        {{.path = "/a", .flags = 2}, "a route's flags has unknown bits"},
        {{.path = "/a", .topics = SENTIO_TOPICS_QUERY},
         "a route has no parameter to take its topics from"},
        {{.path = "/{a}", .parameter = "b", .topics = SENTIO_TOPICS_PATH},
         "a route's path does not have its parameter"},
        {{.path = "/{a}", .topics = SENTIO_TOPICS_PATH},
         "a route's path does not have its parameter"},
        {{.path = "/x{a}"}, "a route's {parameter} is not a whole segment of its path"},
        {{.path = "/{}"}, "a route's {parameter} is not a whole segment of its path"},
        {{.path = "/{a}/{b}/{c}/{d}/{e}"}, "a route has more than four parameters"},
        {{.path = "/a", .source = SENTIO_HISTORY}, "a route's limit is not within 1..limit_max"},
        {{.path = "/a", .source = SENTIO_HISTORY, .limit = 3, .limit_max = 2},
         "a route's limit is not within 1..limit_max"},
    };
    struct sentio_plugin plugin = whole();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        plugin.routes = &cases[i].route;
        assert_fails(&plugin, cases[i].why);
    }
    const struct sentio_route twice[] = {route, route};
    plugin.routes = twice;
    plugin.route_count = 2;
    assert_fails(&plugin, "two routes have the same path");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_within_the_rules_loads),
        cmocka_unit_test(callback_that_is_null_is_not_found),
        cmocka_unit_test(wrong_header_is_refused),
        cmocka_unit_test(wrong_basics_are_refused),
        cmocka_unit_test(wrong_attributes_and_filters_are_refused),
        cmocka_unit_test(wrong_routes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
