/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "drive.h"
#include "state.h"

/* The strategies' defaults need 30 samples; these trade a good deal more often. */
#define BUSY                                                                                       \
    "\"sma_fast\":3,\"sma_slow\":6,\"rsi_period\":5,\"bollinger_period\":6,"                       \
    "\"breakout_period\":4,\"admin_interval\":1500"

/* Prices of three symbols, the same on every machine: a linear congruential generator. */
struct walk {
    uint32_t random;
    int64_t cents[3];
    int step;
};

static uint32_t next(struct walk *walk) {
    walk->random = walk->random * 1664525 + 1013904223;
    return walk->random >> 8;
}

static struct walk begin_walk(void) {
    return (struct walk){.random = 7, .cents = {10000, 5000, 25000}};
}

/* One update a quarter of a second, an hour of quotes; everything the plugin forwards and counts
 * goes to `out`. */
static void take_step(struct walk *walk, struct sentio_test *test, struct sentio_writer *out) {
    struct sentio_writer quotes[3];
    for (int i = 0; i < 3; i++) {
        walk->cents[i] += (int64_t)(next(walk) % 201) - 100;
        sentio_writer_init(&quotes[i], NULL, 0);
        sentio_write_format(&quotes[i], "{\"symbol\":\"S%d\",\"price\":", i);
        sentio_write_number(&quotes[i], (double)walk->cents[i] / 100, 2);
        sentio_write_format(&quotes[i], ",\"timestamp\":\"2024-10-%02dT%02d:00:00Z\"}",
                            walk->step / 24 % 28 + 1, walk->step % 24);
        sentio_write(&quotes[i], sentio_bytes("", 1));
    }
    walk->step++;
    for (int call = 0; call < 2; call++) {
        if (call == 0)
            observe(test, quotes[0].data, quotes[1].data, quotes[2].data);
        else
            sentio_test_advance(test, 250);
        for (size_t i = 0; i < sentio_test_count(test); i++) {
            const struct sentio_effect *effect = sentio_test_effect(test, i);
            sentio_write_format(out, "%d %lld ", effect->kind, (long long)effect->number);
            sentio_write(out, effect->name);
            sentio_write(out, effect->text);
            sentio_write_text(out, "\n");
        }
    }
    for (int i = 0; i < 3; i++)
        sentio_writer_finish(&quotes[i]);
}

static void swapped_channel_goes_on_as_if_nothing_had_happened(void **state) {
    (void)state;
    struct sentio_writer expected;
    struct sentio_writer actual;
    sentio_writer_init(&expected, NULL, 0);
    sentio_writer_init(&actual, NULL, 0);
    struct walk walk = begin_walk();
    struct walk again = begin_walk();
    struct sentio_test *steady = sentio_test_open(&sentio_plugin, "{" BUSY "}");
    struct sentio_test *swapped = sentio_test_open(&sentio_plugin, "{" BUSY "}");
    for (int step = 0; step < 300; step++) {
        take_step(&walk, steady, &expected);
        take_step(&again, swapped, &actual);
        /* At every phase of the intervals, and before the windows are full, too. */
        if (step % 7 != 3)
            continue;
        struct sentio_test *old = swapped;
        swapped = sentio_test_swap(old, &sentio_plugin, "{" BUSY "}");
        assert_non_null(swapped);
        sentio_test_close(old);
    }
    sentio_write(&expected, sentio_bytes("", 1));
    sentio_write(&actual, sentio_bytes("", 1));
    assert_string_equal(actual.data, expected.data);
    assert_non_null(strstr(expected.data, "Trade Executed"));
    assert_non_null(strstr(expected.data, "\"signal\":\"sell\""));
    assert_non_null(strstr(expected.data, "portfolio_value"));
    sentio_test_close(swapped);
    sentio_test_close(steady);
    sentio_writer_finish(&actual);
    sentio_writer_finish(&expected);
}

