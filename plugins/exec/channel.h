/* SPDX-License-Identifier: MIT */
#ifndef EXEC_CHANNEL_H
#define EXEC_CHANNEL_H

#include "held.h"
#include "lines.h"
#include "options.h"
#include "program.h"

/* A line of the program; the answer to "save" may be longer. */
#define LINE_MAX_BYTES ((size_t)1024 * 1024)
#define STATE_MAX_BYTES ((size_t)64 * 1024 * 1024)

/* The calls there are for a program. */
#define CALLS(X)                                                                                   \
    X(CALL_OPEN, "open")                                                                           \
    X(CALL_PUBLISH, "publish")                                                                     \
    X(CALL_SUBSCRIBE, "subscribe")                                                                 \
    X(CALL_UNSUBSCRIBE, "unsubscribe")                                                             \
    X(CALL_MESSAGE, "message")                                                                     \
    X(CALL_LEFT, "left")                                                                           \
    X(CALL_OBSERVE, "observe")                                                                     \
    X(CALL_WOKEN, "woken")                                                                         \
    X(CALL_SAVE, "save")                                                                           \
    X(CALL_RESTORE, "restore")                                                                     \
    X(CALL_CLOSE, "close")

enum call_kind {
#define CALL_ENUM(kind, name) kind,
    CALLS(CALL_ENUM)
#undef CALL_ENUM
        CALL_NONE, /* the program speaks by itself */
    CALL_KINDS = CALL_NONE
};

const char *call_name(enum call_kind kind);

/* Of every channel of this plugin. */
struct sentio_channel {
    struct options options;
    struct program program;
    struct lines lines;
    struct held held;
    uint32_t wants;  /* bits by kind: the calls that the program answers itself */
    uint64_t serial; /* of the last call */
    char *scratch;   /* for the unescaped texts of one line */
    size_t scratch_size;
    char why[512]; /* what went wrong last, in words that follow the program's name */
};

static inline bool channel_wants(const struct sentio_channel *channel, enum call_kind kind) {
    return channel->wants & 1u << kind;
}

/* Explains what went wrong, and returns `result`. */
int channel_fault(struct sentio_channel *channel, int result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes to the log what went wrong last. */
void channel_complain(struct sentio_channel *channel, struct sentio_call *call);

/* Writes to standard error what went wrong last, and ends the program and this process. The host
 * starts both again, with the channel's subscribers and the call in hand. */
_Noreturn void channel_die(struct sentio_channel *channel);

#endif
