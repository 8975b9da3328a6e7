/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_STATUS_H
#define SENTIO_CTL_STATUS_H

#include "ctl.h"

/* sentioctl status */
enum ctl_status status_show(const struct ctl *ctl);

#endif