static void save_leaves_the_channel_usable(void **state) {
    (void)state;
    struct sentio_writer expected;
    struct sentio_writer actual;
    sentio_writer_init(&expected, NULL, 0);
    sentio_writer_init(&actual, NULL, 0);
    struct walk walk = begin_walk();
    struct walk again = begin_walk();
    struct sentio_test *steady = sentio_test_open(&sentio_plugin, "{" BUSY "}");
    struct sentio_test *saved = sentio_test_open(&sentio_plugin, "{" BUSY "}");
    for (int step = 0; step < 60; step++) {
        take_step(&walk, steady, &expected);
        take_step(&again, saved, &actual);
        sentio_test_close(sentio_test_swap(saved, &sentio_plugin, "{" BUSY "}"));
    }
    assert_true(sentio_equal(sentio_written(&actual), sentio_written(&expected)));
    sentio_test_close(saved);
    sentio_test_close(steady);
    sentio_writer_finish(&actual);
    sentio_writer_finish(&expected);
}

static int ignore_log(struct sentio_call *call, uint32_t level, struct sentio_bytes text) {
    (void)call;
    (void)level;
    (void)text;
    return SENTIO_OK;
}

/* A channel as open() makes it, without a host around. */
static struct sentio_channel *make_channel(const char *config) {
    const struct sentio_host host = {.size = sizeof host, .log = ignore_log};
    struct sentio_call call = {.host = &host};
    struct sentio_channel *channel = calloc(1, sizeof *channel);
    assert_non_null(channel);
    assert_int_equal(options_read(&channel->options, &call, sentio_text(config)), SENTIO_OK);
    market_init(&channel->market, 1);
    for (uint32_t i = 0; i < channel->options.user_count; i++)
        portfolio_init(&channel->desk.portfolios[i], channel->options.cash);
    return channel;
}

static void destroy_channel(struct sentio_channel *channel) {
    market_finish(&channel->market);
    free(channel);
}

static uint32_t add(struct sentio_channel *channel, const char *symbol, int samples) {
    uint32_t index = 0;
    const struct strategy_settings *settings = &channel->options.strategy;
    assert_int_equal(
        market_add(&channel->market, sentio_text(symbol), SYMBOLS_MAX, settings, &index),
        SENTIO_OK);
    for (int i = 0; i < samples; i++)
        market_sample(&channel->market, index, settings, 100 + i % 5, sentio_text("t"));
    return index;
}

/* Two symbols, two users, one of whom holds a position. */
static struct sentio_channel *make_busy(void) {
    struct sentio_channel *channel = make_channel("{\"users\":[\"a\",\"b\"]}");
    uint32_t index = add(channel, "AAPL", 50);
    add(channel, "MSFT", 3);
    channel->market.instruments[index].signal = DIRECTION_BUY;
    portfolio_buy(&channel->desk.portfolios[1], index, 0.1, 0.001, channel->market.prices);
    channel->desk.begun = true;
    channel->desk.day = 20001;
    channel->earnings_at = 1000;
    channel->admin_at = 2000;
    return channel;
}

static struct sentio_writer save(const struct sentio_channel *channel) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    state_save(channel, &writer);
    assert_false(writer.failed);
    return writer;
}

static void expect_empty(const struct sentio_channel *channel) {
    assert_int_equal(channel->market.count, 0);
    assert_false(channel->desk.begun);
    assert_int_equal(channel->desk.portfolios[0].trades, 0);
    assert_int_equal(channel->desk.portfolios[1].position_count, 0);
    assert_true(channel->desk.portfolios[0].cash > 0);
}

static void restored_state_saves_the_same_bytes(void **state) {
    (void)state;
    struct sentio_channel *from = make_busy();
    struct sentio_channel *to = make_channel("{\"users\":[\"a\",\"b\"]}");
    struct sentio_writer saved = save(from);
    assert_int_equal(state_restore(to, sentio_written(&saved), 500), SENTIO_OK);
    struct sentio_writer again = save(to);
    assert_true(sentio_equal(sentio_written(&again), sentio_written(&saved)));
    assert_false(to->moved);
    assert_int_equal(to->earnings_at, 1000);
    assert_int_equal(to->admin_at, 2000);
    assert_int_equal(to->desk.day, 20001);
    assert_int_equal(to->market.instruments[0].signal, DIRECTION_BUY);
    assert_string_equal(to->market.instruments[1].symbol, "MSFT");
    assert_string_equal(to->market.instruments[1].stamp, "t");
    assert_int_equal(to->desk.portfolios[1].positions[0].quantity,
                     from->desk.portfolios[1].positions[0].quantity);
    sentio_writer_finish(&again);
    sentio_writer_finish(&saved);
    destroy_channel(to);
    destroy_channel(from);
}

