/* SPDX-License-Identifier: MIT */
#include "outbox_fixture.h"

static void more_spans_than_one_call_takes_arrive_in_order(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 200; i++) {
        append(fixture, (size_t)i, (char)('a' + i % 26));
        make(fixture, 1, 'x');
    }
    outbox_flush(&fixture->outbox);
    assert_all_arrived(fixture);
}

/* Three frames, the middle one not a neighbour of the first; the kernel takes `room` bytes. */
static void send_with_room(struct fixture *fixture, size_t room, size_t then, bool tls) {
    uint64_t before = tally_read(&fixture->outbox.sent);
    fixture->connection.tls = tls;
    fixture->wsi->room = room;
    fixture->wsi->size = fixture->expected_size = 0;
    append(fixture, 3, 'a');
    append(fixture, 126, 'b');
    make(fixture, 4, 'x');
    append(fixture, 9, 'c');
    append(fixture, 2, 'd');
    outbox_flush(&fixture->outbox);
    /* What the library does not hold begins with a frame, so that its own may come before it. */
    if (!tls && fixture->connection.backlog)
        assert_int_equal(fixture->connection.backlog->data[fixture->connection.backlog->start],
                         0x81);
    for (int turn = 0; fixture->wsi->size < fixture->expected_size && turn < 1000; turn++)
        wake(fixture, then);
    assert_all_arrived(fixture);
    assert_int_equal(tally_read(&fixture->outbox.sent) - before, fixture->expected_size);
    if (fixture->wsi->wakes)
        wake(fixture, then);
    assert_null(fixture->connection.backlog);
    assert_int_equal(fixture->overflows + fixture->broken, 0);
}

static void a_write_cut_at_any_byte_goes_on_where_it_was_cut(void **state) {
    struct fixture *fixture = *state;
    for (int tls = 0; tls < 2; tls++)
        for (size_t room = 0; room < 160; room++)
            for (size_t then = 1; then < 40; then += 6)
                send_with_room(fixture, room, then, tls);
}

static void later_turns_wait_behind_the_backlog(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 20;
    for (int turn = 0; turn < 10; turn++) {
        append(fixture, 30, (char)('a' + turn));
        outbox_flush(&fixture->outbox);
    }
    assert_non_null(fixture->connection.backlog);
    for (int turn = 0; turn < 100; turn++)
        wake(fixture, 17);
    assert_all_arrived(fixture);
    assert_null(fixture->connection.backlog);
}

/* The library would end the connection within the frame. */
static void nothing_is_read_while_the_library_holds_a_frames_rest(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 20;
    append(fixture, 30, 'a');
    append(fixture, 30, 'b');
    outbox_flush(&fixture->outbox);
    assert_true(fixture->wsi->deaf);
    fixture->wsi->unread = true;
    wake(fixture, 20);
    assert_false(fixture->wsi->deaf);
    assert_int_equal(fixture->wsi->size, 32);
    wake(fixture, 20);
    assert_int_equal(fixture->wsi->size, 32);
    fixture->wsi->unread = false;
    wake(fixture, 20);
    assert_true(fixture->wsi->deaf);
    wake(fixture, 20);
    wake(fixture, 20);
    assert_all_arrived(fixture);
    assert_false(fixture->wsi->deaf);
}

static void a_close_frame_that_is_cut_stops_the_reading_too(void **state) {
    struct fixture *fixture = *state;
    struct span span;
    fixture->wsi->room = 1;
    assert_int_equal(arena_close(&fixture->outbox.arena, 1000, sentio_text("the end"), &span), 0);
    outbox_close(&fixture->outbox, &fixture->connection, span);
    assert_true(fixture->wsi->deaf);
    assert_int_equal(fixture->wsi->wakes, 1);
    wake(fixture, 20);
    assert_false(fixture->wsi->deaf);
    assert_int_equal(fixture->wsi->size, 11);
}

static void a_reader_that_stops_costs_no_more_than_the_limit(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 0;
    for (int turn = 0; fixture->overflows == 0; turn++) {
        assert_true(turn < 100);
        append(fixture, 94, 'a');
        outbox_flush(&fixture->outbox);
        const struct backlog *backlog = fixture->connection.backlog;
        assert_true(backlog->end - backlog->start <= 4096);
        assert_int_equal(backlog->end - backlog->start, turn < 42 ? 96 * (turn + 1) : 96 * 42);
    }
    assert_int_equal(fixture->overflows, 1);
}

