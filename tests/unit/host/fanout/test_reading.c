/* SPDX-License-Identifier: MIT */
#include "fanout/reading.h"

#include "disk/disk.h"
#include "durable_fixture.h"
#include "subscription/subscription_internal.h"

/* A reading that counts what becomes of it. */
struct counted {
    struct reading reading; /* first */
    unsigned went_on;
    unsigned destroyed;
};

static void go_on(struct subscription *subscription, struct reading *reading) {
    (void)subscription;
    ((struct counted *)reading)->went_on++;
}

static void destroy(struct reading *reading) {
    ((struct counted *)reading)->destroyed++;
}

static struct subscription *subscribe(struct hub_fixture *fixture) {
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    free(fixture_sent(fixture));
    return subscription_find(fixture->hub, 1);
}

static struct counted begin(struct subscription *subscription) {
    return (struct counted){
        .reading = {.number = ++subscription->reading, .go_on = go_on, .destroy = destroy}};
}

static void say_more(struct hub_fixture *fixture, uint64_t conn, uint64_t number) {
    fixture_send(fixture, more_message_create(conn, number));
}

static void it_goes_on_when_its_io_thread_asks_for_more(void **state) {
    struct hub_fixture *fixture = *state;
    struct subscription *subscription = subscribe(fixture);
    struct counted first = begin(subscription);
    struct counted second = begin(subscription);
    reading_wait(subscription, &first.reading);
    reading_wait(subscription, &second.reading);
    say_more(fixture, 1, first.reading.number);
    assert_int_equal(first.went_on, 1);
    assert_int_equal(second.went_on, 0);
    say_more(fixture, 1, first.reading.number); /* it is under way */
    say_more(fixture, 2, second.reading.number);
    assert_int_equal(first.went_on + second.went_on, 1);
    say_more(fixture, 1, second.reading.number);
    assert_int_equal(second.went_on, 1);
    assert_int_equal(first.destroyed + second.destroyed, 0);
}

static void one_that_nobody_waits_for_any_more_is_void(void **state) {
    struct hub_fixture *fixture = *state;
    struct subscription *subscription = subscribe(fixture);
    struct counted waits = begin(subscription);
    struct counted reads = begin(subscription);
    reading_wait(subscription, &waits.reading);
    assert_false(reading_is_void(subscription, reads.reading.number));
    readings_drop(subscription);
    assert_int_equal(waits.destroyed, 1);
    assert_int_equal(reads.destroyed, 0); /* the disk has it: whoever gets its answer does that */
    assert_true(reading_is_void(subscription, reads.reading.number));
    say_more(fixture, 1, waits.reading.number);
    assert_int_equal(waits.went_on, 0);
    struct counted next = begin(subscription);
    assert_false(reading_is_void(subscription, next.reading.number));
}

static void it_ends_with_its_subscriber(void **state) {
    struct hub_fixture *fixture = *state;
    struct subscription *subscription = subscribe(fixture);
    struct counted waits = begin(subscription);
    reading_wait(subscription, &waits.reading);
    fixture_leave(fixture, 1);
    assert_int_equal(waits.destroyed, 1);
    say_more(fixture, 1, waits.reading.number);
    assert_int_equal(waits.went_on, 0);
}

/* What the channel has dropped by now shows at the end, and only there. */
static void a_piece_ends_with_recovered_only_when_it_is_the_last(void **state) {
    struct hub_fixture *fixture = *state;
    const struct disk_answer answer = {.error = NULL};
    struct piece piece = {
        .number = 1, .since = 2, .until = 3, .answer = &answer, .more = true, .ends = true};
    const struct subscription *subscription = subscribe(fixture);
    assert_int_equal(reading_send(subscription, &piece), 0);
    assert_sent(fixture, "replay 1 at 3 more\n");
    piece.more = false;
    assert_int_equal(reading_send(subscription, &piece), 0);
    assert_sent(fixture, "replay 1 at 3 end {\"type\":\"recovered\",\"recovered\":false,"
                         "\"offset\":3,\"epoch\":\"E\",\"timestamp\":\"T\"}\n");
    piece.ends = false;
    assert_int_equal(reading_send(subscription, &piece), 0);
    assert_sent(fixture, "replay 1 at 3\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        DURABLE(it_goes_on_when_its_io_thread_asks_for_more),
        DURABLE(one_that_nobody_waits_for_any_more_is_void),
        DURABLE(it_ends_with_its_subscriber),
        DURABLE(a_piece_ends_with_recovered_only_when_it_is_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
