/* SPDX-License-Identifier: MIT */
/* Programs that can not be gone on with: the process that runs the channel ends, as the host's
 * worker would. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "puppet.h"

#define NEVER ",\"timeout\":\"60s\""

typedef void script_use(struct sentio_test *test);

static void publish(struct sentio_test *test) {
    sentio_test_publish(test, "{}");
}

static void listen_until_it_ends(struct sentio_test *test) {
    while (sentio_test_ready(test, -1) == SENTIO_OK)
        continue;
}

/* How a process ended, and what it wrote before. */
struct death {
    int status;
    char said[2048];
};

static void run(const char *script, const char *more, script_use *use, struct death *death) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_int_not_equal(pid, -1);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        struct sentio_test *test = start_with(script, more);
        if (!test)
            fprintf(stderr, "%s\n", sentio_test_why());
        else
            use(test);
        _exit(0);
    }
    close(ends[1]);
    FILE *file = fdopen(ends[0], "r");
    assert_non_null(file);
    size_t size = fread(death->said, 1, sizeof(death->said) - 1, file);
    death->said[size] = '\0';
    fclose(file);
    assert_int_equal(waitpid(pid, &death->status, 0), pid);
}

static void assert_died(const struct death *death, const char *why) {
    if (!WIFEXITED(death->status) || WEXITSTATUS(death->status) != 70 || !strstr(death->said, why))
        fail_msg("status 0x%x, and said: %s", (unsigned)death->status, death->said);
    assert_non_null(strstr(death->said, "exec: \"/bin/sh\" "));
}

/* In a process of its own, which must end with 70 and say why. */
static void assert_death(const char *script, const char *more, script_use *use, const char *why) {
    struct death death;
    run(script, more, use, &death);
    assert_died(&death, why);
}

enum { SHORT = 200, LONG = 60000 /* ms */ };

/* The same, of a publish that takes too long. The program has no more time to start: on a machine
 * that is too slow for that it gets more for both. */
static void assert_late(const char *script, script_use *use) {
    char more[64];
    char why[64];
    struct death death = {.said = "did not answer open"};
    for (int ms = SHORT; ms < LONG && strstr(death.said, "did not answer open"); ms *= 2) {
        snprintf(more, sizeof(more), ",\"timeout\":\"%dms\"", ms);
        snprintf(why, sizeof(why), "did not answer publish within %d ms", ms);
        run(script, more, use, &death);
    }
    assert_died(&death, why);
}

static void a_program_that_ends_within_a_call_takes_the_worker_along(void **state) {
    (void)state;
    assert_death(PROGRAM("[\"publish\"]", ON("publish", "exit 3")), NEVER, publish,
                 "ended with status 3 in the call publish");
}

static void a_program_that_is_killed_within_a_call_takes_the_worker_along(void **state) {
    (void)state;
    assert_death(PROGRAM("[\"publish\"]", ON("publish", "kill -9 $$")), NEVER, publish,
                 "was ended by signal 9 (Killed) in the call publish");
}

static void a_program_that_ends_by_itself_takes_the_worker_along(void **state) {
    (void)state;
    assert_death("read -r line\n" ID DONE "exit 4\n", NEVER, listen_until_it_ends,
                 "ended with status 4");
}

static void a_program_that_closes_its_output_takes_the_worker_along(void **state) {
    (void)state;
    assert_death(PROGRAM("[\"publish\"]", ON("publish", "exec >&-; read -r line")), NEVER, publish,
                 "has closed its standard output in the call publish");
}

static void a_program_that_does_not_answer_in_time_is_ended(void **state) {
    (void)state;
    assert_late(PROGRAM("[\"publish\"]", ON("publish", "read -r line")), publish);
}

static void publish_much(struct sentio_test *test) {
    char *body = repeated("\"0123456789\"", 100000);
    sentio_test_publish(test, body);
    free(body);
}

static void a_program_that_does_not_read_in_time_is_ended(void **state) {
    (void)state;
    assert_late("read -r line\n" ID DONE "kill -STOP $$", publish_much);
}

static void a_program_that_closes_its_input_is_ended(void **state) {
    (void)state;
    assert_late("read -r line\n" ID "exec <&-\n" DONE "kill -STOP $$", publish);
}

static void a_program_that_answers_another_call_is_not_trusted(void **state) {
    (void)state;
    assert_death(PROGRAM("[\"publish\"]", ON("publish", SAY("{\"done\":1}"))), NEVER, publish,
                 "said done to call 1, but call 2 (publish) was running");
}

static void a_second_answer_is_not_trusted(void **state) {
    (void)state;
    assert_death("read -r line\n" SAY("{\"done\":1}") SAY("{\"done\":1}") "read -r line\n", NEVER,
                 listen_until_it_ends, "said done to call 1, but no call was running");
}

