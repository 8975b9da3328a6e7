/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#define CHANNELS                                                                                   \
    "channels = ( { name = \"market-data\"; plugin = \"plugins/alpha.so\"; },\n"                   \
    "             { name = \"b\"; plugin = \"plugins/beta.so\"; } );"

static void later_sources_win(void **state) {
    static const char *const environment[] = {"SENTIO_SERVER__IO_THREADS=3",
                                              "SENTIO_SERVER__DRAIN=3s", "HOME=/root", NULL};
    static const char *const sets[] = {"server.io_threads=4", "server.io_threads=5"};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture->sets = sets;
    fixture->set_count = 2;
    fixture_write("conf.d/a.conf", "server = { io_threads = 2; drain = \"2s\"; };");
    struct config *config =
        fixture_loads(fixture, "server = { io_threads = 1; drain = \"1s\"; handshake = \"1s\"; };");
    assert_int_equal(config->server.io_threads, 5);
    assert_int_equal(config->server.drain, 3000);
    assert_int_equal(config->server.handshake, 1000);
    assert_int_equal(config->server.heartbeat, 30000);
}

static void channel_settings_are_named_with_underscores_in_the_environment(void **state) {
    static const char *const environment[] = {
        "SENTIO_CHANNELS__MARKET_DATA__INTERVAL=1s",
        "SENTIO_CHANNELS__MARKET_DATA__INTERVAL_MAX=2s",
        "SENTIO_CHANNELS__MARKET_DATA__SOURCE__COMMAND=feed,--fast",
        "SENTIO_CHANNELS__B__ENABLED=false", NULL};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    struct config *config = fixture_loads(fixture, CHANNELS);
    assert_int_equal(config->channel_count, 1);
    assert_int_equal(config->channels[0].interval, 1000);
    assert_int_equal(config->channels[0].interval_max, 2000);
    assert_int_equal(config->channels[0].source.count, 2);
    assert_string_equal(config->channels[0].source.items[1], "--fast");
}

static void flags_set_channel_settings(void **state) {
    static const char *const sets[] = {"channels.market-data.interval=1s",
                                       "channels.b.observes=market-data"};
    struct fixture *fixture = *state;
    fixture->sets = sets;
    fixture->set_count = 2;
    struct config *config = fixture_loads(fixture, CHANNELS);
    assert_int_equal(config->channels[0].interval, 1000);
    assert_string_equal(config->channels[1].observes.items[0], "market-data");
}

static void value_may_contain_an_equals_sign(void **state) {
    static const char *const sets[] = {"channels.b.source.command=env,A=1"};
    struct fixture *fixture = *state;
    fixture->sets = sets;
    fixture->set_count = 1;
    assert_string_equal(fixture_loads(fixture, CHANNELS)->channels[1].source.items[1], "A=1");
}

static void environment_of_others_is_ignored(void **state) {
    static const char *const environment[] = {"SENTIO_HOME=/x", "SENTIO_=x",
                                              "XSENTIO_A__B=1", "sentio_server__drain=1s",
                                              "NO_VALUE",       NULL};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture_loads(fixture, CHANNELS);
}

static void unknown_names_in_the_environment_are_suggested(void **state) {
    static const char *const environment[] = {
        "SENTIO_SERVER__IO_THREDS=1", "SENTIO_CHANNELS__MARKET_DTA__INTERVAL=1s",
        "SENTIO_server__drain=1s", "SENTIO_SERVER__XYZZY=1", NULL};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture_fails(fixture, CHANNELS,
                  "SENTIO_SERVER__IO_THREDS: there is no setting SENTIO_SERVER__IO_THREDS (did you "
                  "mean \"SENTIO_SERVER__IO_THREADS\"?)\n"
                  "SENTIO_CHANNELS__MARKET_DTA__INTERVAL: there is no setting "
                  "SENTIO_CHANNELS__MARKET_DTA__INTERVAL (did you mean "
                  "\"SENTIO_CHANNELS__MARKET_DATA__INTERVAL\"?)\n"
                  "SENTIO_server__drain: there is no setting SENTIO_server__drain (did you mean "
                  "\"SENTIO_SERVER__DRAIN\"?)\n"
                  "SENTIO_SERVER__XYZZY: there is no setting SENTIO_SERVER__XYZZY\n");
}

