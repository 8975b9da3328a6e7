/* SPDX-License-Identifier: MIT */
#include "subscription/unacknowledged.h"

#include "base/log.h"
#include "durable_fixture.h"

#define ITEM(topic) " {\"symbol\":\"" topic "\"}"
#define NOT_RECOVERED(offset)                                                                      \
    " end {\"type\":\"recovered\",\"recovered\":false,\"offset\":" offset                          \
    ",\"epoch\":\"E\",\"timestamp\":\"T\"}"

static void publish_all(struct hub_fixture *fixture, const char *const *topics, size_t count) {
    for (size_t i = 0; i < count; i++)
        durable_publish(fixture, topics[i]);
}

/* A subscribe of u's connection `conn`, whose answer from the disk is still to come. */
static void subscribe_only(struct hub_fixture *fixture, uint64_t conn, uint64_t sent, bool named) {
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = "u"},
           {EFFECT_ACCEPT, .id = conn});
    fixture_command(fixture, &(struct command_message){.conn = conn,
                                                       .user = sentio_text("u"),
                                                       .sent = sent,
                                                       .named = named,
                                                       .request = sentio_text("{\"ack\":true}")});
}

static void unsubscribe(struct hub_fixture *fixture, uint64_t conn, uint64_t sent) {
    SCRIPT(fixture_state(fixture, 0), CALL_UNSUBSCRIBE, 0, {EFFECT_LEAVE, .id = conn, .a = "u"},
           {EFFECT_ACCEPT, .id = conn});
    fixture_command(fixture, &(struct command_message){
                                 .conn = conn, .what = COMMAND_UNSUBSCRIBE, .sent = sent});
}

static void what_waits_comes_in_order_while_what_is_live_is_held(void **state) {
    struct hub_fixture *fixture = *state;
    publish_all(fixture, (const char *const[]){"u", "v", "u"}, 3);
    subscribe_only(fixture, 1, 0, false);
    assert_sent(fixture, "joined 1 u at 3 more\n");
    durable_settle(fixture);
    assert_sent(fixture, "replay 1 at 3 replay 0>" ITEM("u") ITEM("u") "\n");
}

static void where_nothing_waits_what_is_live_goes_on_from_the_place(void **state) {
    struct hub_fixture *fixture = *state;
    durable_publish(fixture, "v");
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    assert_sent(fixture, "joined 1 u at 1 more\nreplay 1 at 1\n");
}

static void what_is_committed_meanwhile_is_live_alone(void **state) {
    struct hub_fixture *fixture = *state;
    durable_publish(fixture, "u");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_EMIT, .a = "u", .b = "{\"symbol\":\"late\"}"});
    fixture_publish(fixture, 0, "{}");
    subscribe_only(fixture, 1, 0, false);
    durable_settle(fixture);
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "joined 1 u at 1 more\n"));
    assert_non_null(strstr(sent, "replay 1 at 1 replay 0>" ITEM("u") "\n"));
    assert_non_null(strstr(sent, "update a at 2" ITEM("late") "\n"));
    assert_true(strstr(sent, "joined") < strstr(sent, "update"));
    free(sent);
}

static void what_was_dropped_is_told(void **state) {
    struct hub_fixture *fixture = *state;
    publish_all(fixture, (const char *const[]){"u", "u", "u", "u", "u"}, 5);
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    assert_sent(fixture, "joined 1 u at 5 more\nreplay 1 at 5 replay 2>" ITEM("u") ITEM("u")
                             ITEM("u") NOT_RECOVERED("5") "\n");
}

static void who_says_how_far_he_has_come_gets_what_came_after_that(void **state) {
    struct hub_fixture *fixture = *state;
    char request[96];
    publish_all(fixture, (const char *const[]){"u", "u"}, 2);
    snprintf(request, sizeof(request), "{\"since\":{\"offset\":1,\"epoch\":\"%s\"}}",
             fixture->hub->channels[0]->stream->epoch);
    durable_subscribe(fixture, 1, "u", request);
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "joined 1 u at 2 replay 1>" ITEM("u") " end"));
    free(sent);
    /* He is known now, and what is to everyone waits for him. */
    fixture_leave(fixture, 1);
    durable_publish(fixture, "*");
    durable_subscribe(fixture, 2, "u", "{}");
    sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, ITEM("u") ITEM("u") ITEM("*") "\n"));
    free(sent);
}

static void an_offset_of_another_epoch_is_answered_with_what_waits(void **state) {
    struct hub_fixture *fixture = *state;
    publish_all(fixture, (const char *const[]){"u", "u"}, 2);
    durable_subscribe(fixture, 1, "u", "{\"since\":{\"offset\":1,\"epoch\":\"another\"}}");
    assert_sent(fixture, "joined 1 u at 2 more\nreplay 1 at 2 replay 0>" ITEM("u") ITEM("u")
                             NOT_RECOVERED("2") "\n");
}

static void an_offset_that_is_yet_to_come_is_answered_with_what_waits(void **state) {
    struct hub_fixture *fixture = *state;
    char request[96];
    durable_publish(fixture, "u");
    snprintf(request, sizeof(request), "{\"since\":{\"offset\":9,\"epoch\":\"%s\"}}",
             fixture->hub->channels[0]->stream->epoch);
    durable_subscribe(fixture, 1, "u", request);
    assert_sent(fixture,
                "joined 1 u at 1 more\nreplay 1 at 1 replay 0>" ITEM("u") NOT_RECOVERED("1") "\n");
}

