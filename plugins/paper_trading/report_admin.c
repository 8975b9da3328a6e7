/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "calendar.h"

/* All accounts taken together. */
struct totals {
    uint64_t active; /* hold a position or traded today */
    uint64_t invested;
    uint64_t positions;
    uint64_t trades;
    uint64_t day_trades;
    uint64_t closed;
    uint64_t won;
    double initial;
    double equity;
};

static struct totals sum(const struct sentio_channel *channel) {
    struct totals totals = {0};
    for (uint32_t i = 0; i < channel->options.user_count; i++) {
        const struct portfolio *portfolio = &channel->desk.portfolios[i];
        totals.active += portfolio->position_count > 0 || portfolio->day_trades > 0;
        totals.invested += portfolio->position_count > 0;
        totals.positions += portfolio->position_count;
        totals.trades += portfolio->trades;
        totals.day_trades += portfolio->day_trades;
        totals.closed += portfolio->closed;
        totals.won += portfolio->won;
        totals.initial += portfolio->initial;
        totals.equity += portfolio_equity(portfolio, channel->market.prices);
    }
    return totals;
}

static void users(struct sentio_writer *writer, const struct sentio_channel *channel) {
    struct totals totals = sum(channel);
    report_count(writer, "total_users", channel->options.user_count);
    report_count(writer, "active_users", totals.active);
    report_count(writer, "users_with_positions", totals.invested);
}

/* Every user follows the signals, each from its own confidence on. */
static void subscribers(struct sentio_writer *writer, const struct sentio_channel *channel) {
    uint32_t total = channel->options.user_count;
    report_count(writer, "total_subscribers", total);
    report_count(writer, "active_subscriptions", total);
    sentio_write_text(writer, ",\"by_appetite\":");
    for (uint32_t i = 0; i < 3; i++)
        sentio_write_format(writer, "%s\"%s\":%u", i ? "," : "{", appetite_of(i)->name,
                            (total + 2 - i) / 3);
    sentio_write_text(writer, "}");
}

static void revenue(struct sentio_writer *writer, const struct sentio_channel *channel) {
    const struct desk *desk = &channel->desk;
    report_number(writer, "monthly_revenue", desk->month_commission, 2);
    report_number(writer, "total_revenue", desk->total_commission, 2);
    report_number(writer, "commission_bps", channel->options.commission_bps, 4);
    if (!desk->begun)
        return;
    int64_t month = calendar_month(desk->day);
    sentio_write_format(writer, ",\"month\":\"%04lld-%02lld\"", (long long)(month / 12),
                        (long long)(month % 12 + 1));
}

static void user_analytics(struct sentio_writer *writer, const struct sentio_channel *channel) {
    struct totals totals = sum(channel);
    double win_rate = totals.closed ? (double)totals.won / (double)totals.closed : 0;
    report_count(writer, "trades", totals.trades);
    report_count(writer, "trades_today", totals.day_trades);
    report_count(writer, "closed_trades", totals.closed);
    report_count(writer, "open_positions", totals.positions);
    report_number(writer, "win_rate", win_rate, 4);
    report_number(writer, "portfolio_value", totals.equity, 2);
    report_number(writer, "total_return", totals.equity - totals.initial, 2);
    report_number(writer, "total_return_pct",
                  100 * (totals.equity - totals.initial) / totals.initial, 4);
}

void report_admin(struct sentio_writer *writer, const struct sentio_channel *channel,
                  enum admin_kind kind) {
    static const struct {
        const char *name;
        void (*write)(struct sentio_writer *writer, const struct sentio_channel *channel);
    } kinds[ADMIN_KIND_COUNT] = {
        [ADMIN_USERS] = {"users", users},
        [ADMIN_SUBSCRIBERS] = {"subscribers", subscribers},
        [ADMIN_REVENUE] = {"revenue", revenue},
        [ADMIN_USER_ANALYTICS] = {"user_analytics", user_analytics},
    };
    sentio_write_format(writer, "{\"kind\":\"%s\",\"data\":{\"source\":\"paper trading\"",
                        kinds[kind].name);
    kinds[kind].write(writer, channel);
    sentio_write_text(writer, "}}");
}
