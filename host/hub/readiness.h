/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_READINESS_H
#define SENTIO_HOST_READINESS_H

#include "hub.h"

/* What those ask who start the host and send it work, as JSON. */

/* GET /healthz: it runs. */
void readiness_write_alive(const struct hub *hub, struct sentio_writer *out);
/* GET /readyz. False: something that it is for does not work; the reasons are in the answer. */
bool readiness_write(const struct hub *hub, struct sentio_writer *out);

/* Those reasons, as a JSON array of texts; how many there are. */
size_t readiness_write_reasons(const struct hub *hub, struct sentio_writer *out);

#endif
