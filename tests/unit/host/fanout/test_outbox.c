/* SPDX-License-Identifier: MIT */
#include "outbox_fixture.h"

enum { CROWD = 400 }; /* connections, more than a turn writes to */

static void neighbouring_frames_are_one_span_and_one_write(void **state) {
    struct fixture *fixture = *state;
    append(fixture, 10, 'a');
    append(fixture, 300, 'b');
    append(fixture, 0, 'c');
    assert_int_equal(fixture->outbox.count, 1);
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->writes, 1);
    assert_all_arrived(fixture);
    assert_int_equal(fixture->outbox.arena.size, 0);
    assert_int_equal(fixture->connection.first_entry, NO_ENTRY);
}

static void frames_that_others_get_are_left_out_and_still_one_write(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 40; i++) {
        append(fixture, 5, 'a');
        make(fixture, 7, 'x');
    }
    assert_int_equal(fixture->outbox.count, 40);
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->writes, 1);
    assert_all_arrived(fixture);
}

static void messages_and_bytes_are_counted_for_the_connection(void **state) {
    struct fixture *fixture = *state;
    struct connection *connection = &fixture->connection;
    append(fixture, 10, 'a');
    struct span three = make(fixture, 20, 'b');
    three.end = make(fixture, 200, 'c').end;
    three.end = make(fixture, 0, 'd').end;
    expect(fixture, three);
    outbox_count(connection, three);
    outbox_append(&fixture->outbox, connection, three);
    outbox_flush(&fixture->outbox);
    assert_all_arrived(fixture);
    assert_int_equal(connection->messages_out, 4);
    assert_int_equal(connection->bytes_out, fixture->expected_size);
}

static void a_ping_is_sent_and_is_no_message(void **state) {
    struct fixture *fixture = *state;
    struct span ping = make(fixture, 1, 'p');
    append(fixture, 10, 'a');
    expect(fixture, ping);
    outbox_append_control(&fixture->outbox, &fixture->connection, ping);
    outbox_flush(&fixture->outbox);
    assert_all_arrived(fixture);
    assert_int_equal(fixture->connection.messages_out, 1);
    fixture->connection.state = CONNECTION_CLOSING;
    outbox_append_control(&fixture->outbox, &fixture->connection, make(fixture, 1, 'p'));
    assert_int_equal(fixture->outbox.count, 0);
}

static void show(struct connection *connection, struct span span) {
    struct fixture *fixture = fixture_of(connection);
    assert_memory_equal(span_data(span), fixture->expected + fixture->shown, span_size(span));
    fixture->shown += span_size(span);
}

static void what_a_traced_connection_is_sent_is_shown_and_others_is_not(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.show = show;
    append(fixture, 10, 'a');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->shown, 0);
    fixture->shown = fixture->expected_size;
    fixture->connection.traced = true;
    append(fixture, 20, 'b');
    make(fixture, 5, 'x');
    append(fixture, 30, 'c');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->shown, fixture->expected_size);
    assert_all_arrived(fixture);
}

static void a_connection_that_is_not_open_is_sent_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture->connection.state = CONNECTION_CLOSING;
    outbox_append(&fixture->outbox, &fixture->connection, make(fixture, 5, 'a'));
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->writes, 0);
}

static void a_forgotten_connection_is_not_written_to(void **state) {
    struct fixture *fixture = *state;
    append(fixture, 5, 'a');
    outbox_forget(&fixture->outbox, &fixture->connection);
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->writes, 0);
    fixture->expected_size = 0;
    append(fixture, 6, 'b');
    outbox_flush(&fixture->outbox);
    assert_all_arrived(fixture);
}

static void a_turn_that_queues_up_to_the_mark_is_due_to_be_written(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.mark = 1000;
    append(fixture, 600, 'a');
    assert_false(outbox_due(&fixture->outbox));
    make(fixture, 600, 'x');
    append(fixture, 600, 'b');
    assert_true(outbox_due(&fixture->outbox));
    assert_int_equal(outbox_waiting(&fixture->connection), 1208);
    outbox_flush(&fixture->outbox);
    assert_false(outbox_due(&fixture->outbox));
    assert_int_equal(outbox_waiting(&fixture->connection), 0);
    assert_all_arrived(fixture);
}

