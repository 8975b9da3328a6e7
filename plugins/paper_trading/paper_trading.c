/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "publish.h"
#include "quote.h"
#include "report.h"
#include "state.h"

/*
 * Watches quotes, lets four strategies vote on every sample, publishes the signals that change, and
 * trades them for paper accounts. An example of a channel that nobody subscribes to:
 *
 *     { name = "paper-trading"; plugin = "paper_trading.so"; path = "";
 *       observes = ["market-data"];
 *       forwards = ["trade-signals", "earnings", "notifications", "admin"];
 *       options: { users = ["user_001"]; cash = 50000.0; }; }
 */

/* What one observed update comes to. */
struct round {
    struct sentio_writer signals; /* the items for trade-signals, comma-separated */
    uint64_t changes;
    uint64_t samples;
    uint64_t trades;
    uint64_t ignored;
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    struct sentio_channel *channel = call->channel;
    int result = options_read(&channel->options, call, config);
    if (result != SENTIO_OK)
        return result;
    market_init(&channel->market, seed);
    desk_init(&channel->desk, &channel->options);
    channel->moved = true;
    channel->earnings_at = call->now + channel->options.earnings_interval;
    channel->admin_at = call->now + channel->options.admin_interval;
    publish_schedule(call);
    return SENTIO_OK;
}

static int close_channel(struct sentio_call *call) {
    market_finish(&call->channel->market);
    return SENTIO_OK;
}

static void trade(struct sentio_call *call, struct round *round, uint32_t index,
                  const struct consensus *consensus) {
    struct sentio_channel *channel = call->channel;
    for (uint32_t user = 0; user < channel->options.user_count; user++) {
        struct trade done = desk_follow(&channel->desk, &channel->options, &channel->market, user,
                                        index, consensus);
        if (done.quantity == 0)
            continue;
        struct sentio_writer writer;
        sentio_writer_init(&writer, NULL, 0);
        report_trade(&writer, channel->options.users[user], &channel->market.instruments[index],
                     consensus->signal, &done, call->now);
        publish_written(call, "notifications", &writer);
        round->trades++;
    }
}

/* The strategies' view of a symbol after a new sample. */
static void decide(struct sentio_call *call, struct round *round, uint32_t index) {
    struct sentio_channel *channel = call->channel;
    struct instrument *instrument = &channel->market.instruments[index];
    struct vote votes[STRATEGY_COUNT];
    strategy_vote(&instrument->series, &channel->options.strategy, votes);
    struct consensus consensus =
        strategy_consensus(votes, &channel->options.strategy, instrument->signal);
    if (consensus.signal == instrument->signal)
        return;
    instrument->signal = consensus.signal;
    sentio_write_text(&round->signals, round->changes++ ? "," : "{\"data\":[");
    report_signal(&round->signals, instrument, votes, &consensus, channel->market.prices[index],
                  call->now);
    trade(call, round, index, &consensus);
}

static int find_or_add(struct sentio_call *call, struct sentio_bytes symbol, uint32_t *index) {
    struct sentio_channel *channel = call->channel;
    int result = market_find(&channel->market, symbol, index);
    if (result != SENTIO_NOT_FOUND)
        return result;
    uint32_t limit = channel->options.max_symbols;
    result = market_add(&channel->market, symbol, limit, &channel->options.strategy, index);
    if (result == SENTIO_TOO_BIG && !channel->limit_logged) {
        channel->limit_logged = true;
        sentio_log(call, SENTIO_WARNING,
                   "symbol %.*s and further new ones are ignored: there are %u already; raise "
                   "option \"max_symbols\" (logged once)",
                   (int)symbol.size, symbol.data, limit);
    }
    return result;
}

static void take_in(struct sentio_call *call, struct round *round, const struct sentio_item *item) {
    struct sentio_channel *channel = call->channel;
    struct quote quote;
    uint32_t index = 0;
    if (quote_read(&quote, item, call->now) != SENTIO_OK ||
        find_or_add(call, quote.symbol, &index) != SENTIO_OK) {
        round->ignored++;
        return;
    }
    desk_begin_day(&channel->desk, &channel->options, &channel->market, quote.day);
    if (!market_sample(&channel->market, index, &channel->options.strategy, quote.price,
                       quote.stamp))
        return;
    round->samples++;
    channel->moved = true;
    decide(call, round, index);
}

static void count(struct sentio_call *call, const char *metric, uint64_t n) {
    if (n > 0)
        SENTIO_SERVICE(call, count, sentio_text(metric), n);
}

static int observe(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t item_count) {
    (void)channel;
    struct round round = {0};
    sentio_writer_init(&round.signals, NULL, 0);
    for (size_t i = 0; i < item_count; i++)
        take_in(call, &round, &items[i]);
    if (round.changes > 0) {
        sentio_write_text(&round.signals, "]}");
        publish_written(call, "trade-signals", &round.signals);
    }
    sentio_writer_finish(&round.signals);
    count(call, "samples", round.samples);
    count(call, "quotes_ignored", round.ignored);
    count(call, "signals", round.changes);
    count(call, "trades", round.trades);
    publish_due(call);
    return SENTIO_OK;
}

static int woken(struct sentio_call *call) {
    publish_due(call);
    return SENTIO_OK;
}

static int save(struct sentio_call *call) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    state_save(call->channel, &writer);
    int result =
        writer.failed ? SENTIO_NO_MEMORY : SENTIO_SERVICE(call, keep, sentio_written(&writer));
    sentio_writer_finish(&writer);
    return result;
}

static int restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
    if (state_format != STATE_FORMAT) {
        sentio_log(call, SENTIO_WARNING,
                   "the saved state has format %u, this plugin reads %d: starting empty",
                   state_format, STATE_FORMAT);
        return SENTIO_INVALID;
    }
    int result = state_restore(call->channel, state, call->now);
    if (result != SENTIO_OK) {
        sentio_log(call, SENTIO_WARNING, "the saved state was not taken, starting empty: %s",
                   sentio_error_text(result));
        return result;
    }
    publish_schedule(call);
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .state_format = STATE_FORMAT,
    .name = "paper-trading",
    .version = "1.0.0",
    .channel_size = sizeof(struct sentio_channel),
    .open = open_channel,
    .close = close_channel,
    .observe = observe,
    .woken = woken,
    .save = save,
    .restore = restore,
};
