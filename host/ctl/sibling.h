/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_SIBLING_H
#define SENTIO_CTL_SIBLING_H

#include "ctl.h"

/* sentiod is looked for beside sentioctl, then in ../sbin, as packages install it, then in PATH. */

/* Runs sentiod with the arguments (the first is its name, the last NULL) on our standard streams
 * and waits for it. Its exit status, or -1 after standard error said why there is none. */
int sibling_run(const char *const arguments[]);

#endif
