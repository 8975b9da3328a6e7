/* SPDX-License-Identifier: MIT */
#include "state.h"

static void put(struct sentio_writer *writer, uint64_t value, size_t size) {
    char bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(value >> (8 * i) & 0xff);
    sentio_write(writer, sentio_bytes(bytes, size));
}

static void put_u32(struct sentio_writer *writer, uint32_t value) {
    put(writer, value, 4);
}

static void put_u64(struct sentio_writer *writer, uint64_t value) {
    put(writer, value, 8);
}

static void put_flag(struct sentio_writer *writer, bool value) {
    put(writer, value, 1);
}

static void put_double(struct sentio_writer *writer, double value) {
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    put_u64(writer, bits);
}

/* At most 255 bytes. */
static void put_text(struct sentio_writer *writer, const char *text) {
    struct sentio_bytes bytes = sentio_text(text);
    put(writer, bytes.size, 1);
    sentio_write(writer, bytes);
}

static void put_instrument(struct sentio_writer *writer, const struct instrument *instrument) {
    const struct window *window = &instrument->series.window;
    const struct wilder *wilder = &instrument->series.wilder;
    put_text(writer, instrument->symbol);
    put_text(writer, instrument->stamp);
    put(writer, (uint64_t)(instrument->signal + 1), 1);
    put_double(writer, wilder->gain);
    put_double(writer, wilder->loss);
    put_u32(writer, wilder->changes);
    put_u32(writer, window->count);
    for (uint32_t age = window->count; age > 0; age--)
        put_double(writer, window_at(window, age - 1));
}

static void put_portfolio(struct sentio_writer *writer, const struct portfolio *portfolio) {
    put_double(writer, portfolio->initial);
    put_double(writer, portfolio->cash);
    put_double(writer, portfolio->day_equity);
    put_double(writer, portfolio->commission);
    put_u64(writer, portfolio->trades);
    put_u64(writer, portfolio->day_trades);
    put_u64(writer, portfolio->closed);
    put_u64(writer, portfolio->won);
    put_u32(writer, portfolio->position_count);
    for (uint32_t i = 0; i < portfolio->position_count; i++) {
        const struct position *position = &portfolio->positions[i];
        put_u32(writer, position->instrument);
        put_u64(writer, (uint64_t)position->quantity);
        put_double(writer, position->average);
        put_double(writer, position->commission);
    }
}

static void put_published(struct sentio_writer *writer, const struct published *published) {
    put_flag(writer, published->sent);
    put_double(writer, published->equity);
    put_double(writer, published->day_equity);
    put_u64(writer, published->trades);
}

void state_save(const struct sentio_channel *channel, struct sentio_writer *writer) {
    const struct desk *desk = &channel->desk;
    put_flag(writer, channel->moved);
    put_u64(writer, (uint64_t)channel->earnings_at);
    put_u64(writer, (uint64_t)channel->admin_at);
    put_flag(writer, desk->begun);
    put_u64(writer, (uint64_t)desk->day);
    put_double(writer, desk->month_commission);
    put_double(writer, desk->total_commission);
    put_u32(writer, channel->options.strategy.rsi_period);
    put_u32(writer, channel->market.count);
    for (uint32_t i = 0; i < channel->market.count; i++)
        put_instrument(writer, &channel->market.instruments[i]);
    put_u32(writer, channel->options.user_count);
    for (uint32_t i = 0; i < channel->options.user_count; i++) {
        put_text(writer, channel->options.users[i]);
        put_portfolio(writer, &desk->portfolios[i]);
        put_published(writer, &desk->published[i]);
    }
}
