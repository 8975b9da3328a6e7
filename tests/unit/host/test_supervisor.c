/* SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

/* A socket such as systemd has, and the name by which it is given. */
struct ear {
    int socket;
    char folder[32];
    char name[96];
};

static void listen_at(struct ear *ear, const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(name);
    memcpy(address.sun_path, name, size);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(bind(ear->socket, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)),
                     0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
}

static int setup(void **state) {
    struct ear *ear = calloc(1, sizeof(*ear));
    assert_non_null(ear);
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    snprintf(ear->folder, sizeof(ear->folder), "/tmp/sentio-XXXXXX");
    assert_non_null(mkdtemp(ear->folder));
    snprintf(ear->name, sizeof(ear->name), "%s/notify", ear->folder);
    ear->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(ear->socket != -1);
    *state = ear;
    return 0;
}

static int teardown(void **state) {
    struct ear *ear = *state;
    unsetenv("NOTIFY_SOCKET");
    close(ear->socket);
    unlink(ear->name);
    rmdir(ear->folder);
    free(ear);
    return 0;
}

static void assert_told(const struct ear *ear, const char *expected) {
    char text[64];
    ssize_t size = recv(ear->socket, text, sizeof(text) - 1, MSG_DONTWAIT);
    text[size > 0 ? size : 0] = '\0';
    assert_string_equal(text, expected);
}

static void supervisor_is_told_word_by_word(void **state) {
    const struct ear *ear = *state;
    struct supervisor supervisor;
    listen_at(*state, ear->name);
    supervisor_init(&supervisor);
    assert_told(ear, "");
    supervisor_tell(&supervisor, "READY=1");
    supervisor_tell(&supervisor, "STOPPING=1");
    assert_told(ear, "READY=1");
    assert_told(ear, "STOPPING=1");
    supervisor_finish(&supervisor);
}

static void name_may_be_an_abstract_one(void **state) {
    struct ear *ear = *state;
    struct supervisor supervisor;
    char name[96];
    snprintf(name, sizeof(name), "@%s", ear->folder);
    listen_at(ear, name);
    supervisor_init(&supervisor);
    supervisor_tell(&supervisor, "READY=1");
    assert_told(ear, "READY=1");
    supervisor_finish(&supervisor);
}

static void children_are_not_told_of_it(void **state) {
    const struct ear *ear = *state;
    struct supervisor supervisor;
    listen_at(*state, ear->name);
    supervisor_init(&supervisor);
    assert_null(getenv("NOTIFY_SOCKET"));
    supervisor_finish(&supervisor);
}

static void host_does_without_one(void **state) {
    struct supervisor supervisor;
    (void)state;
    supervisor_init(&supervisor);
    assert_int_equal(supervisor.socket, -1);
    supervisor_tell(&supervisor, "READY=1");
    supervisor_finish(&supervisor);
}

static void one_that_is_gone_is_no_harm(void **state) {
    struct ear *ear = *state;
    struct supervisor supervisor;
    listen_at(ear, ear->name);
    supervisor_init(&supervisor);
    unlink(ear->name);
    supervisor_tell(&supervisor, "READY=1");
    assert_told(ear, "");
    supervisor_finish(&supervisor);
}

static void name_of_no_socket_is_passed_over(void **state) {
    const char *const names[] = {"", "vsock:2:1234", "relative/path"};
    struct supervisor supervisor;
    char name[sizeof(supervisor.address.sun_path) + 1];
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        supervisor_init(&supervisor);
        assert_int_equal(supervisor.socket, -1);
        assert_null(getenv("NOTIFY_SOCKET"));
    }
    memset(name, 'x', sizeof(name) - 1);
    name[0] = '/';
    name[sizeof(name) - 1] = '\0';
    setenv("NOTIFY_SOCKET", name, 1);
    supervisor_init(&supervisor);
    assert_int_equal(supervisor.socket, -1);
    supervisor_finish(&supervisor);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(supervisor_is_told_word_by_word), TEST(name_may_be_an_abstract_one),
        TEST(children_are_not_told_of_it),     TEST(host_does_without_one),
        TEST(one_that_is_gone_is_no_harm),     TEST(name_of_no_socket_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
