/* SPDX-License-Identifier: MIT */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "client.h"
#include "payload.h"
#include "process.h"
#include "publisher.h"

#define BATCHES_MAX 1024
#define SECOND INT64_C(1000000000)
#define PERIOD (SECOND / 40) /* with 50 quotes a batch, 2,000 quotes a second */
#define WARM_SECONDS 1
#define PUBLISHERS 16
#define SLOW_STEP (SECOND / 100) /* each slow client reads at every tenth */
#define SLOW_STEPS 10
#define SLOW_BYTES 1638              /* at a time: 16 KiB a second */
#define LATE_LIMIT (3 * SECOND)      /* for batches after their time, and the fast clients' last */
#define QUIET (SECOND)               /* nothing came: nothing will */
#define CATCH_UP_LIMIT (15 * SECOND) /* for the slow clients' rest */

/* What one client has got. */
struct reader {
    uint64_t messages;
    uint32_t latest[PAYLOAD_QUOTED];  /* the newest sequence of each symbol */
    uint8_t batches[BATCHES_MAX / 8]; /* fast: a bit for each measured batch that it has seen */
};

struct market {
    struct load *load;
    struct reader *readers;
    uint32_t newest[PAYLOAD_QUOTED]; /* published of each symbol */
    uint32_t first;                  /* sequence of the first measured batch */
    uint32_t posted;                 /* measured batches */
    int64_t start;                   /* when the first was due; 0: still warming up */
    int64_t heard;                   /* when the last message came */
    uint64_t fast_got;               /* batches of all fast clients */
    unsigned closed;
    int64_t next_step;
    unsigned step;
    double peak; /* bytes of the server's memory */
    char *body;
};

static void note_batch(struct market *market, struct reader *reader, uint32_t sequence) {
    uint32_t batch = sequence - market->first;
    if (market->start == 0 || sequence < market->first || batch >= market->posted) {
        return;
    }
    uint8_t bit = (uint8_t)(1u << batch % 8);
    if ((reader->batches[batch / 8] & bit) != 0) {
        return;
    }
    reader->batches[batch / 8] |= bit;
    market->fast_got++;
    histogram_add(&market->load->latencies, market->heard - market->start - batch * PERIOD);
}

static void take_quotes(struct client *client, const struct frame *frame) {
    struct market *market = client->load->scenario;
    struct reader *reader = &market->readers[client->number];
    struct payload_quote quote;
    const char *text = frame->payload;
    size_t size = frame->size;
    uint32_t sequence = 0;
    market->heard = process_clock();
    while (payload_next_quote(&text, &size, &quote)) {
        if (quote.sequence > reader->latest[quote.symbol]) {
            reader->latest[quote.symbol] = quote.sequence;
        }
        if (!client->slow && quote.sequence != sequence) {
            note_batch(market, reader, quote.sequence);
        }
        sequence = quote.sequence;
    }
    if (sequence > 0) {
        reader->messages++;
    }
}

static void client_gone(struct client *client) {
    struct market *market = client->load->scenario;
    market->closed++;
}

static void read_slowly(struct market *market) {
    struct load *load = market->load;
    for (unsigned i = 0; i < load->client_count; i++) {
        struct client *client = &load->clients[i];
        if (client->slow && client->state == CLIENT_READY &&
            i / 2 % SLOW_STEPS == market->step % SLOW_STEPS) {
            client_read(client, SLOW_BYTES);
        }
    }
    market->step++;
}

static int sample_memory(struct market *market, struct process_sample *sample) {
    const struct options *options = market->load->options;
    if (process_measure(options->pids, options->pid_count, sample) != 0) {
        load_fail(market->load, "the server has ended");
        return -1;
    }
    if (sample->rss > market->peak) {
        market->peak = sample->rss;
    }
    return 0;
}

/* One turn of at most a few milliseconds, while the slow ones read slowly. */
static int turn(struct market *market) {
    struct process_sample sample;
    if (market->start > 0 && process_clock() >= market->next_step) {
        market->next_step += SLOW_STEP;
        read_slowly(market);
        if (sample_memory(market, &sample) != 0) {
            return -1;
        }
    }
    return load_turn(market->load, 5);
}

static bool post(struct market *market) {
    uint32_t sequence = market->load->next_sequence;
    size_t size = payload_quotes(market->body, sequence);
    if (!publisher_post(market->load, market->body, size, 0)) {
        return false;
    }
    for (unsigned symbol = sequence % 2; symbol < PAYLOAD_QUOTED; symbol += 2) {
        market->newest[symbol] = sequence;
    }
    return true;
}

/* Each batch at its time, or as soon after it as a connection is free; what can not be published in
 * the end is left out. Returns how many were published, -1 on failure. */
static int publish_paced(struct market *market, int64_t start, unsigned count) {
    unsigned posted = 0;
    int64_t end = start + count * PERIOD + LATE_LIMIT;
    while (posted < count && process_clock() < end) {
        if (process_clock() >= start + posted * PERIOD) {
            market->posted = market->start > 0 ? posted + 1 : 0;
            posted += post(market);
        }
        if (turn(market) != 0) {
            return -1;
        }
    }
    market->posted = market->start > 0 ? posted : 0;
    return (int)posted;
}

static unsigned mark_slow(struct load *load) {
    unsigned slow = load->options->slow;
    for (unsigned i = 0; i < load->client_count; i++) {
        load->clients[i].slow =
            (i + 1) * slow / load->client_count != i * slow / load->client_count;
    }
    return slow;
}

