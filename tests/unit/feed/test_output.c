/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed/output.h"
#include "feed/result.h"

#define BIG (1024 * 1024)

struct pipe {
    int read;
    int write;
};

static struct pipe pipe_open(void) {
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    return (struct pipe){fds[0], fds[1]};
}

/* Reads until the writer closes; returns how many bytes there were. */
static void *drain(void *context) {
    const int *fd = context;
    static char buffer[5000];
    intptr_t total = 0;
    ssize_t count = read(*fd, buffer, sizeof buffer);
    while (count > 0) {
        total += count;
        count = read(*fd, buffer, sizeof buffer);
    }
    return (void *)total;
}

static void a_line_larger_than_the_pipe_is_written_whole(void **state) {
    (void)state;
    struct stop stop = {0};
    struct pipe pipe = pipe_open();
    struct output output = {pipe.write, OUTPUT_PATIENCE_MS, &stop};
    char *line = calloc(1, BIG);
    assert_non_null(line);
    pthread_t reader;
    void *total;
    assert_int_equal(pthread_create(&reader, NULL, drain, &pipe.read), 0);
    assert_int_equal(output_write(&output, line, BIG), 0);
    close(pipe.write);
    pthread_join(reader, &total);
    assert_int_equal((intptr_t)total, BIG);
    assert_int_equal(stop.writing, 0);
    close(pipe.read);
    free(line);
}

static void a_pipe_that_does_not_block_is_waited_for(void **state) {
    (void)state;
    struct stop stop = {0};
    struct pipe pipe = pipe_open();
    struct output output = {pipe.write, OUTPUT_PATIENCE_MS, &stop};
    char *line = calloc(1, BIG);
    assert_non_null(line);
    pthread_t reader;
    void *total;
    assert_int_equal(fcntl(pipe.write, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(pthread_create(&reader, NULL, drain, &pipe.read), 0);
    assert_int_equal(output_write(&output, line, BIG), 0);
    close(pipe.write);
    pthread_join(reader, &total);
    assert_int_equal((intptr_t)total, BIG);
    close(pipe.read);
    free(line);
}

static void a_reader_that_has_gone_is_the_end(void **state) {
    (void)state;
    struct stop stop = {0};
    struct pipe pipe = pipe_open();
    struct output output = {pipe.write, OUTPUT_PATIENCE_MS, &stop};
    signal(SIGPIPE, SIG_IGN);
    close(pipe.read);
    assert_int_equal(output_write(&output, "line\n", 5), FEED_ENDED);
    close(pipe.write);
}

static void a_stop_lets_a_line_be_finished(void **state) {
    (void)state;
    struct stop stop = {.asked = 1};
    struct pipe pipe = pipe_open();
    struct output output = {pipe.write, OUTPUT_PATIENCE_MS, &stop};
    char buffer[10];
    assert_int_equal(output_write(&output, "line\n", 5), FEED_ENDED);
    assert_int_equal(read(pipe.read, buffer, sizeof buffer), 5);
    close(pipe.read);
    close(pipe.write);
}

static void a_stop_does_not_wait_for_a_reader_that_takes_nothing(void **state) {
    (void)state;
    struct stop stop = {.asked = 1};
    struct pipe pipe = pipe_open();
    struct output output = {pipe.write, 1, &stop};
    char *line = calloc(1, BIG);
    assert_non_null(line);
    assert_int_equal(output_write(&output, line, BIG), FEED_ENDED);
    assert_int_equal(stop.writing, 0);
    close(pipe.read);
    close(pipe.write);
    free(line);
}

static void a_full_disk_is_a_failure(void **state) {
    (void)state;
    struct stop stop = {0};
    struct output output = {open("/dev/full", O_WRONLY | O_CLOEXEC), OUTPUT_PATIENCE_MS, &stop};
    assert_int_not_equal(output.fd, -1);
    assert_int_equal(output_write(&output, "line\n", 5), SENTIO_FAILED);
    assert_int_equal(errno, ENOSPC);
    close(output.fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_larger_than_the_pipe_is_written_whole),
        cmocka_unit_test(a_pipe_that_does_not_block_is_waited_for),
        cmocka_unit_test(a_reader_that_has_gone_is_the_end),
        cmocka_unit_test(a_stop_lets_a_line_be_finished),
        cmocka_unit_test(a_stop_does_not_wait_for_a_reader_that_takes_nothing),
        cmocka_unit_test(a_full_disk_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
