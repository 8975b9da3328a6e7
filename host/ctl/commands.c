/* SPDX-License-Identifier: MIT */
#include "ctl.h"

#include "channels.h"
#include "check.h"
#include "clients.h"
#include "help.h"
#include "plugin.h"
#include "reload.h"
#include "status.h"
#include "tail.h"
#include "top.h"

static const struct ctl_command commands[] = {
    {"status", "", "show what runs, since when, and how it is", status_show},
    {"channels", "", "show each channel with its plugin, state and counters", channels_show},
    {"top", "[--once] [--every 1s]", "show again and again what the host and its channels are at",
     top_run},
    {"clients", "[--channel NAME] [--user USER] [--slow]",
     "show who is connected, and what was sent to them", clients_show},
    {"kick", "CLIENT", "close a client's connection", clients_kick},
    {"tail", "CHANNEL | --client CLIENT",
     "print what a channel or a client says and is told, as it happens", tail_run},
    {"reload", "[--shadow CHANNEL NEW.so [--for 60s] [--swap]]",
     "take over the configuration and new plugins, all or nothing; --shadow: only compare NEW.so "
     "with the channel's plugin, and swap when told",
     reload_run},
    {"check-config", "[FILE]", "say what is wrong with a configuration, the daemon's by default",
     check_config},
    {"plugin list", "[--dir DIR]", "show the plugins of a folder, and the channels that use them",
     plugin_list},
    {"plugin info", "FILE.so", "say what a plugin is, and why it would not load", plugin_info},
    {"plugin new", "NAME [--dir DIR] [--language c|c++]",
     "write a plugin with its test, configuration and Debian packaging, to build on", plugin_new},
    {"plugin test", "FILE.so [--options JSON] [--publish FILE]",
     "try every callback of a plugin with good and bad input, by the host's rules", plugin_test},
    {"help", "[COMMAND]", "show the commands, or what one takes", help},
};

const struct ctl_commands ctl_commands = {commands, sizeof(commands) / sizeof(commands[0])};