static void watch_slow(struct market *market, bool watched) {
    struct load *load = market->load;
    for (unsigned i = 0; i < load->client_count; i++) {
        struct client *client = &load->clients[i];
        if (!client->slow || client->state != CLIENT_READY) {
            continue;
        }
        if (watched) {
            load_watch(load, client->link.fd, &client->watch, EPOLLIN);
        } else {
            load_unwatch(load, client->link.fd);
        }
    }
}

static uint64_t messages_of(const struct market *market, bool slow) {
    uint64_t messages = 0;
    for (unsigned i = 0; i < market->load->client_count; i++) {
        messages += market->load->clients[i].slow == slow ? market->readers[i].messages : 0;
    }
    return messages;
}

/* Symbols of slow clients whose newest price is the one that was published last. */
static uint64_t current_of_slow(const struct market *market) {
    uint64_t current = 0;
    for (unsigned i = 0; i < market->load->client_count; i++) {
        for (unsigned symbol = 0; symbol < PAYLOAD_QUOTED; symbol++) {
            current += market->load->clients[i].slow &&
                       market->readers[i].latest[symbol] == market->newest[symbol];
        }
    }
    return current;
}

static int warm_up(struct market *market) {
    struct load *load = market->load;
    unsigned count = WARM_SECONDS * (unsigned)(SECOND / PERIOD);
    if (publisher_open(load, PUBLISHERS, 1) != 0 ||
        publish_paced(market, process_clock(), count) < 0) {
        return -1;
    }
    int64_t quiet = process_clock() + SECOND / 2;
    while (process_clock() < quiet) {
        if (turn(market) != 0) {
            return -1;
        }
    }
    for (unsigned i = 0; i < load->client_count; i++) {
        if (market->readers[i].messages == 0) {
            load_fail(load, "not every client receives what is published");
            return -1;
        }
        market->readers[i].messages = 0;
    }
    return 0;
}

/* The slow clients now read what there is, as fast as it comes. */
static int catch_up(struct market *market) {
    uint64_t all = (uint64_t)market->load->options->slow * PAYLOAD_QUOTED;
    int64_t end = process_clock() + CATCH_UP_LIMIT;
    watch_slow(market, true);
    market->heard = process_clock();
    while (process_clock() < end && process_clock() < market->heard + QUIET &&
           current_of_slow(market) < all) {
        if (load_turn(market->load, 50) != 0) {
            return -1;
        }
    }
    return 0;
}

static int run(struct market *market, struct process_sample *before, struct process_sample *after) {
    struct load *load = market->load;
    unsigned count = (unsigned)(load->options->seconds * (double)SECOND / PERIOD);
    count = count < BATCHES_MAX ? count : BATCHES_MAX;
    if (warm_up(market) != 0 || sample_memory(market, before) != 0) {
        return -1;
    }
    market->peak = before->rss;
    watch_slow(market, false);
    market->first = load->next_sequence;
    market->start = process_clock();
    market->next_step = market->start;
    if (publish_paced(market, market->start, count) < 0) {
        return -1;
    }
    uint64_t all = (uint64_t)(load->client_count - load->options->slow) * market->posted;
    int64_t end = process_clock() + LATE_LIMIT;
    while (market->fast_got < all && process_clock() < end) {
        if (turn(market) != 0) {
            return -1;
        }
    }
    return sample_memory(market, after);
}

static void print_market(const struct market *market, const struct process_sample *before,
                         const struct process_sample *after, uint64_t slow, uint64_t fast) {
    const struct load *load = market->load;
    double slow_count = load->options->slow;
    double all = ((double)load->client_count - slow_count) * market->posted;
    printf("{\"clients\":%u,\"slow\":%.0f,\"batches\":%u,\"cpu_us\":%.4f,\"p50_ms\":%.4f,"
           "\"p99_ms\":%.4f,\"p999_ms\":%.4f,\"fast_percent\":%.3f,\"slow_messages\":%.2f,"
           "\"rss_kib\":%.4f,\"closed\":%u,\"current_percent\":%.3f}\n",
           load->client_count, slow_count, market->posted,
           (after->cpu - before->cpu) * 1e6 / (double)(slow + fast),
           histogram_at(&load->latencies, 0.5), histogram_at(&load->latencies, 0.99),
           histogram_at(&load->latencies, 0.999), 100 * (double)market->fast_got / all,
           (double)slow / slow_count, (market->peak - before->rss) / 1024 / slow_count,
           market->closed, 100 * (double)current_of_slow(market) / (slow_count * PAYLOAD_QUOTED));
}

int scenario_conflation(struct load *load) {
    struct market market = {.load = load};
    struct process_sample before;
    struct process_sample after;
    market.body = malloc(PAYLOAD_MAX);
    market.readers = calloc(load->client_count + 1u, sizeof(*market.readers));
    load->scenario = &market;
    load->take = take_quotes;
    load->gone = client_gone;
    int result = -1;
    if (market.body == NULL || market.readers == NULL || mark_slow(load) == 0) {
        load_fail(load, "out of memory, or no slow clients");
        goto out;
    }
    if (client_start_all(load, load->client_count) != 0 || run(&market, &before, &after) != 0) {
        goto out;
    }
    uint64_t slow = messages_of(&market, true);
    uint64_t fast = messages_of(&market, false);
    result = catch_up(&market);
    if (result == 0) {
        print_market(&market, &before, &after, slow, fast);
    }
out:
    free(market.readers);
    free(market.body);
    return result;
}
