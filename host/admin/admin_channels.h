/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ADMIN_CHANNELS_H
#define SENTIO_HOST_ADMIN_CHANNELS_H

#include "admin_api.h"

/* GET /api/v1/host/channels: each channel with its state and its figures. The hub's thread. */
void admin_channels_answer(struct hub *hub, const struct admin_question *question);

#endif
