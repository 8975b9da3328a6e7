/* SPDX-License-Identifier: MIT */
#include "model/stream.h"

#include "stream_fixture.h"

static struct stream *create(const struct sentio_plugin *plugin) {
    char name[] = "admin";
    const struct config_channel config = {.name = name, .slow = CONFIG_SLOW_DROP};
    struct stream *stream = stream_create(7, &config, plugin, FIXTURE_EPOCH, 3);
    assert_non_null(stream);
    memset(name, 'x', sizeof(name) - 1);
    return stream;
}

static void a_stream_has_copies_of_what_the_plugin_declares(void **state) {
    (void)state;
    char type[] = "quote";
    char snapshot[] = "quotes";
    const struct sentio_plugin plugin = {.type = type,
                                         .snapshot_type = snapshot,
                                         .shape = SENTIO_OBJECT,
                                         .flags = SENTIO_STATES | SENTIO_NO_SNAPSHOT};
    struct stream *stream = create(&plugin);
    memset(type, 'x', sizeof(type) - 1);
    memset(snapshot, 'x', sizeof(snapshot) - 1);
    assert_int_equal(stream->index, 7);
    assert_string_equal(stream->name, "admin");
    assert_int_equal(stream_slow(stream), CONFIG_SLOW_DROP);
    assert_string_equal(stream->type, "quote");
    assert_string_equal(stream->snapshot_type, "quotes");
    assert_int_equal(stream->shape, SENTIO_OBJECT);
    assert_true(stream->states);
    assert_string_equal(stream->epoch, FIXTURE_EPOCH);
    stream_unref(stream);
}

static void snapshots_are_of_the_type_unless_the_plugin_says_otherwise(void **state) {
    (void)state;
    const struct sentio_plugin plugin = {.type = "trade_signals", .flags = SENTIO_NO_SNAPSHOT};
    struct stream *stream = create(&plugin);
    assert_string_equal(stream->snapshot_type, "trade_signals");
    assert_int_equal(stream->shape, SENTIO_ARRAY);
    assert_false(stream->states);
    stream_unref(stream);
}

static void a_plugin_without_a_type_has_an_empty_one(void **state) {
    (void)state;
    const struct sentio_plugin plugin = {.type = NULL};
    struct stream *stream = create(&plugin);
    assert_string_equal(stream->type, "");
    assert_string_equal(stream->snapshot_type, "");
    stream_unref(stream);
}

static void each_io_thread_has_empty_lists_of_filters(void **state) {
    (void)state;
    const struct sentio_plugin plugin = {.type = "x"};
    struct stream *stream = create(&plugin);
    assert_int_equal(stream->io_count, 3);
    for (size_t io = 0; io < 3; io++) {
        assert_int_equal(stream->all[io].count, 0);
        assert_int_equal(stream->every[io].count, 0);
    }
    stream_unref(stream);
}

static void what_each_io_thread_delivers_is_added_up(void **state) {
    (void)state;
    const struct sentio_plugin plugin = {.type = "x"};
    struct stream *stream = create(&plugin);
    assert_int_equal(stream_delivered(stream), 0);
    for (size_t io = 0; io < 3; io++) {
        assert_int_equal((uintptr_t)&stream->delivered[io] % 64, 0);
        tally_add(&stream->delivered[io].tally, 10 + io);
    }
    tally_take(&stream->delivered[2].tally, 2);
    assert_int_equal(stream_delivered(stream), 31);
    stream_unref(stream);
}

static void a_stream_lives_until_its_last_reference(void **state) {
    (void)state;
    const struct sentio_plugin plugin = {.type = "x"};
    struct stream *stream = create(&plugin);
    assert_ptr_equal(stream_ref(stream), stream);
    stream_unref(stream);
    assert_string_equal(stream->type, "x");
    stream_unref(stream);
    stream_unref(NULL);
}

static void an_epoch_is_16_hexadecimal_digits_and_another_each_time(void **state) {
    (void)state;
    char first[EPOCH_SIZE];
    char second[EPOCH_SIZE];
    stream_draw_epoch(first);
    stream_draw_epoch(second);
    assert_int_equal(strspn(first, "0123456789abcdef"), 16);
    assert_int_equal(first[16], '\0');
    assert_string_not_equal(first, second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_has_copies_of_what_the_plugin_declares),
        cmocka_unit_test(snapshots_are_of_the_type_unless_the_plugin_says_otherwise),
        cmocka_unit_test(a_plugin_without_a_type_has_an_empty_one),
        cmocka_unit_test(each_io_thread_has_empty_lists_of_filters),
        cmocka_unit_test(what_each_io_thread_delivers_is_added_up),
        cmocka_unit_test(a_stream_lives_until_its_last_reference),
        cmocka_unit_test(an_epoch_is_16_hexadecimal_digits_and_another_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
