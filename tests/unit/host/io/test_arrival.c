/* SPDX-License-Identifier: MIT */
#include "io/arrival.h"

#include <sys/wait.h>

#include "publisher_fixture.h"

static void assert_served(struct client *client, const char *rest) {
    struct answer answer;
    client_say(client, rest);
    assert_answer(client, &answer, 404, NULL);
}

static void what_begins_otherwise_is_libwebsockets_business(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < 2; i++) {
        struct client client;
        client_connect(&client, fixture, plain_ways[i]);
        assert_served(&client, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client_disconnect(&client);
    }
}

/* "P" may be either; what follows decides. */
static void a_first_byte_that_two_methods_share_decides_nothing(void **state) {
    static const char *const methods[] = {"POST", "PUT", "PATCH"};
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        struct client client;
        char text[128];
        client_connect(&client, fixture, VIA_UNIX);
        client_say(&client, "P");
        snprintf(text, sizeof(text), "%s /nothing HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                 methods[i] + 1, i == 0 ? "Content-Length: 0\r\n" : "");
        assert_served(&client, text);
        client_disconnect(&client);
    }
}

static void one_that_closes_without_a_word_is_let_go(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    for (int i = 0; i < 10; i++) {
        client_connect(&client, fixture, i % 2 ? VIA_TCP : VIA_UNIX);
        client_disconnect(&client);
    }
    client_connect(&client, fixture, VIA_UNIX);
    assert_served(&client, "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client_disconnect(&client);
}

static void one_that_says_nothing_is_ended_in_time(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture->config.server.handshake = 20;
    fixture_start(fixture);
    for (size_t i = 0; i < 2; i++) {
        client_connect(&client, fixture, plain_ways[i]);
        assert_closed(&client);
        client_disconnect(&client);
    }
}

static void an_end_that_comes_with_the_first_bytes_is_seen(void **state) {
    struct fixture *fixture = *state;
    fixture_start(fixture);
    for (int i = 0; i < 40; i++) {
        struct client client;
        client_connect(&client, fixture, plain_ways[i % 2]);
        say_numbered(&client, i);
        assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
        serve_numbered(fixture, i);
        assert_numbered(&client, i);
        assert_closed(&client);
        client_disconnect(&client);
    }
}

static void silent_ones_are_closed_when_the_host_ends(void **state) {
    struct fixture *fixture = *state;
    struct client silent;
    struct client half;
    fixture->config.server.drain = 20;
    fixture_start(fixture);
    client_connect(&silent, fixture, VIA_TCP);
    client_connect(&half, fixture, VIA_TCP);
    client_say(&half, POST_OF("9"));
    fixture_stop(fixture);
    assert_closed(&silent);
    assert_closed(&half);
    client_disconnect(&silent);
    client_disconnect(&half);
}

static void over_the_limit_a_publisher_is_429(void **state) {
    struct fixture *fixture = *state;
    struct client first;
    struct client second;
    struct answer answer;
    fixture->config.limits.connections = 1;
    fixture_start(fixture);
    client_connect(&first, fixture, VIA_UNIX);
    say_numbered(&first, 1);
    serve_numbered(fixture, 1);
    assert_numbered(&first, 1);
    client_connect(&second, fixture, VIA_UNIX);
    say_numbered(&second, 2);
    assert_answer(&second, &answer, 429, NULL);
    assert_header(&answer, "Retry-After", "1");
    client_disconnect(&first);
    client_disconnect(&second);
}

static void a_websocket_that_follows_publishes_is_one(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    fixture_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    say_numbered(&client, 1);
    serve_numbered(fixture, 1);
    assert_numbered(&client, 1);
    client_upgrade(&client, "/ws/prices", "");
    ws_say(&client, "{\"action\":\"ping\"}");
    assert_ws_text(&client, "pong");
    ws_send(&client, 0x88, "\x03\xe8", 2);
    assert_ws_close(&client, 1000, NULL);
    client_disconnect(&client);
}

/* What a program's start is like between fork() and exec(): a process that has the host's sockets.
 */
struct child {
    pid_t process;
    int end;
};

static void child_fork(struct child *child) {
    int ends[2];
    char byte;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    child->process = fork();
    assert_int_not_equal(child->process, -1);
    if (child->process == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(ends[0]);
    child->end = ends[1];
}

static void child_let_go(struct child *child) {
    int status;
    assert_int_equal(close(child->end), 0);
    assert_int_equal(waitpid(child->process, &status, 0), child->process);
    assert_int_equal(status, 0);
}

/* The child has its end too: closing it would not be noticed. */
static void hang_up(struct client *client) {
    assert_int_equal(shutdown(client->fd, SHUT_RDWR), 0);
    client_disconnect(client);
}

/* How many sockets the thread's own epoll instance would tell of (proc(5), fdinfo). */
static size_t count_watched(const struct fixture *fixture) {
    char path[64];
    char line[256];
    size_t count = 0;
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fixture->io->arrivals.epoll);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file))
        count += strncmp(line, "tfd:", 4) == 0;
    assert_int_equal(fclose(file), 0);
    return count;
}

