/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_TOP_H
#define SENTIO_CTL_TOP_H

#include "ctl.h"

/* What the host is at, again and again until it is interrupted; with --once, once. */
enum ctl_status top_run(const struct ctl *ctl);

#endif
