/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_FEED_STOP_H
#define SENTIO_FEED_STOP_H

#include <signal.h>

/* How a signal ends the program without cutting a line in two: its handler sets `asked`, and ends
 * the process itself unless a line is being written. */
struct stop {
    volatile sig_atomic_t asked;
    volatile sig_atomic_t writing;
};

#endif
