/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WIRE_ITEM_H
#define SENTIO_HOST_WIRE_ITEM_H

#include <stddef.h>

#include <sentio/plugin.h>

#include "wire.h"

/* Bytes of the smallest item, and of the smallest attribute, in a body. */
enum { WIRE_ITEM_MIN = 40, WIRE_VALUE_MIN = 16 };

void wire_put_item(struct wire_buffer *buffer, const struct sentio_item *item);

/* Its texts are spans of the body, its attributes lie in `values`, which has room for `room`; more
 * are a failure. */
void wire_get_item(struct wire_reader *reader, struct sentio_item *item,
                   struct sentio_value *values, size_t room);

#endif
