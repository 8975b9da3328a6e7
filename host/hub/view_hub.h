/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_VIEW_HUB_H
#define SENTIO_HOST_VIEW_HUB_H

#include "hub.h"
#include "view.h"

/* Adds the hub's channels and routes, as they are now, to a view without any. 0 or
 * SENTIO_NO_MEMORY. */
int view_fill(struct view *view, const struct hub *hub);

/* In the hub's thread, or before it runs: the host and every io thread go by the view from now on.
 * Takes the reference over on success; SENTIO_NO_MEMORY: nothing has changed. The view before may
 * go with this: no channel may point into its configuration any more. */
int hub_show(struct hub *hub, struct view *view);

#endif
