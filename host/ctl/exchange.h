/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_EXCHANGE_H
#define SENTIO_CTL_EXCHANGE_H

#include "ctl.h"

/* Copies `from` over the file `to`, which is kept as `to`.previous. At any moment there is a whole
 * file at `to`; it has the mode and the owner that it had. On CTL_FAILED it is the old one, and
 * standard error says why. */
enum ctl_status exchange_make(const char *from, const char *to);
/* Puts the previous one back. */
enum ctl_status exchange_undo(const char *to);

#endif
