/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "sibling.h"

enum ctl_status check_config(const struct ctl *ctl) {
    if (ctl->word_count > 1)
        return ctl_misused("check-config", "name one file");
    const char *file = ctl->word_count == 1 ? ctl->words[0] : ctl->file;
    const char *const arguments[] = {"sentiod", "--check-config", "-c", file, NULL};
    return sibling_run(arguments) == 0 ? CTL_OK : CTL_FAILED;
}
