/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_PLUGIN_CHECK_FIXTURE_H
#define SENTIO_TESTS_PLUGIN_CHECK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/sdk.h>

#include "plugin/plugin_check.h"

static inline int on_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

static inline int on_publish(struct sentio_call *call, const struct sentio_update *update,
                             struct sentio_bytes payload) {
    (void)call;
    (void)update;
    (void)payload;
    return SENTIO_OK;
}

static inline int on_render(struct sentio_call *call, const struct sentio_request *request,
                            const struct sentio_item *items, size_t count) {
    (void)call;
    (void)request;
    (void)items;
    (void)count;
    return SENTIO_OK;
}

/* A valid table and its lists, for a test to break. */
struct fixture {
    struct sentio_attribute attributes[9];
    struct sentio_filter filters[9];
    struct sentio_route routes[17];
    struct sentio_plugin table;
    char why[256];
};

static inline void setup(struct fixture *fixture) {
    memset(fixture, 0, sizeof(*fixture));
    fixture->attributes[0] = (struct sentio_attribute){"price", SENTIO_NUMBER, 0};
    fixture->attributes[1] = (struct sentio_attribute){"side", SENTIO_TEXT, 0};
    fixture->filters[0] = (struct sentio_filter){"min_price", 0, SENTIO_AT_LEAST};
    fixture->filters[1] = (struct sentio_filter){"sides", 1, SENTIO_ONE_OF};
    fixture->routes[0] = (struct sentio_route){.path = "/quotes",
                                               .parameter = "symbols",
                                               .topics = SENTIO_TOPICS_QUERY,
                                               .flags = SENTIO_UPPER_CASE};
    fixture->routes[1] = (struct sentio_route){.path = "/quote/{symbol}/last",
                                               .parameter = "symbol",
                                               .topics = SENTIO_TOPICS_PATH,
                                               .source = SENTIO_HISTORY,
                                               .limit = 10,
                                               .limit_max = 10};
    fixture->table = (struct sentio_plugin){
        SENTIO_HEADER,
        .name = "market-data-2",
        .version = "1.0",
        .type = "quotes",
        .attributes = fixture->attributes,
        .filters = fixture->filters,
        .routes = fixture->routes,
        .attribute_count = 2,
        .filter_count = 2,
        .route_count = 2,
        .open = on_open,
        .publish = on_publish,
        .render = on_render,
    };
}

static inline int check(struct fixture *fixture) {
    const struct plugin_report report = {"/p/x.so", fixture->why, sizeof(fixture->why)};
    int rc = plugin_check_header(&report, &fixture->table, sizeof(fixture->table));
    uint32_t callbacks = plugin_callbacks(&fixture->table);
    return rc == SENTIO_OK ? plugin_check_table(&report, &fixture->table, callbacks) : rc;
}

static inline void assert_valid(struct fixture *fixture) {
    if (check(fixture) != SENTIO_OK) {
        fail_msg("%s", fixture->why);
    }
}

static inline void assert_refused(struct fixture *fixture, const char *why) {
    assert_int_equal(check(fixture), SENTIO_INVALID);
    assert_memory_equal(fixture->why, "/p/x.so: ", 9);
    assert_string_equal(fixture->why + 9, why);
}

#endif
