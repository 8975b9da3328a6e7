/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_CLIENTS_H
#define SENTIO_CTL_CLIENTS_H

#include "ctl.h"

/* Who is connected to the host, page by page. */
enum ctl_status clients_show(const struct ctl *ctl);
/* Closes a client's connection. */
enum ctl_status clients_kick(const struct ctl *ctl);

#endif
