/* SPDX-License-Identifier: MIT */
#include "fanout/outbox.h"

#include <libwebsockets.h>

#include "fanout_fixture.h"

/*
 * What is really written to connections of which some negotiated permessage-deflate: messages that
 * they share, messages that are for one of them alone, and texts of their own, in one turn.
 */

enum { PEERS = 4, SEEN_MAX = 1 << 16 };

/* Stands in for the library: takes everything. */
struct lws {
    size_t size;
    uint8_t seen[SEEN_MAX];
};

struct turn {
    struct fixture *fixture;
    struct peer peers[PEERS];
    struct lws sockets[PEERS];
};

int lws_write(struct lws *wsi, unsigned char *data, size_t size, enum lws_write_protocol how) {
    assert_int_equal(how, LWS_WRITE_RAW);
    assert_true(wsi->size + size <= SEEN_MAX);
    memcpy(wsi->seen + wsi->size, data, size);
    wsi->size += size;
    return (int)size;
}

int lws_partial_buffered(struct lws *wsi) {
    (void)wsi;
    return 0;
}

int lws_callback_on_writable(struct lws *wsi) {
    (void)wsi;
    return 1;
}

/* Every second one negotiated it. TLS, so that the library writes. */
static struct turn *begin(struct fixture *fixture) {
    struct turn *turn = calloc(1, sizeof(*turn));
    assert_non_null(turn);
    turn->fixture = fixture;
    for (int i = 0; i < PEERS; i++) {
        peer_init(&turn->peers[i], fixture);
        turn->peers[i].connection.wsi = &turn->sockets[i];
        turn->peers[i].connection.tls = true;
        turn->peers[i].connection.form = i % 2 == 1 ? FORM_PACKED : FORM_PLAIN;
    }
    return turn;
}

static void end(struct turn *turn) {
    for (int i = 0; i < PEERS; i++)
        peer_leave(&turn->peers[i], turn->fixture);
    free(turn);
}

/* All that the peer got, inflated, one text a line. Returns how many came compressed. */
static int read_all(struct turn *turn, int peer, char *texts, size_t room) {
    const struct lws *socket = &turn->sockets[peer];
    size_t used = 0;
    int packed = 0;
    for (size_t at = 0; at < socket->size;) {
        const uint8_t *frame = socket->seen + at;
        size_t length = frame_length(frame, socket->size - at);
        struct sentio_bytes text = frame_payload(frame, socket->size - at);
        if (frame[0] == 0xc1) {
            packed++;
            assert_int_equal(inflater_message(&turn->fixture->inflater, text, 1 << 16, &text), 0);
        } else {
            assert_int_equal(frame[0], 0x81);
        }
        assert_true(used + text.size + 2 <= room);
        memcpy(texts + used, text.data, text.size);
        used += text.size;
        texts[used++] = '\n';
        at += length;
    }
    texts[used] = '\0';
    return packed;
}

/* Peers 2i and 2i + 1 are to have got the same, and the latter some of it compressed. */
static void assert_pairs_are_equal(struct turn *turn, int packed) {
    static char plain[SEEN_MAX];
    static char other[SEEN_MAX];
    for (int i = 0; i < PEERS; i += 2) {
        assert_int_equal(read_all(turn, i, plain, sizeof(plain)), 0);
        assert_int_equal(read_all(turn, i + 1, other, sizeof(other)), packed);
        assert_string_equal(plain, other);
        assert_true(turn->sockets[i + 1].size < turn->sockets[i].size);
    }
}

static const char many[] = "A B A:x B:x A:y B:y A:z B:z";

static void messages_for_one_alone_are_compressed_as_they_are_written(void **state) {
    struct turn *turn = begin(*state);
    static const char *const topics[] = {"A", "AC", "AB", "ABC"};
    for (int i = 0; i < PEERS; i++)
        peer_join(&turn->peers[i], turn->fixture, topics[i], NULL);
    for (int i = 0; i < 3; i++)
        publish(turn->fixture, many);
    assert_int_equal(turn->fixture->outbox.packer.arena.size, 0);
    outbox_flush(&turn->fixture->outbox);
    assert_pairs_are_equal(turn, 3);
    assert_int_equal(turn->fixture->outbox.arena.size, 0);
    end(turn);
}

static void shared_ones_and_those_for_one_alone_stay_in_order(void **state) {
    struct turn *turn = begin(*state);
    for (int i = 0; i < PEERS; i++)
        peer_join(&turn->peers[i], turn->fixture, "AB", NULL);
    publish(turn->fixture, many);
    for (int i = 0; i < PEERS; i++)
        peer_join(&turn->peers[i], turn->fixture, (const char *[]){"A", "AC", "B", "BC"}[i], NULL);
    publish(turn->fixture, many);
    for (int i = 0; i < PEERS; i++)
        peer_join(&turn->peers[i], turn->fixture, "AB", NULL);
    publish(turn->fixture, many);
    outbox_flush(&turn->fixture->outbox);
    assert_pairs_are_equal(turn, 3);
    assert_int_equal(turn->fixture->outbox.packer.arena.size, 0);
    end(turn);
}

static void the_next_turn_is_as_good_as_the_first(void **state) {
    struct turn *turn = begin(*state);
    for (int i = 0; i < PEERS; i++)
        peer_join(&turn->peers[i], turn->fixture, "AB", NULL);
    for (int i = 0; i < 5; i++) {
        publish(turn->fixture, many);
        outbox_flush(&turn->fixture->outbox);
    }
    assert_pairs_are_equal(turn, 5);
    end(turn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(messages_for_one_alone_are_compressed_as_they_are_written),
        TEST(shared_ones_and_those_for_one_alone_stay_in_order),
        TEST(the_next_turn_is_as_good_as_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
