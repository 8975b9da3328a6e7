/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ADMIN_RATES_H
#define SENTIO_HOST_ADMIN_RATES_H

#include "admin_api.h"

/* GET /api/v1/host/rates?seconds=600: what happened in each of the last seconds. The hub's thread.
 */
void admin_rates_answer(struct hub *hub, const struct admin_question *question);

/* A rate in tenths. */
void admin_rates_write_tenths(struct sentio_writer *out, uint64_t tenths);

#endif
