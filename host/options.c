/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

enum { SET = 256, CHECK, DUMP, VERSION, WORKER, JOURNAL, HELP };

static const char default_file[] = "/etc/sentio/sentio.conf";

void options_help(void) {
    printf(
        "Usage: sentiod [-c FILE] [--set SECTION.KEY=VALUE]... [ACTION]\n"
        "\n"
        "Streams what backends publish to dashboards, over channels that are plugins.\n"
        "\n"
        "  -c, --config FILE      configuration; default %s\n"
        "      --set NAME=VALUE   a setting, which wins over environment and file:\n"
        "                         server.io_threads=2,\n"
        "                         channels.market-data.interval=1s\n"
        "      --journal DIR      records what comes in, for sentio-replay, in a new folder in DIR\n"
        "      --check-config     reads the configuration, loads the plugins, says what is wrong\n"
        "      --dump-config      shows every setting and where it comes from\n"
        "      --version          shows the version\n"
        "      --help [config]    shows this, or every setting there is\n"
        "\n"
        "A setting may also be in the environment, as SENTIO_SECTION__KEY. SIGTERM ends the\n"
        "daemon once its connections are closed. Exit status: 0 well, 1 failed, 2 wrong usage.\n",
        default_file);
}

static int usage(const char *message, const char *what) {
    fprintf(stderr, "sentiod: %s%s; see sentiod --help\n", message, what);
    return SENTIO_INVALID;
}

int options_parse(struct options *options, int argc, char **argv) {
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"set", required_argument, NULL, SET},
        {"check-config", no_argument, NULL, CHECK},
        {"dump-config", no_argument, NULL, DUMP},
        {"journal", required_argument, NULL, JOURNAL},
        {"version", no_argument, NULL, VERSION},
        {"worker", required_argument, NULL, WORKER},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    memset(options, 0, sizeof(*options));
    options->file = default_file;
    options->sets = calloc((size_t)argc + 1, sizeof(*options->sets));
    if (options->sets == NULL)
        return SENTIO_NO_MEMORY;
    for (;;) {
        int option = getopt_long(argc, argv, "c:", table, NULL);
        if (option == -1)
            break;
        if (option == 'c')
            options->file = optarg;
        else if (option == SET)
            options->sets[options->set_count++] = optarg;
        else if (option == JOURNAL)
            options->journal = optarg;
        else if (option == CHECK)
            options->action = ACTION_CHECK;
        else if (option == DUMP)
            options->action = ACTION_DUMP;
        else if (option == VERSION)
            options->action = ACTION_VERSION;
        else if (option == WORKER) {
            options->action = ACTION_WORKER;
            options->file = optarg;
        } else if (option == HELP)
            options->action = ACTION_HELP;
        else
            return usage("wrong usage", "");
    }
    if (optind < argc && options->action == ACTION_HELP && strcmp(argv[optind], "config") == 0) {
        options->action = ACTION_DESCRIBE;
        optind++;
    }
    return optind < argc ? usage("unexpected argument ", argv[optind]) : 0;
}

void options_finish(struct options *options) {
    free(options->sets);
}
