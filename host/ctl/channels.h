/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_CHANNELS_H
#define SENTIO_CTL_CHANNELS_H

#include "ctl.h"

/* sentioctl channels */
enum ctl_status channels_show(const struct ctl *ctl);

#endif
