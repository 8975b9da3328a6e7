/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "base/log.h"
#include "options.h"
#include "replay.h"

int main(int argc, char **argv) {
    struct replay_options options;
    int status = REPLAY_SAME;
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    if (replay_options_parse(&options, argc, argv) != 0)
        status = REPLAY_USAGE;
    else if (options.help)
        replay_options_help();
    else if (options.version)
        printf("sentio-replay %s\n", SENTIO_VERSION);
    else
        status = replay(&options, stdout);
    replay_options_finish(&options);
    if (fflush(stdout) != 0 && status == REPLAY_SAME)
        status = REPLAY_UNREADABLE;
    return status;
}
