/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <unistd.h>

#include "puppet.h"

#define PATIENT ",\"timeout\":\"60s\""

/* The channel is not opened, and the log says why. */
static void assert_refused(const char *config, const char *why) {
    struct sentio_test *test = sentio_test_open(&sentio_plugin, config);
    if (test)
        fail_msg("taken: %s", config);
    if (!strstr(sentio_test_why(), why))
        fail_msg("\"%s\" does not say \"%s\"", sentio_test_why(), why);
}

static void assert_logged_text(const char *script, const char *more, const char *expected) {
    struct sentio_test *test = start_with(script, more);
    if (!test)
        fail_msg("%s", sentio_test_why());
    assert_text(expect_effect(test, SENTIO_DID_LOG, 0)->text, expected);
    sentio_test_close(test);
}

/* Logs the text of a shell expression, and answers. */
#define TELL(expression)                                                                           \
    "read -r line\n" ID "printf '{\"log\":{\"message\":\"%s\"}}\\n' \"" expression "\"\n" DONE     \
    "read -r line\n"

static void a_wrong_option_is_named_with_the_remedy(void **state) {
    (void)state;
    assert_refused("{}", "option \"command\" is missing");
    assert_refused("{\"command\":\"/bin/sh\"}", "option \"command\" ");
    assert_refused("{\"command\":[]}", "option \"command\" must be [\"program\"");
    assert_refused("{\"command\":[\"\"]}", "option \"command\" must be [\"program\"");
    assert_refused("{\"command\":[\"a\\u0000b\"]}", "option \"command\" must be a list");
    assert_refused("{\"command\":[\"sh\",1]}", "option \"command\" must be a list");
    assert_refused("{\"command\":[\"./prog\"]}", "relative to `directory`");
    assert_refused("{\"command\":[\"sh\"],\"directory\":\"tmp\"}",
                   "option \"directory\" must be an absolute path");
    assert_refused("{\"command\":[\"sh\"],\"environment\":[\"HOME\"]}",
                   "option \"environment\" must be a list of at most 64 \"NAME=value\"");
    assert_refused("{\"command\":[\"sh\"],\"environment\":[\"=1\"]}", "option \"environment\"");
    assert_refused("{\"command\":[\"sh\"],\"type\":\"\"}", "option \"type\" must be 1 to 64 bytes");
    assert_refused("{\"command\":[\"sh\"],\"topic_field\":\"\"}", "option \"topic_field\"");
    assert_refused("{\"command\":[\"sh\"],\"options\":[]}", "option \"options\" ");
    assert_refused("{\"command\":[\"sh\"],\"timout\":\"1s\"}",
                   "there is no option \"timout\"; what is for the program belongs into");
}

static void a_timeout_is_a_number_of_seconds_or_milliseconds(void **state) {
    (void)state;
    static const char *const wrong[] = {"",        "2",    "s",   "0s", "61s",
                                        "60001ms", "1.5s", "2 s", "2m", "99999999999999999999s"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char config[128];
        snprintf(config, sizeof(config), "{\"command\":[\"sh\"],\"timeout\":\"%s\"}", wrong[i]);
        assert_refused(config, "option \"timeout\" must be \"1ms\" to \"60s\"");
    }
    assert_no_start("read -r line; read -r line", ",\"timeout\":\"50ms\"", "within 50 ms");
    assert_no_start("read -r line; read -r line", ",\"timeout\":\"1s\"", "within 1000 ms");
}

static void a_program_runs_in_its_directory(void **state) {
    (void)state;
    assert_logged_text(TELL("$(pwd)"), PATIENT ",\"directory\":\"/usr\"", "/usr");
    struct sentio_test *test = sentio_test_open(
        &sentio_plugin, "{\"command\":[\"bin/env\",\"sh\",\"-c\",\"read -r line; echo "
                        "'{\\\"done\\\":1}'; read -r line\"],\"directory\":\"/usr\"" PATIENT "}");
    if (!test)
        fail_msg("%s", sentio_test_why());
    sentio_test_close(test);
}

static void a_programs_environment_adds_to_the_hosts(void **state) {
    (void)state;
    assert_int_equal(setenv("EXEC_ONE", "host", 1), 0);
    assert_int_equal(setenv("EXEC_TWO", "host", 1), 0);
    assert_logged_text(TELL("$EXEC_ONE $EXEC_TWO $EXEC_THREE"),
                       PATIENT ",\"environment\":[\"EXEC_TWO=own\",\"EXEC_THREE=a=b\"]",
                       "host own a=b");
}

static void a_program_gets_no_descriptor_of_the_hosts(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], 9), 9);
    assert_logged_text(TELL("$([ -e /proc/$$/fd/0 ] && echo in)"
                            "$([ -e /proc/$$/fd/9 ] && echo ours)"),
                       PATIENT, "in");
    close(9);
    close(ends[0]);
    close(ends[1]);
}

/* What the test runner ignores would be ignored by the program as well. */
static void a_programs_signals_do_what_they_do_by_default(void **state) {
    (void)state;
    assert_ptr_not_equal(signal(SIGTERM, SIG_IGN), SIG_ERR);
    assert_no_start("kill -TERM $$; read -r line", PATIENT, "was ended by signal 15");
    signal(SIGTERM, SIG_DFL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_option_is_named_with_the_remedy),
        cmocka_unit_test(a_timeout_is_a_number_of_seconds_or_milliseconds),
        cmocka_unit_test(a_program_runs_in_its_directory),
        cmocka_unit_test(a_programs_environment_adds_to_the_hosts),
        cmocka_unit_test(a_program_gets_no_descriptor_of_the_hosts),
        cmocka_unit_test(a_programs_signals_do_what_they_do_by_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
