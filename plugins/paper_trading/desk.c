/* SPDX-License-Identifier: MIT */
#include "desk.h"

#include "calendar.h"

void desk_init(struct desk *desk, const struct options *options) {
    memset(desk, 0, sizeof *desk);
    for (uint32_t i = 0; i < options->user_count; i++)
        portfolio_init(&desk->portfolios[i], options->cash);
}

void desk_begin_day(struct desk *desk, const struct options *options, const struct market *market,
                    int64_t day) {
    if (desk->begun && (day == desk->day || day == desk->day - 1))
        return;
    for (uint32_t i = 0; i < options->user_count; i++)
        portfolio_begin_day(&desk->portfolios[i], market->prices);
    if (desk->begun && calendar_month(day) != calendar_month(desk->day))
        desk->month_commission = 0;
    desk->begun = true;
    desk->day = day;
}

struct trade desk_follow(struct desk *desk, const struct options *options,
                         const struct market *market, uint32_t user, uint32_t instrument,
                         const struct consensus *consensus) {
    struct trade trade = {0};
    const struct appetite *appetite = appetite_of(user);
    struct portfolio *portfolio = &desk->portfolios[user];
    double rate = options->commission_bps / 10000;
    if (consensus->confidence < appetite->min_confidence)
        return trade;
    if (consensus->signal == DIRECTION_BUY)
        trade = portfolio_buy(portfolio, instrument, appetite->fraction, rate, market->prices);
    else if (consensus->signal == DIRECTION_SELL)
        trade = portfolio_sell(portfolio, instrument, rate, market->prices);
    desk->month_commission += trade.commission;
    desk->total_commission += trade.commission;
    return trade;
}

bool desk_take_changed(struct desk *desk, const struct market *market, uint32_t user) {
    const struct portfolio *portfolio = &desk->portfolios[user];
    struct published *last = &desk->published[user];
    struct published now = {
        .sent = true,
        .equity = portfolio_equity(portfolio, market->prices),
        .day_equity = portfolio->day_equity,
        .trades = portfolio->trades,
    };
    bool same = last->sent && last->equity == now.equity && last->day_equity == now.day_equity &&
                last->trades == now.trades;
    *last = now;
    return !same;
}