static void truncated_state_is_refused(void **state) {
    (void)state;
    struct sentio_channel *from = make_busy();
    struct sentio_channel *to = make_channel("{\"users\":[\"a\",\"b\"]}");
    struct sentio_writer saved = save(from);
    for (size_t size = 0; size < saved.size; size++) {
        /* A copy of just that size, so that the sanitizers see a byte read too many. */
        char *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy + 1, saved.data, size);
        assert_int_equal(state_restore(to, sentio_bytes(copy + 1, size), 0), SENTIO_INVALID);
        expect_empty(to);
        free(copy);
    }
    sentio_write(&saved, sentio_bytes("", 1));
    assert_int_equal(state_restore(to, sentio_written(&saved), 0), SENTIO_INVALID);
    expect_empty(to);
    sentio_writer_finish(&saved);
    destroy_channel(to);
    destroy_channel(from);
}

/* Whatever was taken has to be in the ranges that the rest of the plugin counts on. */
static void expect_sound(const struct sentio_channel *channel) {
    const struct market *market = &channel->market;
    struct vote votes[STRATEGY_COUNT];
    for (uint32_t i = 0; i < market->count; i++) {
        assert_true(market->prices[i] > 0);
        assert_in_range((unsigned)(market->instruments[i].signal + 1), 0, 2);
        strategy_vote(&market->instruments[i].series, &channel->options.strategy, votes);
    }
    for (uint32_t i = 0; i < channel->options.user_count; i++) {
        const struct portfolio *portfolio = &channel->desk.portfolios[i];
        assert_true(portfolio->cash >= 0 && portfolio->won <= portfolio->closed);
        assert_in_range(portfolio->position_count, 0, POSITIONS_MAX);
        for (uint32_t j = 0; j < portfolio->position_count; j++) {
            assert_true(portfolio->positions[j].instrument < market->count);
            assert_in_range(portfolio->positions[j].quantity, 1, SHARES_MAX);
        }
    }
}

static void damaged_state_is_refused_or_sound(void **state) {
    (void)state;
    static const unsigned char masks[] = {0x01, 0x80, 0xff};
    struct sentio_channel *from = make_busy();
    struct sentio_writer saved = save(from);
    size_t refused = 0;
    for (size_t i = 0; i < saved.size * sizeof masks; i++) {
        struct sentio_channel *to = make_channel("{\"users\":[\"a\",\"b\"]}");
        char *at = &saved.data[i / sizeof masks];
        char before = *at;
        *at = (char)(before ^ masks[i % sizeof masks]);
        int result = state_restore(to, sentio_written(&saved), 0);
        *at = before;
        if (result == SENTIO_OK)
            expect_sound(to);
        else
            expect_empty(to);
        refused += result != SENTIO_OK;
        destroy_channel(to);
    }
    assert_true(refused > 100);
    sentio_writer_finish(&saved);
    destroy_channel(from);
}

static void position_in_an_unknown_symbol_is_refused(void **state) {
    (void)state;
    struct sentio_channel *from = make_busy();
    struct sentio_channel *to = make_channel("{\"users\":[\"a\",\"b\"]}");
    from->desk.portfolios[1].positions[0].instrument = from->market.count;
    struct sentio_writer saved = save(from);
    assert_int_equal(state_restore(to, sentio_written(&saved), 0), SENTIO_INVALID);
    expect_empty(to);
    sentio_writer_finish(&saved);
    destroy_channel(to);
    destroy_channel(from);
}

static void quote_repeated_after_a_swap_is_no_sample(void **state) {
    (void)state;
    const char *quote = "{\"symbol\":\"A\",\"price\":1,\"timestamp\":\"t1\"}";
    struct sentio_test *test = sentio_test_open(&sentio_plugin, NULL);
    observe(test, quote);
    struct sentio_test *next = sentio_test_swap(test, &sentio_plugin, NULL);
    assert_non_null(next);
    observe(next, quote);
    assert_int_equal(counted(next, "samples"), 0);
    observe(next, "{\"symbol\":\"A\",\"price\":1,\"timestamp\":\"t2\"}");
    assert_int_equal(counted(next, "samples"), 1);
    sentio_test_close(next);
    sentio_test_close(test);
}

