/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "base/text.h"

enum { PLUGIN = 256, CHANNEL, DIFF, VERSION, HELP };

void replay_options_help(void) {
    printf("Usage: sentio-replay [OPTION]... DIR\n"
           "\n"
           "Plays what sentiod --journal DIR has recorded to the same plugins, or to others, and\n"
           "shows what comes out. DIR is that folder, of which the newest run is played, or the\n"
           "folder of one run in it.\n"
           "\n"
           "      --plugin [CHANNEL=]FILE  this plugin instead of the channel's; without CHANNEL,\n"
           "                               of every channel whose plugin has the same name. Shows\n"
           "                               where what comes out differs\n"
           "      --channel NAME           shows only what is of that channel\n"
           "      --diff                   shows only what differs\n"
           "      --version                shows the version\n"
           "      --help                   shows this\n"
           "\n"
           "Exit status: 0 the same came out, 1 something else, 2 wrong usage, 3 the journal can\n"
           "not be read.\n");
}

static int usage(const char *message, const char *what) {
    fprintf(stderr, "sentio-replay: %s%s; see sentio-replay --help\n", message, what);
    return SENTIO_INVALID;
}

/* What stands in front of '=' is a channel, unless it has a '/': then the file's name has the '='.
 */
static int add_plugin(struct replay_options *options, const char *text) {
    const char *equals = strchr(text, '=');
    const char *slash = strchr(text, '/');
    struct replacement *plugin = &options->plugins[options->plugin_count];
    if (options->plugin_count == REPLAY_PLUGINS_MAX)
        return usage("too many plugins", "");
    plugin->file = text;
    if (equals != NULL && (slash == NULL || slash > equals)) {
        plugin->channel = text_copy(sentio_bytes(text, (size_t)(equals - text)));
        plugin->file = equals + 1;
        if (plugin->channel == NULL)
            return SENTIO_NO_MEMORY;
    }
    options->plugin_count++;
    options->diff = true;
    return *plugin->file ? 0 : usage("--plugin names no file: ", text);
}

static int take(struct replay_options *options, int option) {
    switch (option) {
    case PLUGIN:
        return add_plugin(options, optarg);
    case CHANNEL:
        options->channel = optarg;
        return 0;
    case DIFF:
        options->diff = true;
        return 0;
    case VERSION:
        options->version = true;
        return 0;
    case HELP:
        options->help = true;
        return 0;
    default:
        return usage("wrong usage", "");
    }
}

int replay_options_parse(struct replay_options *options, int argc, char **argv) {
    static const struct option table[] = {
        {"plugin", required_argument, NULL, PLUGIN}, {"channel", required_argument, NULL, CHANNEL},
        {"diff", no_argument, NULL, DIFF},           {"version", no_argument, NULL, VERSION},
        {"help", no_argument, NULL, HELP},           {NULL, 0, NULL, 0},
    };
    int error = 0;
    memset(options, 0, sizeof(*options));
    optind = 0;
    for (int option = getopt_long(argc, argv, "", table, NULL); option != -1 && !error;
         option = getopt_long(argc, argv, "", table, NULL))
        error = take(options, option);
    if (error || options->help || options->version)
        return error;
    if (optind + 1 != argc)
        return usage("name one folder", "");
    options->dir = argv[optind];
    return 0;
}

void replay_options_finish(struct replay_options *options) {
    for (size_t i = 0; i < REPLAY_PLUGINS_MAX; i++)
        free(options->plugins[i].channel);
}
