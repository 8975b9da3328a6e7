/* SPDX-License-Identifier: MIT */
#include "subscription/acknowledgement.h"

#include "durable_fixture.h"

#define ERROR(code, text)                                                                          \
    "error 1 {\"type\":\"error\",\"id\":5,\"message\":\"" text "\",\"code\":\"" code               \
    "\",\"timestamp\":\"T\"}\n"
#define OK(offset, acknowledged)                                                                   \
    "text 1 {\"type\":\"ok\",\"id\":5,\"offset\":" offset                                          \
    ",\"epoch\":\"E\",\"acknowledged\":" acknowledged ",\"timestamp\":\"T\"}\n"

static const char not_durable[] =
    ERROR("not_durable", "this channel is not durable: nothing of it waits to be acknowledged");

/* What waits for u, and is sent to connection 7 if that is new. */
static void assert_waiting(struct hub_fixture *fixture, const char *request, const char *expected) {
    free(fixture_sent(fixture));
    durable_subscribe(fixture, 7, "u", request);
    assert_sent(fixture, expected);
    fixture_leave(fixture, 7);
    free(fixture_sent(fixture));
}

/* Two items to u, and connection 1 with this subscribe. */
static void begin(struct hub_fixture *fixture, const char *request) {
    durable_publish(fixture, "u");
    durable_publish(fixture, "u");
    durable_subscribe(fixture, 1, "u", request);
    free(fixture_sent(fixture));
}

static void report(struct hub_fixture *fixture, uint64_t conn, uint64_t offset) {
    struct written_message *message = written_message_create(2);
    assert_non_null(message);
    message->written[0] = (struct written){99, 1};
    message->written[1] = (struct written){conn, offset};
    message->count = 2;
    fixture_send(fixture, &message->head);
    durable_settle(fixture);
}

static void consumers_have_short_plain_names(void **state) {
    char longest[CONSUMER_MAX + 1];
    (void)state;
    memset(longest, 'x', sizeof(longest));
    assert_true(acknowledgement_consumer_valid(sentio_text("a")));
    assert_true(acknowledgement_consumer_valid(sentio_text("Phone-1.x_0")));
    assert_true(acknowledgement_consumer_valid(sentio_bytes(longest, CONSUMER_MAX)));
    assert_false(acknowledgement_consumer_valid(sentio_bytes(longest, CONSUMER_MAX + 1)));
    assert_false(acknowledgement_consumer_valid(sentio_text("")));
    assert_false(acknowledgement_consumer_valid(sentio_text("a b")));
    assert_false(acknowledgement_consumer_valid(sentio_text("a/b")));
    assert_false(acknowledgement_consumer_valid(sentio_text("\xc3\xa4")));
    assert_false(acknowledgement_consumer_valid(sentio_bytes("a\0b", 3)));
}

static void an_ack_is_answered_when_it_is_on_the_disk(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, "{\"ack\":true}");
    durable_ack(fixture, 1, 1, 2);
    assert_sent(fixture, OK("2", "1"));
    assert_waiting(fixture, "{\"ack\":true}",
                   "joined 7 u at 2 more\nreplay 7 at 2 replay 1> {\"symbol\":\"u\"}\n");
}

static void an_ack_goes_no_further_than_what_was_sent_and_never_back(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, "{\"ack\":true}");
    durable_ack(fixture, 1, 2, 0);
    assert_sent(fixture, OK("0", "0"));
    durable_ack(fixture, 1, 9000, 2);
    assert_sent(fixture, OK("2", "2"));
    durable_ack(fixture, 1, 1, 2);
    assert_sent(fixture, OK("2", "2"));
    assert_waiting(fixture, "{}", "joined 7 u at 2 more\nreplay 7 at 2\n");
}

static void an_ack_without_an_id_is_not_answered(void **state) {
    struct hub_fixture *fixture = *state;
    char request[96];
    begin(fixture, "{\"ack\":true}");
    snprintf(request, sizeof(request), "{\"offset\":1,\"epoch\":\"%s\"}",
             fixture->hub->channels[0]->stream->epoch);
    fixture_command(
        fixture, &(struct command_message){
                     .conn = 1, .what = COMMAND_ACK, .sent = 2, .request = sentio_text(request)});
    durable_settle(fixture);
    assert_sent(fixture, "");
    assert_waiting(fixture, "{}",
                   "joined 7 u at 2 more\nreplay 7 at 2 replay 1> {\"symbol\":\"u\"}\n");
}

