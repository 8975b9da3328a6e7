/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SET_ASIDE_H
#define SENTIO_HOST_SET_ASIDE_H

#include "channel.h"

/* An update that two workers have died of, as a file in state_dir/set-aside/ that the log names. At
 * most a hundred a channel are kept, the newest. */
void set_aside(struct channel *channel, const struct task *task);

#endif
