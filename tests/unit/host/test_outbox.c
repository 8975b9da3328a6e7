/* SPDX-License-Identifier: MIT */
#include "outbox.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <sys/socket.h>

#include "stream_fixture.h"

enum { SEEN_MAX = 1 << 20 };

/* Stands in for the library and the kernel: takes `room` bytes, and keeps the rest of a write. */
struct lws {
    size_t room;
    size_t buffered; /* by the library */
    size_t writes;
    size_t wakes; /* asked for */
    size_t size;
    int failing; /* errno of sendmsg */
    uint8_t seen[SEEN_MAX];
    uint8_t kept[SEEN_MAX];
};

struct fixture {
    struct outbox outbox;
    struct connection connection;
    struct lws *wsi;
    int overflows;
    int broken;
    int reliefs;
    uint8_t expected[SEEN_MAX];
    size_t expected_size;
};

static struct fixture *fixture_of(struct connection *connection) {
    return (struct fixture *)((char *)connection - offsetof(struct fixture, connection));
}

static void take(struct lws *wsi, const uint8_t *data, size_t size) {
    assert_true(wsi->size + size <= SEEN_MAX);
    memcpy(wsi->seen + wsi->size, data, size);
    wsi->size += size;
}

/* The socket takes `room` more bytes: the library's first. */
static void give_room(struct lws *wsi, size_t room) {
    size_t sent = wsi->buffered < room ? wsi->buffered : room;
    take(wsi, wsi->kept, sent);
    memmove(wsi->kept, wsi->kept + sent, wsi->buffered - sent);
    wsi->buffered -= sent;
    wsi->room = room - sent;
}

int lws_write(struct lws *wsi, unsigned char *data, size_t size, enum lws_write_protocol how) {
    assert_int_equal(how, LWS_WRITE_RAW);
    assert_true(size > 0);
    if (wsi->failing)
        return -1;
    size_t sent = wsi->buffered ? 0 : size < wsi->room ? size : wsi->room;
    wsi->writes++;
    take(wsi, data, sent);
    wsi->room -= sent;
    memcpy(wsi->kept + wsi->buffered, data + sent, size - sent);
    wsi->buffered += size - sent;
    return (int)size;
}

int lws_partial_buffered(struct lws *wsi) {
    return wsi->buffered > 0;
}

int lws_callback_on_writable(struct lws *wsi) {
    wsi->wakes++;
    return 1;
}

static struct lws *kernel(struct lws *set) {
    static struct lws *current;
    if (set)
        current = set;
    return current;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    struct lws *wsi = kernel(NULL);
    ssize_t sent = 0;
    assert_int_equal(fd, -2);
    assert_int_equal(flags, MSG_NOSIGNAL | MSG_DONTWAIT);
    assert_int_equal(wsi->buffered, 0);
    wsi->writes++;
    for (size_t i = 0; i < message->msg_iovlen && !wsi->failing; i++) {
        size_t size = message->msg_iov[i].iov_len;
        size = size < wsi->room ? size : wsi->room;
        take(wsi, message->msg_iov[i].iov_base, size);
        wsi->room -= size;
        sent += (ssize_t)size;
    }
    errno = wsi->failing ? wsi->failing : EAGAIN;
    return sent ? sent : -1;
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
    struct iovec one = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1};
    return sendmsg(fd, &message, flags);
}

static void on_overflow(struct connection *connection) {
    fixture_of(connection)->overflows++;
    connection->state = CONNECTION_CLOSING;
}

static void on_broken(struct connection *connection) {
    fixture_of(connection)->broken++;
    connection->state = CONNECTION_CLOSING;
}

static void on_relieved(struct connection *connection) {
    fixture_of(connection)->reliefs++;
    connection->congested = false;
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    fixture->wsi = calloc(1, sizeof(*fixture->wsi));
    assert_non_null(fixture->wsi);
    kernel(fixture->wsi);
    assert_int_equal(outbox_init(&fixture->outbox, 4096), 0);
    fixture->outbox.overflow = on_overflow;
    fixture->outbox.broken = on_broken;
    fixture->outbox.relieved = on_relieved;
    fixture->connection = (struct connection){.wsi = fixture->wsi,
                                              .fd = -2,
                                              .state = CONNECTION_OPEN,
                                              .first_entry = NO_ENTRY,
                                              .last_entry = NO_ENTRY};
    fixture->wsi->room = SEEN_MAX;
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    outbox_forget(&fixture->outbox, &fixture->connection);
    outbox_finish(&fixture->outbox);
    free(fixture->wsi);
    free(fixture);
    return 0;
}

