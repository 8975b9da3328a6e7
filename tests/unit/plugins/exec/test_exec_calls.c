/* SPDX-License-Identifier: MIT */
/* What a program gets to read, to the byte. */
#include <unistd.h>

#include "puppet.h"

#define ALL                                                                                        \
    "[\"publish\",\"subscribe\",\"unsubscribe\",\"message\",\"left\",\"observe\",\"woken\","       \
    "\"save\",\"restore\",\"close\"]"
#define NOW "1728124200000"
#define SEED "\"11400714819323198485\""

/* Writes each line that it reads to the file that is its argument. */
#define RECORDER(calls)                                                                            \
    PROGRAM(calls,                                                                                 \
            ON("subscribe", SAY("{\"join\":{\"topic\":\"A\"}}") SAY("{\"accept\":{}}"))            \
                ON("unsubscribe", SAY("{\"accept\":{}}")) ON("publish", SAY("{\"wake\":5}"))       \
                    ON("save", SAY("{\"state\": {\"n\":[1, 2]} }")))                               \
    "exit 0\n"
#define RECORD "tee \"$0\" | {\n"

struct record {
    char path[32];
    struct sentio_test *test;
};

static struct sentio_test *record(struct record *record, const char *script) {
    snprintf(record->path, sizeof(record->path), "test_exec_calls.XXXXXX");
    int fd = mkstemp(record->path);
    assert_int_not_equal(fd, -1);
    close(fd);
    char *config =
        shell_config(script, record->path, ",\"timeout\":\"60s\",\"options\":{\"limit\":\n3}");
    record->test = sentio_test_open(&sentio_plugin, config);
    free(config);
    if (!record->test)
        fail_msg("%s", sentio_test_why());
    return record->test;
}

/* Closes the channel, which waits for the program, and compares what that read. */
static void assert_record(struct record *record, const char *expected) {
    char text[8192];
    sentio_test_close(record->test);
    FILE *file = fopen(record->path, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    unlink(record->path);
    text[size] = '\0';
    assert_string_equal(text, expected);
}

static void every_call_is_a_line_with_what_the_callback_got(void **state) {
    (void)state;
    struct record lines;
    struct sentio_test *test = record(&lines, RECORD RECORDER(ALL) "}");
    uint64_t conn = 0;
    struct sentio_item items[] = {
        {.topic = sentio_text("X"), .type = sentio_text("t"), .json = sentio_text("{\"p\":1}")},
        {.topic = sentio_text("Y"), .key = sentio_text("k"), .json = sentio_text("2")}};
    assert_int_equal(sentio_test_publish(test, "{\n\"a\": \"\\n\"\r\n}"), SENTIO_OK);
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{\"action\":\"subscribe\"}"),
                     SENTIO_OK);
    assert_int_equal(sentio_test_unsubscribe(test, conn, "{\"action\":\"unsubscribe\"}"),
                     SENTIO_OK);
    assert_int_equal(sentio_test_message(test, conn, "ask \"me\"", "{}"), SENTIO_OK);
    assert_int_equal(sentio_test_observe(test, "quotes", items, 2), SENTIO_OK);
    sentio_test_advance(test, 5);
    assert_int_equal(sentio_test_leave(test, conn), SENTIO_OK);
    assert_record(
        &lines,
        "{\"call\":\"open\",\"id\":1,\"now\":" NOW ",\"config\":{\"limit\": 3},\"seed\":" SEED "}\n"
        "{\"call\":\"publish\",\"id\":2,\"now\":" NOW ",\"from\":{\"origin\":\"publisher\","
        "\"name\":\"test\"},\"payload\":{ \"a\": \"\\n\"  }}\n"
        "{\"call\":\"subscribe\",\"id\":3,\"now\":" NOW ",\"conn\":\"1\",\"user\":null,"
        "\"roles\":[],\"subscribed\":false,\"all\":false,\"topics\":0,"
        "\"request\":{\"action\":\"subscribe\"}}\n"
        "{\"call\":\"unsubscribe\",\"id\":4,\"now\":" NOW ",\"conn\":\"1\",\"user\":null,"
        "\"roles\":[],\"subscribed\":true,\"all\":false,\"topics\":1,"
        "\"request\":{\"action\":\"unsubscribe\"}}\n"
        "{\"call\":\"message\",\"id\":5,\"now\":" NOW ",\"conn\":\"1\",\"user\":null,"
        "\"roles\":[],\"subscribed\":true,\"all\":false,\"topics\":1,"
        "\"action\":\"ask \\\"me\\\"\",\"request\":{}}\n"
        "{\"call\":\"observe\",\"id\":6,\"now\":" NOW ",\"channel\":\"quotes\",\"items\":["
        "{\"topic\":\"X\",\"key\":\"X\",\"type\":\"t\",\"offset\":1,\"time\":" NOW
        ",\"data\":{\"p\":1}},"
        "{\"topic\":\"Y\",\"key\":\"k\",\"type\":\"\",\"offset\":2,\"time\":" NOW ",\"data\":2}]}\n"
        "{\"call\":\"woken\",\"id\":7,\"now\":1728124200005}\n"
        "{\"call\":\"left\",\"id\":8,\"now\":1728124200005,\"conn\":\"1\"}\n"
        "{\"call\":\"close\",\"id\":9,\"now\":1728124200005}\n");
}

