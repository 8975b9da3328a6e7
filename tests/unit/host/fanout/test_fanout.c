/* SPDX-License-Identifier: MIT */
#include "fanout/fanout.h"

#include "fanout_fixture.h"

enum { PEERS = 4 };

static void init_peers(struct peer *peers, struct fixture *fixture) {
    for (int i = 0; i < PEERS; i++)
        peer_init(&peers[i], fixture);
}

static void leave_all(struct peer *peers, struct fixture *fixture) {
    for (int i = 0; i < PEERS; i++)
        peer_leave(&peers[i], fixture);
}

static struct span only_span(const struct peer *peer, const struct fixture *fixture) {
    assert_int_not_equal(peer->connection.first_entry, NO_ENTRY);
    assert_int_equal(peer->connection.first_entry, peer->connection.last_entry);
    return fixture->outbox.entries[peer->connection.first_entry].span;
}

static void each_member_gets_one_message_with_just_its_items_in_order(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    peer_join(&peers[1], fixture, "BA", NULL);
    peer_join(&peers[2], fixture, "*", NULL);
    peer_join(&peers[3], fixture, "Z", NULL);
    publish(fixture, "A B A C");
    assert_told(&peers[0], fixture, "update 0>4 [1,3]");
    assert_told(&peers[1], fixture, "update 0>4 [1,2,3]");
    assert_told(&peers[2], fixture, "update 0>4 [1,2,3,4]");
    assert_told(&peers[3], fixture, "");
    assert_int_equal(delivered(fixture), 3);
    leave_all(peers, fixture);
}

static void of_objects_each_item_is_a_message_of_its_own_offset_and_type(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    peer_join(&peers[1], fixture, "*", NULL);
    publish(fixture, "A/admin_users B A");
    assert_told(&peers[0], fixture, "admin_users 0>1 1; update 1>3 3");
    assert_told(&peers[1], fixture, "admin_users 0>1 1; update 1>2 2; update 2>3 3");
    assert_int_equal(delivered(fixture), 5);
    leave_all(peers, fixture);
}

static void an_item_for_everyone_reaches_every_filter_once(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    peer_join(&peers[1], fixture, "ABC", NULL);
    peer_join(&peers[2], fixture, "*", NULL);
    publish(fixture, "* B");
    assert_told(&peers[0], fixture, "update 0>2 [1]");
    assert_told(&peers[1], fixture, "update 0>2 [1,2]");
    assert_told(&peers[2], fixture, "update 0>2 [1,2]");
    assert_told(&peers[3], fixture, "");
    leave_all(peers, fixture);
}

static void an_update_that_nobody_wants_makes_no_frame(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    publish(fixture, "B C");
    assert_int_equal(fixture->outbox.arena.size, 0);
    assert_int_equal(fixture->outbox.count, 0);
    assert_told(&peers[0], fixture, "");
    assert_int_equal(delivered(fixture), 0);
    leave_all(peers, fixture);
}

static void items_that_do_not_pass_the_filters_are_left_out(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    const struct predicates predicates = {.count = 1,
                                          .list = {{.kind = SENTIO_AT_LEAST, .number = 5}}};
    const struct interest_key key = {.predicates = &predicates};
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &key);
    peer_join(&peers[1], fixture, "*", &key);
    publish(fixture, "A=4 A=5 B=9 *=1 A");
    assert_told(&peers[0], fixture, "update 0>5 [2]");
    assert_told(&peers[1], fixture, "update 0>5 [2,3]");
    publish(fixture, "A=1 *");
    assert_told(&peers[0], fixture, "");
    leave_all(peers, fixture);
}

static void members_with_equal_interests_share_one_frame(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "AB", NULL);
    peer_join(&peers[1], fixture, "BA", NULL);
    peer_join(&peers[2], fixture, "AB", NULL);
    assert_ptr_equal(peers[0].member.filter, peers[1].member.filter);
    publish(fixture, "A B");
    struct span span = only_span(&peers[0], fixture);
    assert_int_equal(fixture->outbox.arena.size, span.end);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(only_span(&peers[i], fixture).start, span.start);
        assert_int_equal(only_span(&peers[i], fixture).end, span.end);
    }
    assert_told(&peers[2], fixture, "update 0>2 [1,2]");
    assert_int_equal(delivered(fixture), 3);
    leave_all(peers, fixture);
}