static void history_comes_before_what_waits(void **state) {
    struct hub_fixture *fixture = *state;
    publish_all(fixture, (const char *const[]){"u", "u", "u"}, 3);
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    durable_ack(fixture, 1, 2, 3);
    free(fixture_sent(fixture));
    durable_subscribe(fixture, 2, "u", "{\"history\":2}");
    assert_sent(fixture, "joined 2 u at 3 more\nreplay 2 at 3 replay 1>" ITEM("u") ITEM("u") "\n");
    durable_subscribe(fixture, 3, "u", "{\"history\":1}");
    assert_sent(fixture, "joined 3 u at 3 more\nreplay 3 at 3 replay 2>" ITEM("u") "\n");
}

static void a_topic_that_is_not_the_users_own_has_nothing_that_waits(void **state) {
    struct hub_fixture *fixture = *state;
    publish_all(fixture, (const char *const[]){"A", "u"}, 2);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .user = sentio_text("u")});
    durable_settle(fixture);
    char *sent = fixture_sent(fixture);
    assert_null(strstr(sent, "more"));
    assert_null(strstr(sent, "replay"));
    free(sent);
}

static void a_later_subscribe_goes_on_after_what_was_sent(void **state) {
    struct hub_fixture *fixture = *state;
    publish_all(fixture, (const char *const[]){"u", "u"}, 2);
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    free(fixture_sent(fixture));
    subscribe_only(fixture, 1, 2, false);
    unsubscribe(fixture, 1, 2);
    durable_publish(fixture, "u");
    subscribe_only(fixture, 1, 2, false);
    durable_settle(fixture);
    assert_sent(fixture, "joined 1 u at 3 more\nreplay 1 at 3 replay 2>" ITEM("u") "\n");
}

static void what_was_read_for_an_earlier_subscribe_is_not_sent(void **state) {
    struct hub_fixture *fixture = *state;
    durable_publish(fixture, "u");
    subscribe_only(fixture, 1, 0, false);
    unsubscribe(fixture, 1, 0);
    durable_settle(fixture);
    assert_sent(fixture, "joined 1 u at 1 more\njoined 1 nothing at 1\n");
    subscribe_only(fixture, 1, 0, false);
    unsubscribe(fixture, 1, 0);
    subscribe_only(fixture, 1, 0, false);
    durable_settle(fixture);
    assert_sent(fixture, "joined 1 u at 1 more\njoined 1 nothing at 1\njoined 1 u at 1 more\n"
                         "replay 1 at 1 replay 0>" ITEM("u") "\n");
    subscribe_only(fixture, 2, 0, false);
    fixture_leave(fixture, 2);
    durable_settle(fixture);
    assert_sent(fixture, "joined 2 u at 1 more\ngone 2\n");
}

static void who_read_too_slowly_to_catch_up_begins_after_what_he_got(void **state) {
    struct hub_fixture *fixture = *state;
    publish_all(fixture, (const char *const[]){"u", "u", "u"}, 3);
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    free(fixture_sent(fixture));
    struct message *lost = lost_message_create(1);
    assert_non_null(lost);
    ((struct lost_message *)lost)->sent = 2;
    fixture_send(fixture, lost);
    durable_settle(fixture);
    assert_sent(fixture, "joined 1 u at 3 more afresh\nreplay 1 at 3 replay 2>" ITEM("u") "\n");
}

/* The database can not be one: it is a folder. */
static void break_disk(struct hub_fixture *fixture) {
    char path[96];
    snprintf(path, sizeof(path), "%s/sentio.db", fixture->host.state_dir);
    assert_int_equal(mkdir(path, 0700), 0);
    log_start((enum log_level)(LOG_LEVEL_ERROR + 1), LOG_FORMAT_TEXT);
    assert_true(fixture_open(fixture));
}

static void a_disk_that_does_not_work_ends_the_connection(void **state) {
    struct hub_fixture *fixture = *state;
    break_disk(fixture);
    subscribe_only(fixture, 1, 0, false);
    durable_settle(fixture);
    assert_sent(fixture, "joined 1 u at 0 more\n"
                         "close 1 1013 the disk does not work: try again later\n");
}

static void over_a_shared_connection_only_the_subscription_ends(void **state) {
    struct hub_fixture *fixture = *state;
    break_disk(fixture);
    subscribe_only(fixture, 1, 0, true);
    durable_settle(fixture);
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "joined 1 nothing at 0\n"));
    assert_non_null(strstr(sent, "text 1 {\"type\":\"error\",\"channel\":\"a\""));
    assert_non_null(strstr(sent, "\"code\":\"unavailable\""));
    free(sent);
    subscribe_only(fixture, 1, 0, true);
    sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "joined 1 u named at 0 more\n"));
    free(sent);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        DURABLE(what_waits_comes_in_order_while_what_is_live_is_held),
        DURABLE(where_nothing_waits_what_is_live_goes_on_from_the_place),
        DURABLE(what_is_committed_meanwhile_is_live_alone),
        DURABLE(what_was_dropped_is_told),
        DURABLE(who_says_how_far_he_has_come_gets_what_came_after_that),
        DURABLE(an_offset_of_another_epoch_is_answered_with_what_waits),
        DURABLE(an_offset_that_is_yet_to_come_is_answered_with_what_waits),
        DURABLE(history_comes_before_what_waits),
        DURABLE(a_topic_that_is_not_the_users_own_has_nothing_that_waits),
        DURABLE(a_later_subscribe_goes_on_after_what_was_sent),
        DURABLE(what_was_read_for_an_earlier_subscribe_is_not_sent),
        DURABLE(who_read_too_slowly_to_catch_up_begins_after_what_he_got),
        DURABLE_CLOSED(a_disk_that_does_not_work_ends_the_connection),
        DURABLE_CLOSED(over_a_shared_connection_only_the_subscription_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
