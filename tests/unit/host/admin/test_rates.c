/* SPDX-License-Identifier: MIT */
#include "admin/rates.h"

#include "base/tally.h"
#include "hub_fixture.h"

/* The next tick, `ms` after the last one. */
static void tick(struct hub_fixture *fixture, int64_t ms) {
    fixture->hub->now = rates_time(fixture->hub->rates) + ms;
    rates_tick(fixture->hub);
}

static void deliver(struct hub_fixture *fixture, uint32_t channel, uint64_t count) {
    tally_add(&fixture->hub->channels[channel]->stream->delivered[0].tally, count);
}

/* Of the n-th second from the end, from 1. */
static uint64_t last(const struct hub_fixture *fixture, const struct series *series, uint64_t n) {
    return series->values[(fixture->hub->rates->count - n) % RATES_SECONDS];
}

static void totals_are_those_of_all_channels_and_threads(void **state) {
    struct hub_fixture *fixture = *state;
    uint64_t totals[TOTAL_COUNT];
    const uint64_t expected[TOTAL_COUNT] = {3, 4, 5, 7, 9, 2, 1, 6, 8};
    fixture->hub->channels[0]->published = 1;
    fixture->hub->channels[1]->published = 2;
    fixture->hub->channels[1]->items = 4;
    fixture->hub->channels[0]->rejected = 5;
    deliver(fixture, 0, 4);
    deliver(fixture, 1, 3);
    tally_add(&fixture->io.outbox.sent, 9);
    atomic_store(&fixture->host.quota.entered, 2);
    atomic_store(&fixture->hub->channels[0]->stream->slow_disconnected, 1);
    atomic_store(&fixture->hub->channels[0]->stream->slow_dropped, 6);
    atomic_store(&fixture->hub->channels[1]->stream->slow_conflated, 8);
    rates_totals(fixture->hub, totals);
    assert_memory_equal(totals, expected, sizeof(totals));
}

static void a_published_update_and_its_items_count(void **state) {
    struct hub_fixture *fixture = *state;
    uint64_t totals[TOTAL_COUNT];
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "{}"},
           {EFFECT_EMIT, .a = "B", .b = "{}"});
    fixture_publish(fixture, 0, "{}");
    fixture_publish(fixture, 0, "no JSON");
    rates_totals(fixture->hub, totals);
    assert_int_equal(totals[TOTAL_UPDATES], 1);
    assert_int_equal(totals[TOTAL_ITEMS], 2);
    assert_int_equal(totals[TOTAL_REFUSED], 1);
}

static void each_second_has_what_came_in_it(void **state) {
    struct hub_fixture *fixture = *state;
    const struct rates *rates = fixture->hub->rates;
    struct channel *channel = fixture->hub->channels[1];
    assert_int_equal(rates_length(rates), 0);
    channel->published = 5;
    deliver(fixture, 1, 50);
    atomic_store(&fixture->host.quota.connections, 3);
    tick(fixture, 1004);
    channel->published = 7;
    tally_add(&fixture->io.outbox.sent, 1000);
    atomic_store(&fixture->host.quota.connections, 2);
    tick(fixture, 996);
    assert_int_equal(rates_length(rates), 2);
    assert_int_equal(last(fixture, &rates->updates, 2), 5);
    assert_int_equal(last(fixture, &rates->updates, 1), 2);
    assert_int_equal(last(fixture, &rates->deliveries, 2), 50);
    assert_int_equal(last(fixture, &rates->deliveries, 1), 0);
    assert_int_equal(last(fixture, &rates->bytes_out, 1), 1000);
    assert_int_equal(last(fixture, &rates->connections, 2), 3);
    assert_int_equal(last(fixture, &rates->connections, 1), 2);
    assert_int_equal(last(fixture, &channel->rates->updates, 2), 5);
    assert_int_equal(last(fixture, &channel->rates->updates, 1), 2);
    assert_int_equal(last(fixture, &channel->rates->deliveries, 2), 50);
    assert_int_equal(last(fixture, &fixture->hub->channels[0]->rates->updates, 2), 0);
}

