/* SPDX-License-Identifier: MIT */
#include "fanout/outbox.h"

#include <stdio.h>
#include <sys/epoll.h>

#include "http/sse.h"
#include "io/arrival.h"
#include "outbox_fixture.h"

/* A reader of events, whose socket takes as much as a test lets it. */

static struct sse sse;
static uint32_t asked; /* events that the socket is watched for */

int arrival_watch(struct connection *connection, uint32_t events) {
    (void)connection;
    asked = events;
    return 0;
}

static int setup_reader(void **state) {
    int result = setup(state);
    struct fixture *fixture = *state;
    memset(&sse, 0, sizeof(sse));
    asked = 0;
    fixture->connection.sse = &sse;
    fixture->connection.form = FORM_EVENTS;
    return result;
}

/* An event of about `size` bytes, as its readers share it. */
static struct span make_event(struct fixture *fixture, size_t size, char letter) {
    char *text = malloc(size + 64);
    struct span span;
    assert_non_null(text);
    int used = snprintf(text, 64, "{\"type\":\"t\",\"data\":\"");
    memset(text + used, letter, size);
    memcpy(text + used + size, "\"}", 2);
    assert_int_equal(outbox_text(&fixture->outbox, FORM_EVENTS,
                                 sentio_bytes(text, (size_t)used + size + 2), &span),
                     0);
    free(text);
    return span;
}

static void append_event(struct fixture *fixture, size_t size, char letter) {
    struct span span = make_event(fixture, size, letter);
    memcpy(fixture->expected + fixture->expected_size, span_data(span), span_size(span));
    fixture->expected_size += span_size(span);
    outbox_append(&fixture->outbox, &fixture->connection, span);
}

/* The socket takes `room` more bytes, and says so if it was asked to. */
static void give_room(struct fixture *fixture, size_t room) {
    fixture->wsi->room = room;
    if (!(asked & EPOLLOUT))
        return;
    asked = 0;
    outbox_drain(&fixture->outbox, &fixture->connection);
}

static void what_is_not_taken_follows_byte_by_byte(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 5;
    append_event(fixture, 100, 'a');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->wsi->size, 5);
    append_event(fixture, 10, 'b');
    outbox_flush(&fixture->outbox);
    for (int i = 0; i < 1000 && fixture->wsi->size < fixture->expected_size; i++)
        give_room(fixture, 1);
    assert_all_arrived(fixture);
    assert_null(fixture->connection.backlog);
    assert_int_equal(fixture->wsi->buffered, 0);
    assert_int_equal(fixture->wsi->wakes, 0);
    assert_false(fixture->wsi->deaf);
}

static void sizes_and_rooms_at_random_arrive_whole_and_in_order(void **state) {
    struct fixture *fixture = *state;
    uint64_t random = 7;
    for (int round = 0; round < 2000; round++) {
        for (uint64_t n = fixture_random(&random, 3); n > 0; n--)
            append_event(fixture, fixture_random(&random, 60), (char)('a' + round % 26));
        outbox_flush(&fixture->outbox);
        give_room(fixture, fixture_random(&random, 300));
        if (fixture->connection.backlog)
            give_room(fixture, 1000);
        if (fixture->expected_size > SEEN_MAX / 2)
            break;
    }
    give_room(fixture, SEEN_MAX);
    assert_int_equal(fixture->overflows, 0);
    assert_all_arrived(fixture);
    assert_int_equal(tally_read(&fixture->outbox.sent), fixture->expected_size);
}

/* Ends as client_overflow does. */
static void overflow_and_close(struct connection *connection) {
    struct fixture *fixture = fixture_of(connection);
    struct span span;
    fixture->overflows++;
    outbox_cut(&fixture->outbox, connection);
    assert_int_equal(arena_close(&fixture->outbox.arena, 4101, sentio_text("slow"), &span), 0);
    outbox_close(&fixture->outbox, connection, outbox_form(&fixture->outbox, FORM_EVENTS, span));
    connection->state = CONNECTION_CLOSING;
}

static const char closing[] =
    "event: close\ndata: {\"type\":\"close\",\"code\":4101,\"reason\":\"slow\"}\n\n";

/* Nothing but whole events was sent, the last of which closes. */
static void assert_whole_and_closed(const struct fixture *fixture) {
    const struct lws *wsi = fixture->wsi;
    size_t size = sizeof(closing) - 1;
    assert_true(wsi->size > size);
    assert_memory_equal(wsi->seen + wsi->size - size, closing, size);
    assert_memory_equal(wsi->seen, fixture->expected, wsi->size - size);
    size_t at = 0;
    while (at < wsi->size - size)
        at += event_length(fixture->expected + at, fixture->expected_size - at);
    assert_int_equal(at, wsi->size - size);
}