static void unknown_names_in_flags_are_suggested(void **state) {
    static const char *const sets[] = {"sever.drain=1s", "channels.market-dta.interval=1s",
                                       "channels.b.intervall=1s", "server.xyz=1", "server"};
    struct fixture *fixture = *state;
    fixture->sets = sets;
    fixture->set_count = 5;
    fixture_fails(fixture, CHANNELS,
                  "--set sever.drain=1s: there is no setting sever.drain (did you mean "
                  "\"server.drain\"?)\n"
                  "--set channels.market-dta.interval=1s: there is no setting "
                  "channels.market-dta.interval (did you mean "
                  "\"channels.market-data.interval\"?)\n"
                  "--set channels.b.intervall=1s: there is no setting channels.b.intervall (did "
                  "you mean \"channels.b.interval\"?)\n"
                  "--set server.xyz=1: there is no setting server.xyz\n"
                  "--set server: is not of the form section.key=value\n");
}

static void options_and_names_are_set_in_files_only(void **state) {
    static const char *const environment[] = {"SENTIO_CHANNELS__B__OPTIONS={}", NULL};
    static const char *const sets[] = {"channels.b.name=c"};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture->sets = sets;
    fixture->set_count = 1;
    fixture_fails(fixture, CHANNELS,
                  "SENTIO_CHANNELS__B__OPTIONS: can only be set in a file\n"
                  "--set channels.b.name=c: can only be set in a file\n");
}

static void wrong_values_carry_their_source(void **state) {
    static const char *const environment[] = {"SENTIO_SERVER__DRAIN=soon", NULL};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture_fails(fixture, CHANNELS,
                  "SENTIO_SERVER__DRAIN: server.drain must be a duration such as \"30s\" (ms, s, "
                  "m, h or d), not \"soon\"\n");
}

#define ALPHA "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; } );"

static struct config *loads_with(void **state, const char *const *sets, size_t count) {
    struct fixture *fixture = *state;
    fixture->sets = sets;
    fixture->set_count = count;
    return fixture_loads(fixture, ALPHA);
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
        fixture, ALPHA,
        "--set server.io_threads=two: server.io_threads must be an integer, not \"two\"\n"
        "--set limits.topics=: limits.topics must be an integer, not \"\"\n"
        "--set limits.per_user=99999999999999999999: limits.per_user must be an integer, not "
        "\"99999999999999999999\"\n"
        "--set limits.queue=1M: limits.queue must be a size such as \"64KiB\" (B, KiB, MiB, GiB or "
        "TiB), not \"1M\"\n"
        "--set channels.a.enabled=yes: channels.a.enabled must be true or false, not \"yes\"\n"
        "--set channels.a.snapshot=maybe: channels.a.snapshot must be true, false or \"plugin\", "
        "not \"maybe\"\n"
        "--set limits.per_address=-1: limits.per_address must be an integer, not \"-1\"\n"
        "--set server.listen=: server.listen must name at least one\n"
        "--set limits.connections=0x10: limits.connections must be an integer, not \"0x10\"\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(later_sources_win),
        FIXTURE_TEST(channel_settings_are_named_with_underscores_in_the_environment),
        FIXTURE_TEST(flags_set_channel_settings),
        FIXTURE_TEST(value_may_contain_an_equals_sign),
        FIXTURE_TEST(environment_of_others_is_ignored),
        FIXTURE_TEST(unknown_names_in_the_environment_are_suggested),
        FIXTURE_TEST(unknown_names_in_flags_are_suggested),
        FIXTURE_TEST(options_and_names_are_set_in_files_only),
        FIXTURE_TEST(wrong_values_carry_their_source),
        FIXTURE_TEST(every_type_has_a_text),
        FIXTURE_TEST(snapshot_goes_back_to_the_plugins_choice),
        FIXTURE_TEST(empty_file_name_is_none),
        FIXTURE_TEST(malformed_texts_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
