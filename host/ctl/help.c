/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <sentio/sdk.h>

enum { TOPIC_SIZE = 64 };

enum ctl_status help(const struct ctl *ctl) {
    char topic[TOPIC_SIZE];
    if (ctl->word_count == 0)
        return ctl_help(stdout, NULL);
    if (ctl->word_count > 2)
        return ctl_misused("help", "name one command");
    snprintf(topic, sizeof(topic), "%s%s%s", ctl->words[0], ctl->word_count == 2 ? " " : "",
             ctl->word_count == 2 ? ctl->words[1] : "");
    return ctl_help(stdout, topic);
}