/* Overflows with `room` bytes taken, of what comes in bursts of so many events. */
static void overflow_at(size_t room, int burst) {
    void *state;
    assert_int_equal(setup_reader(&state), 0);
    struct fixture *fixture = state;
    fixture->outbox.overflow = overflow_and_close;
    fixture->wsi->room = room;
    for (int i = 1; i < 200 && fixture->overflows == 0; i++) {
        append_event(fixture, 70, (char)('a' + i % 26));
        if (i % burst == 0)
            outbox_flush(&fixture->outbox);
    }
    assert_int_equal(fixture->overflows, 1);
    assert_false(sse.torn);
    give_room(fixture, SEEN_MAX);
    assert_whole_and_closed(fixture);
    assert_int_equal(teardown(&state), 0);
}

static void one_that_is_too_slow_gets_the_rest_of_its_event_and_the_close(void **state) {
    (void)state;
    for (size_t room = 1; room < 300; room += 7) {
        overflow_at(room, 1);
        overflow_at(room, 3);
        overflow_at(room, 80); /* more than the limit at once */
    }
}

static void an_event_whose_rest_has_no_room_is_followed_by_nothing(void **state) {
    struct fixture *fixture = *state;
    fixture->outbox.overflow = overflow_and_close;
    fixture->wsi->room = 10;
    append_event(fixture, 10000, 'a');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->overflows, 1);
    assert_true(sse.torn);
    give_room(fixture, SEEN_MAX);
    assert_int_equal(fixture->wsi->size, 10);
}

static void a_socket_that_fails_is_broken(void **state) {
    struct fixture *fixture = *state;
    fixture->wsi->room = 10;
    append_event(fixture, 100, 'a');
    outbox_flush(&fixture->outbox);
    assert_int_equal(fixture->broken, 0);
    fixture->wsi->failing = EPIPE;
    give_room(fixture, 10);
    assert_int_equal(fixture->broken, 1);
}

static void ids_of_several_channels_are_made_as_they_are_written(void **state) {
    struct fixture *fixture = *state;
    struct event_place items[] = {{.name = "a"}, {.name = "b"}};
    static const char *const texts[] = {
        "{\"type\":\"t\",\"channel\":\"a\",\"offset\":1,\"epoch\":\"0a\"}",
        "{\"type\":\"t\",\"channel\":\"b\",\"offset\":5,\"epoch\":\"0b\"}",
        "{\"type\":\"t\",\"channel\":\"a\",\"offset\":2,\"epoch\":\"0a\"}",
    };
    char expected[512];
    sse.places = (struct event_places){2, items};
    fixture->connection.form = FORM_PLACED;
    fixture->connection.drafted = true;
    for (int i = 0; i < 2; i++) {
        struct span span;
        assert_int_equal(outbox_text(&fixture->outbox, FORM_PLACED, sentio_text(texts[i]), &span),
                         0);
        outbox_append(&fixture->outbox, &fixture->connection, span);
    }
    assert_false(items[0].known);
    outbox_flush(&fixture->outbox);
    struct span last;
    assert_int_equal(outbox_text(&fixture->outbox, FORM_PLACED, sentio_text(texts[2]), &last), 0);
    assert_true(outbox_push(&fixture->outbox, &fixture->connection, last));
    outbox_drain(&fixture->outbox, &fixture->connection);
    snprintf(expected, sizeof(expected),
             "event: t\nid: a=0a:1\ndata: %s\n\nevent: t\nid: a=0a:1,b=0b:5\ndata: %s\n\n"
             "event: t\nid: a=0a:2,b=0b:5\ndata: %s\n\n",
             texts[0], texts[1], texts[2]);
    assert_int_equal(fixture->wsi->size, strlen(expected));
    assert_memory_equal(fixture->wsi->seen, expected, fixture->wsi->size);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_not_taken_follows_byte_by_byte, setup_reader,
                                        teardown),
        cmocka_unit_test_setup_teardown(sizes_and_rooms_at_random_arrive_whole_and_in_order,
                                        setup_reader, teardown),
        cmocka_unit_test(one_that_is_too_slow_gets_the_rest_of_its_event_and_the_close),
        cmocka_unit_test_setup_teardown(an_event_whose_rest_has_no_room_is_followed_by_nothing,
                                        setup_reader, teardown),
        cmocka_unit_test_setup_teardown(a_socket_that_fails_is_broken, setup_reader, teardown),
        cmocka_unit_test_setup_teardown(ids_of_several_channels_are_made_as_they_are_written,
                                        setup_reader, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
