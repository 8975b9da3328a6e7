/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* EX_SOFTWARE of sysexits.h. */
#define STATUS_BROKEN 70

const char *call_name(enum call_kind kind) {
    static const char *const names[] = {
#define CALL_TEXT(kind, name) name,
        CALLS(CALL_TEXT)
#undef CALL_TEXT
    };
    return kind < CALL_KINDS ? names[kind] : "no call";
}

int channel_fault(struct sentio_channel *channel, int result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(channel->why, sizeof(channel->why), format, arguments);
    va_end(arguments);
    return result;
}

void channel_complain(struct sentio_channel *channel, struct sentio_call *call) {
    sentio_log(call, SENTIO_ERROR, "\"%s\" %s", channel->options.command[0], channel->why);
}

/* log() is of no use here: the call that it was in will never return. */
void channel_die(struct sentio_channel *channel) {
    dprintf(STDERR_FILENO, "exec: \"%s\" %s\n", channel->options.command[0], channel->why);
    program_kill(&channel->program);
    _exit(STATUS_BROKEN);
}
