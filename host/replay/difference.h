/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_REPLAY_DIFFERENCE_H
#define SENTIO_REPLAY_DIFFERENCE_H

#include <stdio.h>

#include <sentio/sdk.h>

/* Two texts of whole lines as a unified diff has them: ' ' before what both have, '-' before what
 * the old one alone has, '+' before what the new one alone has. */
void difference_write(struct sentio_bytes before, struct sentio_bytes after, FILE *out);

#endif
