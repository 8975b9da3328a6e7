/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_RELOAD_H
#define SENTIO_CTL_RELOAD_H

#include "ctl.h"

/* sentioctl reload [--shadow CHANNEL NEW.so [--for 60s] [--swap]] */
enum ctl_status reload_run(const struct ctl *ctl);

#endif
