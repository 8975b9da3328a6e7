/* SPDX-License-Identifier: MIT */
#include "worker/worker_main.h"

#include "worker_child.h"

enum { BROKEN = 3 };

/* Described, and open. */
const char child_build[] = SENTIO_TEST_BUILD;

static void begin(struct child *child, const char *plugin) {
    child_start(child, plugin, -1);
    child_say_start(child);
    expect_frame(child, WIRE_TABLE, 0);
    child_call(child, 1, CALL_OPEN, "{}");
    if (strcmp(plugin, "echo_test") == 0)
        expect_log(child, 1, "echo_test opened with {}");
    expect_result(child, 1, CALL_OPEN, 0, NULL);
}

static void plugin_is_described_and_called(void **state) {
    (void)state;
    struct child child;
    struct wire_table *table = NULL;
    child_start(&child, "echo_test", -1);
    child_say_start(&child);
    expect_frame(&child, WIRE_TABLE, 0);
    assert_int_equal(wire_read_table(&child.frame, &table), 0);
    assert_string_equal(table->table.name, "echo-test");
    assert_string_equal(table->table.version, "1.2.3");
    assert_true((table->callbacks & (1u << CALL_WOKEN)) != 0);
    free(table);
    child_call(&child, 1, CALL_OPEN, "{\"a\":1}");
    expect_log(&child, 1, "echo_test opened with {\"a\":1}");
    expect_result(&child, 1, CALL_OPEN, 0, NULL);
    child_call(&child, 2, CALL_PUBLISH, "{\"b\":2}");
    expect_result(&child, 2, CALL_PUBLISH, 0, "{\"b\":2}");
    child_finish(&child);
}

static void calls_that_come_together_are_answered_in_their_order(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    struct child child;
    struct wire_buffer out = {0};
    begin(&child, "echo_test");
    for (uint64_t serial = 2; serial < COUNT; serial++)
        put_call(&out, serial, 0, CALL_PUBLISH, serial % 2 ? "{\"odd\":1}" : "{}");
    pid_t writer = fork();
    if (writer == 0) {
        child_send(&child, &out);
        _exit(0);
    }
    wire_finish(&out);
    for (uint64_t serial = 2; serial < COUNT; serial++)
        expect_result(&child, serial, CALL_PUBLISH, 0, serial % 2 ? "{\"odd\":1}" : "{}");
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    assert_true(atomic_load(&child.page->serial) == 0);
    child_finish(&child);
}

static void callback_that_is_missing_is_an_answer(void **state) {
    (void)state;
    struct child child;
    begin(&child, "talks");
    child_call(&child, 2, CALL_SAVE, "");
    expect_result(&child, 2, CALL_SAVE, SENTIO_NOT_FOUND, NULL);
    child_finish(&child);
}

static void worker_ends_with_the_hosts_end(void **state) {
    (void)state;
    struct child child;
    begin(&child, "echo_test");
    child_call(&child, 2, CALL_CLOSE, "");
    shutdown(child.fd, SHUT_WR);
    expect_log(&child, 2, "echo_test closed, 0 subscribers had left");
    expect_result(&child, 2, CALL_CLOSE, 0, NULL);
    expect_exit(&child, 0);
    child_finish(&child);
}

static void worker_ends_in_the_middle_of_a_call_that_does_not_come(void **state) {
    (void)state;
    struct child child;
    struct wire_buffer out = {0};
    begin(&child, "echo_test");
    put_call(&out, 2, 0, CALL_PUBLISH, "{\"b\":2}");
    child_write(&child, out.data, out.end - 1);
    wire_finish(&out);
    shutdown(child.fd, SHUT_WR);
    expect_exit(&child, 0);
    child_finish(&child);
}

static void worker_that_is_told_nothing_gives_up(void **state) {
    (void)state;
    struct child child;
    child_start(&child, "echo_test", -1);
    shutdown(child.fd, SHUT_WR);
    expect_exit(&child, BROKEN);
    child_finish(&child);
}

