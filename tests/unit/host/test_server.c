/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <dirent.h>
#include <sys/stat.h>

#include "io_client.h"

/* A whole host without channels, in a state directory of its own. */
struct whole {
    struct fixture *fixture; /* for its folder, and its clients */
    char state_dir[96];
};

/* A configuration for the server to take over. */
static struct config *load(const struct whole *whole) {
    char file[96];
    char text[512];
    const struct fixture *fixture = whole->fixture;
    snprintf(file, sizeof(file), "%s/sentio.conf", fixture->folder);
    snprintf(text, sizeof(text),
             "server: { listen = [\"unix:%s\"]; io_threads = 2; state_dir = \"%s\"; };\n"
             "channels: ();\n",
             fixture->paths[0], whole->state_dir);
    fixture_write(file, text);
    assert_int_equal(chmod(file, 0640), 0);
    const struct config_source source = {.file = file};
    struct config *config = config_load(&source, stderr);
    assert_non_null(config);
    assert_int_equal(unlink(file), 0);
    return config;
}

static int setup(void **state) {
    struct whole *whole = calloc(1, sizeof(*whole));
    void *fixture;
    assert_non_null(whole);
    assert_int_equal(fixture_setup(&fixture), 0);
    whole->fixture = fixture;
    snprintf(whole->state_dir, sizeof(whole->state_dir), "%s/state", whole->fixture->folder);
    *state = whole;
    return 0;
}

static void remove_folder(const char *parent, const char *name) {
    char path[512];
    snprintf(path, sizeof(path), "%s%s%s", parent, name[0] ? "/" : "", name);
    DIR *folder = opendir(path);
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder))
        if (entry->d_type == DT_REG)
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(path);
}

static int teardown(void **state) {
    struct whole *whole = *state;
    void *fixture = whole->fixture;
    remove_folder(whole->state_dir, "plugins");
    remove_folder(whole->state_dir, "channels");
    remove_folder(whole->state_dir, "");
    free(whole);
    return fixture_teardown(&fixture);
}

static void a_host_serves_and_ends_when_it_is_told(void **state) {
    struct whole *whole = *state;
    struct client client;
    struct client socket;
    struct answer answer;
    struct server *server = server_create(load(whole), false, NULL);
    assert_non_null(server);
    assert_int_equal(server_start(server, NULL), 0);
    client_connect(&client, whole->fixture, VIA_UNIX);
    client_say(&client, "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&client, &answer, 200, "\"healthy\"");
    client_disconnect(&client);
    client_connect(&socket, whole->fixture, VIA_UNIX);
    client_upgrade(&socket, "/ws", "");
    ws_say(&socket, "{\"action\":\"ping\"}");
    assert_ws_text(&socket, "\"pong\"");
    ws_send(&socket, 0x01, "", 0); /* half a message does not hold up the end */
    server_watch(server);
    shutdown(socket.fd, SHUT_WR);
    server_stop(server);
    server_destroy(server);
    client_disconnect(&socket);
}

static void stop_waits_for_the_peers_close_and_no_longer(void **state) {
    struct whole *whole = *state;
    struct client socket;
    struct config *config = load(whole);
    struct server *server = server_create(config, false, NULL);
    assert_non_null(server);
    config->server.drain = 1;
    assert_int_equal(server_start(server, NULL), 0);
    client_connect(&socket, whole->fixture, VIA_UNIX);
    client_upgrade(&socket, "/ws", "");
    server_stop(server);
    assert_ws_close(&socket, 1001, "the host is going away");
    assert_closed(&socket);
    client_disconnect(&socket);
    server_destroy(server);
    assert_int_equal(access(whole->fixture->paths[0], F_OK), -1);
}

static void checking_opens_no_socket_and_makes_no_folder(void **state) {
    struct whole *whole = *state;
    struct server *server = server_create(load(whole), true, NULL);
    assert_non_null(server);
    assert_int_equal(access(whole->fixture->paths[0], F_OK), -1);
    assert_int_equal(access(whole->state_dir, F_OK), -1);
    server_destroy(server);
}

static void a_second_host_on_the_same_socket_is_refused(void **state) {
    struct whole *whole = *state;
    struct client client;
    struct answer answer;
    struct server *server = server_create(load(whole), false, NULL);
    assert_non_null(server);
    assert_null(server_create(load(whole), false, NULL));
    assert_int_equal(server_start(server, NULL), 0);
    client_connect(&client, whole->fixture, VIA_UNIX);
    client_say(&client, "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_answer(&client, &answer, 200, NULL);
    client_disconnect(&client);
    server_stop(server);
    server_destroy(server);
}

static void a_state_directory_that_cannot_be_made_is_refused(void **state) {
    struct whole *whole = *state;
    fixture_write(whole->state_dir, "a file");
    assert_null(server_create(load(whole), false, NULL));
    assert_int_equal(access(whole->fixture->paths[0], F_OK), -1);
    assert_int_equal(unlink(whole->state_dir), 0);
    server_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_host_serves_and_ends_when_it_is_told),
        TEST(stop_waits_for_the_peers_close_and_no_longer),
        TEST(checking_opens_no_socket_and_makes_no_folder),
        TEST(a_second_host_on_the_same_socket_is_refused),
        TEST(a_state_directory_that_cannot_be_made_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
