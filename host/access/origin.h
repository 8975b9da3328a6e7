/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_ORIGIN_H
#define SENTIO_HOST_ORIGIN_H

#include <stdbool.h>

#include <sentio/sdk.h>

#include "config/config.h"

/*
 * Whether a request that carries `origin` (RFC 6454; empty: none was sent, which is allowed: only
 * browsers send it) may be served, by `server.origins`: "same" (scheme, host and port are those of
 * the Host header and of the listener), "loopback" (localhost, *.localhost, 127.0.0.0/8, [::1] as
 * host, any port), "*", or one origin written out. "null" is allowed only by "*". Any thread.
 */
bool origin_allowed(const struct config_strings *origins, struct sentio_bytes origin,
                    struct sentio_bytes host, bool tls);

/*
 * Whether a Host header (RFC 9110 section 7.2) may be served on a loopback listener: empty, a
 * loopback name or address, or the host of an origin written out in `server.origins`; "*" allows
 * all. Any other name has been made to resolve to this machine by somebody (DNS rebinding), whose
 * page would then pass for "same".
 */
bool origin_host_allowed(const struct config_strings *origins, struct sentio_bytes host);

#endif