static void user_and_roles_are_named(void **state) {
    (void)state;
    struct record lines;
    struct sentio_test *test = record(&lines, RECORD RECORDER("[\"subscribe\"]") "}");
    uint64_t ann = 0;
    uint64_t bob = 0;
    assert_int_equal(sentio_test_subscribe(test, &ann, "a\"nn", SENTIO_ROLE_ADMIN, "{}"),
                     SENTIO_OK);
    assert_int_equal(
        sentio_test_subscribe(test, &bob, "bob", SENTIO_ROLE_ADMIN | SENTIO_ROLE_PUBLISHER, "{}"),
        SENTIO_OK);
    assert_record(&lines, "{\"call\":\"open\",\"id\":1,\"now\":" NOW
                          ",\"config\":{\"limit\": 3},\"seed\":" SEED "}\n"
                          "{\"call\":\"subscribe\",\"id\":2,\"now\":" NOW
                          ",\"conn\":\"1\",\"user\":\"a\\\"nn\",\"roles\":[\"admin\"],"
                          "\"subscribed\":false,\"all\":false,\"topics\":0,\"request\":{}}\n"
                          "{\"call\":\"subscribe\",\"id\":3,\"now\":" NOW
                          ",\"conn\":\"2\",\"user\":\"bob\",\"roles\":[\"admin\",\"publisher\"],"
                          "\"subscribed\":false,\"all\":false,\"topics\":0,\"request\":{}}\n");
}

static void what_was_saved_is_restored(void **state) {
    (void)state;
    struct record lines;
    struct sentio_test *old = start(RECORDER("[\"save\"]"));
    snprintf(lines.path, sizeof(lines.path), "test_exec_calls.XXXXXX");
    close(mkstemp(lines.path));
    char *config =
        shell_config(RECORD RECORDER("[\"restore\"]") "}", lines.path, ",\"timeout\":\"60s\"");
    lines.test = sentio_test_swap(old, &sentio_plugin, config);
    free(config);
    assert_non_null(lines.test);
    assert_text(expect_effect(old, SENTIO_DID_KEEP, 0)->text, "{\"n\":[1, 2]}");
    sentio_test_close(old);
    assert_record(&lines,
                  "{\"call\":\"open\",\"id\":1,\"now\":" NOW ",\"config\":{},\"seed\":" SEED "}\n"
                  "{\"call\":\"restore\",\"id\":2,\"now\":" NOW ",\"state\":{\"n\":[1, 2]}}\n");
}

static void a_program_that_says_nothing_is_called_to_publish_and_no_more(void **state) {
    (void)state;
    struct record lines;
    struct sentio_test *test = record(&lines, RECORD "while read -r line; do\n" ID DONE "done\n}");
    uint64_t conn = 0;
    assert_int_equal(sentio_test_subscribe(test, &conn, NULL, 0, "{}"), SENTIO_OK);
    assert_int_equal(sentio_test_publish(test, "{}"), SENTIO_OK);
    assert_int_equal(sentio_test_observe(test, "quotes", NULL, 0), SENTIO_OK);
    assert_int_equal(sentio_test_leave(test, conn), SENTIO_OK);
    assert_record(&lines, "{\"call\":\"open\",\"id\":1,\"now\":" NOW
                          ",\"config\":{\"limit\": 3},\"seed\":" SEED "}\n"
                          "{\"call\":\"publish\",\"id\":2,\"now\":" NOW
                          ",\"from\":{\"origin\":\"publisher\",\"name\":\"test\"},"
                          "\"payload\":{}}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_is_a_line_with_what_the_callback_got),
        cmocka_unit_test(user_and_roles_are_named),
        cmocka_unit_test(what_was_saved_is_restored),
        cmocka_unit_test(a_program_that_says_nothing_is_called_to_publish_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
