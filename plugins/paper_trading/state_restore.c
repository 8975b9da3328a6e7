/* SPDX-License-Identifier: MIT */
#include "state.h"

#include <math.h>

#include "desk.h"

/* The bytes not yet read; once something was missing or out of its range, `bad` stays set and
 * every further value is 0. */
struct reader {
    const unsigned char *at;
    size_t left;
    bool bad;
};

static uint64_t get(struct reader *reader, size_t size) {
    if (reader->bad || reader->left < size) {
        reader->bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)reader->at[i] << (8 * i);
    reader->at += size;
    reader->left -= size;
    return value;
}

/* An integer that may not be above `highest`. */
static uint64_t get_within(struct reader *reader, size_t size, uint64_t highest) {
    uint64_t value = get(reader, size);
    if (value <= highest)
        return value;
    reader->bad = true;
    return 0;
}

static bool get_flag(struct reader *reader) {
    return get_within(reader, 1, 1) == 1;
}

/* Days and times: far enough from the ends of the type to be reckoned with. */
static int64_t get_signed(struct reader *reader) {
    int64_t value = (int64_t)get(reader, 8);
    if (value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53)
        return value;
    reader->bad = true;
    return 0;
}

static double get_double(struct reader *reader) {
    uint64_t bits = get(reader, 8);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    if (isfinite(value))
        return value;
    reader->bad = true;
    return 0;
}

static double get_at_least(struct reader *reader, double lowest) {
    double value = get_double(reader);
    if (value >= lowest)
        return value;
    reader->bad = true;
    return lowest;
}

static double get_price(struct reader *reader) {
    double price = get_double(reader);
    if (price > 0)
        return price;
    reader->bad = true;
    return 1;
}

static struct sentio_bytes get_text(struct reader *reader, size_t longest) {
    size_t size = (size_t)get_within(reader, 1, longest);
    if (reader->bad || reader->left < size) {
        reader->bad = true;
        return sentio_text(NULL);
    }
    struct sentio_bytes text = sentio_bytes((const char *)reader->at, size);
    reader->at += size;
    reader->left -= size;
    if (!sentio_utf8_valid(text) || (size > 0 && memchr(text.data, 0, size)))
        reader->bad = true;
    return text;
}

/* The samples, oldest first; the window and Wilder's averages are built from them. */
static void get_samples(struct reader *reader, struct sentio_channel *channel, uint32_t index) {
    struct series *series = &channel->market.instruments[index].series;
    uint32_t count = (uint32_t)get_within(reader, 4, UINT16_MAX);
    if (count == 0)
        reader->bad = true;
    for (uint32_t i = 0; i < count && !reader->bad; i++) {
        double price = get_price(reader);
        series_push(series, &channel->options.strategy, price);
        channel->market.prices[index] = price;
    }
}

static int get_instrument(struct reader *reader, struct sentio_channel *channel,
                          uint32_t rsi_period) {
    char upper[SYMBOL_MAX];
    struct sentio_bytes symbol = {0};
    struct sentio_bytes text = get_text(reader, SYMBOL_MAX);
    uint32_t index = 0;
    if (reader->bad || sentio_symbol(text, upper, &symbol) != SENTIO_OK ||
        market_find(&channel->market, symbol, &index) == SENTIO_OK)
        return SENTIO_INVALID;
    int result =
        market_add(&channel->market, symbol, SYMBOLS_MAX, &channel->options.strategy, &index);
    if (result != SENTIO_OK)
        return result;
    struct instrument *instrument = &channel->market.instruments[index];
    struct sentio_bytes stamp = get_text(reader, STAMP_MAX);
    if (stamp.size > 0)
        memcpy(instrument->stamp, stamp.data, stamp.size);
    instrument->signal = (int32_t)get_within(reader, 1, 2) - 1;
    struct wilder wilder = {.gain = get_at_least(reader, 0), .loss = get_at_least(reader, 0)};
    wilder.changes = (uint32_t)get_within(reader, 4, rsi_period);
    get_samples(reader, channel, index);
    if (rsi_period == channel->options.strategy.rsi_period) {
        wilder.last = channel->market.prices[index];
        instrument->series.wilder = wilder;
    }
    return reader->bad ? SENTIO_INVALID : SENTIO_OK;
}

