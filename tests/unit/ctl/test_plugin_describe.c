/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ctl/plugin_describe.h"

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call, (void)config, (void)seed;
    return SENTIO_OK;
}

static int save(struct sentio_call *call) {
    (void)call;
    return SENTIO_OK;
}

static void assert_described(const struct sentio_plugin *table, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    plugin_describe(table, &out);
    sentio_write(&out, sentio_bytes("", 1));
    assert_string_equal(out.data, expected);
    sentio_writer_finish(&out);
}

static void least_plugin_is_described(void **state) {
    (void)state;
    struct sentio_plugin table = {SENTIO_HEADER, .name = "least", .version = "1 \"beta\"",
                                  .open = open_channel};
    table.minor = 0;
    assert_described(&table,
                     "{\"name\":\"least\",\"version\":\"1 \\\"beta\\\"\",\"abi\":\"1.0\","
                     "\"type\":null,\"snapshot_type\":null,\"shape\":\"array\",\"channel_size\":0,"
                     "\"state_format\":0,\"flags\":[],\"attributes\":[],\"filters\":[],"
                     "\"routes\":[],\"callbacks\":[\"open\"]}");
}

static void everything_that_a_table_declares_is_described(void **state) {
    (void)state;
    static const struct sentio_attribute attributes[] = {{.name = "level", .type = SENTIO_NUMBER},
                                                         {.name = "side", .type = SENTIO_TEXT}};
    static const struct sentio_filter filters[] = {{"max_level", 0, SENTIO_AT_MOST},
                                                   {"sides", 1, SENTIO_ONE_OF}};
    static const struct sentio_route routes[] = {
        {.path = "/x/{id}", .parameter = "id", .topics = SENTIO_TOPICS_PATH, .flags = 1},
        {.path = "/y",
         .topics = SENTIO_TOPICS_USER,
         .source = SENTIO_HISTORY,
         .limit = 5,
         .limit_max = 10},
    };
    struct sentio_plugin table = {
        SENTIO_HEADER,
        .state_format = 3,
        .name = "full",
        .version = "2",
        .channel_size = 40,
        .type = "t",
        .snapshot_type = "s",
        .shape = SENTIO_OBJECT,
        .flags = SENTIO_STATES | SENTIO_NO_SNAPSHOT,
        .attributes = attributes,
        .filters = filters,
        .routes = routes,
        .attribute_count = 2,
        .filter_count = 2,
        .route_count = 2,
        .open = open_channel,
        .save = save,
    };
    table.minor = 0;
    assert_described(
        &table,
        "{\"name\":\"full\",\"version\":\"2\",\"abi\":\"1.0\",\"type\":\"t\","
        "\"snapshot_type\":\"s\",\"shape\":\"object\",\"channel_size\":40,\"state_format\":3,"
        "\"flags\":[\"states\",\"no_snapshot\"],"
        "\"attributes\":[{\"name\":\"level\",\"type\":\"number\"},"
        "{\"name\":\"side\",\"type\":\"text\"}],"
        "\"filters\":[{\"field\":\"max_level\",\"attribute\":\"level\",\"predicate\":\"at_most\"},"
        "{\"field\":\"sides\",\"attribute\":\"side\",\"predicate\":\"one_of\"}],"
        "\"routes\":[{\"path\":\"/x/{id}\",\"topics\":\"path\",\"parameter\":\"id\","
        "\"source\":\"latest\",\"upper_case\":true},"
        "{\"path\":\"/y\",\"topics\":\"user\",\"parameter\":null,\"source\":\"history\","
        "\"upper_case\":false,\"limit\":5,\"limit_max\":10}],"
        "\"callbacks\":[\"open\",\"save\"]}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_plugin_is_described),
        cmocka_unit_test(everything_that_a_table_declares_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
