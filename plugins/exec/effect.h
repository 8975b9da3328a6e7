/* SPDX-License-Identifier: MIT */
#ifndef EXEC_EFFECT_H
#define EXEC_EFFECT_H

#include "turn.h"

enum effect_result {
    EFFECT_TAKEN,
    EFFECT_HELD,   /* it waits for turn_listen(), and takes part in the fate of its call */
    EFFECT_FREE,   /* it waits as well, and belongs to no call */
    EFFECT_WRONG,  /* the line is wrong; the channel's `why` says how */
    EFFECT_FULL,   /* the call has asked for too much */
    EFFECT_BROKEN, /* host and program do not understand each other any more: `why` */
};

/* Does what one line of the program says. */
enum effect_result effect_apply(struct turn *turn, struct sentio_bytes line);

#endif