static void a_program_that_is_not_there_fails_to_open(void **state) {
    (void)state;
    assert_null(sentio_test_open(&sentio_plugin, "{\"command\":[\"/not/there\"]}"));
    assert_non_null(
        strstr(sentio_test_why(), "\"/not/there\" can not be started: No such file or directory"));
    assert_null(sentio_test_open(&sentio_plugin,
                                 "{\"command\":[\"/bin/sh\"],\"directory\":\"/not/there\"}"));
    assert_non_null(strstr(sentio_test_why(), "its directory \"/not/there\" is not there"));
}

static void a_program_that_ends_at_once_fails_to_open(void **state) {
    (void)state;
    assert_no_start("exit 5", NEVER, "\"/bin/sh\" ended with status 5");
}

static void a_program_that_does_not_answer_open_fails_to_open(void **state) {
    (void)state;
    assert_no_start("read -r line; read -r line", ",\"timeout\":\"100ms\"",
                    "\"/bin/sh\" did not answer open within 100 ms");
}

static void a_program_that_asks_for_unknown_calls_fails_to_open(void **state) {
    (void)state;
    assert_no_start(PROGRAM("[\"render\"]", ""), NEVER, "\"ready\": \"calls\" must be of");
}

static void a_program_may_refuse_to_open(void **state) {
    (void)state;
    assert_no_start("read -r line\n" SAY("{\"done\":1,\"error\":\"set limit to 1 or more\"}"),
                    NEVER, "\"/bin/sh\" failed to open: set limit to 1 or more");
}

/* Of a program that says so in its answer to open. */
#define SAY_PROCESS "printf '{\"log\":{\"message\":\"%s\"}}\\n' $$\n"

static pid_t process_of(const struct sentio_test *test) {
    char digits[32];
    struct sentio_bytes text = expect_effect(test, SENTIO_DID_LOG, 0)->text;
    snprintf(digits, sizeof(digits), "%.*s", (int)text.size, text.data);
    pid_t pid = (pid_t)strtol(digits, NULL, 10);
    assert_int_equal(kill(pid, 0), 0);
    return pid;
}

static void a_program_ends_with_its_channel(void **state) {
    (void)state;
    struct sentio_test *test = start("read -r line\n" ID SAY_PROCESS DONE "read -r line\n");
    pid_t pid = process_of(test);
    sentio_test_close(test);
    assert_int_equal(kill(pid, 0), -1);
}

static void a_program_that_stays_is_killed_with_its_channel(void **state) {
    (void)state;
    struct sentio_test *test = NULL;
    for (int ms = SHORT; !test && ms < LONG; ms *= 2) {
        char more[64];
        snprintf(more, sizeof(more), ",\"timeout\":\"%dms\"", ms);
        test = start_with("read -r line\n" ID SAY_PROCESS DONE "kill -STOP $$\n", more);
    }
    assert_non_null(test);
    pid_t pid = process_of(test);
    sentio_test_close(test);
    assert_int_equal(kill(pid, 0), -1);
}

static void a_program_that_talks_on_its_way_out_is_not_held_up(void **state) {
    (void)state;
    struct sentio_test *test =
        start("read -r line\n" ID SAY_PROCESS DONE "read -r line\nhead -c 1000000 /dev/zero\n");
    pid_t pid = process_of(test);
    sentio_test_close(test);
    assert_int_equal(kill(pid, 0), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_ends_within_a_call_takes_the_worker_along),
        cmocka_unit_test(a_program_that_is_killed_within_a_call_takes_the_worker_along),
        cmocka_unit_test(a_program_that_ends_by_itself_takes_the_worker_along),
        cmocka_unit_test(a_program_that_closes_its_output_takes_the_worker_along),
        cmocka_unit_test(a_program_that_does_not_answer_in_time_is_ended),
        cmocka_unit_test(a_program_that_does_not_read_in_time_is_ended),
        cmocka_unit_test(a_program_that_closes_its_input_is_ended),
        cmocka_unit_test(a_program_that_answers_another_call_is_not_trusted),
        cmocka_unit_test(a_second_answer_is_not_trusted),
        cmocka_unit_test(a_program_that_is_not_there_fails_to_open),
        cmocka_unit_test(a_program_that_ends_at_once_fails_to_open),
        cmocka_unit_test(a_program_that_does_not_answer_open_fails_to_open),
        cmocka_unit_test(a_program_that_asks_for_unknown_calls_fails_to_open),
        cmocka_unit_test(a_program_may_refuse_to_open),
        cmocka_unit_test(a_program_ends_with_its_channel),
        cmocka_unit_test(a_program_that_stays_is_killed_with_its_channel),
        cmocka_unit_test(a_program_that_talks_on_its_way_out_is_not_held_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
