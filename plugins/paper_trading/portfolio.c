/* SPDX-License-Identifier: MIT */
#include "portfolio.h"

#include <math.h>
#include <string.h>

const struct appetite *appetite_of(uint32_t user) {
    static const struct appetite appetites[] = {
        {"cautious", 0.75, 0.05},
        {"balanced", 0.6, 0.1},
        {"bold", 0.45, 0.2},
    };
    return &appetites[user % 3];
}

void portfolio_init(struct portfolio *portfolio, double cash) {
    *portfolio = (struct portfolio){.initial = cash, .cash = cash, .day_equity = cash};
}

const struct position *portfolio_position(const struct portfolio *portfolio, uint32_t instrument) {
    for (uint32_t i = 0; i < portfolio->position_count; i++)
        if (portfolio->positions[i].instrument == instrument)
            return &portfolio->positions[i];
    return NULL;
}

double portfolio_equity(const struct portfolio *portfolio, const double *prices) {
    double equity = portfolio->cash;
    for (uint32_t i = 0; i < portfolio->position_count; i++) {
        const struct position *position = &portfolio->positions[i];
        equity += (double)position->quantity * prices[position->instrument];
    }
    return equity;
}

double portfolio_win_rate(const struct portfolio *portfolio) {
    return portfolio->closed ? (double)portfolio->won / (double)portfolio->closed : 0;
}

void portfolio_begin_day(struct portfolio *portfolio, const double *prices) {
    portfolio->day_equity = portfolio_equity(portfolio, prices);
    portfolio->day_trades = 0;
}

static void book(struct portfolio *portfolio, double cash, double commission) {
    /* Never below 0, not even by a rounding: a machine that fuses multiplication and addition
     * rounds otherwise here than where it was reckoned what is affordable. */
    portfolio->cash = fmax(portfolio->cash + (cash - commission), 0);
    portfolio->commission += commission;
    portfolio->trades++;
    portfolio->day_trades++;
}

static double cost_of(int64_t quantity, double price, double rate) {
    double value = (double)quantity * price;
    return value + value * rate;
}

/* The most shares that `budget` and, with commission, the cash pay for. */
static int64_t affordable(const struct portfolio *portfolio, double budget, double price,
                          double rate) {
    double shares = floor(fmin(budget / price, portfolio->cash / (price * (1 + rate))));
    int64_t quantity = (int64_t)fmin(shares, SHARES_MAX);
    /* The division may have been rounded up. */
    while (quantity > 0 && cost_of(quantity, price, rate) > portfolio->cash)
        quantity--;
    return quantity;
}

struct trade portfolio_buy(struct portfolio *portfolio, uint32_t instrument, double fraction,
                           double rate, const double *prices) {
    struct trade none = {0};
    if (portfolio_position(portfolio, instrument) || portfolio->position_count == POSITIONS_MAX)
        return none;
    double price = prices[instrument];
    double budget = fraction * portfolio_equity(portfolio, prices);
    int64_t quantity = affordable(portfolio, budget, price, rate);
    if (quantity < 1)
        return none;
    double value = (double)quantity * price;
    struct trade trade = {.quantity = quantity, .price = price, .commission = value * rate};
    book(portfolio, -value, trade.commission);
    portfolio->positions[portfolio->position_count++] = (struct position){
        .instrument = instrument,
        .quantity = quantity,
        .average = price,
        .commission = trade.commission,
    };
    return trade;
}

struct trade portfolio_sell(struct portfolio *portfolio, uint32_t instrument, double rate,
                            const double *prices) {
    const struct position *held = portfolio_position(portfolio, instrument);
    if (!held)
        return (struct trade){0};
    double price = prices[instrument];
    double value = (double)held->quantity * price;
    struct trade trade = {.quantity = held->quantity, .price = price, .commission = value * rate};
    double cost = (double)held->quantity * held->average + held->commission;
    book(portfolio, value, trade.commission);
    portfolio->closed++;
    if (value - trade.commission > cost)
        portfolio->won++;
    size_t index = (size_t)(held - portfolio->positions);
    size_t behind = --portfolio->position_count - index;
    memmove(&portfolio->positions[index], &portfolio->positions[index + 1],
            behind * sizeof portfolio->positions[0]);
    return trade;
}
