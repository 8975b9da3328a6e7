/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include <stdio.h>
#include <string.h>

void check_opens(struct drive *drive) {
    if (drive_start(drive))
        drive_close(drive);
}

/* A refusal names the option, which the fake host passes on; without that it is only the result's
 * text. */
static void try_options(struct drive *drive, const char *options, bool wrong) {
    char bare[128];
    if (drive_open(drive, options)) {
        if (wrong)
            drive_warn(drive, "open(%s) takes it: a mistake in the configuration is not noticed",
                       drive->trial->input);
        drive_close(drive);
        return;
    }
    snprintf(bare, sizeof(bare), "open: %s", sentio_error_text(drive->result));
    if (strcmp(drive_why(), bare) == 0)
        drive_fail(drive,
                   "returned %d (%s) without a word: log(SENTIO_ERROR) which option is "
                   "wrong and what to do",
                   drive->result, sentio_error_text(drive->result));
}

static void try_mutant(void *context, const char *options) {
    try_options(context, options, false);
}

void check_wrong_options(struct drive *drive) {
    char unknown[4096];
    const char *rest = strchr(drive->options, '{') + 1;
    bool empty = rest[strspn(rest, " \t\r\n")] == '}';
    snprintf(unknown, sizeof(unknown), "{\"no_such_option_at_all\":1%s%s", empty ? "" : ",", rest);
    samples_mutate(drive->options, try_mutant, drive);
    try_options(drive, "{}", false);
    try_options(drive, unknown, true);
}