static void assert_ack_refused(struct hub_fixture *fixture, const char *request,
                               const char *expected) {
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .what = COMMAND_ACK,
                                                       .id = sentio_text("5"),
                                                       .sent = 2,
                                                       .request = sentio_text(request)});
    durable_settle(fixture);
    assert_sent(fixture, expected);
}

static void what_is_malformed_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    static const char field[] =
        ERROR("invalid_field", "an \\\"ack\\\" has an \\\"offset\\\", a whole number, and an "
                               "\\\"epoch\\\", a string");
    static const char epoch[] = ERROR(
        "wrong_epoch", "the \\\"epoch\\\" is not the channel's: that offset says nothing of it");
    begin(fixture, "{\"ack\":true}");
    assert_ack_refused(fixture, "{}", field);
    assert_ack_refused(fixture, "{\"offset\":1}", field);
    assert_ack_refused(fixture, "{\"epoch\":\"e\"}", field);
    assert_ack_refused(fixture, "{\"offset\":\"1\",\"epoch\":\"e\"}", field);
    assert_ack_refused(fixture, "{\"offset\":-1,\"epoch\":\"e\"}", field);
    assert_ack_refused(fixture, "{\"offset\":1.5,\"epoch\":\"e\"}", field);
    assert_ack_refused(fixture, "{\"offset\":1,\"offset\":1,\"epoch\":\"e\"}", field);
    assert_ack_refused(fixture, "{\"offset\":1,\"epoch\":1}", field);
    assert_ack_refused(fixture, "{\"offset\":1,\"epoch\":\"e\"}", epoch);
    assert_ack_refused(fixture, "{\"offset\":1,\"epoch\":\"0123456789abcdef01234\"}", epoch);
    assert_waiting(fixture, "{}",
                   "joined 7 u at 2 more\n"
                   "replay 7 at 2 replay 0> {\"symbol\":\"u\"} {\"symbol\":\"u\"}\n");
}

static void only_a_subscription_that_asked_for_it_acknowledges(void **state) {
    struct hub_fixture *fixture = *state;
    assert_ack_refused(fixture, "{}",
                       ERROR("not_subscribed", "there is nothing to acknowledge: subscribe first"));
    static const char silent[] =
        ERROR("not_acknowledging",
              "subscribe with \\\"ack\\\": true first: this subscription acknowledges by itself");
    begin(fixture, "{\"ack\":false}");
    assert_ack_refused(fixture, "{}", silent);
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    free(fixture_sent(fixture));
    durable_ack(fixture, 1, 2, 2);
    assert_sent(fixture, OK("2", "2"));
}

/* Symbols, or everything: nobody's own. */
static void items_that_are_not_the_users_own_are_not_acknowledged(void **state) {
    struct hub_fixture *fixture = *state;
    static const char silent[] =
        ERROR("not_acknowledging",
              "subscribe with \\\"ack\\\": true first: this subscription acknowledges by itself");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "u"},
           {EFFECT_JOIN, .id = 1, .a = "A"}, {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .user = sentio_text("u"),
                                                       .request = sentio_text("{\"ack\":true}")});
    assert_sent(fixture, "joined 1 A,u at 0\n");
    assert_ack_refused(fixture, "{}", silent);
}

static void channels_that_are_not_durable_say_so(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 1), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "u"},
           {EFFECT_ACCEPT, .id = 1});
    const struct command_message subscribe = {.channel = 1,
                                              .conn = 1,
                                              .user = sentio_text("u"),
                                              .id = sentio_text("5"),
                                              .request = sentio_text("{\"ack\":true}")};
    fixture_command(fixture, &subscribe);
    assert_sent(fixture, not_durable);
    fixture_command(fixture, &(struct command_message){.channel = 1, .conn = 1});
    assert_sent(fixture, "joined 1 u at 0\n");
    fixture_command(fixture,
                    &(struct command_message){
                        .channel = 1, .conn = 1, .what = COMMAND_ACK, .id = sentio_text("5")});
    assert_sent(fixture, not_durable);
}

static void a_malformed_subscribe_is_refused_and_the_plugin_not_asked(void **state) {
    struct hub_fixture *fixture = *state;
    static const char *const requests[] = {
        "{\"ack\":1}",          "{\"ack\":null}",         "{\"ack\":true,\"ack\":true}",
        "{\"consumer\":7}",     "{\"consumer\":null}",    "{\"consumer\":\"\"}",
        "{\"consumer\":\" \"}", "{\"consumer\":\"a/b\"}",
    };
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        durable_subscribe(fixture, 1, "u", requests[i]);
        char *sent = fixture_sent(fixture);
        assert_non_null(strstr(sent, "\"code\":\"invalid_field\""));
        free(sent);
    }
    assert_recorded(fixture, "");
}

