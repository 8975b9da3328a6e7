/* SPDX-License-Identifier: MIT */
#include "io/listener.h"

#include <sys/stat.h>

#include "io_client.h"

static int open_sockets(struct fixture *fixture, size_t threads) {
    return listen_sockets_open(&fixture->sockets, &fixture->config, threads);
}

static uint16_t port_of(int fd) {
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

static int bound_unix(const struct fixture *fixture, bool listening) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->paths[0]);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    if (listening)
        assert_int_equal(listen(fd, 5), 0);
    return fd;
}

static void each_thread_has_a_socket_on_the_same_port(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(open_sockets(fixture, 3), 0);
    assert_int_equal(fixture->sockets.count, 2);
    const struct listen_socket *tcp = &fixture->sockets.sockets[0];
    uint16_t port = port_of(tcp->fds[0]);
    assert_int_not_equal(port, 0);
    for (size_t i = 0; i < 3; i++) {
        int on = 0;
        socklen_t size = sizeof(on);
        assert_int_equal(port_of(tcp->fds[i]), port);
        assert_int_equal(getsockopt(tcp->fds[i], SOL_SOCKET, SO_ACCEPTCONN, &on, &size), 0);
        assert_int_equal(on, 1);
    }
}

static void a_second_daemon_on_the_port_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct listen_sockets second;
    assert_int_equal(open_sockets(fixture, 2), 0);
    fixture->config.server.listen_count = 1;
    fixture->listen[0].port = port_of(fixture->sockets.sockets[0].fds[0]);
    assert_int_equal(listen_sockets_open(&second, &fixture->config, 2), SENTIO_FAILED);
    assert_null(second.sockets);
    listen_sockets_close(&fixture->sockets);
    assert_int_equal(listen_sockets_open(&second, &fixture->config, 2), 0);
    listen_sockets_close(&second);
}

static void a_second_daemon_on_the_unix_socket_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct listen_sockets second;
    assert_int_equal(open_sockets(fixture, 1), 0);
    assert_int_equal(listen_sockets_open(&second, &fixture->config, 1), SENTIO_FAILED);
    assert_int_equal(access(fixture->paths[0], F_OK), 0);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->paths[0]);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static void a_stale_unix_socket_is_replaced(void **state) {
    struct fixture *fixture = *state;
    close(bound_unix(fixture, true));
    assert_int_equal(access(fixture->paths[0], F_OK), 0);
    assert_int_equal(open_sockets(fixture, 1), 0);
}

static void a_file_that_is_no_socket_is_left_alone(void **state) {
    struct fixture *fixture = *state;
    char text[8] = "";
    fixture_write(fixture->paths[0], "mine");
    assert_int_equal(open_sockets(fixture, 1), SENTIO_FAILED);
    FILE *file = fopen(fixture->paths[0], "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    assert_string_equal(text, "mine");
}

static void someone_elses_unix_socket_stays_after_a_failure(void **state) {
    struct fixture *fixture = *state;
    int fd = bound_unix(fixture, true);
    assert_int_equal(open_sockets(fixture, 1), SENTIO_FAILED);
    assert_int_equal(access(fixture->paths[0], F_OK), 0);
    close(fd);
}

static void the_unix_socket_is_the_groups_and_removed_at_the_end(void **state) {
    struct fixture *fixture = *state;
    struct stat status;
    assert_int_equal(open_sockets(fixture, 2), 0);
    assert_int_equal(stat(fixture->paths[0], &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    listen_sockets_close(&fixture->sockets);
    assert_int_equal(access(fixture->paths[0], F_OK), -1);
}

/* The unix listener's path becomes that of the control socket. */
static void use_control(struct fixture *fixture) {
    fixture->config.server.listen_count = 1;
    fixture->config.server.control = fixture->paths[0];
}

static void the_control_socket_comes_last_and_is_marked(void **state) {
    struct fixture *fixture = *state;
    use_control(fixture);
    assert_int_equal(open_sockets(fixture, 2), 0);
    assert_int_equal(fixture->sockets.count, 2);
    assert_false(fixture->sockets.sockets[0].listen.control);
    const struct config_listen *control = &fixture->sockets.sockets[1].listen;
    assert_true(control->control);
    assert_true(control->loopback);
    assert_int_equal(control->transport, CONFIG_UNIX);
    assert_string_equal(control->address, fixture->paths[0]);
}

static void no_umask_changes_who_may_open_the_control_socket(void **state) {
    static const mode_t masks[] = {0, 0022, 0077, 0117};
    struct fixture *fixture = *state;
    use_control(fixture);
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        struct stat status;
        mode_t before = umask(masks[i]);
        int error = open_sockets(fixture, 1);
        umask(before);
        assert_int_equal(error, 0);
        assert_int_equal(stat(fixture->paths[0], &status), 0);
        assert_int_equal(status.st_mode & 07777, 0660);
        listen_sockets_close(&fixture->sockets);
        assert_int_equal(access(fixture->paths[0], F_OK), -1);
    }
}

static void an_empty_path_is_no_control_socket(void **state) {
    struct fixture *fixture = *state;
    char empty[] = "";
    fixture->config.server.listen_count = 1;
    fixture->config.server.control = empty;
    assert_int_equal(open_sockets(fixture, 1), 0);
    assert_int_equal(fixture->sockets.count, 1);
}

static void a_state_folder_of_a_long_name_leaves_the_host_without_control_socket(void **state) {
    struct fixture *fixture = *state;
    char path[CONFIG_SOCKET_MAX + 2];
    memset(path, 'x', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    fixture->config.server.listen_count = 1;
    fixture->config.server.control = path;
    assert_int_equal(open_sockets(fixture, 1), 0);
    assert_int_equal(fixture->sockets.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_thread_has_a_socket_on_the_same_port),
        TEST(a_second_daemon_on_the_port_is_refused),
        TEST(a_second_daemon_on_the_unix_socket_is_refused),
        TEST(a_stale_unix_socket_is_replaced),
        TEST(a_file_that_is_no_socket_is_left_alone),
        TEST(someone_elses_unix_socket_stays_after_a_failure),
        TEST(the_unix_socket_is_the_groups_and_removed_at_the_end),
        TEST(the_control_socket_comes_last_and_is_marked),
        TEST(no_umask_changes_who_may_open_the_control_socket),
        TEST(an_empty_path_is_no_control_socket),
        TEST(a_state_folder_of_a_long_name_leaves_the_host_without_control_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
