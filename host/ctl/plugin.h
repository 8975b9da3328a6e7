/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_PLUGIN_H
#define SENTIO_CTL_PLUGIN_H

#include "ctl.h"

/* sentioctl plugin list [--dir DIR] */
enum ctl_status plugin_list(const struct ctl *ctl);
/* sentioctl plugin info FILE.so */
enum ctl_status plugin_info(const struct ctl *ctl);
/* sentioctl plugin test FILE.so [--options JSON] [--publish FILE] */
enum ctl_status plugin_test(const struct ctl *ctl);
/* sentioctl plugin new NAME [--dir DIR] [--language c|c++] */
enum ctl_status plugin_new(const struct ctl *ctl);

#endif
