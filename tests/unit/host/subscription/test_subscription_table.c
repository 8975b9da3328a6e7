/* SPDX-License-Identifier: MIT */
#include "subscription/subscription_internal.h"

#include "hub_fixture.h"

static struct subscription *create(struct hub_fixture *fixture, uint32_t channel, uint64_t conn,
                                   const char *user) {
    const struct command_message message = {
        .channel = channel, .conn = conn, .member = &fixture->members[conn], .named = conn == 2};
    struct subscription *subscription = subscription_create(fixture->hub, &message);
    assert_non_null(subscription);
    if (user != NULL)
        subscription_identify(subscription, sentio_text(user));
    return subscription;
}

static void a_subscription_is_found_by_its_conn(void **state) {
    struct hub_fixture *fixture = *state;
    struct subscription *one = create(fixture, 0, 1, NULL);
    struct subscription *two = create(fixture, 1, 2, NULL);
    assert_ptr_equal(subscription_find(fixture->hub, 1), one);
    assert_ptr_equal(subscription_find(fixture->hub, 2), two);
    assert_null(subscription_find(fixture->hub, 3));
    assert_ptr_equal(one->channel, fixture->hub->channels[0]);
    assert_ptr_equal(two->channel, fixture->hub->channels[1]);
    assert_ptr_equal(two->member, &fixture->members[2]);
    assert_true(two->named);
    subscription_destroy(one);
    assert_null(subscription_find(fixture->hub, 1));
    assert_ptr_equal(subscription_find(fixture->hub, 2), two);
}

static void subscriptions_of_a_user_share_it_until_the_last_is_gone(void **state) {
    struct hub_fixture *fixture = *state;
    const struct table *users = &fixture->hub->channels[0]->users;
    struct subscription *one = create(fixture, 0, 1, "ann");
    struct subscription *two = create(fixture, 0, 2, "ann");
    struct subscription *other = create(fixture, 0, 3, "ben");
    assert_ptr_equal(one->user, two->user);
    assert_ptr_not_equal(one->user, other->user);
    assert_string_equal(one->user->name, "ann");
    assert_int_equal(users->count, 2);
    subscription_destroy(one);
    assert_int_equal(users->count, 2);
    subscription_destroy(two);
    assert_int_equal(users->count, 1);
    subscription_destroy(other);
    assert_int_equal(users->count, 0);
}

static void a_user_of_one_channel_is_none_of_another(void **state) {
    struct hub_fixture *fixture = *state;
    struct subscription *one = create(fixture, 0, 1, "ann");
    struct subscription *two = create(fixture, 1, 2, "ann");
    assert_ptr_not_equal(one->user, two->user);
    subscription_destroy(one);
    assert_int_equal(fixture->hub->channels[1]->users.count, 1);
    subscription_destroy(two);
}

static void what_is_left_at_the_end_goes_with_the_hub(void **state) {
    struct hub_fixture *fixture = *state;
    create(fixture, 0, 1, "ann");
    create(fixture, 0, 2, NULL);
    subscription_destroy_all(fixture->hub);
    assert_int_equal(fixture->hub->channels[0]->users.count, 0);
    assert_null(subscription_find(fixture->hub, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_subscription_is_found_by_its_conn),
        TEST(subscriptions_of_a_user_share_it_until_the_last_is_gone),
        TEST(a_user_of_one_channel_is_none_of_another),
        TEST(what_is_left_at_the_end_goes_with_the_hub),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
