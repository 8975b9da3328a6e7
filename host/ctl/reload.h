/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_RELOAD_H
#define SENTIO_CTL_RELOAD_H

#include <stdint.h>

#include "peer.h"

/* sentioctl reload [--shadow CHANNEL NEW.so [--for 60s] [--swap]] */
enum ctl_status reload_run(const struct ctl *ctl);

/* What follows "reload". */
struct reload_options {
    const char *channel; /* --shadow; NULL: reload at once */
    const char *plugin;  /* the new one's file */
    int64_t duration;    /* ms */
    bool swap;
};

/* CTL_USAGE: standard error says why. */
enum ctl_status reload_read(struct reload_options *options, const struct ctl *ctl);

/* Has the host reload, and shows what came of it. */
enum ctl_status reload_ask(struct peer *peer, bool json);

#endif
