/* SPDX-License-Identifier: MIT */
#include "reload_options.h"

#include <string.h>

#include "base/units.h"

enum { DEFAULT_DURATION_MS = 60 * 1000, DURATION_MAX_MS = 24 * 60 * 60 * 1000 };

static const char name[] = "reload";

static enum ctl_status read_duration(struct reload_options *options, const char *text) {
    bool valid = units_duration(text, &options->duration) == 0;
    if (valid && options->duration > 0 && options->duration <= DURATION_MAX_MS)
        return CTL_OK;
    return ctl_misused(name, "--for takes a duration such as 60s, at most 24h, not \"%s\"", text);
}

enum ctl_status reload_options_read(struct reload_options *options, const struct ctl *ctl) {
    enum ctl_status status = CTL_OK;
    bool timed = false;
    *options = (struct reload_options){.duration = DEFAULT_DURATION_MS};
    for (size_t i = 0; i < ctl->word_count && status == CTL_OK; i++) {
        const char *word = ctl->words[i];
        size_t left = ctl->word_count - i - 1;
        if (strcmp(word, "--swap") == 0) {
            options->swap = true;
        } else if (strcmp(word, "--shadow") == 0 && left >= 2) {
            options->channel = ctl->words[++i];
            options->plugin = ctl->words[++i];
        } else if (strcmp(word, "--for") == 0 && left >= 1) {
            status = read_duration(options, ctl->words[++i]);
            timed = true;
        } else if (strncmp(word, "--for=", 6) == 0) {
            status = read_duration(options, word + 6);
            timed = true;
        } else {
            return ctl_misused(
                name, "\"%s\" does not belong here, or something is missing after it", word);
        }
    }
    if (status == CTL_OK && options->channel == NULL && (options->swap || timed))
        return ctl_misused(name, "--for and --swap go with --shadow");
    return status;
}
