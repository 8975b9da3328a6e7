/* SPDX-License-Identifier: MIT */
#include "reload.h"

#include <string.h>

#include "base/units.h"
#include "shadow.h"

enum {
    RELOAD_PATIENCE_MS = 10 * 60 * 1000,
    DEFAULT_DURATION_MS = 60 * 1000,
    DURATION_MAX_MS = 24 * 60 * 60 * 1000
};

static const char name[] = "reload";

static enum ctl_status read_duration(struct reload_options *options, const char *text) {
    bool valid = units_duration(text, &options->duration) == 0;
    if (valid && options->duration > 0 && options->duration <= DURATION_MAX_MS)
        return CTL_OK;
    return ctl_misused(name, "--for takes a duration such as 60s, at most 24h, not \"%s\"", text);
}

enum ctl_status reload_read(struct reload_options *options, const struct ctl *ctl) {
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

static void show(const struct answer *answer) {
    struct json_object *changes = answer_member(answer->json, "changes");
    struct json_object *restart = answer_member(answer->json, "restart");
    struct json_object *warnings = answer_member(answer->json, "warnings");
    for (size_t i = 0; i < answer_count(changes); i++)
        printf("%s\n", answer_element_text(changes, i));
    if (answer_count(changes) == 0)
        printf("nothing has changed\n");
    fflush(stdout);
    for (size_t i = 0; i < answer_count(restart); i++)
        ctl_complain("%s stays as it was until sentiod is started again",
                     answer_element_text(restart, i));
    for (size_t i = 0; i < answer_count(warnings); i++)
        ctl_complain("warning: %s", answer_element_text(warnings, i));
}

enum ctl_status reload_ask(struct peer *peer, bool json) {
    struct answer answer;
    enum ctl_status status = peer_post(peer, name, NULL, RELOAD_PATIENCE_MS, &answer);
    if (status != CTL_OK)
        return status;
    if (json) {
        status = answer_print(&answer);
    } else if (answer_is_good(&answer)) {
        show(&answer);
    } else {
        status = answer_complain(&answer);
        ctl_complain("the reload failed; the host goes on as it was");
    }
    answer_finish(&answer);
    return status;
}

enum ctl_status reload_run(const struct ctl *ctl) {
    struct reload_options options;
    struct peer peer;
    enum ctl_status status = reload_read(&options, ctl);
    if (status == CTL_OK)
        status = peer_open(&peer, ctl);
    if (status != CTL_OK)
        return status;
    if (options.channel)
        status = shadow_run(&peer, ctl, &options);
    else
        status = reload_ask(&peer, ctl->json);
    peer_close(&peer);
    return status;
}
