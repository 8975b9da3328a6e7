/* SPDX-License-Identifier: MIT */
#include "scenario.h"

#include <stdio.h>

#include "client.h"
#include "process.h"

#define SETTLE INT64_C(1500000000) /* buffers of the handshake are given back after it */

static int settle(struct load *load) {
    int64_t end = process_clock() + SETTLE;
    while (process_clock() < end) {
        if (load_turn(load, 50) != 0) {
            return -1;
        }
    }
    return 0;
}

int scenario_connect(struct load *load) {
    const struct options *options = load->options;
    unsigned measured = load->client_count - options->warm;
    struct process_sample before;
    struct process_sample there;
    struct process_sample idle;
    if (client_start_all(load, options->warm) != 0 || settle(load) != 0) {
        return -1;
    }
    histogram_clear(&load->connects);
    if (process_measure(options->pids, options->pid_count, &before) != 0 ||
        client_start_all(load, load->client_count) != 0 ||
        process_measure(options->pids, options->pid_count, &there) != 0 || settle(load) != 0 ||
        process_measure(options->pids, options->pid_count, &idle) != 0) {
        load_fail(load, "the server has ended");
        return -1;
    }
    double seconds = (double)(there.wall - before.wall) / 1e9;
    printf("{\"clients\":%u,\"seconds\":%.4f,\"cpu_us\":%.4f,\"rate\":%.1f,\"rss_kib\":%.4f,"
           "\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"p999_ms\":%.4f}\n",
           measured, seconds, (there.cpu - before.cpu) * 1e6 / measured, measured / seconds,
           (idle.rss - before.rss) / 1024 / measured, histogram_at(&load->connects, 0.5),
           histogram_at(&load->connects, 0.99), histogram_at(&load->connects, 0.999));
    return 0;
}
