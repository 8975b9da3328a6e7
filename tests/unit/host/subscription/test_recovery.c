/* SPDX-License-Identifier: MIT */
#include "subscription/recovery.h"

#include "hub_fixture.h"

static const struct sentio_value strong_buy[] = {
    {SENTIO_NUMBER, 0, 0.9, {NULL, 0}},
    {SENTIO_TEXT, 0, 0, {"buy", 3}},
};
static const struct sentio_value weak_sell[] = {
    {SENTIO_NUMBER, 0, 0.4, {NULL, 0}},
    {SENTIO_TEXT, 0, 0, {"sell", 4}},
};

static struct channel *first_channel(const struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

/* One item for each letter, its text its offset; capitals are strong. */
static void publish_letters(struct hub_fixture *fixture, const char *letters) {
    for (; *letters != '\0'; letters++) {
        char topic[2] = {*letters, '\0'};
        char json[24];
        snprintf(json, sizeof(json), "%llu",
                 (unsigned long long)first_channel(fixture)->engine.offset + 1);
        SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
               {EFFECT_EMIT, .a = topic, .b = json,
                .attributes = *letters == 'W' ? weak_sell : strong_buy});
        fixture_publish(fixture, 0, "{}");
    }
    free(fixture_sent(fixture));
}

/* A subscribe that joins these topics; E in the request stands for the channel's epoch. */
static void subscribe(struct hub_fixture *fixture, uint64_t conn, const char *topics,
                      const char *request) {
    char names[4][2] = {""};
    struct step steps[6];
    size_t count = 0;
    char text[256];
    const char *epoch = strchr(request, 'E');
    for (; topics[count] != '\0'; count++) {
        names[count][0] = topics[count];
        steps[count] = (struct step){EFFECT_JOIN, .id = conn, .a = names[count]};
    }
    steps[count++] = (struct step){EFFECT_ACCEPT, .id = conn};
    script_set(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, steps, count);
    snprintf(text, sizeof(text), "%.*s%s%s", epoch ? (int)(epoch - request) : 256, request,
             epoch ? first_channel(fixture)->stream->epoch : "", epoch ? epoch + 1 : "");
    fixture_command(fixture, &(struct command_message){.conn = conn, .request = sentio_text(text)});
}

/* What a fresh subscriber gets of the past, without what says so; he leaves. */
static void assert_past(struct hub_fixture *fixture, const char *topics, const char *request,
                        const char *expected) {
    subscribe(fixture, 1, topics, request);
    char *text = fixture_sent(fixture);
    char *at = strstr(text, " at ");
    assert_non_null(at);
    char *end = strstr(at, " end {");
    char told[512];
    const char *recovered = end && strstr(end, "\"recovered\":true")    ? " recovered"
                            : end && strstr(end, "\"recovered\":false") ? " lost"
                                                                        : "";
    at += strcspn(at + 4, " \n") + 4;
    if (end == NULL)
        end = strchr(at, '\n');
    snprintf(told, sizeof(told), "%.*s%s", (int)(end - at), at, recovered);
    assert_string_equal(told[0] == ' ' ? told + 1 : told, expected);
    free(text);
    fixture_leave(fixture, 1);
    free(fixture_sent(fixture));
}

static void what_was_missed_is_replayed_and_then_recovered_is_said(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "ABAAB");
    subscribe(fixture, 1, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":1}}");
    assert_sent(fixture, "joined 1 A at 5 replay 1> 3 4 end {\"type\":\"recovered\",\"recovered\":"
                         "true,\"offset\":5,\"epoch\":\"E\",\"timestamp\":\"T\"}\n");
}

static void on_a_shared_connection_recovered_names_the_channel(void **state) {
    struct hub_fixture *fixture = *state;
    char request[96];
    snprintf(request, sizeof(request), "{\"since\":{\"epoch\":\"%s\",\"offset\":0}}",
             first_channel(fixture)->stream->epoch);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1,
                                                       .named = true,
                                                       .id = sentio_text("9"),
                                                       .request = sentio_text(request)});
    assert_sent(fixture,
                "joined 1 A named at 0 {\"type\":\"ok\",\"channel\":\"a\",\"id\":9,\"offset\":0,"
                "\"epoch\":\"E\",\"symbols\":[\"A\"],\"timestamp\":\"T\"} end {\"type\":"
                "\"recovered\",\"channel\":\"a\",\"recovered\":true,\"offset\":0,\"epoch\":\"E\","
                "\"timestamp\":\"T\"}\n");
}

static void since_covers_exactly_the_topics_that_are_named(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "ABC*A");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}",
                "replay 0> 1 4 5 recovered");
    assert_past(fixture, "BC", "{\"since\":{\"epoch\":\"E\",\"offset\":2}}",
                "replay 2> 3 4 recovered");
    assert_past(fixture, "*", "{\"since\":{\"epoch\":\"E\",\"offset\":2}}",
                "replay 2> 3 4 5 recovered");
    assert_past(fixture, "", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}", "recovered");
}

