/* SPDX-License-Identifier: MIT */
#include "channel/idempotency.h"

#include "channel/channel_held.h"
#include "hub_fixture.h"

#define RESPONSE(request, status) "response " #request " " #status " "
#define ACCEPTED(request, offset)                                                                  \
    RESPONSE(request, 200)                                                                         \
    "{\"channel\":\"a\",\"accepted\":1,\"offset\":" #offset ",\"epoch\":\"E\"}\n"
#define OTHER(request, key)                                                                        \
    RESPONSE(request, 422)                                                                         \
    "{\"detail\":\"the idempotency key \\\"" key "\\\" was given with another body\"}\n"
#define DETAIL(request, status, detail) RESPONSE(request, status) "{\"detail\":\"" detail "\"}\n"

static struct channel *first(struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

/* From then on every publish has one item. */
static void emit(struct hub_fixture *fixture) {
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    SCRIPT(fixture_state(fixture, 1), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
}

static void publish(struct hub_fixture *fixture, size_t request, const char *key,
                    const char *body) {
    const struct fixture_publish like = {.request = request, .name = "one", .key = key};
    fixture_publish_as(fixture, &like, body);
}

static void same_key_and_body_are_answered_as_first_and_published_once(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, 0, "k", "{\"x\":1}");
    publish(fixture, 1, NULL, "{}");
    publish(fixture, 2, "k", " {\"x\":1}\n");
    assert_sent(fixture, ACCEPTED(0, 1) ACCEPTED(1, 2) ACCEPTED(2, 1));
    assert_int_equal(first(fixture)->published, 2);
    assert_int_equal(first(fixture)->duplicates, 1);
    assert_int_equal(first(fixture)->rejected, 0);
    assert_recorded(fixture, "a publish publisher one {\"x\":1}\na publish publisher one {}\n");
}

static void same_key_with_another_body_is_refused_by_name(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, 0, "k", "{\"x\":1}");
    publish(fixture, 1, "k", "{\"x\":2}");
    publish(fixture, 2, "k", "{\"x\":1}");
    assert_sent(fixture, ACCEPTED(0, 1) OTHER(1, "k") ACCEPTED(2, 1));
    assert_int_equal(first(fixture)->published, 1);
    assert_int_equal(first(fixture)->rejected, 1);
}

static void key_belongs_to_its_publisher_and_channel(void **state) {
    struct hub_fixture *fixture = *state;
    struct fixture_publish like = {.name = "one", .key = "k"};
    emit(fixture);
    fixture_publish_as(fixture, &like, "{\"x\":1}");
    like.name = "two";
    fixture_publish_as(fixture, &like, "{\"x\":2}");
    like.channel = 1;
    fixture_publish_as(fixture, &like, "{\"x\":3}");
    assert_sent(fixture,
                ACCEPTED(0, 1) ACCEPTED(0, 2) RESPONSE(
                    0, 200) "{\"channel\":\"b\",\"accepted\":1,\"offset\":1,\"epoch\":\"E\"}\n");
}

static void id_of_the_body_is_a_key_like_that_of_the_header(void **state) {
    static const char *const bodies[] = {
        "{\"id\":\"k\",\"n\":1}",          "{\"n\":2,\"id\":17}",
        "{\"i\\u0064\":\"escaped\"}",      "{\"id\":\"\\u0065scaped too\"}",
        "{\"a\":{\"id\":5},\"id\":-1.50}",
    };
    struct hub_fixture *fixture = *state;
    emit(fixture);
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        publish(fixture, 0, NULL, bodies[i]);
        publish(fixture, 0, NULL, bodies[i]);
    }
    assert_int_equal(first(fixture)->published, 5);
    assert_int_equal(first(fixture)->duplicates, 5);
    free(fixture_sent(fixture));
    publish(fixture, 0, "17", "{}");
    publish(fixture, 0, "escaped", "{}");
    publish(fixture, 0, "k", bodies[0]);
    publish(fixture, 0, "-1.50", bodies[4]);
    assert_sent(fixture, OTHER(0, "17") OTHER(0, "escaped") ACCEPTED(0, 1) ACCEPTED(0, 5));
}