static void a_late_tick_stands_for_the_seconds_that_it_is_late_by(void **state) {
    struct hub_fixture *fixture = *state;
    const struct rates *rates = fixture->hub->rates;
    fixture->hub->channels[0]->published = 10;
    atomic_store(&fixture->host.quota.connections, 4);
    tick(fixture, 3100);
    assert_int_equal(rates_length(rates), 3);
    uint64_t sum = 0;
    for (uint64_t n = 1; n <= 3; n++) {
        assert_in_range(last(fixture, &rates->updates, n), 3, 4);
        assert_int_equal(last(fixture, &rates->connections, n), 4);
        sum += last(fixture, &rates->updates, n);
    }
    assert_int_equal(sum, 10);
}

static void a_clock_that_stands_still_or_leaps_does_no_harm(void **state) {
    struct hub_fixture *fixture = *state;
    const struct rates *rates = fixture->hub->rates;
    fixture->hub->channels[0]->published = 7;
    tick(fixture, 0);
    assert_int_equal(rates_length(rates), 1);
    assert_int_equal(rates_of(fixture->hub, TOTAL_UPDATES), 70);
    fixture->hub->channels[0]->published = 7 + 2 * RATES_SECONDS;
    tick(fixture, (int64_t)365 * 24 * 60 * 60 * 1000);
    assert_int_equal(rates_length(rates), RATES_SECONDS);
    assert_int_equal(last(fixture, &rates->updates, 1), 2);
    assert_int_equal(last(fixture, &rates->updates, RATES_SECONDS), 2);
}

static void a_rate_is_that_of_the_last_ten_seconds_in_tenths(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    assert_int_equal(rates_of(fixture->hub, TOTAL_UPDATES), 0);
    assert_int_equal(rates_of_channel(channel), 0);
    channel->published = 100;
    tick(fixture, 1000);
    assert_int_equal(rates_of(fixture->hub, TOTAL_UPDATES), 1000);
    assert_int_equal(rates_of_channel(channel), 1000);
    for (int i = 0; i < 10; i++) {
        channel->published += 3;
        tick(fixture, 1000);
    }
    channel->published += 2;
    tick(fixture, 1000);
    assert_int_equal(rates_of(fixture->hub, TOTAL_UPDATES), 29);
    assert_int_equal(rates_of_channel(channel), 29);
    assert_int_equal(rates_of_channel(fixture->hub->channels[1]), 0);
}

static void only_the_last_ten_minutes_are_kept(void **state) {
    struct hub_fixture *fixture = *state;
    const struct rates *rates = fixture->hub->rates;
    for (uint64_t i = 1; i <= RATES_SECONDS + 5; i++) {
        fixture->hub->channels[0]->published += i;
        tick(fixture, 1000);
    }
    assert_int_equal(rates_length(rates), RATES_SECONDS);
    assert_int_equal(last(fixture, &rates->updates, 1), RATES_SECONDS + 5);
    assert_int_equal(last(fixture, &rates->updates, RATES_SECONDS), 6);
}

static void what_a_removed_channel_did_stays_in_the_totals(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[1];
    uint64_t before[TOTAL_COUNT];
    uint64_t after[TOTAL_COUNT];
    channel->published = 3;
    deliver(fixture, 1, 30);
    tick(fixture, 1000);
    rates_totals(fixture->hub, before);
    rates_keep(fixture->hub, channel);
    fixture->hub->channels[1] = NULL;
    rates_totals(fixture->hub, after);
    tick(fixture, 1000);
    fixture->hub->channels[1] = channel;
    assert_memory_equal(before, after, sizeof(before));
    assert_int_equal(last(fixture, &fixture->hub->rates->updates, 1), 0);
}

static void each_total_has_a_name_of_its_own(void **state) {
    (void)state;
    for (int i = 0; i < TOTAL_COUNT; i++) {
        assert_non_null(rates_name((enum total)i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(rates_name((enum total)i), rates_name((enum total)j));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(totals_are_those_of_all_channels_and_threads),
        TEST(a_published_update_and_its_items_count),
        TEST(each_second_has_what_came_in_it),
        TEST(a_late_tick_stands_for_the_seconds_that_it_is_late_by),
        TEST(a_clock_that_stands_still_or_leaps_does_no_harm),
        TEST(a_rate_is_that_of_the_last_ten_seconds_in_tenths),
        TEST(only_the_last_ten_minutes_are_kept),
        TEST(what_a_removed_channel_did_stays_in_the_totals),
        cmocka_unit_test(each_total_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
