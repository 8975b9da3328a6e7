/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "base/log.h"

static void assert_host_defaults(const struct config *config) {
    assert_int_equal(config->server.listen_count, 1);
    assert_string_equal(config->server.listen[0].text, "127.0.0.1:8000");
    assert_int_equal(config->server.io_threads, 0);
    assert_int_equal(config->server.origins.count, 2);
    assert_string_equal(config->server.origins.items[1], "loopback");
    assert_int_equal(config->server.heartbeat, 30000);
    assert_int_equal(config->server.heartbeat_timeout, 20000);
    assert_int_equal(config->server.handshake, 10000);
    assert_int_equal(config->server.drain, 10000);
    assert_string_equal(config->server.state_dir, "/var/lib/sentio");
    assert_null(config->tls.certificate);
    assert_null(config->tls.key);
    assert_int_equal(config->auth.mode, CONFIG_AUTH_OPEN);
    assert_null(config->auth.admin_tokens_file);
    assert_null(config->publish.keys_file);
    assert_int_equal(config->publish.body_size, 1048576);
    assert_int_equal(config->publish.wait, 2000);
    assert_int_equal(config->log.level, LOG_LEVEL_INFO);
    assert_int_equal(config->log.format, LOG_FORMAT_TEXT);
}

static void assert_limit_defaults(const struct config *config) {
    assert_int_equal(config->limits.connections, 100000);
    assert_int_equal(config->limits.per_address, 0);
    assert_int_equal(config->limits.per_user, 100);
    assert_int_equal(config->limits.message_size, 65536);
    assert_int_equal(config->limits.message_rate, 50);
    assert_int_equal(config->limits.topics, 1000);
    assert_int_equal(config->limits.outbox, 1048576);
    assert_int_equal(config->limits.queue, 67108864);
    assert_true(config->compress.enabled);
    assert_int_equal(config->compress.min, 256);
    assert_int_equal(config->compress.level, 3);
    assert_int_equal(config->plugins.slow_call, 50);
    assert_int_equal(config->plugins.hang, 5000);
    assert_int_equal(config->plugins.answer, 10000);
    assert_int_equal(config->plugins.call_bytes, 16777216);
}

static void empty_file_gives_the_defaults(void **state) {
    const struct config *config = fixture_loads(*state, "");
    assert_host_defaults(config);
    assert_limit_defaults(config);
    assert_string_equal(config->plugins.dir, SENTIO_PLUGIN_DIR);
    assert_int_equal(config->channel_count, 0);
}

static void channel_has_the_defaults(void **state) {
    const struct config *config =
        fixture_loads(*state, "channels = ( { name = \"a\"; plugin = \"plugins/alpha.so\"; } );");
    const struct config_channel *channel = &config->channels[0];
    assert_true(channel->enabled);
    assert_int_equal(channel->history, 100);
    assert_int_equal(channel->history_age, 3600000);
    assert_int_equal(channel->history_bytes, 67108864);
    assert_int_equal(channel->interval, 0);
    assert_int_equal(channel->interval_min, 0);
    assert_int_equal(channel->interval_max, 60000);
    assert_int_equal(channel->snapshot, -1);
    assert_int_equal(channel->slow, CONFIG_SLOW_DISCONNECT);
    assert_int_equal(channel->observes.count, 0);
    assert_int_equal(channel->forwards.count, 0);
    assert_int_equal(channel->source.count, 0);
}

#define COMMENTED "    // "

/* The file as it is installed, and the same with its commented defaults made settings; how
 * many those are. */
static int copy_installed(bool with_defaults) {
    int defaults = 0;
    char path[PATH_MAX];
    char line[256];
    const char *slash = strrchr(__FILE__, '/');
    assert_non_null(slash);
    snprintf(path, sizeof(path), "%.*s/../../../../etc/sentio.conf", (int)(slash - __FILE__),
             __FILE__);
    FILE *in = fopen(path, "r");
    FILE *out = fopen("sentio.conf", "w");
    assert_non_null(in);
    assert_non_null(out);
    while (fgets(line, sizeof(line), in) != NULL) {
        bool comment = strncmp(line, COMMENTED, strlen(COMMENTED)) == 0;
        const char *name = comment ? line + strlen(COMMENTED) : line;
        size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz_");
        bool setting = comment && strncmp(name + length, " = ", 3) == 0;
        bool ours = setting && strstr(name, "_file = ") == NULL && strncmp(name, "dir ", 4) != 0;
        fputs(with_defaults && ours ? name : line, out);
        defaults += with_defaults && ours;
    }
    fclose(in);
    fclose(out);
    return defaults;
}

static void installed_file_loads_and_its_comments_tell_the_defaults(void **state) {
    static const char *const plugins[] = {"plugins/trade_signals.so", "plugins/market_data.so",
                                          "plugins/earnings.so",      "plugins/notifications.so",
                                          "plugins/admin.so",         "plugins/paper_trading.so"};
    static const char *const sets[] = {"plugins.dir=plugins"};
    struct fixture *fixture = *state;
    fixture->sets = sets;
    fixture->set_count = 1;
    for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++) {
        fixture_write(plugins[i], "");
    }
    for (int pass = 0; pass < 2; pass++) {
        int defaults = copy_installed(pass == 1);
        assert_true(pass == 0 ? defaults == 0 : defaults >= 20);
        const struct config *config = fixture_good(fixture);
        assert_host_defaults(config);
        assert_limit_defaults(config);
        assert_int_equal(config->channel_count, 6);
        assert_string_equal(config->channels[1].name, "market-data");
        assert_int_equal(config->channels[1].interval, 5000);
        assert_string_equal(config->channels[5].path, "");
    }
}

static void destroying_nothing_is_allowed(void **state) {
    (void)state;
    config_free(NULL);
}

static void assert_found(struct fixture *fixture, const char *text, bool sound,
                         const char *expected) {
    struct config_source source = fixture_source(fixture);
    bool found_sound = !sound;
    fixture_write("sentio.conf", text);
    char *found = config_find_control(&source, &found_sound);
    char *path = fixture_neutral(fixture, found);
    assert_string_equal(path, expected);
    assert_int_equal(found_sound, sound);
    free(path);
    free(found);
}

static void control_socket_is_found_whatever_else_is_wrong(void **state) {
    assert_found(*state, "server = { state_dir = \"s\"; };", true, "DIR/s/control.sock");
    assert_found(*state, "server = { control = \"c\"; typo = 1; };", false, "DIR/c");
    assert_found(*state, "server = { control = \"c\"; };\nchannels = ( { name = \"a\"; } );", false,
                 "DIR/c");
    assert_found(*state, "server = {{", false, "/var/lib/sentio/control.sock");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(empty_file_gives_the_defaults),
        FIXTURE_TEST(channel_has_the_defaults),
        FIXTURE_TEST(installed_file_loads_and_its_comments_tell_the_defaults),
        cmocka_unit_test(destroying_nothing_is_allowed),
        FIXTURE_TEST(control_socket_is_found_whatever_else_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
