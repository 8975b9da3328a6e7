/* SPDX-License-Identifier: MIT */
#include "worker/wire_table.h"

#include "wire_fixture.h"

static int on_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

static int on_call(struct sentio_call *call) {
    (void)call;
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
    (void)call;
    (void)request;
    (void)items;
    (void)count;
    return SENTIO_OK;
}

static const struct sentio_filter filters[] = {{"min_price", 0, SENTIO_AT_LEAST},
                                               {"sides", 1, SENTIO_ONE_OF}};
static const struct sentio_route routes[] = {
    {.path = "/quotes", .parameter = "symbols", .topics = SENTIO_TOPICS_QUERY},
    {.path = "/quote/{symbol}",
     .parameter = "symbol",
     .topics = SENTIO_TOPICS_PATH,
     .source = SENTIO_HISTORY,
     .flags = SENTIO_UPPER_CASE,
     .limit = 10,
     .limit_max = 20},
    {.path = "/all"},
};
static const struct sentio_plugin plugin = {
    SENTIO_HEADER,          .state_format = 3,          .name = "quotes",
    .version = "1.2",       .channel_size = 1ull << 25, .type = "quote",
    .shape = SENTIO_OBJECT, .flags = SENTIO_STATES,     .attributes = wire_attributes,
    .filters = filters,     .routes = routes,           .attribute_count = 2,
    .filter_count = 2,      .route_count = 3,           .open = on_open,
    .publish = on_publish,  .render = on_render,        .save = on_call,
};

