/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_SWAP_H
#define SENTIO_CTL_SWAP_H

#include "peer.h"

/* A new plugin in the place of a channel's own. */

/* Installs it over the channel's file and has the host reload; when that fails, the file is again
 * what it was. */
enum ctl_status swap_run(struct peer *peer, const struct ctl *ctl, const char *channel,
                         const char *plugin);
/* Prints the commands that would do so. */
void swap_explain(struct peer *peer, const struct ctl *ctl, const char *channel,
                  const char *plugin);

#endif
