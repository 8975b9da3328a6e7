/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATIC_TYPE_H
#define SENTIO_HOST_STATIC_TYPE_H

/* The media type of a file by the end of its name, in either case; application/octet-stream when it
 * is not known. Text is UTF-8. Any thread; static. */
const char *static_type(const char *path);

#endif