static struct wire_table *pass_on(const struct sentio_plugin *table) {
    struct wire_buffer buffer = {0};
    struct wire_table *copy = NULL;
    assert_int_equal(wire_table(&buffer, table), 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    assert_int_equal(wire_read_table(&frame, &copy), 0);
    wire_finish(&buffer);
    return copy;
}

static void assert_checked(const struct wire_table *copy) {
    char why[256] = "";
    const struct plugin_report report = {"x.so", why, sizeof(why)};
    assert_int_equal(plugin_check_header(&report, &copy->table, 0), 0);
    assert_int_equal(plugin_check_table(&report, &copy->table, copy->callbacks), 0);
    assert_string_equal(why, "");
}

static void a_table_is_told_with_all_that_it_declares(void **state) {
    (void)state;
    struct wire_table *copy = pass_on(&plugin);
    const struct sentio_plugin *table = &copy->table;
    assert_checked(copy);
    assert_int_equal(table->minor, SENTIO_ABI_MINOR);
    assert_int_equal(table->state_format, 3);
    assert_string_equal(table->name, "quotes");
    assert_string_equal(table->version, "1.2");
    assert_int_equal(table->channel_size, 1ull << 25);
    assert_string_equal(table->type, "quote");
    assert_null(table->snapshot_type);
    assert_int_equal(table->shape, SENTIO_OBJECT);
    assert_int_equal(table->flags, SENTIO_STATES);
    assert_int_equal(copy->callbacks,
                     1u << CALL_OPEN | 1u << CALL_PUBLISH | 1u << CALL_RENDER | 1u << CALL_SAVE);
    assert_int_equal(plugin_callbacks(table), 0);
    free(copy);
}

static void a_tables_lists_are_told_in_order(void **state) {
    (void)state;
    struct wire_table *copy = pass_on(&plugin);
    const struct sentio_plugin *table = &copy->table;
    assert_int_equal(table->attribute_count, 2);
    assert_string_equal(table->attributes[1].name, "side");
    assert_int_equal(table->attributes[1].type, SENTIO_TEXT);
    assert_int_equal(table->filter_count, 2);
    assert_string_equal(table->filters[1].field, "sides");
    assert_int_equal(table->filters[1].attribute, 1);
    assert_int_equal(table->filters[1].predicate, SENTIO_ONE_OF);
    assert_int_equal(table->route_count, 3);
    assert_string_equal(table->routes[1].path, "/quote/{symbol}");
    assert_string_equal(table->routes[1].parameter, "symbol");
    assert_int_equal(table->routes[1].topics, SENTIO_TOPICS_PATH);
    assert_int_equal(table->routes[1].source, SENTIO_HISTORY);
    assert_int_equal(table->routes[1].flags, SENTIO_UPPER_CASE);
    assert_int_equal(table->routes[1].limit, 10);
    assert_int_equal(table->routes[1].limit_max, 20);
    assert_null(table->routes[2].parameter);
    free(copy);
}

static void a_plugin_with_nothing_but_open_is_told_as_such(void **state) {
    const struct sentio_plugin bare = {SENTIO_HEADER, .name = "a", .version = "0", .open = on_open};
    (void)state;
    struct wire_table *copy = pass_on(&bare);
    assert_checked(copy);
    assert_null(copy->table.type);
    assert_int_equal(copy->callbacks, 1u << CALL_OPEN);
    free(copy);
}

static void every_callback_has_its_bit(void **state) {
    struct sentio_plugin all = plugin;
    (void)state;
    all.close = on_call;
    all.woken = on_call;
    struct wire_table *copy = pass_on(&all);
    assert_int_equal(copy->callbacks,
                     plugin_callbacks(&plugin) | 1u << CALL_CLOSE | 1u << CALL_WOKEN);
    free(copy);
}

static void an_empty_type_is_told_from_none(void **state) {
    struct sentio_plugin empty = plugin;
    (void)state;
    empty.snapshot_type = "";
    struct wire_table *copy = pass_on(&empty);
    assert_string_equal(copy->table.snapshot_type, "");
    free(copy);
}

static void a_table_that_is_cut_anywhere_is_not_valid(void **state) {
    struct wire_buffer buffer = {0};
    struct wire_table *copy = NULL;
    (void)state;
    assert_int_equal(wire_table(&buffer, &plugin), 0);
    struct wire_frame whole = wire_only_frame(&buffer);
    for (size_t size = 0; size < whole.body.size; size++) {
        struct wire_frame cut = wire_cut_frame(&whole, size);
        assert_int_equal(wire_read_table(&cut, &copy), SENTIO_INVALID);
        wire_cut_finish(&cut);
    }
    whole.kind = WIRE_START;
    assert_int_equal(wire_read_table(&whole, &copy), SENTIO_INVALID);
    assert_null(copy);
    wire_finish(&buffer);
}

/* The frame of a bare plugin with a number put at that place, and that many zeros at the end. */
static int read_with(size_t place, uint32_t number, size_t zeros) {
    static const char more[1024];
    struct wire_buffer buffer = {0};
    struct wire_table *copy = NULL;
    const struct sentio_plugin bare = {SENTIO_HEADER, .name = "a", .version = "0", .open = on_open};
    assert_true(zeros <= sizeof(more));
    assert_int_equal(wire_table(&buffer, &bare), 0);
    struct wire_frame frame = wire_only_frame(&buffer);
    wire_put(&buffer, more, zeros);
    frame.body = sentio_bytes(buffer.data + sizeof(struct wire_head), frame.body.size + zeros);
    memcpy(buffer.data + sizeof(struct wire_head) + place, &number, sizeof(number));
    int result = wire_read_table(&frame, &copy);
    free(copy);
    wire_finish(&buffer);
    return result;
}

/* Where the body has each count, and how long a zeroed element is there. */
static void counts_beyond_a_plugins_are_not_valid(void **state) {
    static const struct {
        size_t place;
        uint32_t max;
        size_t size;
    } lists[] = {
        {24, PLUGIN_ATTRIBUTES_MAX, 8}, {28, PLUGIN_FILTERS_MAX, 12}, {32, PLUGIN_ROUTES_MAX, 28}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        size_t place = lists[i].place;
        uint32_t max = lists[i].max;
        assert_int_equal(read_with(place, max, max * lists[i].size), 0);
        assert_int_equal(read_with(place, max, max * lists[i].size - 1), SENTIO_INVALID);
        assert_int_equal(read_with(place, max, max * lists[i].size + 1), SENTIO_INVALID);
        assert_int_equal(read_with(place, max + 1, (max + 1) * lists[i].size), SENTIO_INVALID);
        assert_int_equal(read_with(place, UINT32_MAX, 1024), SENTIO_INVALID);
    }
}

static void callbacks_that_do_not_exist_are_not_valid(void **state) {
    enum { CALLBACKS = 36 };
    (void)state;
    assert_int_equal(read_with(CALLBACKS, (2u << CALL_RESTORE) - 1, 0), 0);
    assert_int_equal(read_with(CALLBACKS, 2u << CALL_RESTORE, 0), SENTIO_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_told_with_all_that_it_declares),
        cmocka_unit_test(a_tables_lists_are_told_in_order),
        cmocka_unit_test(a_plugin_with_nothing_but_open_is_told_as_such),
        cmocka_unit_test(every_callback_has_its_bit),
        cmocka_unit_test(an_empty_type_is_told_from_none),
        cmocka_unit_test(a_table_that_is_cut_anywhere_is_not_valid),
        cmocka_unit_test(counts_beyond_a_plugins_are_not_valid),
        cmocka_unit_test(callbacks_that_do_not_exist_are_not_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
