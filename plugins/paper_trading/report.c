/* SPDX-License-Identifier: MIT */
#include "report.h"

enum { PLACES_MONEY = 2, PLACES_RATE = 4, PLACES_PRICE = 8 };

void report_number(struct sentio_writer *writer, const char *name, double value, int places) {
    sentio_write_format(writer, ",\"%s\":", name);
    sentio_write_number(writer, value, places);
}

void report_count(struct sentio_writer *writer, const char *name, uint64_t value) {
    sentio_write_format(writer, ",\"%s\":%llu", name, (unsigned long long)value);
}

static void stamp(struct sentio_writer *writer, const struct instrument *instrument, int64_t now) {
    sentio_write_text(writer, ",\"timestamp\":");
    if (instrument->stamp[0]) {
        sentio_write_string(writer, sentio_text(instrument->stamp));
        return;
    }
    sentio_write_text(writer, "\"");
    sentio_write_time(writer, now);
    sentio_write_text(writer, "\"");
}

void report_signal(struct sentio_writer *writer, const struct instrument *instrument,
                   const struct vote votes[STRATEGY_COUNT], const struct consensus *consensus,
                   double price, int64_t now) {
    sentio_write_format(writer, "{\"symbol\":\"%s\",\"signal\":\"%s\"", instrument->symbol,
                        direction_name(consensus->signal));
    report_number(writer, "confidence", consensus->confidence, PLACES_RATE);
    report_number(writer, "consensus_strength", consensus->consensus_strength, PLACES_RATE);
    report_number(writer, "price", price, PLACES_PRICE);
    sentio_write_text(writer, ",\"strategies\":");
    for (int i = 0; i < STRATEGY_COUNT; i++)
        sentio_write_format(writer, "%s\"%s\":\"%s\"", i ? "," : "{",
                            strategy_name((enum strategy)i), direction_name(votes[i].direction));
    sentio_write_text(writer, "}");
    stamp(writer, instrument, now);
    sentio_write_text(writer, "}");
}

static void begin_user(struct sentio_writer *writer, const char *user) {
    sentio_write_text(writer, "{\"user_id\":");
    sentio_write_string(writer, sentio_text(user));
    sentio_write_text(writer, ",\"data\":{");
}

void report_trade(struct sentio_writer *writer, const char *user,
                  const struct instrument *instrument, int32_t direction, const struct trade *trade,
                  int64_t now) {
    begin_user(writer, user);
    sentio_write_format(writer,
                        "\"type\":\"success\",\"title\":\"Trade Executed\",\"message\":"
                        "\"Your %s %s order of %lld share%s at ",
                        instrument->symbol, direction_name(direction), (long long)trade->quantity,
                        trade->quantity == 1 ? "" : "s");
    sentio_write_number(writer, trade->price, PLACES_PRICE);
    sentio_write_text(writer, " has been executed\"");
    stamp(writer, instrument, now);
    sentio_write_text(writer, "}}");
}

static void position(struct sentio_writer *writer, const struct market *market,
                     const struct position *held) {
    double price = market->prices[held->instrument];
    sentio_write_format(writer, "{\"symbol\":\"%s\",\"quantity\":%lld",
                        market->instruments[held->instrument].symbol, (long long)held->quantity);
    report_number(writer, "avg_price", held->average, PLACES_PRICE);
    report_number(writer, "price", price, PLACES_PRICE);
    report_number(writer, "unrealized_pnl", (double)held->quantity * (price - held->average),
                  PLACES_MONEY);
    sentio_write_text(writer, "}");
}

void report_earnings(struct sentio_writer *writer, const struct sentio_channel *channel,
                     uint32_t user) {
    const struct portfolio *portfolio = &channel->desk.portfolios[user];
    double equity = portfolio_equity(portfolio, channel->market.prices);
    double earned = equity - portfolio->initial;
    begin_user(writer, channel->options.users[user]);
    sentio_write_text(writer, "\"portfolio_value\":");
    sentio_write_number(writer, equity, PLACES_MONEY);
    report_number(writer, "total_return", earned, PLACES_MONEY);
    report_number(writer, "total_return_pct", 100 * earned / portfolio->initial, PLACES_RATE);
    report_number(writer, "daily_pnl", equity - portfolio->day_equity, PLACES_MONEY);
    report_number(writer, "win_rate", portfolio_win_rate(portfolio), PLACES_RATE);
    report_count(writer, "trades", portfolio->trades);
    report_number(writer, "cash", portfolio->cash, PLACES_MONEY);
    sentio_write_text(writer, ",\"positions\":[");
    for (uint32_t i = 0; i < portfolio->position_count; i++) {
        if (i > 0)
            sentio_write_text(writer, ",");
        position(writer, &channel->market, &portfolio->positions[i]);
    }
    sentio_write_text(writer, "]}}");
}