static void a_turn_that_comes_to_the_mark_with_the_backlog_is_due_once(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.mark = 1000;
    fixture->wsi->room = 0;
    append(fixture, 600, 'a');
    outbox_flush(&fixture->outbox);
    append(fixture, 300, 'b');
    assert_false(outbox_due(&fixture->outbox));
    append(fixture, 100, 'c');
    assert_true(outbox_due(&fixture->outbox));
    outbox_flush(&fixture->outbox);
    assert_true(fixture->connection.congested);
    append(fixture, 300, 'd');
    assert_false(outbox_due(&fixture->outbox));
    outbox_flush(&fixture->outbox);
    wake(fixture, 5000);
    assert_all_arrived(fixture);
}

static void a_flush_is_due_once_the_arena_holds_a_batch(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.max_batch = 100;
    make(fixture, 97, 'a');
    assert_false(outbox_due(&fixture->outbox));
    make(fixture, 0, 'a');
    assert_true(outbox_due(&fixture->outbox));
}

static void fill(struct connection *crowd, struct fixture *fixture) {
    for (int i = 0; i < CROWD; i++)
        crowd[i] = fixture->connection;
}

static void forget_all(struct connection *crowd, struct fixture *fixture) {
    for (int i = 0; i < CROWD; i++)
        outbox_forget(&fixture->outbox, &crowd[i]);
}

static void what_comes_between_turns_goes_out_with_what_was_there(void **state) {
    struct fixture *fixture = *state;
    struct connection crowd[CROWD];
    fill(crowd, fixture);
    struct span first = make(fixture, 10, 'a');
    for (int i = 0; i < CROWD; i++)
        outbox_append(&fixture->outbox, &crowd[i], first);
    assert_true(outbox_turn(&fixture->outbox));
    size_t written = fixture->wsi->writes;
    assert_in_range(written, 1, CROWD - 1);
    struct span second = make(fixture, 10, 'b');
    outbox_append(&fixture->outbox, &crowd[0], second);
    outbox_append(&fixture->outbox, &crowd[CROWD - 1], second);
    while (outbox_turn(&fixture->outbox))
        ;
    assert_int_equal(fixture->wsi->writes, CROWD + 1);
    assert_int_equal(fixture->wsi->size, CROWD * 12 + 2 * 12);
    /* The last but one write was both messages; the last one was the first connection's second. */
    const uint8_t *end = fixture->wsi->seen + fixture->wsi->size;
    assert_int_equal(end[-1], 'b');
    assert_int_equal(end[-12 - 1], 'b');
    assert_int_equal(end[-24 - 1], 'a');
    assert_int_equal(fixture->outbox.arena.size, 0);
    forget_all(crowd, fixture);
}

static void entries_are_used_again_while_turns_do_not_end(void **state) {
    struct fixture *fixture = *state;
    struct connection crowd[CROWD];
    fill(crowd, fixture);
    for (int round = 0; round < 100; round++) {
        struct span span = make(fixture, 1, 'a');
        for (int i = 0; i < CROWD; i++)
            outbox_append(&fixture->outbox, &crowd[i], span);
        assert_true(outbox_turn(&fixture->outbox));
        make(fixture, 1, 'x'); /* for nobody: spans are no neighbours */
    }
    assert_in_range(fixture->outbox.count, CROWD, 4 * CROWD);
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->size, 100 * CROWD * 3);
    forget_all(crowd, fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(neighbouring_frames_are_one_span_and_one_write),
        TEST(frames_that_others_get_are_left_out_and_still_one_write),
        TEST(messages_and_bytes_are_counted_for_the_connection),
        TEST(a_ping_is_sent_and_is_no_message),
        TEST(what_a_traced_connection_is_sent_is_shown_and_others_is_not),
        TEST(a_connection_that_is_not_open_is_sent_nothing),
        TEST(a_forgotten_connection_is_not_written_to),
        TEST(a_turn_that_queues_up_to_the_mark_is_due_to_be_written),
        TEST(a_turn_that_comes_to_the_mark_with_the_backlog_is_due_once),
        TEST(a_flush_is_due_once_the_arena_holds_a_batch),
        TEST(what_comes_between_turns_goes_out_with_what_was_there),
        TEST(entries_are_used_again_while_turns_do_not_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
