/* SPDX-License-Identifier: MIT */
#include "fanout/receipt.h"

#include "io/io.h"
#include "slow_fixture.h"

/* An io thread with one reader, on a durable channel; what the hub is told is read as text. */
struct desk {
    struct reader reader;
    struct io *io;
    struct host host;
    uv_loop_t *loop;
    struct queue to_hub;
    char told[256];
};

static void hear(void *context, struct message *message) {
    struct desk *desk = context;
    const struct written_message *written = (const struct written_message *)message;
    size_t at = strlen(desk->told);
    assert_int_equal(message->kind, MESSAGE_WRITTEN);
    for (size_t i = 0; i < written->count; i++)
        at += (size_t)snprintf(desk->told + at, sizeof(desk->told) - at, "%llu:%llu ",
                               (unsigned long long)written->written[i].conn,
                               (unsigned long long)written->written[i].offset);
    message_destroy(message);
}

static void keep(struct desk *desk, struct member *member, uint64_t conn, enum receipt_kind kind) {
    member->conn = conn;
    member->connection->io = desk->io;
    assert_int_equal(receipt_keep(member, kind), 0);
}

static void begin(struct desk *desk, void **state, enum config_slow slow, enum receipt_kind kind) {
    struct fixture *fixture = *state;
    memset(desk, 0, sizeof(*desk));
    desk->io = calloc(1, sizeof(*desk->io));
    assert_non_null(desk->io);
    assert_int_equal(queue_init(&desk->to_hub, &fixture->loop, 1 << 20), 0);
    desk->loop = &fixture->loop;
    desk->to_hub.deliver = hear;
    desk->to_hub.context = desk;
    desk->host.to_hub = &desk->to_hub;
    desk->io->host = &desk->host;
    fixture->stream->durable = true;
    reader_begin(&desk->reader, state, slow, "A");
    keep(desk, &desk->reader.peer.member, 7, kind);
}

static void end(struct desk *desk) {
    receipt_forget(&desk->reader.peer.member);
    reader_finish(&desk->reader);
    assert_null(desk->io->receipts);
    queue_finish(&desk->to_hub, message_destroy);
    uv_run(desk->loop, UV_RUN_NOWAIT);
    free(desk->io);
}

/* With the next tick, the hub is told this. */
static void assert_reported(struct desk *desk, const char *expected) {
    receipts_report(desk->io);
    queue_pump(&desk->to_hub);
    assert_string_equal(desk->told, expected);
    desk->told[0] = '\0';
}

static void what_is_written_is_reported_once_with_the_next_tick(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_WRITTEN);
    assert_reported(&desk, "");
    publish(fixture, "A");
    publish(fixture, "A A");
    publish(fixture, "B");
    turn(fixture);
    assert_reported(&desk, "7:3 ");
    assert_null(desk.io->receipts);
    assert_reported(&desk, "");
    publish(fixture, "A");
    turn(fixture);
    assert_reported(&desk, "7:5 ");
    end(&desk);
}

static void what_waits_in_this_turn_or_for_the_socket_is_not_written(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_WRITTEN);
    publish(fixture, "A");
    assert_reported(&desk, "");
    assert_int_equal(receipt_sent(&desk.reader.peer.member), 1);
    desk.reader.wsi->room = 10;
    turn(fixture);
    assert_int_equal(desk.reader.wsi->buffered > 0, 1);
    assert_reported(&desk, "");
    publish(fixture, "A");
    turn(fixture);
    assert_non_null(desk.reader.peer.connection.backlog);
    assert_reported(&desk, "");
    reader_take(&desk.reader, SEEN_MAX);
    assert_reported(&desk, "7:2 ");
    end(&desk);
}

static void what_a_slow_reader_holds_back_is_not_sent(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    begin(&desk, state, CONFIG_SLOW_CONFLATE, RECEIPT_WRITTEN);
    publish(fixture, "A");
    turn(fixture);
    reader_stop(&desk.reader, MARK);
    publish(fixture, "A");
    publish(fixture, "A");
    turn(fixture);
    assert_non_null(desk.reader.peer.member.held);
    assert_int_equal(receipt_sent(&desk.reader.peer.member), 1);
    assert_reported(&desk, "");
    reader_take(&desk.reader, SEEN_MAX);
    assert_reported(&desk, "7:3 ");
    end(&desk);
}

