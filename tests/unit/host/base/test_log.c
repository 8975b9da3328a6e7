/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "base/log.h"

/* Standard error is a socket that keeps the bounds of each write. */
struct capture {
    int saved;
    int ends[2];
    char line[65536];
};

static int capture_start(void **state) {
    struct capture *capture = calloc(1, sizeof(*capture));
    assert_non_null(capture);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, capture->ends), 0);
    capture->saved = dup(STDERR_FILENO);
    assert_true(dup2(capture->ends[1], STDERR_FILENO) != -1);
    unsetenv("JOURNAL_STREAM");
    *state = capture;
    return 0;
}

static int capture_stop(void **state) {
    struct capture *capture = *state;
    assert_true(dup2(capture->saved, STDERR_FILENO) != -1);
    close(capture->saved);
    close(capture->ends[0]);
    close(capture->ends[1]);
    unsetenv("JOURNAL_STREAM");
    free(capture);
    return 0;
}

/* What the next write(2) wrote; "" when there was none. */
static const char *next(struct capture *capture) {
    ssize_t size = recv(capture->ends[0], capture->line, sizeof(capture->line) - 1, MSG_DONTWAIT);
    capture->line[size > 0 ? size : 0] = '\0';
    return capture->line;
}

/* The text format's line after its time. */
static const char *next_text(struct capture *capture) {
    const char *line = next(capture);
    char rest = '\0';
    int year = 0;
    int fields[6] = {0};
    assert_int_equal(sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c", &year, &fields[0], &fields[1],
                            &fields[2], &fields[3], &fields[4], &fields[5], &rest),
                     8);
    assert_int_equal(rest, 'Z');
    assert_true(year >= 2024);
    return line + 25;
}

static void record_is_one_write_of_one_line(void **state) {
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info("io 1", "%d connections", 5);
    log_error("channel a", "failed");
    assert_string_equal(next_text(*state), "info    io 1: 5 connections\n");
    assert_string_equal(next_text(*state), "error   channel a: failed\n");
    assert_string_equal(next(*state), "");
}

