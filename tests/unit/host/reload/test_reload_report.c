/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "reload_fixture.h"

static struct reload *empty(struct reload_fixture *fixture) {
    struct reload *reload = calloc(1, sizeof(*reload));
    assert_non_null(reload);
    reload->hub = fixture->hub->hub;
    reload->request = asker(fixture);
    sentio_writer_init(&reload->errors, NULL, 0);
    sentio_writer_init(&reload->done, NULL, 0);
    sentio_writer_init(&reload->restart, NULL, 0);
    sentio_writer_init(&reload->warnings, NULL, 0);
    return reload;
}

static void drop(struct reload *reload) {
    sentio_writer_finish(&reload->errors);
    sentio_writer_finish(&reload->done);
    sentio_writer_finish(&reload->restart);
    sentio_writer_finish(&reload->warnings);
    free(reload);
}

static void what_went_well_is_answered_with_200(void **state) {
    struct reload *reload = empty(*state);
    reload_note(&reload->done, "channel %s: \"%s\"", "a", "x\n");
    reload_note(&reload->done, "more");
    reload_note(&reload->warnings, "odd");
    reload_report(reload, true);
    assert_sent(((struct reload_fixture *)*state)->hub,
                "response 2 200 {\"ok\":true,\"changes\":[\"channel a: \\\"x\\n\\\"\",\"more\"],"
                "\"restart\":[],\"warnings\":[\"odd\"],\"timestamp\":\"T\"}\n");
    drop(reload);
}

static void what_went_wrong_is_answered_with_422_and_every_error(void **state) {
    struct reload *reload = empty(*state);
    reload_note(&reload->done, "what was begun");
    reload_error(reload, "one");
    reload_error(reload, "two: %d", 2);
    assert_int_equal(reload->error_count, 2);
    reload_report(reload, false);
    assert_sent(((struct reload_fixture *)*state)->hub,
                "response 2 422 {\"ok\":false,\"errors\":[\"one\",\"two: 2\"],"
                "\"timestamp\":\"T\"}\n");
    drop(reload);
}

static void a_note_that_is_too_long_is_cut(void **state) {
    struct reload *reload = empty(*state);
    char text[5000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    reload_note(&reload->done, "%s", text);
    size_t size = sentio_written(&reload->done).size;
    assert_true(size > 1000 && size < sizeof(text));
    drop(reload);
}

static void nobody_is_answered_who_did_not_ask(void **state) {
    struct reload *reload = empty(*state);
    reload->request = NULL;
    reload_report(reload, true);
    assert_sent(((struct reload_fixture *)*state)->hub, "");
    drop(reload);
}

static void assert_status(struct reload_fixture *fixture, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    reload_write_status(fixture->hub->hub, &out);
    struct sentio_bytes text = sentio_written(&out);
    char *copy = text_copy(text);
    assert_non_null(copy);
    mask(copy, "\"timestamp\":\"", 'T');
    assert_string_equal(copy, expected);
    free(copy);
    sentio_writer_finish(&out);
}

static void the_status_counts_and_has_the_last_one(void **state) {
    struct reload_fixture *fixture = *state;
    assert_status(fixture, "{\"done\":0,\"failed\":0,\"last\":null}");
    free(reload(fixture));
    assert_status(fixture, "{\"done\":1,\"failed\":0,\"last\":{\"ok\":true,\"changes\":[],"
                           "\"restart\":[],\"warnings\":[],\"timestamp\":\"T\"}}");
    write_in(fixture, "sentio.conf", "typo = 1;\n");
    free(reload(fixture));
    struct reload *again = empty(fixture);
    reload_error(again, "e");
    reload_report(again, false);
    drop(again);
    assert_status(fixture, "{\"done\":1,\"failed\":2,\"last\":{\"ok\":false,\"errors\":[\"e\"],"
                           "\"timestamp\":\"T\"}}");
}

static void what_takes_a_restart_is_told_until_there_was_one(void **state) {
    struct reload_fixture *fixture = *state;
    static const char channels[] = "{ name = \"a\"; plugin = \"scripted.so\"; }" AND_B;
    configure(fixture, channels,
              "compress: { enabled = false; level = 9; min = \"1KiB\"; };\n"
              "limits: { queue = \"1MiB\"; topics = 9; connections = 200000; };");
    char *sent = reload(fixture);
    assert_has(sent, "\"changes\":[\"limits.connections changed\",\"limits.topics changed\"],"
                     "\"restart\":[\"limits.connections\",\"limits.queue\",\"compress.enabled\","
                     "\"compress.min\",\"compress.level\"]");
    free(sent);
    configure(fixture, channels, "limits: { queue = \"1MiB\"; connections = 10; };");
    sent = reload(fixture);
    assert_has(sent, "\"changes\":[\"limits.connections changed\",\"limits.topics changed\"],"
                     "\"restart\":[\"limits.queue\"]");
    free(sent);
    configure(fixture, channels, "");
    sent = reload(fixture);
    assert_has(sent, "\"changes\":[\"limits.connections changed\"],\"restart\":[]");
    free(sent);
}

static void other_secrets_are_told_without_a_setting_that_changed(void **state) {
    struct reload_fixture *fixture = *state;
    static const char channels[] = "{ name = \"a\"; plugin = \"scripted.so\"; }" AND_B;
    write_in(fixture, "keys", "");
    configure(fixture, channels, "publish: { keys_file = \"keys\"; };");
    assert_changes(fixture, "\"publish.keys_file changed\","
                            "\"publisher keys and admin tokens changed\"");
    assert_changes(fixture, "");
    write_in(fixture, "keys",
             "k:sha256:8ed3f6ad685b959ead7022518e1af76c"
             "d816f8e8ec7ccdda1ed4018e8f2223f8\n");
    assert_changes(fixture, "\"publisher keys and admin tokens changed\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_RELOAD(what_went_well_is_answered_with_200),
        TEST_RELOAD(what_went_wrong_is_answered_with_422_and_every_error),
        TEST_RELOAD(a_note_that_is_too_long_is_cut),
        TEST_RELOAD(nobody_is_answered_who_did_not_ask),
        TEST_RELOAD(the_status_counts_and_has_the_last_one),
        TEST_RELOAD(what_takes_a_restart_is_told_until_there_was_one),
        TEST_RELOAD(other_secrets_are_told_without_a_setting_that_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
