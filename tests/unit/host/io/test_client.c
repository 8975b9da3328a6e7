/* SPDX-License-Identifier: MIT */
#include "io/client.h"

#include "io_client.h"

static struct member *open_peer(struct client *client, struct fixture *fixture) {
    fixture_start(fixture);
    client_open_ws(client, fixture, VIA_TCP);
    return ws_subscribe(client, fixture);
}

static void join(struct fixture *fixture, struct member *member, const char *text) {
    const struct joined_parts parts = {.text = sentio_text(text)};
    struct joined_message *joined = joined_message_create(&parts);
    assert_non_null(joined);
    joined->member = member;
    joined->offset = 7;
    hub_say(fixture, &joined->head);
}

static void what_the_hub_says_arrives_in_order_and_then_the_close(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct member *member = open_peer(&client, fixture);
    join(fixture, member, "{\"type\":\"ok\"}");
    hub_say(fixture, text_message_create(member, false, sentio_text("{\"n\":1}")));
    hub_say(fixture, text_message_create(member, false, sentio_text("{\"n\":2}")));
    hub_say(fixture, close_message_create(member, 1008, sentio_text("kicked")));
    hub_say(fixture, text_message_create(member, false, sentio_text("{\"n\":3}")));
    assert_ws_text(&client, "{\"type\":\"ok\"}");
    assert_ws_text(&client, "{\"n\":1}");
    assert_ws_text(&client, "{\"n\":2}");
    assert_ws_close(&client, 1008, "kicked");
    hub_forget(fixture);
    client_finish_close(&client);
}

static void the_hubs_errors_count_until_it_accepts_something(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct member *member = open_peer(&client, fixture);
    for (int round = 0; round < 2; round++) {
        join(fixture, member, "");
        for (int i = 0; i < 10; i++) {
            hub_say(fixture, text_message_create(member, true, sentio_text("{\"bad\":1}")));
            assert_ws_text(&client, "bad");
        }
    }
    hub_say(fixture, text_message_create(member, true, sentio_text("{\"bad\":1}")));
    assert_ws_text(&client, "bad");
    assert_ws_close(&client, 1008, "too many errors in a row");
    hub_forget(fixture);
    client_finish_close(&client);
}

static void over_ten_malformed_messages_close_with_1008(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_open_ws(&client, fixture, VIA_TCP);
    for (int i = 0; i < 11; i++) {
        ws_say(&client, "{");
        assert_ws_text(&client, "invalid_json");
    }
    assert_ws_close(&client, 1008, "too many errors in a row");
    client_finish_close(&client);
}

static void what_comes_for_a_member_that_left_is_dropped(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct member *member = open_peer(&client, fixture);
    client_disconnect(&client);
    struct left_message *left = hub_take(fixture, MESSAGE_LEFT);
    assert_ptr_equal(left->member, member);
    join(fixture, member, "{}");
    hub_say(fixture, text_message_create(member, true, sentio_text("{}")));
    hub_say(fixture, close_message_create(member, 1008, sentio_text("")));
    hub_say(fixture, gone_message_create(member));
    message_destroy(&left->head);
    client_open_ws(&client, fixture, VIA_TCP);
    ws_say(&client, "{\"action\":\"ping\"}");
    assert_ws_text(&client, "\"pong\"");
    client_disconnect(&client);
}

static void a_notice_brings_each_of_its_members_a_message_a_line(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    struct client gone;
    fixture_start(fixture);
    struct client *clients[] = {&first, &gone, &second};
    struct member *members[3];
    for (int i = 0; i < 3; i++) {
        client_open_ws(clients[i], fixture, VIA_TCP);
        members[i] = ws_subscribe(clients[i], fixture);
    }
    client_disconnect(&gone);
    struct left_message *left = hub_take(fixture, MESSAGE_LEFT);
    assert_ptr_equal(left->member, members[1]);
    hub_say(fixture, notice_message_create(sentio_text("{\"n\":1}\n{\"n\":2}"), members, 3));
    hub_say(fixture, gone_message_create(members[1]));
    message_destroy(&left->head);
    for (int i = 0; i < 3; i += 2) {
        assert_ws_text(clients[i], "{\"n\":1}");
        assert_ws_text(clients[i], "{\"n\":2}");
        client_disconnect(clients[i]);
        hub_forget(fixture);
    }
}

static void a_connection_has_one_member_a_channel(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    client_upgrade(&client, "/ws", "");
    struct member *members[3];
    static const char *const names[] = {"prices", "silent", "prices"};
    for (int i = 0; i < 3; i++) {
        char text[64];
        snprintf(text, sizeof(text), "{\"action\":\"subscribe\",\"channel\":\"%s\"}", names[i]);
        ws_say(&client, text);
        struct command_message *command = hub_take(fixture, MESSAGE_COMMAND);
        members[i] = command->member;
        message_destroy(&command->head);
    }
    assert_ptr_equal(members[0], members[2]);
    assert_ptr_not_equal(members[0], members[1]);
    client_disconnect(&client);
    hub_forget(fixture);
    hub_forget(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_the_hub_says_arrives_in_order_and_then_the_close),
        TEST(the_hubs_errors_count_until_it_accepts_something),
        TEST(over_ten_malformed_messages_close_with_1008),
        TEST(what_comes_for_a_member_that_left_is_dropped),
        TEST(a_notice_brings_each_of_its_members_a_message_a_line),
        TEST(a_connection_has_one_member_a_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