static void a_topic_that_was_there_before_is_replayed_when_it_is_named_again(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "AB");
    subscribe(fixture, 1, "A", "{}");
    free(fixture_sent(fixture));
    assert_past(fixture, "AB", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}",
                "replay 0> 1 2 recovered");
}

static void who_is_up_to_date_gets_nothing_but_recovered(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "AB");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":2}}", "recovered");
    assert_past(fixture, "Z", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}", "recovered");
}

static void another_epoch_or_a_later_offset_is_answered_by_the_snapshot(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "ABA");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"0123456789abcdef\",\"offset\":1}}",
                "snapshot 3 lost");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"\",\"offset\":1}}", "snapshot 3 lost");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"0123456789abcdef0\",\"offset\":1}}",
                "snapshot 3 lost");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":4}}", "snapshot 3 lost");
}

static void without_snapshots_recovered_false_stands_alone(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->channels[0].snapshot = 0;
    publish_letters(fixture, "ABA");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":4}}", "lost");
}

static void history_reaches_back_to_exactly_what_was_trimmed(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->channels[0].history = 2;
    log_memory_limit(&first_channel(fixture)->log, &fixture->channels[0], 0);
    publish_letters(fixture, "AABAA");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":2}}",
                "replay 2> 4 5 recovered");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":1}}", "snapshot 5 lost");
    assert_past(fixture, "B", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}",
                "replay 0> 3 recovered");
    assert_past(fixture, "AB", "{\"since\":{\"epoch\":\"E\",\"offset\":1}}", "snapshot 3 5 lost");
    assert_past(fixture, "*", "{\"since\":{\"epoch\":\"E\",\"offset\":2}}",
                "replay 2> 3 4 5 recovered");
    assert_past(fixture, "*", "{\"since\":{\"epoch\":\"E\",\"offset\":1}}", "snapshot 3 5 lost");
}

static void without_history_only_the_present_is_recovered(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->channels[0].history = 0;
    log_memory_limit(&first_channel(fixture)->log, &fixture->channels[0], 0);
    publish_letters(fixture, "AB");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}", "snapshot 1 lost");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":1}}", "recovered");
    assert_past(fixture, "*", "{\"since\":{\"epoch\":\"E\",\"offset\":1}}", "snapshot 1 2 lost");
    assert_past(fixture, "A", "{\"history\":5}", "snapshot 1");
}

static void what_is_too_old_is_not_recovered(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "AA");
    fixture->channels[0].history_age = 1;
    struct log_memory *log = &first_channel(fixture)->log;
    log->limit_age = 1000;
    log->history.oldest->item->time -= 5000; /* its own item: nobody else has it */
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}", "snapshot 2 lost");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":1}}",
                "replay 1> 2 recovered");
}

static void what_was_trimmed_for_the_bytes_is_not_recovered(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "ABC");
    struct log_memory *log = &first_channel(fixture)->log;
    log->limit_bytes = log->bytes;
    publish_letters(fixture, "C");
    assert_past(fixture, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}", "snapshot 1 lost");
    assert_past(fixture, "B", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}",
                "replay 0> 2 recovered");
}

static void the_filters_choose_what_is_replayed(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "AWBWW");
    assert_past(fixture, "*", "{\"signals\":[\"buy\"],\"since\":{\"epoch\":\"E\",\"offset\":0}}",
                "replay 0> 1 3 recovered");
    assert_past(fixture, "*", "{\"signals\":[\"sell\"],\"history\":2}", "snapshot 5 replay 3> 4 5");
    assert_past(fixture, "*", "{\"signals\":[\"sell\"],\"since\":{\"epoch\":\"E\",\"offset\":9}}",
                "snapshot 5 lost");
}

static void history_gives_the_last_items_of_the_topics(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "ABAAB");
    assert_past(fixture, "A", "{\"history\":2}", "snapshot 4 replay 2> 3 4");
    assert_past(fixture, "AB", "{\"history\":2}", "snapshot 4 5 replay 3> 4 5");
    assert_past(fixture, "A", "{\"history\":9007199254740992}", "snapshot 4 replay 0> 1 3 4");
    assert_past(fixture, "*", "{\"history\":3}", "snapshot 4 5 replay 2> 3 4 5");
    assert_past(fixture, "*", "{\"history\":0}", "snapshot 4 5");
    assert_past(fixture, "A", "{\"history\":0}", "snapshot 4");
    assert_past(fixture, "Z", "{\"history\":3}", "");
    assert_past(fixture, "", "{\"history\":3}", "");
}

