/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_TEXT_H
#define SENTIO_HOST_WIRE_TEXT_H

#include <sentio/sdk.h>

#include "plugin/call.h"

/*
 * Calls and their results as one line of JSON each, for people: they show what two versions of a
 * plugin do differently.
 */

/* {"call":"publish","now":1728124200000,"update":{"origin":0,"name":"key"},"payload":{...}} */
void wire_call_text(struct sentio_writer *out, const struct call *call);

/* {"result":0,"effects":[{"emit":{"topic":"AAPL",...}},{"join":{"conn":12,"topic":"AAPL"}}]} */
void wire_result_text(struct sentio_writer *out, int result, const struct effects *effects);

#endif