static void a_backlog_of_exactly_the_limit_is_kept(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 0;
    append(fixture, 4092, 'a');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->overflows, 0);
    append(fixture, 0, 'b');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->overflows, 1);
}

static void what_was_read_makes_room_in_the_backlog(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 0;
    for (int turn = 0; turn < 200; turn++) {
        append(fixture, 1000, (char)('a' + turn % 26));
        outbox_flush(&fixture->outbox);
        for (int i = 0; i < 20 && fixture->connection.backlog; i++)
            wake(fixture, 51);
    }
    for (int i = 0; i < 1000 && fixture->connection.backlog; i++)
        wake(fixture, 51);
    kernel_give_room(fixture->wsi, SEEN_MAX);
    assert_int_equal(fixture->overflows, 0);
    assert_all_arrived(fixture);
}

static void a_socket_that_fails_is_broken_and_no_overflow(void **state) {
    struct fixture *fixture = *state;
    for (int tls = 0; tls < 2; tls++) {
        fixture->connection.state = CONNECTION_OPEN;
        fixture->connection.tls = tls;
        fixture->wsi->failing = ECONNRESET;
        append(fixture, 5, 'a');
        outbox_flush(&fixture->outbox);
        assert_int_equal(fixture->broken, tls + 1);
    }
    assert_int_equal(fixture->overflows, 0);
}

static void an_interrupted_write_loses_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->failing = EINTR;
    append(fixture, 5, 'a');
    outbox_flush(&fixture->outbox);
    fixture->wsi->failing = 0;
    wake(fixture, 100);
    assert_all_arrived(fixture);
}

static void closing_writes_what_is_queued_before_it(void **state) {
    struct fixture *fixture = *state;
    for (size_t room = 0; room < 20; room++) {
        struct span span;
        fixture->wsi->room = room;
        fixture->wsi->size = fixture->expected_size = 0;
        append(fixture, 5, 'a');
        append(fixture, 3, 'b');
        assert_int_equal(arena_close(&fixture->outbox.arena, 1001, sentio_text("gone"), &span), 0);
        expect(fixture, span);
        outbox_close(&fixture->outbox, &fixture->connection, span);
        outbox_flush(&fixture->outbox);
        for (int turn = 0; turn < 40 && fixture->wsi->size < fixture->expected_size; turn++)
            wake(fixture, 3);
        wake(fixture, 3);
        assert_all_arrived(fixture);
    }
}

static void a_close_frame_replaces_a_backlog_that_is_full(void **state) {
    struct fixture *fixture = *state;
    struct span span;
    fixture->wsi->room = 0;
    append(fixture, 4090, 'a');
    outbox_flush(&fixture->outbox);
    assert_int_equal(arena_close(&fixture->outbox.arena, 4101, sentio_text("slow"), &span), 0);
    fixture->expected_size = 0;
    expect(fixture, span);
    outbox_close(&fixture->outbox, &fixture->connection, span);
    assert_null(fixture->connection.backlog);
    kernel_give_room(fixture->wsi, 100);
    assert_all_arrived(fixture);
}

static void over_tls_a_turn_is_written_in_pieces_of_whole_frames(void **state) {
    struct fixture *fixture = *state;
    static const size_t sizes[] = {40000, 30000, 100000, 1, 65532, 65533, 20};
    fixture->connection.tls = true;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        append(fixture, sizes[i], (char)('a' + i));
        make(fixture, 3, 'x');
    }
    outbox_flush(&fixture->outbox);
    assert_all_arrived(fixture);
    assert_int_equal(fixture->wsi->writes, 7);
}

/* Has a backlog from the mark on, of one frame; nothing of it is sent. */
static void congest(struct fixture *fixture) {
    fixture->outbox.mark = 1000;
    fixture->wsi->room = 0;
    append(fixture, 1000, 'a');
    outbox_flush(&fixture->outbox);
    assert_true(fixture->connection.congested);
    assert_int_equal(outbox_waiting(&fixture->connection), 1004);
}

static void a_backlog_from_the_mark_on_is_congestion_until_it_is_written(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.mark = 1000;
    fixture->wsi->room = 0;
    append(fixture, 995, 'a');
    outbox_flush(&fixture->outbox);
    assert_false(fixture->connection.congested);
    append(fixture, 0, 'b');
    assert_int_equal(outbox_waiting(&fixture->connection), 1001);
    outbox_flush(&fixture->outbox);
    assert_true(fixture->connection.congested);
    wake(fixture, 5000);
    assert_int_equal(fixture->reliefs, 1);
    assert_false(fixture->connection.congested);
    assert_all_arrived(fixture);
    append(fixture, 3, 'c');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->wakes, 0);
}

