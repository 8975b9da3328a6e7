/* SPDX-License-Identifier: MIT */
#include "channel/consequence.h"

#include "channel/channel_held.h"
#include "disk/disk_internal.h"
#include "durable_fixture.h"
#include "hub/job.h"

#define ACCEPTED(request, count, offset)                                                           \
    "response " #request " 200 {\"channel\":\"a\",\"accepted\":" #count ",\"offset\":" #offset     \
    ",\"epoch\":\"E\"}\n"
#define FORWARDED "b publish forward a {\"n\":1}\n"

static void forget(struct hub_fixture *fixture) {
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
    free(fixture_sent(fixture));
}

/* As by kill -9: what the disk has now is all that the next hub gets. What was answered by the
 * disk, but not yet taken in by the hub, is on it. */
static void crash(struct hub_fixture *fixture) {
    char kept[96];
    char path[96];
    snprintf(kept, sizeof(kept), "%s/copy", fixture->host.state_dir);
    assert_int_equal(disk_copy(fixture->hub->disk, kept), 0);
    fixture_close(fixture);
    for (size_t i = 0; i < fixture->config.channel_count; i++) {
        snprintf(path, sizeof(path), "%s/channels/%s.state", fixture->host.state_dir,
                 fixture->texts[i].name);
        unlink(path);
    }
    snprintf(path, sizeof(path), "%s/sentio.db", fixture->host.state_dir);
    assert_int_equal(rename(kept, path), 0);
    forget(fixture);
    assert_true(fixture_open(fixture));
}

/* Whoever is called from now on emits one item. */
static void script_targets(struct hub_fixture *fixture) {
    for (size_t i = 1; i < fixture->config.channel_count; i++) {
        SCRIPT(fixture_state(fixture, i), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "t", .b = "2"});
        SCRIPT(fixture_state(fixture, i), CALL_OBSERVE, 0, {EFFECT_EMIT, .a = "t", .b = "3"});
    }
}

static void finish(struct hub_fixture *fixture) {
    jobs_run(fixture->hub);
    durable_settle(fixture);
}

/* "a" forwards to "b", which is durable if `durable`. */
static void begin(struct hub_fixture *fixture, int durable) {
    fixture_forwards(fixture, 0, "b");
    fixture->channels[1].durable = durable;
    assert_true(fixture_open(fixture));
    script_targets(fixture);
}

static void publish(struct hub_fixture *fixture) {
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "t", .b = "{\"x\":1}"},
           {EFFECT_FORWARD, .a = "b", .b = "{\"n\":1}"});
    fixture_publish(fixture, 0, "{}");
}

static void what_is_forwarded_waits_for_the_commit(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, 0);
    publish(fixture);
    assert_recorded(fixture, "a publish publisher key {}\n");
    durable_settle(fixture);
    assert_recorded(fixture, FORWARDED);
    assert_sent(fixture, ACCEPTED(0, 1, 1));
    assert_int_equal(fixture->hub->channels[1]->items, 1);
}

static void nothing_is_forwarded_when_the_commit_fails(void **state) {
    struct hub_fixture *fixture = *state;
    char path[96];
    log_start((enum log_level)(LOG_LEVEL_ERROR + 1), LOG_FORMAT_TEXT);
    snprintf(path, sizeof(path), "%s/sentio.db", fixture->host.state_dir);
    assert_int_equal(mkdir(path, 0700), 0);
    begin(fixture, 0);
    publish(fixture);
    durable_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {}\n");
    assert_int_equal(fixture->hub->channels[0]->rejected, 1);
}

static void forward_that_a_crash_has_cut_off_is_done_at_the_start_once(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, 1);
    publish(fixture);
    crash(fixture);
    script_targets(fixture);
    finish(fixture);
    assert_recorded(fixture, FORWARDED);
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 1);
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 1);
}

static void it_is_done_at_the_start_where_its_channel_is_not_durable_as_well(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, 0);
    publish(fixture);
    crash(fixture);
    script_targets(fixture);
    finish(fixture);
    assert_recorded(fixture, FORWARDED);
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 1);
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
}

static void update_that_was_not_observed_is_at_the_start(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_observes(fixture, 1, "a");
    fixture->channels[1].durable = 1;
    assert_true(fixture_open(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "t", .b = "{\"x\":1}"},
           {EFFECT_EMIT, .a = "u", .b = "{\"x\":2}"});
    fixture_publish(fixture, 0, "{}");
    fixture_publish(fixture, 0, "{}");
    crash(fixture);
    script_targets(fixture);
    finish(fixture);
    assert_recorded(fixture, "b observe a {\"x\":1} {\"x\":2}\nb observe a {\"x\":1} {\"x\":2}\n");
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 2);
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
}

/* "a" forwards to "b", which forwards to "c", which observes "a" as well. The host ends before each
 * of the disk's answers, and after the last. */
static void chain_is_done_once_wherever_a_crash_cuts_it(void **state) {
    struct hub_fixture *fixture = *state;
    const struct step relay[] = {{EFFECT_EMIT, .a = "t", .b = "2"},
                                 {EFFECT_FORWARD, .a = "c", .b = "{\"n\":2}"}};
    fixture_forwards(fixture, 0, "b");
    fixture_forwards(fixture, 1, "c");
    fixture_channel(fixture, "c", "scripted");
    fixture_observes(fixture, 2, "a");
    fixture->channels[1].durable = fixture->channels[2].durable = 1;
    assert_true(fixture_open(fixture));
    for (unsigned answers = 0; answers < 6; answers++) {
        disk_step(fixture->hub->disk);
        script_targets(fixture);
        script_set(fixture_state(fixture, 1), CALL_PUBLISH, 0, relay, 2);
        publish(fixture);
        for (unsigned i = 0; i < answers; i++)
            disk_take(fixture->hub->disk);
        crash(fixture);
        script_targets(fixture);
        script_set(fixture_state(fixture, 1), CALL_PUBLISH, 0, relay, 2);
        finish(fixture);
        /* Each time one item of its own on "a" and "b"; on "c" one of each. */
        assert_int_equal(fixture->hub->channels[0]->engine.offset, answers + 1);
        assert_int_equal(fixture->hub->channels[1]->engine.offset, answers + 1);
        assert_int_equal(fixture->hub->channels[2]->engine.offset, 2 * (answers + 1));
        forget(fixture);
    }
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
}

