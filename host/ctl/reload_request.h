/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_RELOAD_REQUEST_H
#define SENTIO_CTL_RELOAD_REQUEST_H

#include "peer.h"

/* Has the host reload, and shows what came of it. */
enum ctl_status reload_request(struct peer *peer, bool json);

#endif
