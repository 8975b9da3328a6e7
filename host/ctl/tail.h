/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_TAIL_H
#define SENTIO_CTL_TAIL_H

#include "ctl.h"

/* Prints what a channel or a client says and is told, as it happens. */
enum ctl_status tail_run(const struct ctl *ctl);

#endif
