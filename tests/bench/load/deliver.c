/* SPDX-License-Identifier: MIT */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "payload.h"
#include "process.h"
#include "publisher.h"

#define WARM_TRIES 20
#define WARM_LIMIT INT64_C(1000000000)
#define WARM_TIME INT64_C(250000000) /* for compilers at run time, and for caches */
#define DRAIN_LIMIT INT64_C(20000000000)

/* How many clients want something of each batch. */
static void count_expected(struct load *load) {
    for (unsigned number = 0; number < load->client_count; number++) {
        unsigned own[PAYLOAD_OWN];
        bool wanted[PAYLOAD_BATCHES] = {false};
        payload_own(number, own);
        for (unsigned i = 0; i < PAYLOAD_OWN; i++) {
            wanted[own[i] % PAYLOAD_BATCHES] = true;
        }
        for (unsigned batch = 0; batch < PAYLOAD_BATCHES; batch++) {
            load->expected[batch] += wanted[batch];
        }
    }
}

static bool post_next(struct load *load, const struct options_phase *phase, char *body) {
    uint32_t sequence = load->next_sequence;
    if (phase->size > 0) {
        size_t size = payload_broadcast(body, phase->size, sequence);
        return publisher_post(load, body, size, load->client_count);
    }
    size_t size = payload_batch(body, sequence);
    return publisher_post(load, body, size, load->expected[sequence % PAYLOAD_BATCHES]);
}

static int drain(struct load *load, int64_t limit) {
    int64_t end = process_clock() + limit;
    while (load->in_flight > 0 && process_clock() < end) {
        if (load_turn(load, 100) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Some servers subscribe a client after they have answered it: publish until all get a message, and
 * for a while. */
static int warm_up(struct load *load, const struct options_phase *phase, char *body) {
    if (publisher_open(load, 1, 1) != 0) {
        return -1;
    }
    int64_t end = process_clock() + WARM_TIME;
    for (int failed = 0; failed < WARM_TRIES;) {
        post_next(load, phase, body);
        if (drain(load, WARM_LIMIT) != 0) {
            return -1;
        }
        if (load->in_flight == 0 && process_clock() > end) {
            return 0;
        }
        failed += load->in_flight > 0;
        memset(load->flights, 0, sizeof(load->flights));
        load->in_flight = 0;
    }
    load_fail(load, "not every client receives what is published");
    return -1;
}

static int publish_for(struct load *load, const struct options_phase *phase, char *body) {
    int64_t end = process_clock() + (int64_t)(load->options->seconds * 1e9);
    while (process_clock() < end) {
        bool more = true;
        while (more && load->in_flight < phase->window) {
            more = post_next(load, phase, body);
        }
        if (load_turn(load, 100) != 0) {
            return -1;
        }
    }
    if (drain(load, DRAIN_LIMIT) != 0) {
        return -1;
    }
    if (load->in_flight > 0) {
        load_fail(load, "what was published did not reach every client within 20 seconds");
        return -1;
    }
    return 0;
}

static void print_phase(const struct load *load, const struct options_phase *phase,
                        const struct process_sample *before, const struct process_sample *after) {
    double seconds = (double)(after->wall - before->wall) / 1e9;
    double counted = (double)(load->client_count > 0 ? load->deliveries : load->messages);
    printf("{\"window\":%u,\"size\":%u,\"clients\":%u,\"messages\":%llu,\"deliveries\":%llu,"
           "\"seconds\":%.4f,\"cpu_us\":%.4f,\"rate\":%.1f,\"bytes\":%.1f,\"p50_ms\":%.4f,"
           "\"p99_ms\":%.4f,\"p999_ms\":%.4f}\n",
           phase->window, phase->size, load->client_count, (unsigned long long)load->messages,
           (unsigned long long)load->deliveries, seconds,
           (after->cpu - before->cpu) * 1e6 / counted, counted / seconds,
           load->deliveries > 0 ? (double)load->delivered_bytes / (double)load->deliveries : 0,
           histogram_at(&load->latencies, 0.5), histogram_at(&load->latencies, 0.99),
           histogram_at(&load->latencies, 0.999));
    fflush(stdout);
}

static int run_phase(struct load *load, const struct options_phase *phase, char *body) {
    const struct options *options = load->options;
    struct process_sample before;
    struct process_sample after;
    if (warm_up(load, phase, body) != 0 ||
        publisher_open(load, phase->connections, phase->window / phase->connections) != 0) {
        return -1;
    }
    load->messages = 0;
    load->deliveries = 0;
    load->delivered_bytes = 0;
    histogram_clear(&load->latencies);
    if (process_measure(options->pids, options->pid_count, &before) != 0 ||
        publish_for(load, phase, body) != 0 ||
        process_measure(options->pids, options->pid_count, &after) != 0) {
        load_fail(load, "the server has ended");
        return -1;
    }
    print_phase(load, phase, &before, &after);
    return 0;
}

int scenario_deliver(struct load *load) {
    char *body = malloc(PAYLOAD_MAX);
    if (body == NULL) {
        load_fail(load, "out of memory");
        return -1;
    }
    count_expected(load);
    int result = client_start_all(load, load->client_count);
    for (size_t i = 0; result == 0 && i < load->options->phase_count; i++) {
        result = run_phase(load, &load->options->phases[i], body);
    }
    free(body);
    return result;
}
