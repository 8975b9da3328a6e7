/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "options.h"
#include "publisher.h"
#include "replay.h"
#include "result.h"
#include "simulation.h"

enum { EXIT_USAGE = 2 };

static struct stop stop;

static void on_signal(int number) {
    (void)number;
    stop.asked = 1;
    if (!stop.writing)
        _exit(EXIT_SUCCESS);
}

static void handle_signals(void) {
    struct sigaction end = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGINT, &end, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static int replay(const struct options *options, struct publisher *publisher) {
    FILE *file = fopen(options->file, "re");
    if (file == NULL) {
        fprintf(stderr, "sentio-feed: %s: %s; name a readable file with --file\n", options->file,
                strerror(errno));
        return SENTIO_FAILED;
    }
    struct replay settings = {.name = options->file,
                              .reports = stderr,
                              .symbols = &options->symbols,
                              .max_gap = options->max_gap,
                              .interval = options->interval,
                              .loop = options->loop};
    int result = replay_run(&settings, file, publisher);
    fclose(file);
    return result;
}

static int simulate(const struct options *options, struct publisher *publisher) {
    struct simulation_options settings = {.symbols = &options->symbols,
                                          .seed = options->seed,
                                          .start = options->clock,
                                          .interval = options->interval};
    if (settings.start == -1)
        settings.start = clock_unix_ms();
    struct simulation *simulation = simulation_create(&settings);
    if (simulation == NULL) {
        fprintf(stderr, "sentio-feed: out of memory\n");
        return SENTIO_NO_MEMORY;
    }
    int result = simulation_run(simulation, publisher);
    simulation_destroy(simulation);
    return result;
}

static int run(const struct options *options) {
    struct pace pace;
    struct publisher publisher;
    struct output output = {.fd = STDOUT_FILENO, .patience = OUTPUT_PATIENCE_MS, .stop = &stop};
    handle_signals();
    pace_init(&pace, clock_monotonic(), options->speed);
    publisher_init(&publisher, pace, output, options->count);
    int result =
        options->file != NULL ? replay(options, &publisher) : simulate(options, &publisher);
    publisher_finish(&publisher);
    return result >= 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    struct options options;
    struct problem problem;
    if (options_read(&options, argc, argv, &problem) != 0) {
        fprintf(stderr, "sentio-feed: %s\n", problem.text);
        return EXIT_USAGE;
    }
    int status = EXIT_SUCCESS;
    if (options.action == OPTIONS_HELP)
        options_help(stdout);
    else if (options.action == OPTIONS_VERSION)
        printf("sentio-feed %s\n", SENTIO_VERSION);
    else
        status = run(&options);
    options_finish(&options);
    return status;
}
