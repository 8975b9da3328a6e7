/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_SANDBOX_FIXTURE_H
#define SENTIO_TESTS_SANDBOX_FIXTURE_H

/* A child process in the sandbox, and how it ends. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <sentio/plugin.h>

#include "base/sanitizer.h"
#include "worker/sandbox.h"

/* As a plugin of the default settings gets it. */
static const struct sandbox plugin_sandbox = {.memory = 512U << 20};
static const struct sandbox programs_sandbox = {.memory = 512U << 20, .programs = true};

enum { NOT_ENTERED = 99 };

/* `attempt`: in the sandbox; 0 if all went as it should, else something below NOT_ENTERED. */
static inline void enter_and_exit(const struct sandbox *sandbox, int (*attempt)(void)) {
    char why[256] = "";
    if (sandbox_enter(sandbox, why, sizeof(why)) != 0) {
        fprintf(stderr, "sandbox_enter: %s\n", why);
        _exit(NOT_ENTERED);
    }
    _exit(attempt());
}

/* Its wait(2) status. */
static inline int status_in(const struct sandbox *sandbox, int (*attempt)(void)) {
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        enter_and_exit(sandbox, attempt);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static inline void assert_goes_well(const struct sandbox *sandbox, int (*attempt)(void)) {
    int status = status_in(sandbox, attempt);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static inline void assert_ends_by(const struct sandbox *sandbox, int (*attempt)(void), int number) {
    int status = status_in(sandbox, attempt);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), number);
}

/* 0 if the result is -1 with that errno. */
static inline int fails_with(long result, int number) {
    return result == -1 && errno == number ? 0 : 1;
}

#endif