static void users_are_matched_by_their_id(void **state) {
    (void)state;
    struct sentio_channel *from = make_busy();
    struct sentio_channel *to = make_channel("{\"users\":[\"new\",\"b\",\"c\"],\"cash\":500}");
    struct sentio_writer saved = save(from);
    assert_int_equal(state_restore(to, sentio_written(&saved), 0), SENTIO_OK);
    assert_int_equal(to->desk.portfolios[0].position_count, 0);
    assert_true(to->desk.portfolios[0].cash == 500);
    assert_int_equal(to->desk.portfolios[1].position_count, 1);
    assert_true(to->desk.portfolios[1].initial == 100000);
    assert_true(to->desk.portfolios[2].cash == 500);
    assert_true(to->moved);
    sentio_writer_finish(&saved);
    destroy_channel(to);
    destroy_channel(from);
}

static void shorter_windows_keep_the_newest_samples(void **state) {
    (void)state;
    struct sentio_channel *from = make_busy();
    struct sentio_channel *to =
        make_channel("{\"sma_fast\":2,\"sma_slow\":3,\"rsi_period\":4,\"bollinger_period\":4,"
                     "\"breakout_period\":4,\"max_symbols\":1}");
    struct sentio_writer saved = save(from);
    assert_int_equal(state_restore(to, sentio_written(&saved), 0), SENTIO_OK);
    assert_int_equal(to->market.count, 2);
    const struct series *old = &from->market.instruments[0].series;
    const struct series *series = &to->market.instruments[0].series;
    assert_int_equal(series->window.count, 5);
    for (uint32_t age = 0; age < 5; age++)
        assert_true(window_at(&series->window, age) == window_at(&old->window, age));
    /* Wilder's averages over another period were worked out anew. */
    assert_true(wilder_ready(&series->wilder, 4));
    assert_int_equal(series->wilder.changes, 4);
    sentio_writer_finish(&saved);
    destroy_channel(to);
    destroy_channel(from);
}

static void times_far_ahead_are_brought_back(void **state) {
    (void)state;
    struct sentio_channel *from = make_busy();
    struct sentio_channel *to = make_channel("{\"users\":[\"a\",\"b\"]}");
    from->earnings_at = 900000;
    from->admin_at = 900000;
    struct sentio_writer saved = save(from);
    assert_int_equal(state_restore(to, sentio_written(&saved), 10), SENTIO_OK);
    assert_int_equal(to->earnings_at, 1010);
    assert_int_equal(to->admin_at, 5010);
    sentio_writer_finish(&saved);
    destroy_channel(to);
    destroy_channel(from);
}

/* A plugin of another version, which keeps what this one does not read. */
static struct sentio_plugin of_format(uint32_t state_format) {
    struct sentio_plugin plugin = sentio_plugin;
    plugin.state_format = state_format;
    return plugin;
}

static void other_state_format_is_not_taken(void **state) {
    (void)state;
    struct sentio_plugin other = of_format(2);
    struct sentio_test *test = sentio_test_open(&other, NULL);
    struct sentio_test *next = sentio_test_swap(test, &sentio_plugin, NULL);
    assert_non_null(next);
    const struct sentio_effect *log = sentio_test_find(next, SENTIO_DID_LOG, 0);
    assert_non_null(log);
    expect_text(log->text, "the saved state has format 2, this plugin reads 1: starting empty");
    sentio_test_advance(next, 1000);
    assert_true(forwarded(next, "earnings", 0).size > 0);
    sentio_test_close(next);
    sentio_test_close(test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swapped_channel_goes_on_as_if_nothing_had_happened),
        cmocka_unit_test(save_leaves_the_channel_usable),
        cmocka_unit_test(restored_state_saves_the_same_bytes),
        cmocka_unit_test(truncated_state_is_refused),
        cmocka_unit_test(damaged_state_is_refused_or_sound),
        cmocka_unit_test(position_in_an_unknown_symbol_is_refused),
        cmocka_unit_test(quote_repeated_after_a_swap_is_no_sample),
        cmocka_unit_test(users_are_matched_by_their_id),
        cmocka_unit_test(shorter_windows_keep_the_newest_samples),
        cmocka_unit_test(times_far_ahead_are_brought_back),
        cmocka_unit_test(other_state_format_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
