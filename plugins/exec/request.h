/* SPDX-License-Identifier: MIT */
#ifndef EXEC_REQUEST_H
#define EXEC_REQUEST_H

#include <sentio/sdk.h>

/* The line that a call is for the program: {"call":"publish","id":2,"now":1728124200000, ...}.
 * "call" and "id" come first, in this order, so that a shell can cut them out. */
void request_begin(struct sentio_writer *line, const char *call, uint64_t id, int64_t now);
void request_string(struct sentio_writer *line, const char *name, struct sentio_bytes text);
void request_json(struct sentio_writer *line, const char *name, struct sentio_bytes json);
/* 64 bits are more than a number has in many languages, so it is a string of digits. */
void request_handle(struct sentio_writer *line, const char *name, uint64_t handle);
void request_update(struct sentio_writer *line, const struct sentio_update *update);
void request_subscriber(struct sentio_writer *line, const struct sentio_subscriber *subscriber);
void request_items(struct sentio_writer *line, const struct sentio_item *items, size_t count);
void request_end(struct sentio_writer *line);

/* Valid JSON as it is, but on one line. */
void request_write_json(struct sentio_writer *line, struct sentio_bytes json);

#endif
