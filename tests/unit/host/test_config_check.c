/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#define REMEDY                                                                                     \
    " is not loopback, which auth.mode = \"open\" requires; listen on 127.0.0.1, [::1] or a unix " \
    "socket, behind a proxy that authenticates users\n"

static void open_mode_requires_loopback(void **state) {
    fixture_fails(*state,
                  "server = { listen = [\n"
                  "  \"127.0.0.1:1\", \"unix:/run/x\", \"[::1]:1\",\n"
                  "  \"0.0.0.0:1\",\n"
                  "  \"[::]:1\" ]; };\n",
                  "sentio.conf:3: server.listen: \"0.0.0.0:1\"" REMEDY
                  "sentio.conf:4: server.listen: \"[::]:1\"" REMEDY);
}

static void loopback_is_required_of_the_environment_too(void **state) {
    static const char *const environment[] = {"SENTIO_SERVER__LISTEN=127.0.0.1:1,10.0.0.1:2", NULL};
    struct fixture *fixture = *state;
    fixture->environment = environment;
    fixture_fails(fixture, "", "SENTIO_SERVER__LISTEN: server.listen: \"10.0.0.1:2\"" REMEDY);
}

static void loopback_is_not_asked_of_who_wants_another_mode(void **state) {
    fixture_fails(*state, "server = { listen = [\"0.0.0.0:1\"]; };\nauth = { mode = \"jwt\"; };\n",
                  "sentio.conf:2: auth.mode: \"jwt\" is not available in this version; use "
                  "\"open\"\n");
}

static void tls_listener_needs_certificate_and_key(void **state) {
    fixture_fails(*state, "server = { listen = [\n  \"tls:127.0.0.1:1\" ]; };\n",
                  "sentio.conf:2: server.listen: \"tls:127.0.0.1:1\" needs tls.certificate\n"
                  "sentio.conf:2: server.listen: \"tls:127.0.0.1:1\" needs tls.key\n");
}

static void certificate_and_key_must_be_readable_files(void **state) {
    fixture_fails(*state,
                  "server = { listen = [ \"tls:127.0.0.1:1\" ]; };\n"
                  "tls = { certificate = \"plugins\";\n"
                  "  key = \"/nowhere/key.pem\"; };\n",
                  "sentio.conf:2: tls.certificate: DIR/plugins cannot be read: not a regular "
                  "file\n"
                  "sentio.conf:3: tls.key: /nowhere/key.pem cannot be read: No such file or "
                  "directory\n");
}

static void tls_listener_with_both_files_is_taken(void **state) {
    fixture_write("cert.pem", "");
    fixture_write("key.pem", "");
    struct config *config =
        fixture_loads(*state, "server = { listen = [ \"tls:127.0.0.1:1\" ]; };\n"
                              "tls = { certificate = \"cert.pem\"; key = \"./key.pem\"; };\n");
    assert_int_equal(config->server.listen[0].transport, CONFIG_TLS);
    assert_int_equal(access(config->tls.certificate, R_OK), 0);
    assert_int_equal(access(config->tls.key, R_OK), 0);
}

static void secrets_files_must_exist(void **state) {
    fixture_fails(*state,
                  "auth = { admin_tokens_file = \"tokens\"; };\n"
                  "publish = { keys_file = \"keys\"; };\n",
                  "sentio.conf:1: auth.admin_tokens_file: DIR/tokens cannot be read: No such file "
                  "or directory\n"
                  "sentio.conf:2: publish.keys_file: DIR/keys cannot be read: No such file or "
                  "directory\n");
}

static void secrets_files_must_not_be_world_readable(void **state) {
    fixture_write("tokens", "");
    fixture_write("keys", "");
    assert_int_equal(chmod("tokens", 0644), 0);
    fixture_fails(*state,
                  "auth = { admin_tokens_file = \"tokens\"; };\n"
                  "publish = { keys_file = \"keys\"; };\n",
                  "sentio.conf:1: auth.admin_tokens_file: everyone may read or write DIR/tokens "
                  "(mode 0644); run: chmod 0640 DIR/tokens\n");
    assert_int_equal(chmod("tokens", 0640), 0);
    struct config *config = fixture_good(*state);
    assert_int_equal(access(config->auth.admin_tokens_file, R_OK), 0);
    assert_int_equal(access(config->publish.keys_file, R_OK), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(open_mode_requires_loopback),
        FIXTURE_TEST(loopback_is_required_of_the_environment_too),
        FIXTURE_TEST(loopback_is_not_asked_of_who_wants_another_mode),
        FIXTURE_TEST(tls_listener_needs_certificate_and_key),
        FIXTURE_TEST(certificate_and_key_must_be_readable_files),
        FIXTURE_TEST(tls_listener_with_both_files_is_taken),
        FIXTURE_TEST(secrets_files_must_exist),
        FIXTURE_TEST(secrets_files_must_not_be_world_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
