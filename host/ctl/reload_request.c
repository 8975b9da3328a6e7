/* SPDX-License-Identifier: MIT */
#include "reload_request.h"

enum { RELOAD_PATIENCE_MS = 10 * 60 * 1000 };

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

enum ctl_status reload_request(struct peer *peer, bool json) {
    struct answer answer;
    enum ctl_status status = peer_post(peer, "reload", NULL, RELOAD_PATIENCE_MS, &answer);
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