static void update_that_only_forwards_is_answered_and_known_when_it_is_on_the_disk(void **state) {
    struct hub_fixture *fixture = *state;
    const struct fixture_publish first = {.request = 0, .name = "one", .key = "k"};
    const struct fixture_publish again = {.request = 1, .name = "one", .key = "k"};
    begin(fixture, 1);
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_FORWARD, .a = "b", .b = "{\"n\":1}"});
    fixture_publish_as(fixture, &first, "{}");
    assert_sent(fixture, "");
    crash(fixture);
    script_targets(fixture);
    fixture_publish_as(fixture, &again, "{}");
    assert_sent(fixture, ACCEPTED(1, 0, 0));
    finish(fixture);
    assert_recorded(fixture, FORWARDED);
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 0);
    assert_int_equal(fixture->hub->channels[0]->published, 0);
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 1);
}

static void what_is_refused_or_emits_nothing_is_over(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, 1);
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, {EFFECT_REJECT, .number = -1, .a = "n"});
    publish(fixture);
    durable_settle(fixture);
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, SENTIO_FAILED);
    publish(fixture);
    durable_settle(fixture);
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 1, .a = "seen"});
    publish(fixture);
    durable_settle(fixture);
    assert_int_equal(fixture->hub->channels[1]->rejected, 2);
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
}

/* From within the disk's thread. */
static void forbid(struct disk *disk, void *context) {
    sqlite3_exec(disk->database, context, NULL, NULL, NULL);
}

static void what_the_disk_refuses_of_it_is_for_the_next_start(void **state) {
    struct hub_fixture *fixture = *state;
    log_start((enum log_level)(LOG_LEVEL_ERROR + 1), LOG_FORMAT_TEXT);
    begin(fixture, 1);
    disk_call(fixture->hub->disk, forbid,
              (char[]){"CREATE TEMP TRIGGER no BEFORE INSERT ON item WHEN new.json = '2' "
                       "BEGIN SELECT RAISE(FAIL, 'no'); END"});
    publish(fixture);
    durable_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {}\n" FORWARDED);
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 0);
    crash(fixture);
    script_targets(fixture);
    finish(fixture);
    assert_recorded(fixture, FORWARDED);
    assert_int_equal(fixture->hub->channels[1]->engine.offset, 1);
}

static void those_that_are_connected_no_more_get_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, 1);
    publish(fixture);
    fixture->channels[0].forwards.count = 0;
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
    fixture->channels[0].forwards.count = 1;
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
}

static void what_may_end_the_host_is_given_up_after_some_starts(void **state) {
    struct hub_fixture *fixture = *state;
    log_start((enum log_level)(LOG_LEVEL_ERROR + 1), LOG_FORMAT_TEXT);
    begin(fixture, 1);
    publish(fixture);
    for (int start = 0; start < 3; start++) {
        crash(fixture);
        assert_non_null(fixture->hub->first_job);
    }
    crash(fixture);
    assert_null(fixture->hub->first_job);
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
}

/* Nobody but the hub could tell it then. */
static void call_that_waits_for_a_plugin_is_done_at_the_next_start(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, 1);
    channel_hold(fixture->hub->channels[1]);
    publish(fixture);
    durable_settle(fixture);
    assert_recorded(fixture, "a publish publisher key {}\n");
    crash(fixture);
    script_targets(fixture);
    finish(fixture);
    assert_recorded(fixture, FORWARDED);
}

static void call_that_waits_when_its_channel_is_removed_is_over(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, 1);
    channel_hold(fixture->hub->channels[1]);
    publish(fixture);
    durable_settle(fixture);
    channel_held_refuse(fixture->hub->channels[1]);
    crash(fixture);
    finish(fixture);
    assert_recorded(fixture, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        DURABLE_CLOSED(what_is_forwarded_waits_for_the_commit),
        DURABLE_CLOSED(nothing_is_forwarded_when_the_commit_fails),
        DURABLE_CLOSED(forward_that_a_crash_has_cut_off_is_done_at_the_start_once),
        DURABLE_CLOSED(it_is_done_at_the_start_where_its_channel_is_not_durable_as_well),
        DURABLE_CLOSED(update_that_was_not_observed_is_at_the_start),
        DURABLE_CLOSED(chain_is_done_once_wherever_a_crash_cuts_it),
        DURABLE_CLOSED(update_that_only_forwards_is_answered_and_known_when_it_is_on_the_disk),
        DURABLE_CLOSED(what_is_refused_or_emits_nothing_is_over),
        DURABLE_CLOSED(what_the_disk_refuses_of_it_is_for_the_next_start),
        DURABLE_CLOSED(those_that_are_connected_no_more_get_nothing),
        DURABLE_CLOSED(what_may_end_the_host_is_given_up_after_some_starts),
        DURABLE_CLOSED(call_that_waits_for_a_plugin_is_done_at_the_next_start),
        DURABLE_CLOSED(call_that_waits_when_its_channel_is_removed_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
