/* SPDX-License-Identifier: MIT */
#include "admin_rates.h"

#include "http/parameter.h"
#include "hub/hub.h"
#include "rates.h"

/* The part of the past that is asked for. */
struct past {
    uint64_t first;
    uint64_t end;
};

void admin_rates_write_tenths(struct sentio_writer *out, uint64_t tenths) {
    sentio_write_format(out, "%llu.%u", (unsigned long long)(tenths / 10), (unsigned)(tenths % 10));
}

/* There are thousands of them, most of which are short: no printf(). */
static void write_number(struct sentio_writer *out, uint64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    sentio_write(out, sentio_bytes(digits + at, sizeof(digits) - at));
}

static void write_series(struct sentio_writer *out, const char *name, const struct series *series,
                         struct past past) {
    sentio_write_format(out, "\"%s\":[", name);
    for (uint64_t n = past.first; n < past.end; n++) {
        if (n > past.first)
            sentio_write_text(out, ",");
        write_number(out, series->values[n % RATES_SECONDS]);
    }
    sentio_write_text(out, "]");
}

static void write_host(struct sentio_writer *out, const struct rates *rates, struct past past) {
    sentio_write_text(out, "\"series\":{");
    write_series(out, "updates", &rates->updates, past);
    sentio_write_text(out, ",");
    write_series(out, "deliveries", &rates->deliveries, past);
    sentio_write_text(out, ",");
    write_series(out, "bytes_out", &rates->bytes_out, past);
    sentio_write_text(out, ",");
    write_series(out, "connections", &rates->connections, past);
    sentio_write_text(out, "}");
}

static void write_channels(struct sentio_writer *out, const struct hub *hub, struct past past) {
    bool any = false;
    sentio_write_text(out, ",\"channels\":{");
    for (size_t i = 0; i < hub->channel_count; i++) {
        const struct channel *channel = hub->channels[i];
        if (channel == NULL || channel->rates == NULL)
            continue;
        sentio_write_text(out, any ? "," : "");
        sentio_write_string(out, sentio_text(channel->config->name));
        sentio_write_text(out, ":{");
        write_series(out, "updates", &channel->rates->updates, past);
        sentio_write_text(out, ",");
        write_series(out, "deliveries", &channel->rates->deliveries, past);
        sentio_write_text(out, "}");
        any = true;
    }
    sentio_write_text(out, "}");
}

void admin_rates_answer(struct hub *hub, const struct admin_question *question) {
    const struct rates *rates = hub->rates;
    uint64_t seconds = RATES_SECONDS;
    if (!parameter_number(question->parameters, "seconds", 1, RATES_SECONDS, &seconds)) {
        admin_api_refuse(hub, question, 400, "\"seconds\" must be a number from 1 to 600");
        return;
    }
    if (rates == NULL) {
        admin_api_refuse(hub, question, 503, "the host was out of memory when it started");
        return;
    }
    uint64_t length = rates_length(rates) < seconds ? rates_length(rates) : seconds;
    struct past past = {.first = rates->count - length, .end = rates->count};
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, "{\"step_s\":1,\"from\":\"");
    sentio_write_time(&out, rates_time(rates) - (int64_t)length * 1000);
    sentio_write_text(&out, "\",\"to\":\"");
    sentio_write_time(&out, rates_time(rates));
    sentio_write_text(&out, "\",");
    write_host(&out, rates, past);
    write_channels(&out, hub, past);
    sentio_write_text(&out, "}");
    admin_api_respond(hub, question, &out);
}