static void id_within_an_item_or_null_is_no_key(void **state) {
    static const char *const bodies[] = {"{\"data\":[{\"id\":1}]}", "{\"id\":null}", "{\"Id\":1}"};
    struct hub_fixture *fixture = *state;
    emit(fixture);
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        publish(fixture, 0, NULL, bodies[i]);
        publish(fixture, 0, NULL, bodies[i]);
    }
    assert_int_equal(first(fixture)->published, 6);
    assert_int_equal(first(fixture)->keys.count, 0);
    free(fixture_sent(fixture));
}

static void header_and_id_that_differ_are_refused(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, 0, "k", "{\"id\":\"l\"}");
    publish(fixture, 1, "k", "{\"id\":\"kk\"}");
    assert_sent(fixture,
                DETAIL(0, 422, "the Idempotency-Key and the body's \\\"id\\\" differ")
                    DETAIL(1, 422, "the Idempotency-Key and the body's \\\"id\\\" differ"));
    publish(fixture, 2, "k", "{\"id\":\"k\"}");
    assert_sent(fixture, ACCEPTED(2, 1));
}

static void id_that_can_not_be_a_key_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    char body[400];
    emit(fixture);
    publish(fixture, 0, NULL, "{\"id\":{}}");
    publish(fixture, 0, NULL, "{\"id\":1,\"id\":1}");
    publish(fixture, 0, NULL, "{\"id\":\"\"}");
    snprintf(body, sizeof(body), "{\"id\":\"%0256d\"}", 0);
    publish(fixture, 0, NULL, body);
    snprintf(body, sizeof(body), "{\"id\":\"\\n%0255d\"}", 0);
    publish(fixture, 0, NULL, body);
    snprintf(body, sizeof(body), "{\"id\":1%0255d}", 0);
    publish(fixture, 0, NULL, body);
    assert_sent(fixture, DETAIL(0, 422, "\\\"id\\\" must be a string or a number")
                             DETAIL(0, 422, "\\\"id\\\" is there twice")
                                 DETAIL(0, 422, "\\\"id\\\" must be 1 to 255 bytes")
                                     DETAIL(0, 422, "\\\"id\\\" must be 1 to 255 bytes")
                                         DETAIL(0, 422, "\\\"id\\\" must be 1 to 255 bytes")
                                             DETAIL(0, 422, "\\\"id\\\" must be 1 to 255 bytes"));
    snprintf(body, sizeof(body), "{\"id\":\"%0255d\"}", 0);
    publish(fixture, 0, NULL, body);
    assert_sent(fixture, ACCEPTED(0, 1));
}

static void refused_publish_is_tried_again_with_its_key(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_REJECT, .number = 0, .a = "f", .b = "m"});
    publish(fixture, 0, "k", "{\"x\":1}");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, SENTIO_FAILED,
           {EFFECT_COUNT, .id = 1, .a = "c"});
    publish(fixture, 0, "k", "{\"x\":1}");
    free(fixture_sent(fixture));
    assert_int_equal(first(fixture)->keys.table.count, 0);
    emit(fixture);
    publish(fixture, 0, "k", "{\"x\":2}");
    assert_sent(fixture, ACCEPTED(0, 1));
}

static void update_without_items_keeps_its_answer_too(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, 0, NULL, "{}");
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_COUNT, .id = 1, .a = "empty"});
    publish(fixture, 0, "k", "{}");
    emit(fixture);
    publish(fixture, 0, NULL, "{}");
    free(fixture_sent(fixture));
    publish(fixture, 3, "k", "{}");
    assert_sent(
        fixture,
        RESPONSE(3, 200) "{\"channel\":\"a\",\"accepted\":0,\"offset\":1,\"epoch\":\"E\"}\n");
}

static void duplicate_waits_for_the_first_and_gets_its_answer(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    channel_hold(first(fixture));
    publish(fixture, 0, "k", "{}");
    publish(fixture, 1, "k", "{}");
    publish(fixture, 2, "k", "{\"other\":1}");
    publish(fixture, 3, "k", "{}");
    assert_sent(fixture, OTHER(2, "k"));
    channel_let_go(first(fixture));
    assert_sent(fixture, ACCEPTED(1, 1) ACCEPTED(3, 1) ACCEPTED(0, 1));
    assert_int_equal(first(fixture)->published, 1);
}

