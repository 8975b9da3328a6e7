/* SPDX-License-Identifier: MIT */
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

int main(int argc, char **argv) {
    struct options options;
    struct load load;
    if (options_read(argc, argv, &options) != 0) {
        return 2;
    }
    raise_descriptors();
    if (load_init(&load, &options) != 0) {
        fprintf(stderr, "load: out of memory or descriptors\n");
        return 1;
    }
    int result = strcmp(options.scenario, "connect") == 0 ? scenario_connect(&load)
                                                          : scenario_deliver(&load);
    if (result != 0) {
        fprintf(stderr, "load: %s (%u of %u clients subscribed)\n",
                load.failed != NULL ? load.failed : "failed", load.ready, load.client_count);
    }
    load_finish(&load);
    return result == 0 ? 0 : 1;
}
