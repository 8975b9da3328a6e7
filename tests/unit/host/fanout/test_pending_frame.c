/* SPDX-License-Identifier: MIT */
#include "fanout/pending_frame.h"

#include "fanout_fixture.h"

static void hold(struct fixture *fixture, struct pending *pending, const char *words) {
    struct update *update = fixture_parse_update(fixture, words);
    bool array = fixture->stream->shape == SENTIO_ARRAY;
    for (uint32_t i = 0; i < update->count; i++)
        assert_int_equal(pending_hold(pending, update->items[i],
                                      array ? update->last : update->items[i]->offset),
                         0);
    update_unref(update);
}

/* About `room` bytes of it for the peer, as text. */
static void assert_frames(struct peer *peer, struct fixture *fixture, struct pending *pending,
                          uint64_t *prev, size_t room, bool replay, const char *expected) {
    struct arena *arena = &fixture->outbox.arena;
    struct span span;
    if (pending_frames(arena, &peer->member, pending, prev, replay, room, &span))
        outbox_append(&fixture->outbox, &peer->connection, span);
    assert_told(peer, fixture, expected);
}

static void what_was_published_together_goes_together(void **state) {
    struct fixture *fixture = *state;
    struct pending *pending = pending_create(false);
    struct peer peer;
    uint64_t prev = 0;
    peer_init(&peer, fixture);
    hold(fixture, pending, "A B");
    hold(fixture, pending, "A");
    assert_frames(&peer, fixture, pending, &prev, SIZE_MAX, false,
                  "update 0>2 [1,2]; update 2>3 [3]");
    assert_int_equal(prev, 3);
    assert_frames(&peer, fixture, pending, &prev, SIZE_MAX, false, "");
    outbox_forget(&fixture->outbox, &peer.connection);
    pending_destroy(pending);
}

static void objects_go_alone(void **state) {
    struct fixture *fixture = *state;
    struct pending *pending = pending_create(false);
    struct peer peer;
    uint64_t prev = 0;
    peer_init(&peer, fixture);
    peer.connection.named = true;
    hold(fixture, pending, "A B/other");
    assert_frames(&peer, fixture, pending, &prev, SIZE_MAX, true,
                  "update@prices 0>1 1 replay; other@prices 1>2 2 replay");
    outbox_forget(&fixture->outbox, &peer.connection);
    pending_destroy(pending);
}

static void the_room_ends_a_piece_but_one_item_goes_always(void **state) {
    struct fixture *fixture = *state;
    struct pending *pending = pending_create(false);
    struct peer peer;
    uint64_t prev = 0;
    peer_init(&peer, fixture);
    hold(fixture, pending, "A B");
    hold(fixture, pending, "A");
    assert_frames(&peer, fixture, pending, &prev, 2, true, "update 0>2 [1,2] replay");
    assert_int_equal(pending->count, 1);
    assert_frames(&peer, fixture, pending, &prev, 0, true, "update 2>3 [3] replay");
    assert_int_equal(pending->count, 0);
    outbox_forget(&fixture->outbox, &peer.connection);
    pending_destroy(pending);
}

static void what_was_conflated_is_counted_once(void **state) {
    struct fixture *fixture = *state;
    struct pending *pending = pending_create(true);
    struct peer peer;
    uint64_t prev = 0;
    peer_init(&peer, fixture);
    hold(fixture, pending, "A B");
    hold(fixture, pending, "A");
    hold(fixture, pending, "B");
    assert_frames(&peer, fixture, pending, &prev, SIZE_MAX, false, "update 0>4 [3,4] conflated 2");
    assert_int_equal(pending->merged, 0);
    outbox_forget(&fixture->outbox, &peer.connection);
    pending_destroy(pending);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        ARRAY(what_was_published_together_goes_together),
        OBJECT(objects_go_alone),
        ARRAY(the_room_ends_a_piece_but_one_item_goes_always),
        ARRAY(what_was_conflated_is_counted_once),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
