/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_REPORT_H
#define SENTIO_CTL_REPORT_H

#include <stdbool.h>
#include <stdio.h>

struct json_object;

/* What the host says of a new plugin that ran beside a channel's own. */

/* It ran to its end, nothing differed, and it did not die. */
bool report_is_same(struct json_object *report);
void report_show(struct json_object *report, FILE *out);

#endif
