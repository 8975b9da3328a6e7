/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#define ENTRY(name, settings) "{ name = \"" name "\"; plugin = \"plugins/alpha.so\"; " settings " }"

static void channel_that_observes_itself_is_a_cycle(void **state) {
    fixture_fails(*state, "channels = (\n" ENTRY("a", "\nobserves = [\"a\"];") " );",
                  "sentio.conf:3: channels.a.observes closes a cycle: a -> a\n");
    fixture_fails(*state, "channels = (\n" ENTRY("a", "\nforwards = [\"a\"];") " );",
                  "sentio.conf:3: channels.a.forwards closes a cycle: a -> a\n");
}

static void cycle_over_both_kinds_of_edges_is_found(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("quotes", "observes = [\"signals\"];") ",\n" ENTRY(
            "paper", "observes = [\"quotes\"]; forwards = [\"signals\"];") ",\n" ENTRY("signals",
                                                                                       "") " );",
        "sentio.conf:2: channels.quotes.observes closes a cycle: quotes -> paper -> "
        "signals -> quotes\n");
}

static void every_cycle_is_reported_and_a_way_into_it_is_not_part(void **state) {
    fixture_fails(
        *state,
        "channels = (\n" ENTRY("in", "forwards = [\"a\"];") ",\n" ENTRY("a", "forwards = [\"b\"];") ",\n" ENTRY(
            "b",
            "forwards = [\"a\"];") ",\n" ENTRY("c",
                                               "observes = [\"d\"];") ",\n" ENTRY("d",
                                                                                  "observes = [\"c\"];") " );",
        "sentio.conf:4: channels.b.forwards closes a cycle: a -> b -> a\n"
        "sentio.conf:5: channels.c.observes closes a cycle: c -> d -> c\n");
}

static void two_ways_to_one_channel_are_no_cycle(void **state) {
    fixture_loads(
        *state,
        "channels = (" ENTRY("top", "forwards = [\"a\", \"b\"];") "," ENTRY("a", "forwards = [\"end\"];") "," ENTRY(
            "b", "forwards = [\"end\"];") "," ENTRY("end", "observes = [\"top\"];") " );");
}

static void cycle_through_a_disabled_channel_is_none(void **state) {
    fixture_loads(*state,
                  "channels = (" ENTRY("a", "") "," ENTRY(
                      "b", "enabled = false; observes = [\"a\"]; forwards = [\"a\"];") " );");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(channel_that_observes_itself_is_a_cycle),
        FIXTURE_TEST(cycle_over_both_kinds_of_edges_is_found),
        FIXTURE_TEST(every_cycle_is_reported_and_a_way_into_it_is_not_part),
        FIXTURE_TEST(two_ways_to_one_channel_are_no_cycle),
        FIXTURE_TEST(cycle_through_a_disabled_channel_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
