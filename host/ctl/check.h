/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_CHECK_H
#define SENTIO_CTL_CHECK_H

#include "ctl.h"

/* sentioctl check-config [FILE] */
enum ctl_status check_config(const struct ctl *ctl);

#endif
