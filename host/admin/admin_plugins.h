/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ADMIN_PLUGINS_H
#define SENTIO_HOST_ADMIN_PLUGINS_H

#include "admin_api.h"

/* GET /api/v1/host/plugins: each plugin with the channels that it runs, once for each isolation
 * that it runs in. The hub's thread. */
void admin_plugins_answer(struct hub *hub, const struct admin_question *question);

#endif