static void records_below_the_level_are_dropped(void **state) {
    log_start(LOG_LEVEL_WARNING, LOG_FORMAT_TEXT);
    log_debug("x", "a");
    log_info("x", "b");
    log_warning("x", "c");
    assert_string_equal(next_text(*state), "warning x: c\n");
    assert_string_equal(next(*state), "");
    log_start(LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    log_debug("x", "d");
    assert_string_equal(next_text(*state), "debug   x: d\n");
}

static void input_can_not_forge_a_line(void **state) {
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info("a\nb", "%s", "x\n<3>y\r\t\x1b[31m\x7f\xc2\x9b\xe2\x80\xa8 \xc3\xa4\xf0\x9f\x98\x80");
    assert_string_equal(next_text(*state),
                        "info    a\\nb: x\\n<3>y\\r\\t\\x1b[31m\\x7f\\xc2\\x9b\\xe2\\x80\\xa8 "
                        "\xc3\xa4\xf0\x9f\x98\x80\n");
    assert_string_equal(next(*state), "");
}

static void invalid_utf8_is_escaped(void **state) {
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info("x", "%s", "\xff \xc3 \xc0\x80 \xed\xa0\x80 \xe2\x82");
    assert_string_equal(next_text(*state), "info    x: \\xff \\xc3 \\xc0\\x80 \\xed\\xa0\\x80 "
                                           "\\xe2\\x82\n");
}

/* Logs `count` times "ä" after `prefix`, and checks that `kept` of them are there. */
static void assert_cut(struct capture *capture, const char *prefix, size_t count, size_t kept,
                       const char *end) {
    char *text = calloc(1, strlen(prefix) + 2 * count + 1);
    char *expected = calloc(1, strlen(prefix) + 2 * kept + 64);
    assert_non_null(text);
    assert_non_null(expected);
    memcpy(text, prefix, strlen(prefix));
    for (size_t i = 0; i < count; i++) {
        memcpy(text + strlen(prefix) + 2 * i, "\xc3\xa4", 2);
    }
    size_t length = strlen(prefix) + 2 * kept;
    memcpy(expected, "info    x: ", 11);
    memcpy(expected + 11, text, length);
    memcpy(expected + 11 + length, end, strlen(end));
    log_info("x", "%s", text);
    assert_string_equal(next_text(capture), expected);
    free(expected);
    free(text);
}

static void long_text_is_cut_between_characters_and_marked(void **state) {
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    assert_cut(*state, "", 2048, 2048, "\n");
    assert_cut(*state, "", 2049, 2046, "\xe2\x80\xa6\n");
    assert_cut(*state, "a", 2048, 2046, "\xe2\x80\xa6\n");
    assert_cut(*state, "a", 100000, 2046, "\xe2\x80\xa6\n");
}

static void json_record_is_one_object(void **state) {
    struct capture *capture = *state;
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    log_warning("plugin \"x\"", "a\nb \"c\" \\ %s", "\xff");
    const char *line = next(capture);
    struct json_object *json = json_tokener_parse(line);
    assert_non_null(json);
    assert_int_equal(strcspn(line, "\n"), strlen(line) - 1);
    assert_int_equal(json_object_object_length(json), 4);
    assert_int_equal(strlen(json_object_get_string(json_object_object_get(json, "time"))), 24);
    assert_string_equal(json_object_get_string(json_object_object_get(json, "level")), "warning");
    assert_string_equal(json_object_get_string(json_object_object_get(json, "where")),
                        "plugin \"x\"");
    assert_string_equal(json_object_get_string(json_object_object_get(json, "message")),
                        "a\nb \"c\" \\ \xef\xbf\xbd");
    json_object_put(json);
}

static void worst_text_fits_in_json(void **state) {
    char text[4097];
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    memset(text, 1, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    log_info("x", "%s", text);
    struct json_object *json = json_tokener_parse(next(*state));
    assert_non_null(json);
    assert_string_equal(json_object_get_string(json_object_object_get(json, "message")), text);
    json_object_put(json);
}

static void be_the_journal(void) {
    struct stat status;
    char stream[64];
    assert_int_equal(fstat(STDERR_FILENO, &status), 0);
    snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
}

static void journal_gets_priorities_and_no_time(void **state) {
    be_the_journal();
    log_start(LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    log_debug("x", "a");
    log_info("x", "b");
    log_warning("x", "c");
    log_error("x", "d");
    assert_string_equal(next(*state), "<7>x: a\n");
    assert_string_equal(next(*state), "<6>x: b\n");
    assert_string_equal(next(*state), "<4>x: c\n");
    assert_string_equal(next(*state), "<3>x: d\n");
}

static void redirected_standard_error_is_no_journal(void **state) {
    setenv("JOURNAL_STREAM", "1:1", 1);
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info("x", "a");
    assert_string_equal(next_text(*state), "info    x: a\n");
}

static void lines_of_others_get_a_priority_for_the_journal(void **state) {
    struct log_lines lines;
    be_the_journal();
    log_lines_begin(&lines);
    fputs("a.conf:1: wrong\nb.conf:2: wrong, too\n", lines.file);
    assert_string_equal(next(*state), "");
    log_lines_end(&lines, LOG_LEVEL_ERROR);
    assert_string_equal(next(*state), "<3>a.conf:1: wrong\n");
    assert_string_equal(next(*state), "<3>b.conf:2: wrong, too\n");
    assert_string_equal(next(*state), "");
}

static void lines_of_others_are_left_alone_elsewhere(void **state) {
    struct log_lines lines;
    log_lines_begin(&lines);
    fputs("a.conf:1: wrong\n", lines.file);
    log_lines_end(&lines, LOG_LEVEL_ERROR);
    assert_string_equal(next(*state), "a.conf:1: wrong\n");
    assert_string_equal(next(*state), "");
}

static void errno_is_left_alone(void **state) {
    (void)state;
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    close(STDERR_FILENO);
    errno = ENOENT;
    log_info("x", "a");
    assert_int_equal(errno, ENOENT);
}

static void *write_many(void *argument) {
    for (int i = 0; i < 200; i++) {
        log_info((const char *)argument, "%d", i);
    }
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state) {
    struct capture *capture = *state;
    pthread_t threads[2];
    char names[2][8] = {"one", "two"};
    int counts[2] = {0, 0};
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, names[i]), 0);
    }
    for (int i = 0; i < 400; i++) {
        ssize_t size = recv(capture->ends[0], capture->line, sizeof(capture->line) - 1, 0);
        char where[8] = "";
        int number = -1;
        assert_true(size > 25);
        capture->line[size] = '\0';
        assert_int_equal(sscanf(capture->line + 25, "info    %3s: %d\n", where, &number), 2);
        int thread = strcmp(where, "two") == 0;
        assert_string_equal(where, names[thread]);
        assert_int_equal(number, counts[thread]++);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

/* Each line is whole, and of one format or the other. */
static void level_and_format_may_change_while_threads_log(void **state) {
    struct capture *capture = *state;
    static char name[] = "one";
    pthread_t thread;
    log_start(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    assert_int_equal(pthread_create(&thread, NULL, write_many, name), 0);
    for (int i = 0; i < 200; i++) {
        log_start(i % 3 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
                  i % 2 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT);
        log_warning("x", "a");
        const char *line = next(capture);
        while (strstr(line, "warning") == NULL) { /* the other thread's */
            assert_string_not_equal(line, "");
            line = next(capture);
        }
        assert_true(line[0] == '{' ? strstr(line, "\"message\":\"a\"}\n") != NULL
                                   : strcmp(line + 25, "warning x: a\n") == 0);
        assert_int_equal(line[0] == '{', i % 2);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, capture_start, capture_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        LOG_TEST(record_is_one_write_of_one_line),
        LOG_TEST(records_below_the_level_are_dropped),
        LOG_TEST(input_can_not_forge_a_line),
        LOG_TEST(invalid_utf8_is_escaped),
        LOG_TEST(long_text_is_cut_between_characters_and_marked),
        LOG_TEST(json_record_is_one_object),
        LOG_TEST(worst_text_fits_in_json),
        LOG_TEST(journal_gets_priorities_and_no_time),
        LOG_TEST(redirected_standard_error_is_no_journal),
        LOG_TEST(lines_of_others_get_a_priority_for_the_journal),
        LOG_TEST(lines_of_others_are_left_alone_elsewhere),
        LOG_TEST(errno_is_left_alone),
        LOG_TEST(lines_of_threads_do_not_mix),
        LOG_TEST(level_and_format_may_change_while_threads_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