static void named_members_are_told_the_channel(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    const struct interest_key key = {.named = true};
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", &key);
    peer_join(&peers[1], fixture, "A", NULL);
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "update@prices 0>1 [1]");
    assert_told(&peers[1], fixture, "update 0>1 [1]");
    leave_all(peers, fixture);
}

static void prev_is_the_offset_of_the_message_before(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    fixture->offset = 10;
    peer_join(&peers[0], fixture, "A", NULL);
    publish(fixture, "A B");
    publish(fixture, "B");
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "update 10>12 [11]; update 12>14 [14]");
    leave_all(peers, fixture);
}

static void prev_goes_back_to_what_a_newcomer_was_told(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    peer_join(&peers[1], fixture, "B", NULL);
    publish(fixture, "B");
    publish(fixture, "A");
    publish(fixture, "A");
    assert_told(&peers[1], fixture, "update 0>1 [1]");
    peer_join(&peers[1], fixture, "A", NULL);
    publish(fixture, "A");
    assert_told(&peers[1], fixture, "update 1>4 [4]");
    assert_told(&peers[0], fixture, "update 0>2 [2]; update 2>3 [3]; update 1>4 [4]");
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "update 4>5 [5]");
    leave_all(peers, fixture);
}

/* The first was told 4; the second, who knows of 1 only, makes the shared `prev` less than what the
 * first joined at. */
static void what_a_member_was_told_is_known_after_prev_went_back(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[1], fixture, "B", NULL);
    publish(fixture, "B");
    publish(fixture, "C C");
    peer_join(&peers[0], fixture, "A", NULL);
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "update 3>4 [4]");
    peer_join(&peers[1], fixture, "A", NULL);
    publish(fixture, "C");
    peer_join(&peers[0], fixture, "D", NULL);
    publish(fixture, "D");
    assert_told(&peers[0], fixture, "update 4>6 [6]");
    leave_all(peers, fixture);
}

static void a_move_keeps_the_position_over_a_time_without_interest(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    publish(fixture, "A");
    peer_join(&peers[0], fixture, "", NULL);
    assert_null(peers[0].member.filter);
    publish(fixture, "A");
    peer_join(&peers[0], fixture, "AB", NULL);
    publish(fixture, "B");
    assert_told(&peers[0], fixture, "update 0>1 [1]; update 1>3 [3]");
    leave_all(peers, fixture);
}

static void a_newcomer_gets_what_is_newer_than_its_joining(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    publish(fixture, "A");
    peer_join(&peers[1], fixture, "A", NULL);
    publish(fixture, "A");
    assert_told(&peers[1], fixture, "update 1>2 [2]");
    leave_all(peers, fixture);
}

static void joining_the_same_interest_again_changes_nothing(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    const struct filter *filter = peers[0].member.filter;
    publish(fixture, "A");
    peer_join(&peers[0], fixture, "A", NULL);
    assert_ptr_equal(peers[0].member.filter, filter);
    assert_int_equal(filter->count, 1);
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "update 0>1 [1]; update 1>2 [2]");
    leave_all(peers, fixture);
}

static void who_has_left_gets_nothing_and_the_last_one_ends_the_filter(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    peer_join(&peers[1], fixture, "A", NULL);
    peer_leave(&peers[0], fixture);
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "");
    assert_told(&peers[1], fixture, "update 0>1 [1]");
    assert_int_equal(fixture->stream->every[FIXTURE_IO].count, 1);
    peer_leave(&peers[1], fixture);
    peer_leave(&peers[1], fixture);
    assert_int_equal(fixture->stream->every[FIXTURE_IO].count, 0);
}

static void a_connection_that_is_closing_is_sent_nothing(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    peers[0].connection.state = CONNECTION_CLOSING;
    publish(fixture, "A");
    assert_told(&peers[0], fixture, "");
    leave_all(peers, fixture);
}

