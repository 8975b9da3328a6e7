/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_HELP_H
#define SENTIO_CTL_HELP_H

#include "ctl.h"

/* sentioctl help [COMMAND] */
enum ctl_status help(const struct ctl *ctl);

#endif