static void congestion_lasts_until_the_whole_backlog_is_with_the_library(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.limit = 300000;
    fixture->outbox.mark = 100000;
    fixture->wsi->room = 0;
    for (int i = 0; i < 3; i++)
        append(fixture, 60000, (char)('a' + i));
    outbox_flush(&fixture->outbox);
    for (int i = 1; i < 3; i++) {
        wake(fixture, i == 1 ? 10 : 60000);
        assert_int_equal(outbox_waiting(&fixture->connection), (3 - i) * 60004);
        assert_true(fixture->connection.congested);
        assert_int_equal(fixture->reliefs, 0);
    }
    wake(fixture, 60000);
    assert_int_equal(fixture->reliefs, 1);
    assert_false(fixture->connection.congested);
    kernel_give_room(fixture->wsi, SEEN_MAX);
    assert_all_arrived(fixture);
}

static void a_backlog_below_the_mark_is_written_without_relief(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 0;
    append(fixture, 1000, 'a');
    outbox_flush(&fixture->outbox);
    wake(fixture, 2000);
    assert_all_arrived(fixture);
    assert_int_equal(fixture->reliefs, 0);
}

static void what_is_pushed_over_the_limit_is_not_taken(void **state) {
    struct fixture *fixture = *state;
    congest(fixture);
    assert_false(outbox_push(&fixture->outbox, &fixture->connection, make(fixture, 3089, 'b')));
    assert_int_equal(outbox_waiting(&fixture->connection), 1004);
    struct span span = make(fixture, 3088, 'c');
    expect(fixture, span);
    assert_true(outbox_push(&fixture->outbox, &fixture->connection, span));
    assert_int_equal(outbox_waiting(&fixture->connection), 4096);
    wake(fixture, 5000);
    assert_all_arrived(fixture);
}

/* Gives the connection two frames more, one at each relief. */
static void give_two(struct connection *connection) {
    struct fixture *fixture = fixture_of(connection);
    connection->congested = false;
    if (fixture->reliefs++ == 2)
        return;
    struct span span = make(fixture, 1000, (char)('b' + fixture->reliefs));
    expect(fixture, span);
    assert_true(outbox_push(&fixture->outbox, connection, span));
}

static void what_relief_gives_is_written_as_far_as_the_socket_takes_it(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.relieved = give_two;
    congest(fixture);
    wake(fixture, 1500);
    assert_int_equal(fixture->reliefs, 2);
    assert_int_equal(fixture->wsi->wakes, 1);
    wake(fixture, 5000);
    assert_int_equal(fixture->reliefs, 3);
    assert_null(fixture->connection.backlog);
    assert_all_arrived(fixture);
}

static void what_the_turn_has_queued_goes_out_before_relief(void **state) {
    struct fixture *fixture = *state;
    congest(fixture);
    append(fixture, 5, 'b');
    wake(fixture, 5000);
    assert_int_equal(fixture->reliefs, 0);
    outbox_flush(&fixture->outbox);
    assert_all_arrived(fixture);
    wake(fixture, 5000);
    assert_int_equal(fixture->reliefs, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(more_spans_than_one_call_takes_arrive_in_order),
        TEST(a_write_cut_at_any_byte_goes_on_where_it_was_cut),
        TEST(later_turns_wait_behind_the_backlog),
        TEST(nothing_is_read_while_the_library_holds_a_frames_rest),
        TEST(a_close_frame_that_is_cut_stops_the_reading_too),
        TEST(a_reader_that_stops_costs_no_more_than_the_limit),
        TEST(a_backlog_of_exactly_the_limit_is_kept),
        TEST(what_was_read_makes_room_in_the_backlog),
        TEST(a_socket_that_fails_is_broken_and_no_overflow),
        TEST(an_interrupted_write_loses_nothing),
        TEST(closing_writes_what_is_queued_before_it),
        TEST(a_close_frame_replaces_a_backlog_that_is_full),
        TEST(over_tls_a_turn_is_written_in_pieces_of_whole_frames),
        TEST(a_backlog_from_the_mark_on_is_congestion_until_it_is_written),
        TEST(congestion_lasts_until_the_whole_backlog_is_with_the_library),
        TEST(a_backlog_below_the_mark_is_written_without_relief),
        TEST(what_is_pushed_over_the_limit_is_not_taken),
        TEST(what_relief_gives_is_written_as_far_as_the_socket_takes_it),
        TEST(what_the_turn_has_queued_goes_out_before_relief),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
