/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATIC_MATCH_H
#define SENTIO_HOST_STATIC_MATCH_H

#include <stdbool.h>

#include <sentio/sdk.h>

/* What the header of a request says of the forms in which it takes an answer. Any thread. */

/* Whether If-None-Match names that entity tag, which is given without its quotes: RFC 9110 section
 * 13.1.2, by weak comparison. A list is read up to what is malformed in it. */
bool static_match_etag(struct sentio_bytes list, struct sentio_bytes etag);

/* Whether gzip is to be preferred to the file as it is: RFC 9110 section 12.5.3. */
bool static_match_gzip(struct sentio_bytes accept_encoding);

/* Whether HTML is taken, by its name: a browser that opens a page says so, a program does not. */
bool static_match_html(struct sentio_bytes accept);

#endif
