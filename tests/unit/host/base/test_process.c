/* SPDX-License-Identifier: MIT */
#include "base/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

static void memory_that_is_used_is_counted(void **state) {
    enum { SIZE = 64 << 20 };
    (void)state;
    uint64_t before = process_memory();
    char *memory = malloc(SIZE);
    assert_non_null(memory);
    memset(memory, 1, SIZE);
    __asm__ volatile("" : : "r"(memory) : "memory");
    uint64_t after = process_memory();
    free(memory);
    assert_true(before > 0);
    assert_true(after >= before + SIZE / 2);
}

static void each_open_file_is_counted(void **state) {
    int files[5];
    (void)state;
    size_t before = process_files();
    for (int i = 0; i < 5; i++) {
        files[i] = dup(STDERR_FILENO);
        assert_int_not_equal(files[i], -1);
    }
    assert_int_equal(process_files(), before + 5);
    for (int i = 0; i < 5; i++)
        close(files[i]);
    assert_int_equal(process_files(), before);
}

static void the_limit_is_the_one_that_counts_now(void **state) {
    struct rlimit limit;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(process_file_limit(), 100);
}

static void standard_files_that_are_missing_are_nowhere(void **state) {
    (void)state;
    int input = dup(STDIN_FILENO);
    struct stat before;
    struct stat after;
    char byte;
    assert_int_equal(fstat(STDOUT_FILENO, &before), 0);
    close(STDIN_FILENO);
    assert_int_equal(process_open_standard(), 0);
    assert_int_equal(read(STDIN_FILENO, &byte, 1), 0);
    assert_int_equal(write(STDIN_FILENO, "x", 1), 1);
    assert_int_equal(fstat(STDOUT_FILENO, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    if (input != -1) {
        dup2(input, STDIN_FILENO);
        close(input);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_used_is_counted),
        cmocka_unit_test(standard_files_that_are_missing_are_nowhere),
        cmocka_unit_test(each_open_file_is_counted),
        cmocka_unit_test(the_limit_is_the_one_that_counts_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