static void duplicate_of_what_is_refused_later_is_refused_with_it(void **state) {
    struct hub_fixture *fixture = *state;
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_REJECT, .number = 0, .a = "f", .b = "m"});
    channel_hold(first(fixture));
    publish(fixture, 0, "k", "{}");
    publish(fixture, 1, "k", "{}");
    channel_let_go(first(fixture));
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "response 1 422 {\"detail\":\"the update is not valid"));
    assert_non_null(strstr(sent, "response 0 422 {\"detail\":\"the update is not valid"));
    free(sent);
    assert_int_equal(first(fixture)->rejected, 1);
    assert_int_equal(first(fixture)->keys.table.count, 0);
}

static void key_is_free_again_when_its_time_is_over(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, 0, "k", "{}");
    first(fixture)->engine.time = io_time() + fixture->config.publish.window - 1000;
    idempotency_tick(first(fixture));
    publish(fixture, 1, "k", "{}");
    assert_sent(fixture, ACCEPTED(0, 1) ACCEPTED(1, 1));
    first(fixture)->engine.time = io_time() + fixture->config.publish.window + 1;
    publish(fixture, 2, "k", "{\"another\":1}");
    assert_sent(fixture, ACCEPTED(2, 2));
}

static void keys_whose_time_is_over_go_even_if_none_comes(void **state) {
    struct hub_fixture *fixture = *state;
    emit(fixture);
    publish(fixture, 0, "k", "{}");
    free(fixture_sent(fixture));
    first(fixture)->engine.time = io_time() + fixture->config.publish.window + 1;
    idempotency_tick(first(fixture));
    assert_int_equal(first(fixture)->keys.table.count, 0);
}

static void keys_over_the_limit_are_forgotten_oldest_first(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->config.publish.keys = 2;
    emit(fixture);
    publish(fixture, 0, "a", "{}");
    publish(fixture, 0, "b", "{}");
    publish(fixture, 0, "c", "{}");
    publish(fixture, 0, "b", "{}");
    publish(fixture, 0, "a", "{}");
    assert_sent(fixture,
                ACCEPTED(0, 1) ACCEPTED(0, 2) ACCEPTED(0, 3) ACCEPTED(0, 2) ACCEPTED(0, 4));
    assert_int_equal(first(fixture)->keys.squeezed, 2);
}

static void forwarded_body_has_no_key(void **state) {
    struct hub_fixture *fixture = *state;
    struct publisher publisher = {.origin = SENTIO_FROM_FORWARD, .name = sentio_text("b")};
    emit(fixture);
    channel_publish(first(fixture), &publisher, sentio_text("{\"id\":1}"));
    channel_publish(first(fixture), &publisher, sentio_text("{\"id\":1}"));
    assert_int_equal(first(fixture)->published, 2);
}

static void those_that_wait_are_refused_when_the_channel_is_removed(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(first(fixture));
    publish(fixture, 0, "k", "{}");
    publish(fixture, 1, "k", "{}");
    channel_held_refuse(first(fixture));
    assert_sent(fixture, DETAIL(1, 404, "the channel was removed")
                             DETAIL(0, 404, "the channel was removed"));
    assert_int_equal(first(fixture)->keys.table.count, 0);
}

static void those_that_wait_at_the_end_are_freed_with_the_channel(void **state) {
    struct hub_fixture *fixture = *state;
    channel_hold(first(fixture));
    publish(fixture, 0, "k", "{}");
    publish(fixture, 1, "k", "{}");
    assert_int_equal(first(fixture)->keys.table.count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(same_key_and_body_are_answered_as_first_and_published_once),
        TEST(same_key_with_another_body_is_refused_by_name),
        TEST(key_belongs_to_its_publisher_and_channel),
        TEST(id_of_the_body_is_a_key_like_that_of_the_header),
        TEST(id_within_an_item_or_null_is_no_key),
        TEST(header_and_id_that_differ_are_refused),
        TEST(id_that_can_not_be_a_key_is_refused),
        TEST(refused_publish_is_tried_again_with_its_key),
        TEST(update_without_items_keeps_its_answer_too),
        TEST(duplicate_waits_for_the_first_and_gets_its_answer),
        TEST(duplicate_of_what_is_refused_later_is_refused_with_it),
        TEST(key_is_free_again_when_its_time_is_over),
        TEST(keys_whose_time_is_over_go_even_if_none_comes),
        TEST(keys_over_the_limit_are_forgotten_oldest_first),
        TEST(forwarded_body_has_no_key),
        TEST(those_that_wait_are_refused_when_the_channel_is_removed),
        TEST(those_that_wait_at_the_end_are_freed_with_the_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