static void what_an_interval_holds_back_is_reported_when_it_was_sent(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    const struct interest_key each = {.interval = 1};
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_WRITTEN);
    receipt_settle(&desk.reader.peer.member);
    peer_join(&desk.reader.peer, fixture, "A", &each);
    publish(fixture, "A");
    assert_reported(&desk, "");
    assert_non_null(desk.io->receipts);
    wait_for_the_clock(&desk.reader.peer, fixture);
    turn(fixture);
    assert_reported(&desk, "7:1 ");
    end(&desk);
}

static void a_dropped_backlog_is_never_written(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_WRITTEN);
    publish(fixture, "A");
    turn(fixture);
    reader_stop(&desk.reader, MARK);
    publish(fixture, "A");
    turn(fixture);
    outbox_drop(&fixture->outbox, &desk.reader.peer.connection);
    reader_take(&desk.reader, SEEN_MAX);
    assert_int_equal(receipt_take(&desk.reader.peer.member), 0);
    assert_reported(&desk, "");
    end(&desk);
}

static void what_is_written_at_the_end_is_taken_once(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_WRITTEN);
    publish(fixture, "A");
    turn(fixture);
    assert_int_equal(receipt_take(&desk.reader.peer.member), 1);
    assert_int_equal(receipt_take(&desk.reader.peer.member), 0);
    assert_reported(&desk, "");
    end(&desk);
}

static void who_acknowledges_is_not_reported(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_SENT);
    publish(fixture, "A");
    turn(fixture);
    assert_null(desk.io->receipts);
    assert_reported(&desk, "");
    assert_int_equal(receipt_take(&desk.reader.peer.member), 0);
    assert_int_equal(receipt_sent(&desk.reader.peer.member), 1);
    end(&desk);
}

static void what_was_sent_is_known_after_the_interest_is_gone(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    struct member *member = &desk.reader.peer.member;
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_SENT);
    publish(fixture, "A");
    turn(fixture);
    receipt_settle(member);
    peer_leave(&desk.reader.peer, fixture);
    publish(fixture, "A");
    /* The answer to the unsubscribe names the channel's offset, and covers nothing. */
    peer_is_told_the_offset(&desk.reader.peer, fixture);
    assert_int_equal(receipt_sent(member), 1);
    receipt_settle(member);
    assert_int_equal(receipt_sent(member), 1);
    end(&desk);
}

static void many_members_are_one_message(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    struct reader others[3];
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_WRITTEN);
    for (int i = 0; i < 3; i++) {
        reader_init(&others[i], fixture, i + 1);
        peer_join(&others[i].peer, fixture, i == 1 ? "B" : "A", NULL);
        keep(&desk, &others[i].peer.member, 10 + (uint64_t)i, RECEIPT_WRITTEN);
    }
    assert_reported(&desk, "");
    publish(fixture, "A");
    turn(fixture);
    receipt_forget(&others[2].peer.member);
    receipts_report(desk.io);
    assert_non_null(atomic_load(&desk.to_hub.top));
    assert_null(atomic_load(&desk.to_hub.top)->next);
    assert_reported(&desk, "10:1 7:1 ");
    for (int i = 0; i < 3; i++) {
        receipt_forget(&others[i].peer.member);
        reader_finish(&others[i]);
    }
    end(&desk);
}

static void other_channels_keep_no_list(void **state) {
    struct fixture *fixture = *state;
    struct desk desk;
    begin(&desk, state, CONFIG_SLOW_DISCONNECT, RECEIPT_NONE);
    fixture->stream->durable = false;
    publish(fixture, "A");
    turn(fixture);
    assert_null(desk.reader.peer.member.receipt);
    assert_int_equal(receipt_sent(&desk.reader.peer.member), 0);
    assert_null(desk.io->receipts);
    end(&desk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        TEST(what_is_written_is_reported_once_with_the_next_tick),
        TEST(what_waits_in_this_turn_or_for_the_socket_is_not_written),
        TEST(what_a_slow_reader_holds_back_is_not_sent),
        TEST(what_an_interval_holds_back_is_reported_when_it_was_sent),
        TEST(a_dropped_backlog_is_never_written),
        TEST(what_is_written_at_the_end_is_taken_once),
        TEST(who_acknowledges_is_not_reported),
        TEST(what_was_sent_is_known_after_the_interest_is_gone),
        TEST(many_members_are_one_message),
        TEST(other_channels_keep_no_list),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