/* A client has missed something if `prev` is greater than its position: so it must be. */
static void a_message_lost_for_want_of_memory_shows_as_a_gap(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    peer_join(&peers[1], fixture, "A", NULL);
    publish(fixture, "A");
    size_t size = fixture->outbox.arena.size;
    fixture->outbox.arena.size = UINT32_MAX;
    fixture->outbox.max_batch = SIZE_MAX;
    publish(fixture, "A");
    fixture->outbox.arena.size = size;
    publish(fixture, "A");
    if (fixture->stream->shape == SENTIO_ARRAY)
        assert_told(&peers[0], fixture, "update 0>1 [1]; update 2>3 [3]");
    else
        assert_told(&peers[0], fixture, "update 0>1 1; update 2>3 3");
    leave_all(peers, fixture);
}

static void a_snapshot_is_one_message_of_the_snapshots_type(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    struct update *update = fixture_parse_update(fixture, "A B/x");
    init_peers(peers, fixture);
    fixture->offset = 7;
    peer_join(&peers[0], fixture, "AB", NULL);
    fanout_snapshot(&fixture->fanout, &peers[0].member, update->items, 2, 7, FIXTURE_TIME);
    publish(fixture, "B");
    assert_told(&peers[0], fixture, "quotes 7>7 [1,2] snapshot; update 7>8 [8]");
    peer_join(&peers[0], fixture, "ABC", NULL);
    fanout_snapshot(&fixture->fanout, &peers[0].member, update->items, 1, 8, FIXTURE_TIME);
    assert_told(&peers[0], fixture, "quotes 8>8 [1] snapshot");
    fanout_snapshot(&fixture->fanout, &peers[0].member, NULL, 0, 8, FIXTURE_TIME);
    assert_told(&peers[0], fixture, "");
    update_unref(update);
    leave_all(peers, fixture);
}

static void a_snapshot_of_objects_is_a_message_each(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    struct update *update = fixture_parse_update(fixture, "A/admin_users B/admin_revenue");
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "AB", NULL);
    peer_is_told_the_offset(&peers[0], fixture);
    fixture->offset = 7;
    fanout_snapshot(&fixture->fanout, &peers[0].member, update->items, 2, 7, FIXTURE_TIME);
    assert_told(&peers[0], fixture, "admin_users 2>7 1 snapshot; admin_revenue 7>7 2 snapshot");
    update_unref(update);
    leave_all(peers, fixture);
}

static void a_snapshots_type_is_that_of_objects_without_their_own(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    struct update *update = fixture_parse_update(fixture, "A");
    init_peers(peers, fixture);
    peer_join(&peers[0], fixture, "A", NULL);
    fanout_snapshot(&fixture->fanout, &peers[0].member, update->items, 1, 1, FIXTURE_TIME);
    assert_told(&peers[0], fixture, "quotes 1>1 1 snapshot");
    update_unref(update);
    leave_all(peers, fixture);
}

static void a_snapshot_on_a_connection_of_many_channels_names_its_own(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    struct update *update = fixture_parse_update(fixture, "A");
    const struct interest_key key = {.named = true};
    init_peers(peers, fixture);
    peers[0].connection.named = true;
    peer_join(&peers[0], fixture, "A", &key);
    fanout_snapshot(&fixture->fanout, &peers[0].member, update->items, 1, 1, FIXTURE_TIME);
    assert_told(&peers[0], fixture, "quotes@prices 1>1 [1] snapshot");
    update_unref(update);
    leave_all(peers, fixture);
}

