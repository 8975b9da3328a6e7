/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_WORDS_H
#define SENTIO_CTL_WORDS_H

#include "ctl.h"

/* The options and arguments of one command, taken from the words behind its name. */

struct words_option {
    const char *name;   /* "--dir" */
    const char **value; /* set to what follows the option; the command line's own text */
};

/*
 * Takes "--name VALUE" and "--name=VALUE" off the words; what is left are the arguments, of which
 * at least `least` and at most `most` go to `arguments`, the rest of it being NULL. CTL_USAGE:
 * standard error says why, and `missing` is what it says when there are too few.
 */
enum ctl_status words_read(const struct ctl *ctl, const char *command,
                           const struct words_option *options, size_t option_count,
                           const char **arguments, size_t least, size_t most, const char *missing);

#endif