static int get_market(struct reader *reader, struct sentio_channel *channel) {
    uint32_t rsi_period = (uint32_t)get_within(reader, 4, UINT16_MAX);
    uint32_t count = (uint32_t)get_within(reader, 4, SYMBOLS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        int result = get_instrument(reader, channel, rsi_period);
        if (result != SENTIO_OK)
            return result;
    }
    return reader->bad ? SENTIO_INVALID : SENTIO_OK;
}

static void get_portfolio(struct reader *reader, struct portfolio *portfolio, uint32_t symbols) {
    *portfolio = (struct portfolio){0};
    portfolio->initial = get_price(reader);
    portfolio->cash = get_at_least(reader, 0);
    portfolio->day_equity = get_at_least(reader, 0);
    portfolio->commission = get_at_least(reader, 0);
    portfolio->trades = get(reader, 8);
    portfolio->day_trades = get(reader, 8);
    portfolio->closed = get(reader, 8);
    portfolio->won = get_within(reader, 8, portfolio->closed);
    portfolio->position_count = (uint32_t)get_within(reader, 4, POSITIONS_MAX);
    for (uint32_t i = 0; i < portfolio->position_count; i++) {
        struct position *position = &portfolio->positions[i];
        position->instrument = (uint32_t)get_within(reader, 4, UINT32_MAX);
        position->quantity = (int64_t)get_within(reader, 8, SHARES_MAX);
        position->average = get_price(reader);
        position->commission = get_at_least(reader, 0);
        if (position->instrument >= symbols || position->quantity == 0)
            reader->bad = true;
    }
}

static struct published get_published(struct reader *reader) {
    struct published published = {.sent = get_flag(reader)};
    published.equity = get_double(reader);
    published.day_equity = get_double(reader);
    published.trades = get(reader, 8);
    return published;
}

static int get_users(struct reader *reader, struct sentio_channel *channel) {
    uint32_t taken = 0;
    uint32_t count = (uint32_t)get_within(reader, 4, USERS_MAX);
    for (uint32_t i = 0; i < count && !reader->bad; i++) {
        struct portfolio portfolio;
        struct sentio_bytes user = get_text(reader, USER_ID_MAX);
        get_portfolio(reader, &portfolio, channel->market.count);
        struct published published = get_published(reader);
        for (uint32_t j = 0; j < channel->options.user_count && !reader->bad; j++) {
            if (!sentio_is(user, channel->options.users[j]))
                continue;
            channel->desk.portfolios[j] = portfolio;
            channel->desk.published[j] = published;
            taken++;
        }
    }
    /* A new user has earnings to show. */
    if (taken < channel->options.user_count)
        channel->moved = true;
    return reader->bad ? SENTIO_INVALID : SENTIO_OK;
}

static int get_channel(struct reader *reader, struct sentio_channel *channel) {
    struct desk *desk = &channel->desk;
    channel->moved = get_flag(reader);
    channel->earnings_at = get_signed(reader);
    channel->admin_at = get_signed(reader);
    desk->begun = get_flag(reader);
    desk->day = get_signed(reader);
    desk->month_commission = get_at_least(reader, 0);
    desk->total_commission = get_at_least(reader, 0);
    int result = get_market(reader, channel);
    if (result == SENTIO_OK)
        result = get_users(reader, channel);
    if (result == SENTIO_OK && reader->left > 0)
        return SENTIO_INVALID;
    return result;
}

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

int state_restore(struct sentio_channel *channel, struct sentio_bytes state, int64_t now) {
    int64_t earnings_at = channel->earnings_at;
    int64_t admin_at = channel->admin_at;
    struct reader reader = {.at = (const unsigned char *)state.data, .left = state.size};
    int result = get_channel(&reader, channel);
    if (result == SENTIO_OK) {
        channel->earnings_at =
            earlier(channel->earnings_at, now + channel->options.earnings_interval);
        channel->admin_at = earlier(channel->admin_at, now + channel->options.admin_interval);
        return SENTIO_OK;
    }
    market_finish(&channel->market);
    desk_init(&channel->desk, &channel->options);
    channel->moved = true;
    channel->earnings_at = earnings_at;
    channel->admin_at = admin_at;
    return result;
}