/* Those of one kind share one frame, and neighbours are one span. */
static void members_that_negotiated_it_share_one_compressed_frame(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peers[1].connection.form = FORM_PACKED;
    peers[3].connection.form = FORM_PACKED;
    for (int i = 0; i < PEERS; i++)
        peer_join(&peers[i], fixture, "AB", NULL);
    for (int i = 0; i < 3; i++)
        publish(fixture, "A A A A B B B B");
    for (int i = 0; i < PEERS; i++) {
        struct span span = only_span(&peers[i], fixture);
        struct span first = only_span(&peers[i % 2], fixture);
        bool packs = i % 2 == 1;
        assert_ptr_equal(span.arena,
                         packs ? &fixture->outbox.packer.arena : &fixture->outbox.arena);
        assert_int_equal(span_data(span)[0], packs ? 0xc1 : 0x81);
        assert_int_equal(span.start, first.start);
        assert_int_equal(span.end, first.end);
        assert_int_equal(span.end, span.arena->size);
    }
    assert_true(fixture->outbox.packer.arena.size < fixture->outbox.arena.size);
    for (int i = 0; i < PEERS; i++)
        assert_told(&peers[i], fixture,
                    "update 0>8 [1,2,3,4,5,6,7,8]; update 8>16 [9,10,11,12,13,14,15,16]; "
                    "update 16>24 [17,18,19,20,21,22,23,24]");
    leave_all(peers, fixture);
}

static void nothing_is_compressed_for_those_who_did_not_negotiate_it(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peers[1].connection.form = FORM_PACKED;
    peer_join(&peers[0], fixture, "A", NULL);
    peer_join(&peers[1], fixture, "B", NULL);
    peer_join(&peers[1], fixture, "C", NULL);
    publish(fixture, "A A A A B B B B");
    assert_int_equal(fixture->outbox.packer.arena.size, 0);
    assert_told(&peers[0], fixture, "update 0>8 [1,2,3,4]");
    assert_told(&peers[1], fixture, "");
    leave_all(peers, fixture);
}

static void a_snapshot_is_compressed_for_those_who_negotiated_it(void **state) {
    struct fixture *fixture = *state;
    struct peer peers[PEERS];
    init_peers(peers, fixture);
    peers[1].connection.form = FORM_PACKED;
    struct update *update = fixture_parse_update(fixture, "A B A:x B:x");
    for (int i = 0; i < 2; i++) {
        peer_join(&peers[i], fixture, "AB", NULL);
        fanout_snapshot(&fixture->fanout, &peers[i].member, update->items, 4, 4, FIXTURE_TIME);
        assert_int_equal(span_data(only_span(&peers[i], fixture))[0], i ? 0xc1 : 0x81);
        assert_told(&peers[i], fixture, "quotes 4>4 [1,2,3,4] snapshot");
    }
    update_unref(update);
    leave_all(peers, fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        ARRAY(each_member_gets_one_message_with_just_its_items_in_order),
        OBJECT(of_objects_each_item_is_a_message_of_its_own_offset_and_type),
        ARRAY(an_item_for_everyone_reaches_every_filter_once),
        ARRAY(an_update_that_nobody_wants_makes_no_frame),
        ARRAY(items_that_do_not_pass_the_filters_are_left_out),
        ARRAY(members_with_equal_interests_share_one_frame),
        ARRAY(named_members_are_told_the_channel),
        ARRAY(prev_is_the_offset_of_the_message_before),
        ARRAY(prev_goes_back_to_what_a_newcomer_was_told),
        ARRAY(what_a_member_was_told_is_known_after_prev_went_back),
        ARRAY(a_move_keeps_the_position_over_a_time_without_interest),
        ARRAY(a_newcomer_gets_what_is_newer_than_its_joining),
        ARRAY(joining_the_same_interest_again_changes_nothing),
        ARRAY(who_has_left_gets_nothing_and_the_last_one_ends_the_filter),
        ARRAY(a_connection_that_is_closing_is_sent_nothing),
        ARRAY(a_message_lost_for_want_of_memory_shows_as_a_gap),
        OBJECT(a_message_lost_for_want_of_memory_shows_as_a_gap),
        ARRAY(a_snapshot_is_one_message_of_the_snapshots_type),
        OBJECT(a_snapshot_of_objects_is_a_message_each),
        OBJECT(a_snapshots_type_is_that_of_objects_without_their_own),
        ARRAY(a_snapshot_on_a_connection_of_many_channels_names_its_own),
        ARRAY(members_that_negotiated_it_share_one_compressed_frame),
        ARRAY(nothing_is_compressed_for_those_who_did_not_negotiate_it),
        ARRAY(a_snapshot_is_compressed_for_those_who_negotiated_it),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
