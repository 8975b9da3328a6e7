/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_GATE_H
#define SENTIO_HOST_GATE_H

#include "http/http.h"

/* What comes in on the control socket, in the io thread that has the connection; control.h answers
 * it. */

/* As http_dispatch, on a connection of the control socket. */
int gate_dispatch(struct request *request, const struct header *header, struct sentio_bytes path);

#endif
