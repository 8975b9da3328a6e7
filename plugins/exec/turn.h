/* SPDX-License-Identifier: MIT */
#ifndef EXEC_TURN_H
#define EXEC_TURN_H

#include "channel.h"

/* One call of the program: from the line that asks to the one that says done. */
struct turn {
    struct sentio_call *call;
    struct sentio_channel *channel;
    enum call_kind kind; /* CALL_NONE: the program speaks by itself */
    uint64_t id;
    uint64_t conn; /* whom lines are about that do not say; 0: nobody */
    bool done;
    bool failed;  /* nothing of it shall count */
    size_t wrong; /* lines */
};

/* Begins a call, and its line. */
struct turn turn_begin(struct sentio_call *call, enum call_kind kind, struct sentio_writer *line);

/* Ends the line, sends it, and does what the program asks for until it says done. SENTIO_FAILED:
 * the call failed, the log says why. SENTIO_AGAIN: the program is of no use any more, and the
 * channel's `why` says why; nothing was logged. The line is finished either way. */
int turn_run(struct turn *turn, struct sentio_writer *line);

/* Outside any call: takes what the program has said by itself and does it, as one update.
 * SENTIO_AGAIN as above. */
int turn_listen(struct sentio_call *call);

#endif
