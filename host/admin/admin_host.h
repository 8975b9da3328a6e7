/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ADMIN_HOST_H
#define SENTIO_HOST_ADMIN_HOST_H

#include "admin_api.h"

/* GET /api/v1/host: the process and what it does, as a whole. The hub's thread. */
void admin_host_answer(struct hub *hub, const struct admin_question *question);

#endif
