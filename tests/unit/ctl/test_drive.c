/* SPDX-License-Identifier: MIT */
/* The checks' rules, on plugins that break them: each is a copy of a good one with another
 * callback. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ctl/drive.h"

static int open_well(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call, (void)config, (void)seed;
    return SENTIO_OK;
}

static int open_badly(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)config, (void)seed;
    sentio_log(call, SENTIO_ERROR, "colour is missing");
    return SENTIO_INVALID;
}

static int publish_well(struct sentio_call *call, const struct sentio_update *update,
                        struct sentio_bytes payload) {
    struct sentio_item item = {.topic = sentio_text("*"), .json = payload};
    (void)update;
    return sentio_emit(call, &item);
}

static int publish_invalid(struct sentio_call *call, const struct sentio_update *update,
                           struct sentio_bytes payload) {
    (void)call, (void)update, (void)payload;
    return SENTIO_INVALID;
}

static int publish_positive(struct sentio_call *call, const struct sentio_update *update,
                            struct sentio_bytes payload) {
    (void)call, (void)update, (void)payload;
    return 1;
}

static int publish_again(struct sentio_call *call, const struct sentio_update *update,
                         struct sentio_bytes payload) {
    (void)call, (void)update, (void)payload;
    return SENTIO_AGAIN;
}

static int publish_rejects(struct sentio_call *call, const struct sentio_update *update,
                           struct sentio_bytes payload) {
    (void)update, (void)payload;
    return sentio_reject(call, -1, "data", "is missing");
}

static int publish_no_topic(struct sentio_call *call, const struct sentio_update *update,
                            struct sentio_bytes payload) {
    struct sentio_item item = {.json = payload};
    (void)update;
    sentio_emit(call, &item);
    return SENTIO_OK;
}

static int subscribe_forgets(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                             struct sentio_bytes request) {
    (void)call, (void)subscriber, (void)request;
    return SENTIO_OK;
}

struct sentio_channel {
    uint64_t conn;
};

static int subscribe_later(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                           struct sentio_bytes request) {
    (void)request;
    call->channel->conn = subscriber->conn;
    return sentio_wake(call, 9000);
}

static int woken_accepts(struct sentio_call *call) {
    return sentio_accept(call, call->channel->conn);
}

static const struct sentio_plugin good = {
    SENTIO_HEADER,           .name = "good",
    .version = "1.0",        .channel_size = sizeof(struct sentio_channel),
    .type = "text",          .open = open_well,
    .publish = publish_well, .subscribe = subscribe_later,
    .woken = woken_accepts,
};

static void start(struct drive *drive, const struct sentio_plugin *plugin) {
    *drive = (struct drive){.trial = trial_create(), .plugin = plugin, .options = "{}"};
    assert_non_null(drive->trial);
    assert_true(drive_start(drive));
}

static void finish(struct drive *drive) {
    drive_close(drive);
    trial_destroy(drive->trial);
}

static void good_plugin_fails_nothing(void **state) {
    (void)state;
    struct drive drive;
    start(&drive, &good);
    assert_true(drive_publish(&drive, "{\"a\":1}"));
    drive_wake(&drive, 3);
    assert_string_equal(drive.trial->failure, "");
    assert_int_equal(drive.trial->calls, 2);
    finish(&drive);
}

static void assert_publish_fails(int (*publish)(struct sentio_call *, const struct sentio_update *,
                                                struct sentio_bytes),
                                 const char *failure) {
    struct sentio_plugin plugin = good;
    plugin.publish = publish;
    struct drive drive;
    start(&drive, &plugin);
    assert_false(drive_publish(&drive, "{}") && *failure);
    assert_memory_equal(drive.trial->failure, failure, strlen(failure) + (*failure == '\0'));
    finish(&drive);
}

static void result_that_is_a_fault_is_told_from_one_that_is_none(void **state) {
    (void)state;
    assert_publish_fails(publish_invalid, "publish({}) returned -1 (the arguments or the input");
    assert_publish_fails(publish_positive, "publish({}) returned 1, which is no result of the ABI");
    assert_publish_fails(publish_again, "");
    assert_publish_fails(publish_rejects, "");
}

static void what_the_host_would_refuse_fails_although_the_plugin_takes_no_notice(void **state) {
    (void)state;
    struct sentio_plugin plugin = good;
    plugin.publish = publish_no_topic;
    struct drive drive;
    start(&drive, &plugin);
    drive_publish(&drive, "{}");
    assert_string_equal(drive.trial->failure,
                        "publish({}) asks for what the host refuses: emit: its topic is empty, "
                        "over 128 bytes or not UTF-8");
    finish(&drive);
}

static void first_failure_stays(void **state) {
    (void)state;
    struct sentio_plugin plugin = good;
    plugin.publish = publish_positive;
    struct drive drive;
    start(&drive, &plugin);
    drive_publish(&drive, "{}");
    uint64_t calls = drive.trial->calls;
    drive_publish(&drive, "{\"second\":1}");
    drive_fail(&drive, "third");
    assert_int_equal(drive.trial->calls, calls);
    assert_non_null(strstr(drive.trial->failure, "publish({}) returned 1"));
    finish(&drive);
}

static void answer_within_ten_seconds_is_waited_for(void **state) {
    (void)state;
    struct drive drive;
    start(&drive, &good);
    assert_int_equal(drive_subscribe(&drive, 0, NULL, 0, "{}"), 1);
    assert_string_equal(drive.trial->failure, "");
    assert_int_equal(drive.now, 1728124200000 + 9000);
    finish(&drive);
}

static void answer_that_never_comes_is_a_failure(void **state) {
    (void)state;
    struct sentio_plugin plugin = good;
    plugin.subscribe = subscribe_forgets;
    struct drive drive;
    start(&drive, &plugin);
    drive_subscribe(&drive, 0, NULL, 0, "{}");
    assert_non_null(strstr(drive.trial->failure, "subscribe({}) has no answer after 10 s"));
    finish(&drive);
}

static void refused_options_are_no_failure_by_themselves(void **state) {
    (void)state;
    struct sentio_plugin plugin = good;
    plugin.open = open_badly;
    struct drive drive = {.trial = trial_create(), .plugin = &plugin, .options = "{}"};
    assert_false(drive_open(&drive, "{\"a\":1}"));
    assert_string_equal(drive_why(), "open: colour is missing");
    assert_string_equal(drive.trial->failure, "");
    assert_false(drive_start(&drive));
    assert_non_null(strstr(drive.trial->failure, "colour is missing"));
    trial_destroy(drive.trial);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_plugin_fails_nothing),
        cmocka_unit_test(result_that_is_a_fault_is_told_from_one_that_is_none),
        cmocka_unit_test(what_the_host_would_refuse_fails_although_the_plugin_takes_no_notice),
        cmocka_unit_test(first_failure_stays),
        cmocka_unit_test(answer_within_ten_seconds_is_waited_for),
        cmocka_unit_test(answer_that_never_comes_is_a_failure),
        cmocka_unit_test(refused_options_are_no_failure_by_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
