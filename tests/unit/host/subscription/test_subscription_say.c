/* SPDX-License-Identifier: MIT */
#include "subscription/subscription_internal.h"

#include "hub_fixture.h"

static struct subscription *create(struct hub_fixture *fixture, uint64_t conn, bool named) {
    const struct command_message message = {
        .conn = conn, .member = &fixture->members[conn], .named = named};
    struct subscription *subscription = subscription_create(fixture->hub, &message);
    assert_non_null(subscription);
    return subscription;
}

static void an_error_names_the_channel_where_the_connection_has_several(void **state) {
    struct hub_fixture *fixture = *state;
    for (uint64_t conn = 1; conn <= 2; conn++)
        subscription_error(create(fixture, conn, conn == 2), sentio_text("5"),
                           sentio_text("a_code"), sentio_text("Why."));
    assert_sent(fixture, "error 1 {\"type\":\"error\",\"id\":5,\"message\":\"Why.\",\"code\":"
                         "\"a_code\",\"timestamp\":\"T\"}\n"
                         "error 2 {\"type\":\"error\",\"channel\":\"a\",\"id\":5,\"message\":"
                         "\"Why.\",\"code\":\"a_code\",\"timestamp\":\"T\"}\n");
}

static void the_removal_of_a_channel_is_no_error_of_the_clients(void **state) {
    struct hub_fixture *fixture = *state;
    struct subscription *subscription = create(fixture, 1, true);
    subscription_say_removed(subscription);
    assert_sent(fixture, ""); /* it has nothing yet, and has asked for nothing */
    subscription->accepted = true;
    subscription_say_removed(subscription);
    subscription->accepted = false;
    assert_sent(fixture, "joined 1 nothing at 0\n"
                         "text 1 {\"type\":\"error\",\"channel\":\"a\",\"message\":\"the channel "
                         "was removed\",\"code\":\"channel_removed\",\"timestamp\":\"T\"}\n");
}

static void a_subscription_is_told_as_it_is(void **state) {
    struct hub_fixture *fixture = *state;
    struct subscription *subscription = create(fixture, 1, false);
    const struct wants nothing = {.count = 0};
    fixture_publish_item(fixture, 0, "A");
    subscription_tell(subscription, &nothing, sentio_text("1"), NULL);
    assert_int_equal(
        wants_change(&subscription->wants, subscription->channel, true, sentio_text("A")), 0);
    subscription_tell(subscription, &nothing, sentio_text(""), NULL);
    subscription_tell(subscription, &subscription->wants, sentio_text(""), NULL);
    assert_sent(fixture, "joined 1 nothing at 1 {\"type\":\"ok\",\"id\":1,\"offset\":1,\"epoch\":"
                         "\"E\",\"symbols\":[],\"timestamp\":\"T\"}\n"
                         "joined 1 A at 1 snapshot {\"symbol\":\"A\"}\n"
                         "joined 1 A at 1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_error_names_the_channel_where_the_connection_has_several),
        TEST(the_removal_of_a_channel_is_no_error_of_the_clients),
        TEST(a_subscription_is_told_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
