/* SPDX-License-Identifier: MIT */
#include "ctl.h"

#include "check.h"
#include "help.h"

static const struct ctl_command commands[] = {
    {"check-config", "[FILE]", "say what is wrong with a configuration, the daemon's by default",
     check_config},
    {"help", "[COMMAND]", "show the commands, or what one takes", help},
};

const struct ctl_commands ctl_commands = {commands, sizeof(commands) / sizeof(commands[0])};
