/* SPDX-License-Identifier: MIT */
#include "checks.h"

static const struct check list[] = {
    {"opens_and_closes", NULL, check_opens, TRIAL_NO_RECORD},
    {"wrong_options_are_refused_with_a_reason", NULL, check_wrong_options, TRIAL_NO_RECORD},
    {"publish_takes_its_samples", "publish", check_samples, TRIAL_NO_RECORD},
    {"publish_stands_any_body", "publish", check_any_body, TRIAL_NO_RECORD},
    {"publish_stands_ten_thousand_items", "publish", check_many_items, TRIAL_NO_RECORD},
    {"subscribe_answers_any_request", "subscribe", check_subscribe, TRIAL_NO_RECORD},
    {"unsubscribe_answers_any_request", "unsubscribe", check_unsubscribe, TRIAL_NO_RECORD},
    {"message_answers_any_request", "message", check_message, TRIAL_NO_RECORD},
    {"left_may_come_at_any_time", "left", check_left, TRIAL_NO_RECORD},
    {"every_route_is_answered", "render", check_routes, TRIAL_NO_RECORD},
    {"observe_stands_any_item", "observe", check_observe, TRIAL_NO_RECORD},
    {"time_may_pass", NULL, check_time, TRIAL_NO_RECORD},
    {"its_state_comes_back", "save", check_own_state, TRIAL_NO_RECORD},
    {"foreign_state_is_refused", "restore", check_foreign_state, TRIAL_NO_RECORD},
    {"nothing_is_left_behind", NULL, check_leaks, TRIAL_NO_RECORD},
    {"it_can_be_run_again", NULL, check_again, TRIAL_KEEP},
    {"the_same_calls_do_the_same", NULL, check_again, TRIAL_COMPARE},
};

const struct checks checks = {list, sizeof(list) / sizeof(list[0])};
