/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "load.h"
#include "options.h"
#include "scenario.h"

static void raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int run(struct load *load) {
    if (strcmp(load->options->scenario, "connect") == 0) {
        return scenario_connect(load);
    }
    return strcmp(load->options->scenario, "conflation") == 0 ? scenario_conflation(load)
                                                              : scenario_deliver(load);
}

int main(int argc, char **argv) {
    struct options options;
    struct load load;
    if (options_read(argc, argv, &options) != 0) {
        return 2;
    }
    raise_descriptors();
    signal(SIGPIPE, SIG_IGN); /* TLS writes without MSG_NOSIGNAL */
    if (load_init(&load, &options) != 0) {
        fprintf(stderr, "load: out of memory or descriptors\n");
        return 1;
    }
    int result = run(&load);
    if (result != 0) {
        fprintf(stderr, "load: %s (%u of %u clients subscribed)\n",
                load.failed != NULL ? load.failed : "failed", load.ready, load.client_count);
    }
    load_finish(&load);
    return result == 0 ? 0 : 1;
}
