/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_SHADOW_H
#define SENTIO_CTL_SHADOW_H

#include "peer.h"
#include "reload_options.h"

/* Has the host run the new plugin beside the channel's own, waits for the end, and shows how they
 * differ. CTL_OK: they do not, and a swap that was asked for is done. */
enum ctl_status shadow_run(struct peer *peer, const struct ctl *ctl,
                           const struct reload_options *options);

#endif