static void a_consumer_is_fixed_by_the_first_subscribe(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, "{\"ack\":true,\"consumer\":\"phone\"}");
    durable_subscribe(fixture, 1, "u", "{\"consumer\":\"phone\"}");
    assert_sent(fixture, "joined 1 u at 2\n");
    durable_subscribe(fixture, 1, "u", "{\"consumer\":\"tablet\"}");
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "\"code\":\"invalid_field\""));
    free(sent);
    durable_ack(fixture, 1, 2, 2);
    assert_sent(fixture, OK("2", "2"));
    assert_waiting(fixture, "{\"consumer\":\"phone\"}", "joined 7 u at 2 more\nreplay 7 at 2\n");
    assert_waiting(fixture, "{}",
                   "joined 7 u at 2 more\n"
                   "replay 7 at 2 replay 0> {\"symbol\":\"u\"} {\"symbol\":\"u\"}\n");
}

static void what_is_written_counts_for_who_does_not_acknowledge(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, "{}");
    report(fixture, 1, 1);
    assert_waiting(fixture, "{\"ack\":true}",
                   "joined 7 u at 2 more\nreplay 7 at 2 replay 1> {\"symbol\":\"u\"}\n");
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    report(fixture, 1, 2);
    assert_waiting(fixture, "{\"ack\":true}",
                   "joined 7 u at 2 more\nreplay 7 at 2 replay 1> {\"symbol\":\"u\"}\n");
}

static void what_was_written_before_a_subscriber_left_counts(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, "{}");
    struct message *message = left_message_create(0, 1, &fixture->members[1]);
    assert_non_null(message);
    ((struct left_message *)message)->written = 2;
    fixture_send(fixture, message);
    durable_settle(fixture);
    assert_waiting(fixture, "{\"ack\":true}", "joined 7 u at 2 more\nreplay 7 at 2\n");
}

/* An ack that comes while the plugin has yet to answer the subscribe waits for that. */
static void an_ack_waits_for_its_turn(void **state) {
    struct hub_fixture *fixture = *state;
    durable_publish(fixture, "u");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "u"});
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .user = sentio_text("u"),
                                                       .request = sentio_text("{\"ack\":true}")});
    durable_ack(fixture, 1, 1, 1);
    assert_sent(fixture, "");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_ACCEPT, .id = 1});
    fixture_publish(fixture, 0, "{}");
    durable_settle(fixture);
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, OK("1", "1")));
    free(sent);
}

static void an_answer_for_a_subscriber_that_has_left_goes_nowhere(void **state) {
    struct hub_fixture *fixture = *state;
    begin(fixture, "{\"ack\":true}");
    char request[96];
    snprintf(request, sizeof(request), "{\"offset\":1,\"epoch\":\"%s\"}",
             fixture->hub->channels[0]->stream->epoch);
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .what = COMMAND_ACK,
                                                       .id = sentio_text("5"),
                                                       .sent = 2,
                                                       .request = sentio_text(request)});
    fixture_leave(fixture, 1);
    durable_settle(fixture);
    assert_sent(fixture, "gone 1\n");
    assert_waiting(fixture, "{\"ack\":true}",
                   "joined 7 u at 2 more\nreplay 7 at 2 replay 1> {\"symbol\":\"u\"}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consumers_have_short_plain_names),
        DURABLE(an_ack_is_answered_when_it_is_on_the_disk),
        DURABLE(an_ack_goes_no_further_than_what_was_sent_and_never_back),
        DURABLE(an_ack_without_an_id_is_not_answered),
        DURABLE(what_is_malformed_is_refused),
        DURABLE(only_a_subscription_that_asked_for_it_acknowledges),
        DURABLE(items_that_are_not_the_users_own_are_not_acknowledged),
        DURABLE(channels_that_are_not_durable_say_so),
        DURABLE(a_malformed_subscribe_is_refused_and_the_plugin_not_asked),
        DURABLE(a_consumer_is_fixed_by_the_first_subscribe),
        DURABLE(what_is_written_counts_for_who_does_not_acknowledge),
        DURABLE(what_was_written_before_a_subscriber_left_counts),
        DURABLE(an_ack_waits_for_its_turn),
        DURABLE(an_answer_for_a_subscriber_that_has_left_goes_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
