/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TEXT_H
#define SENTIO_HOST_TEXT_H

#include <sentio/plugin.h>

/* The span as a string, the caller's to free. It need not end in a NUL, and strndup() may look for
 * one. NULL: out of memory. */
char *text_copy(struct sentio_bytes text);

/* Byte by byte, as strcmp. */
int text_compare(struct sentio_bytes a, struct sentio_bytes b);

#endif
