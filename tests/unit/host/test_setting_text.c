/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#define CHANNEL "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; } );"

static struct config *loads_with(void **state, const char *const *sets, size_t count) {
    struct fixture *fixture = *state;
    fixture->sets = sets;
    fixture->set_count = count;
    return fixture_loads(fixture, CHANNEL);
}

static void every_type_has_a_text(void **state) {
    static const char *const sets[] = {
        "server.io_threads=3",    "server.heartbeat=5s",      "limits.outbox=8KiB",
        "log.level=error",        "server.origins=same, *",   "server.listen=127.0.0.1:1,[::1]:2",
        "channels.a.path=",       "channels.a.snapshot=true", "channels.a.source.command=",
        "server.state_dir=state", "publish.wait=0",
    };
    struct config *config = loads_with(state, sets, sizeof(sets) / sizeof(sets[0]));
    assert_int_equal(config->server.io_threads, 3);
    assert_int_equal(config->server.heartbeat, 5000);
    assert_int_equal(config->limits.outbox, 8192);
    assert_int_equal(config->log.level, 3);
    assert_int_equal(config->server.origins.count, 2);
    assert_string_equal(config->server.origins.items[0], "same");
    assert_string_equal(config->server.origins.items[1], "*");
    assert_int_equal(config->server.listen_count, 2);
    assert_string_equal(config->server.listen[1].address, "::1");
    assert_string_equal(config->channels[0].path, "");
    assert_int_equal(config->channels[0].snapshot, 1);
    assert_int_equal(config->channels[0].source.count, 0);
    assert_int_equal(config->publish.wait, 0);
}

static void snapshot_goes_back_to_the_plugins_choice(void **state) {
    static const char *const sets[] = {"channels.a.snapshot=false", "channels.a.snapshot=plugin"};
    assert_int_equal(loads_with(state, sets, 1)->channels[0].snapshot, 0);
    assert_int_equal(loads_with(state, sets, 2)->channels[0].snapshot, -1);
}

static void empty_file_name_is_none(void **state) {
    static const char *const sets[] = {"publish.keys_file=/nowhere", "publish.keys_file="};
    assert_null(loads_with(state, sets, 2)->publish.keys_file);
}

static void malformed_texts_are_errors(void **state) {
    static const char *const sets[] = {
        "server.io_threads=two", "limits.topics=",         "limits.per_user=99999999999999999999",
        "limits.queue=1M",       "channels.a.enabled=yes", "channels.a.snapshot=maybe",
        "limits.per_address=-1", "server.listen=",         "limits.connections=0x10"};
    struct fixture *fixture = *state;
    fixture->sets = sets;
    fixture->set_count = sizeof(sets) / sizeof(sets[0]);
    fixture_fails(
        fixture, CHANNEL,
        "--set channels.a.enabled=yes: channels.a.enabled: \"yes\" is not true or false\n"
        "--set channels.a.snapshot=maybe: channels.a.snapshot: \"maybe\" is not true, false or "
        "plugin\n"
        "--set limits.connections=0x10: limits.connections: \"0x10\" is not an integer\n"
        "--set limits.per_address=-1: limits.per_address must be from 0 to 10000000, not -1\n"
        "--set limits.per_user=99999999999999999999: limits.per_user must be from 0 to 10000000, "
        "not 9223372036854775807\n"
        "--set limits.queue=1M: limits.queue: \"1M\" is not a size: digits and B, KiB, MiB, GiB or "
        "TiB, such as \"64KiB\"\n"
        "--set limits.topics=: limits.topics: \"\" is not an integer\n"
        "--set server.io_threads=two: server.io_threads: \"two\" is not an integer\n"
        "--set server.listen=: server.listen must name at least one\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_type_has_a_text),
        FIXTURE_TEST(snapshot_goes_back_to_the_plugins_choice),
        FIXTURE_TEST(empty_file_name_is_none),
        FIXTURE_TEST(malformed_texts_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