/* The thread goes on meanwhile. */
static void await_connections(struct fixture *fixture, struct client *witness, size_t count) {
    while (atomic_load(&fixture->host.quota.connections) > count) {
        say_numbered(witness, 1);
        serve_numbered(fixture, 1);
        assert_numbered(witness, 1);
    }
}

static void a_closed_one_is_not_watched_while_a_child_has_its_socket(void **state) {
    struct fixture *fixture = *state;
    struct client witness;
    struct client silent;
    struct client publisher;
    struct child child;
    fixture_start(fixture);
    client_connect(&witness, fixture, VIA_UNIX);
    client_connect(&silent, fixture, VIA_UNIX);
    client_connect(&publisher, fixture, VIA_UNIX);
    say_numbered(&publisher, 2);
    serve_numbered(fixture, 2);
    assert_numbered(&publisher, 2);
    say_numbered(&witness, 3);
    serve_numbered(fixture, 3);
    assert_numbered(&witness, 3);
    assert_int_equal(count_watched(fixture), 3);
    child_fork(&child);
    hang_up(&silent);
    hang_up(&publisher);
    await_connections(fixture, &witness, 1);
    assert_int_equal(count_watched(fixture), 1);
    child_let_go(&child);
    client_disconnect(&witness);
}

static void a_reader_that_left_is_not_watched_while_a_child_has_its_socket(void **state) {
    struct fixture *fixture = *state;
    struct client witness;
    struct client reader;
    struct answer answer;
    struct child child;
    fixture_start(fixture);
    client_connect(&witness, fixture, VIA_UNIX);
    say_numbered(&witness, 1);
    serve_numbered(fixture, 1);
    assert_numbered(&witness, 1);
    client_connect(&reader, fixture, VIA_UNIX);
    client_say(&reader, "GET /sse/prices HTTP/1.1\r\nHost: localhost\r\n\r\n");
    struct command_message *command = hub_take(fixture, MESSAGE_COMMAND);
    struct joined_message *joined = joined_message_create(&(struct joined_parts){.snapshot = NULL});
    assert_non_null(joined);
    joined->member = command->member;
    message_destroy(&command->head);
    hub_say(fixture, &joined->head);
    client_read_head(&reader, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(count_watched(fixture), 2);
    child_fork(&child);
    hang_up(&reader);
    hub_forget(fixture);
    await_connections(fixture, &witness, 1);
    assert_int_equal(count_watched(fixture), 1);
    child_let_go(&child);
    client_disconnect(&witness);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_begins_otherwise_is_libwebsockets_business),
        TEST(a_first_byte_that_two_methods_share_decides_nothing),
        TEST(one_that_closes_without_a_word_is_let_go),
        TEST(one_that_says_nothing_is_ended_in_time),
        TEST(an_end_that_comes_with_the_first_bytes_is_seen),
        TEST(silent_ones_are_closed_when_the_host_ends),
        TEST(over_the_limit_a_publisher_is_429),
        TEST(a_websocket_that_follows_publishes_is_one),
        TEST(a_closed_one_is_not_watched_while_a_child_has_its_socket),
        TEST(a_reader_that_left_is_not_watched_while_a_child_has_its_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