static void worker_that_is_told_rubbish_at_first_gives_up(void **state) {
    (void)state;
    static const char rubbish[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct child child;
    child_start(&child, "echo_test", -1);
    child_write(&child, rubbish, sizeof(rubbish));
    expect_exit(&child, BROKEN);
    child_finish(&child);
}

static void worker_that_is_called_before_its_start_gives_up(void **state) {
    (void)state;
    struct child child;
    child_start(&child, "echo_test", -1);
    child_call(&child, 1, CALL_OPEN, "{}");
    expect_exit(&child, BROKEN);
    child_finish(&child);
}

static void worker_that_is_told_rubbish_between_calls_gives_up(void **state) {
    (void)state;
    static const char rubbish[] = "what is this, and who are you to tell me that?";
    struct child child;
    begin(&child, "echo_test");
    child_write(&child, rubbish, sizeof(rubbish));
    expect_exit(&child, BROKEN);
    child_finish(&child);
}

static void worker_that_is_started_twice_gives_up(void **state) {
    (void)state;
    struct child child;
    begin(&child, "echo_test");
    child_say_start(&child);
    expect_exit(&child, BROKEN);
    child_finish(&child);
}

static void worker_that_gets_half_a_call_as_a_whole_one_gives_up(void **state) {
    (void)state;
    struct child child;
    struct wire_buffer out = {0};
    begin(&child, "echo_test");
    size_t begun = wire_begin(&out, WIRE_CALL, 0, 2);
    wire_put_u64(&out, 0);
    assert_int_equal(wire_end(&out, begun), 0);
    child_send(&child, &out);
    expect_exit(&child, BROKEN);
    child_finish(&child);
}

static void worker_without_a_page_is_not_the_hosts(void **state) {
    (void)state;
    struct child child;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    child_start(&child, "echo_test", null);
    expect_exit(&child, BROKEN);
    close(null);
    child_finish(&child);
}

static void expect_refusal(const char *plugin, const char *part) {
    struct child child;
    struct sentio_bytes why;
    char text[1024];
    child_start(&child, plugin, -1);
    child_say_start(&child);
    expect_frame(&child, WIRE_REFUSED, 0);
    assert_int_equal(wire_read_refused(&child.frame, &why), 0);
    snprintf(text, sizeof(text), "%.*s", (int)why.size, why.data);
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    expect_exit(&child, EXIT_FAILURE);
    child_finish(&child);
}

static void plugin_that_can_not_be_loaded_is_refused(void **state) {
    (void)state;
    expect_refusal("wrong_magic", "/tests/plugins/wrong_magic.so: ");
    expect_refusal("no_symbol", "sentio_plugin");
    expect_refusal("undefined_symbol", "undefined_symbol.so: ");
    expect_refusal("not_elf", "not_elf.so: ");
}

static void plugin_that_crashes_when_it_is_loaded_says_nothing(void **state) {
    (void)state;
    struct child child;
    child_start(&child, "crashes_on_load", -1);
    child_say_start(&child);
    assert_false(child_receive(&child));
    assert_true(WIFSIGNALED(child_wait(&child)));
    child_finish(&child);
}

static void plugin_that_did_not_open_gets_no_calls(void **state) {
    (void)state;
    struct child child;
    struct wire_buffer out = {0};
    child_start(&child, "talks", -1);
    child_say_start(&child);
    expect_frame(&child, WIRE_TABLE, 0);
    put_call(&out, 1, 0, CALL_OPEN, "{\"fail\":true}");
    put_call(&out, 2, 0, CALL_PUBLISH, "{\"log\":\"I run\"}");
    put_call(&out, 3, 0, CALL_CLOSE, "");
    child_send(&child, &out);
    expect_result(&child, 1, CALL_OPEN, SENTIO_INVALID, NULL);
    shutdown(child.fd, SHUT_WR);
    expect_exit(&child, 0);
    child_finish(&child);
}

static void what_is_logged_is_there_before_the_plugin_dies_of_the_call(void **state) {
    (void)state;
    struct child child;
    begin(&child, "talks");
    child_call(&child, 2, CALL_PUBLISH, "{\"crash\":\"farewell\"}");
    expect_log(&child, 2, "farewell");
    assert_false(child_receive(&child));
    int status = child_wait(&child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_true(atomic_load(&child.page->serial) == 2);
    child_finish(&child);
}

static void answers_before_what_is_logged_are_not_lost_with_the_plugin(void **state) {
    (void)state;
    struct child child;
    struct wire_buffer out = {0};
    begin(&child, "talks");
    put_call(&out, 2, 0, CALL_READY, "");
    put_call(&out, 3, 0, CALL_PUBLISH, "{\"crash\":\"farewell\"}");
    child_send(&child, &out);
    expect_result(&child, 2, CALL_READY, 0, "{\"ready\":0}");
    expect_log(&child, 3, "farewell");
    assert_false(child_receive(&child));
    child_finish(&child);
}

static void repeated_call_logs_nothing(void **state) {
    (void)state;
    struct child child;
    struct wire_buffer out = {0};
    begin(&child, "talks");
    put_call(&out, 2, WIRE_QUIET, CALL_PUBLISH, "{\"log\":\"again\"}");
    put_call(&out, 3, 0, CALL_PUBLISH, "{\"log\":\"new\"}");
    child_send(&child, &out);
    expect_result(&child, 2, CALL_PUBLISH, 0, NULL);
    expect_log(&child, 3, "new");
    expect_result(&child, 3, CALL_PUBLISH, 0, NULL);
    child_finish(&child);
}

static void page_tells_the_call_that_does_not_return(void **state) {
    (void)state;
    struct child child;
    begin(&child, "hangs");
    assert_true(atomic_load(&child.page->serial) == 0);
    child_call(&child, 77, CALL_PUBLISH, "{}");
    while (atomic_load(&child.page->serial) != 77)
        sched_yield();
    child_finish(&child);
}

static void watch(struct child *child, uint64_t serial, const char *what, int fd) {
    char text[32];
    snprintf(text, sizeof(text), "{\"%s\":%d}", what, fd);
    child_call(child, serial, CALL_PUBLISH, text);
    expect_result(child, serial, CALL_PUBLISH, 0, NULL);
}

static void say_ready(struct child *child, uint64_t serial, int fd) {
    const struct call call = {.kind = CALL_READY, .number = (uint64_t)fd};
    struct wire_buffer out = {0};
    char json[32];
    assert_int_equal(wire_call(&out, serial, 0, &call), 0);
    child_send(child, &out);
    snprintf(json, sizeof(json), "{\"ready\":%d}", fd);
    expect_result(child, serial, CALL_READY, 0, json);
}

static void watched_descriptor_is_told_once_until_its_call(void **state) {
    (void)state;
    struct child child;
    begin(&child, "talks");
    watch(&child, 2, "watch", SPARE);
    assert_int_equal(write(child.pipe[1], "x", 1), 1);
    expect_readable(&child, SPARE);
    child_call(&child, 3, CALL_PUBLISH, "{\"log\":\"between\"}");
    expect_log(&child, 3, "between");
    expect_result(&child, 3, CALL_PUBLISH, 0, NULL);
    /* It was not read: so it is readable once more. */
    say_ready(&child, 4, SPARE);
    expect_readable(&child, SPARE);
    say_ready(&child, 5, SPARE);
    expect_readable(&child, SPARE);
    child_finish(&child);
}

static void watch_that_has_ended_tells_nothing(void **state) {
    (void)state;
    struct child child;
    begin(&child, "talks");
    watch(&child, 2, "watch", SPARE);
    watch(&child, 3, "end", SPARE);
    assert_int_equal(write(child.pipe[1], "x", 1), 1);
    watch(&child, 4, "end", SPARE);
    shutdown(child.fd, SHUT_WR);
    expect_exit(&child, 0);
    child_finish(&child);
}

static void watch_that_ended_between_readable_and_its_call_stays_ended(void **state) {
    (void)state;
    struct child child;
    begin(&child, "talks");
    watch(&child, 2, "watch", SPARE);
    assert_int_equal(write(child.pipe[1], "x", 1), 1);
    expect_readable(&child, SPARE);
    watch(&child, 3, "end", SPARE);
    say_ready(&child, 4, SPARE);
    watch(&child, 5, "end", SPARE);
    watch(&child, 6, "watch", SPARE);
    expect_readable(&child, SPARE);
    child_finish(&child);
}

static void end_of_the_host_is_seen_beside_watched_descriptors(void **state) {
    (void)state;
    struct child child;
    begin(&child, "talks");
    watch(&child, 2, "watch", SPARE);
    shutdown(child.fd, SHUT_WR);
    expect_exit(&child, 0);
    child_finish(&child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_is_described_and_called),
        cmocka_unit_test(calls_that_come_together_are_answered_in_their_order),
        cmocka_unit_test(callback_that_is_missing_is_an_answer),
        cmocka_unit_test(worker_ends_with_the_hosts_end),
        cmocka_unit_test(worker_ends_in_the_middle_of_a_call_that_does_not_come),
        cmocka_unit_test(worker_that_is_told_nothing_gives_up),
        cmocka_unit_test(worker_that_is_told_rubbish_at_first_gives_up),
        cmocka_unit_test(worker_that_is_called_before_its_start_gives_up),
        cmocka_unit_test(worker_that_is_told_rubbish_between_calls_gives_up),
        cmocka_unit_test(worker_that_is_started_twice_gives_up),
        cmocka_unit_test(worker_that_gets_half_a_call_as_a_whole_one_gives_up),
        cmocka_unit_test(worker_without_a_page_is_not_the_hosts),
        cmocka_unit_test(plugin_that_can_not_be_loaded_is_refused),
        cmocka_unit_test(plugin_that_crashes_when_it_is_loaded_says_nothing),
        cmocka_unit_test(plugin_that_did_not_open_gets_no_calls),
        cmocka_unit_test(what_is_logged_is_there_before_the_plugin_dies_of_the_call),
        cmocka_unit_test(answers_before_what_is_logged_are_not_lost_with_the_plugin),
        cmocka_unit_test(repeated_call_logs_nothing),
        cmocka_unit_test(page_tells_the_call_that_does_not_return),
        cmocka_unit_test(watched_descriptor_is_told_once_until_its_call),
        cmocka_unit_test(watch_that_has_ended_tells_nothing),
        cmocka_unit_test(watch_that_ended_between_readable_and_its_call_stays_ended),
        cmocka_unit_test(end_of_the_host_is_seen_beside_watched_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
