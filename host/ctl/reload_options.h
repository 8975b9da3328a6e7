/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_RELOAD_OPTIONS_H
#define SENTIO_CTL_RELOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"

/* What follows "reload". */
struct reload_options {
    const char *channel; /* --shadow; NULL: reload at once */
    const char *plugin;  /* the new one's file */
    int64_t duration;    /* ms */
    bool swap;
};

/* CTL_USAGE: standard error says why. */
enum ctl_status reload_options_read(struct reload_options *options, const struct ctl *ctl);

#endif