/* A frame of `size` bytes of payload that are all `letter`, which the peer is to get. */
static struct span make(struct fixture *fixture, size_t size, char letter) {
    struct span span;
    char *payload;
    assert_int_equal(arena_frame(&fixture->outbox.arena, FRAME_TEXT, size, &span, &payload), 0);
    memset(payload, letter, size);
    return span;
}

static void expect(struct fixture *fixture, struct span span) {
    memcpy(fixture->expected + fixture->expected_size, fixture->outbox.arena.data + span.start,
           span.end - span.start);
    fixture->expected_size += span.end - span.start;
}

static void append(struct fixture *fixture, size_t size, char letter) {
    struct span span = make(fixture, size, letter);
    expect(fixture, span);
    outbox_append(&fixture->outbox, &fixture->connection, span);
}

/* As the library calls back: when it was asked to, its own bytes are sent, and there is room. */
static void wake(struct fixture *fixture, size_t room) {
    give_room(fixture->wsi, room);
    if (fixture->wsi->buffered || fixture->wsi->wakes == 0)
        return;
    fixture->wsi->wakes = 0;
    outbox_drain(&fixture->outbox, &fixture->connection);
}

static void assert_all_arrived(const struct fixture *fixture) {
    assert_int_equal(fixture->wsi->size, fixture->expected_size);
    assert_memory_equal(fixture->wsi->seen, fixture->expected, fixture->expected_size);
}

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

static void more_spans_than_one_call_takes_arrive_in_order(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 200; i++) {
        append(fixture, (size_t)i, (char)('a' + i % 26));
        make(fixture, 1, 'x');
    }
    outbox_flush(&fixture->outbox);
    assert_all_arrived(fixture);
}

static void a_connection_that_is_not_open_is_sent_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture->connection.state = CONNECTION_CLOSING;
    outbox_append(&fixture->outbox, &fixture->connection, make(fixture, 5, 'a'));
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->writes, 0);
}

/* Three frames, the middle one not a neighbour of the first; the kernel takes `room` bytes. */
static void send_with_room(struct fixture *fixture, size_t room, size_t then, bool tls) {
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
    give_room(fixture->wsi, SEEN_MAX);
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
    give_room(fixture->wsi, 100);
    assert_all_arrived(fixture);
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

static void a_flush_is_due_once_the_arena_holds_a_batch(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.max_batch = 100;
    make(fixture, 97, 'a');
    assert_false(outbox_due(&fixture->outbox));
    make(fixture, 0, 'a');
    assert_true(outbox_due(&fixture->outbox));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(neighbouring_frames_are_one_span_and_one_write),
        TEST(frames_that_others_get_are_left_out_and_still_one_write),
        TEST(more_spans_than_one_call_takes_arrive_in_order),
        TEST(a_connection_that_is_not_open_is_sent_nothing),
        TEST(a_write_cut_at_any_byte_goes_on_where_it_was_cut),
        TEST(later_turns_wait_behind_the_backlog),
        TEST(a_reader_that_stops_costs_no_more_than_the_limit),
        TEST(a_backlog_of_exactly_the_limit_is_kept),
        TEST(what_was_read_makes_room_in_the_backlog),
        TEST(a_socket_that_fails_is_broken_and_no_overflow),
        TEST(an_interrupted_write_loses_nothing),
        TEST(closing_writes_what_is_queued_before_it),
        TEST(a_close_frame_replaces_a_backlog_that_is_full),
        TEST(a_forgotten_connection_is_not_written_to),
        TEST(over_tls_a_turn_is_written_in_pieces_of_whole_frames),
        TEST(a_flush_is_due_once_the_arena_holds_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