static void of_both_since_counts_as_long_as_it_can_be_answered(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "ABAAB");
    assert_past(fixture, "A", "{\"history\":1,\"since\":{\"epoch\":\"E\",\"offset\":1}}",
                "replay 1> 3 4 recovered");
    assert_past(fixture, "A", "{\"history\":1,\"since\":{\"epoch\":\"E\",\"offset\":7}}",
                "snapshot 4 replay 3> 4 lost");
}

static void who_asks_for_neither_sees_no_change(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "AB");
    assert_past(fixture, "A", "{}", "snapshot 1");
}

static void a_wrong_field_is_an_error_and_changes_nothing(void **state) {
    static const char *const wrong[] = {
        "{\"since\":null}",
        "{\"since\":5}",
        "{\"since\":[]}",
        "{\"since\":{}}",
        "{\"since\":{\"epoch\":\"E\"}}",
        "{\"since\":{\"offset\":1}}",
        "{\"since\":{\"epoch\":1,\"offset\":1}}",
        "{\"since\":{\"epoch\":\"E\",\"offset\":\"1\"}}",
        "{\"since\":{\"epoch\":\"E\",\"offset\":-1}}",
        "{\"since\":{\"epoch\":\"E\",\"offset\":1.5}}",
        "{\"since\":{\"epoch\":\"E\",\"offset\":1e3}}",
        "{\"since\":{\"epoch\":\"E\",\"offset\":9007199254740993}}",
        "{\"since\":{\"epoch\":\"E\",\"offset\":1,\"offset\":2}}",
        "{\"since\":{\"epoch\":\"E\",\"offset\":1},\"since\":{\"epoch\":\"E\",\"offset\":1}}",
        "{\"history\":null}",
        "{\"history\":\"5\"}",
        "{\"history\":-1}",
        "{\"history\":1.0}",
        "{\"history\":true}",
        "{\"history\":1,\"history\":1}",
    };
    struct hub_fixture *fixture = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        subscribe(fixture, 1, "A", wrong[i]);
        char *text = fixture_sent(fixture);
        if (strncmp(text, "error 1 ", 8) != 0 || strstr(text, "\"invalid_field\"") == NULL)
            fail_msg("%s: %s", wrong[i], text);
        free(text);
    }
    assert_int_equal(first_channel(fixture)->subscribers, 0);
}

static void a_topic_that_the_same_subscribe_leaves_again_is_not_replayed(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "AB");
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = "A"},
           {EFFECT_JOIN, .id = 1, .a = "B"}, {EFFECT_LEAVE, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(
        fixture, &(struct command_message){.conn = 1, .request = sentio_text("{\"history\":9}")});
    assert_sent(fixture, "joined 1 B at 2 snapshot 2 replay 1> 2\n");
}

static void who_was_too_slow_begins_with_all_that_is_known_now(void **state) {
    struct hub_fixture *fixture = *state;
    publish_letters(fixture, "ABA");
    subscribe(fixture, 1, "A", "{\"since\":{\"epoch\":\"E\",\"offset\":0}}");
    free(fixture_sent(fixture));
    publish_letters(fixture, "A");
    fixture_send(fixture, lost_message_create(1));
    assert_sent(fixture, "joined 1 A at 4 snapshot 4 end {\"type\":\"recovered\",\"recovered\":"
                         "false,\"offset\":4,\"epoch\":\"E\",\"timestamp\":\"T\"} afresh\n");
    fixture_leave(fixture, 1);
    free(fixture_sent(fixture));
    fixture_send(fixture, lost_message_create(1));
    assert_sent(fixture, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_was_missed_is_replayed_and_then_recovered_is_said),
        TEST(on_a_shared_connection_recovered_names_the_channel),
        TEST(since_covers_exactly_the_topics_that_are_named),
        TEST(a_topic_that_was_there_before_is_replayed_when_it_is_named_again),
        TEST(who_is_up_to_date_gets_nothing_but_recovered),
        TEST(another_epoch_or_a_later_offset_is_answered_by_the_snapshot),
        TEST(without_snapshots_recovered_false_stands_alone),
        TEST(history_reaches_back_to_exactly_what_was_trimmed),
        TEST(without_history_only_the_present_is_recovered),
        TEST(what_is_too_old_is_not_recovered),
        TEST(what_was_trimmed_for_the_bytes_is_not_recovered),
        TEST(the_filters_choose_what_is_replayed),
        TEST(history_gives_the_last_items_of_the_topics),
        TEST(of_both_since_counts_as_long_as_it_can_be_answered),
        TEST(who_asks_for_neither_sees_no_change),
        TEST(a_wrong_field_is_an_error_and_changes_nothing),
        TEST(a_topic_that_the_same_subscribe_leaves_again_is_not_replayed),
        TEST(who_was_too_slow_begins_with_all_that_is_known_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
