/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_IO_FIXTURE_H
#define SENTIO_TESTS_IO_FIXTURE_H

/* One real io thread between sockets of the test's own and a hub that the test plays. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/view.h"
#include "io/io.h"
#include "io/listener.h"
#include "model/message.h"
#include "stream_fixture.h"

/* `printf %s alpha | sha256sum`: the token is "alpha". */
#define ALPHA "boss:sha256:8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8\n"

enum via { VIA_TCP, VIA_TLS, VIA_UNIX, VIA_COUNT };
enum { WAIT = 30 /* s, after which a socket's silence is a failure */ };

struct fixture {
    struct config config;
    struct config changed; /* what a test reloads; the io thread goes by it to its end */
    struct config_listen listen[VIA_COUNT];
    char folder[64];
    char paths[5][96]; /* socket, certificate, key, admins, keys */
    struct host host;
    struct view *views[4]; /* the newest last; their configurations are the test's */
    size_t view_count;
    struct io *io;
    struct stream *streams[2];
    struct listen_sockets sockets;
    uint16_t ports[VIA_COUNT];
    int send_buffer;    /* of the host's sockets; 0: the system's */
    int receive_buffer; /* of the test's */
    bool running;
    bool ending;
    uv_loop_t loop; /* the hub's */
    uv_async_t end;
    struct queue to_hub;
    struct message *held;       /* taken out of the queue, not yet looked at */
    struct request *asked[128]; /* not yet answered */
};

static inline void fixture_write(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline void hub_end(uv_async_t *end) {
    uv_stop(end->loop);
}

static inline bool hub_holds(void *context) {
    const struct fixture *fixture = context;
    return fixture->held != NULL;
}

/* While the io thread ends, its members are forgotten and its requests answered. */
static inline void hub_deliver(void *context, struct message *message) {
    struct fixture *fixture = context;
    struct request *request = NULL;
    if (!fixture->ending) {
        fixture->held = message;
        return;
    }
    if (message->kind == MESSAGE_LEFT)
        queue_push(&fixture->io->queue,
                   gone_message_create(((struct left_message *)message)->member));
    if (message->kind == MESSAGE_QUERY)
        request = ((struct query_message *)message)->request;
    if (message->kind == MESSAGE_PUBLISH)
        request = ((struct publish_message *)message)->request;
    if (request)
        queue_push(&fixture->io->queue,
                   response_message_create(request, 503, sentio_text(""), sentio_text("{}")));
    message_destroy(message);
}

static inline void fixture_config(struct fixture *fixture) {
    struct config *config = &fixture->config;
    static char address[] = "127.0.0.1";
    static char text[] = "the fixture's";
    static char origin[] = "https://dash.example";
    static char *origins[] = {origin};
    for (int via = 0; via < VIA_COUNT; via++)
        fixture->listen[via] = (struct config_listen){
            .text = text, .transport = CONFIG_TCP, .address = address, .loopback = true};
    fixture->listen[1].transport = CONFIG_UNIX;
    fixture->listen[1].address = fixture->paths[0];
    fixture->listen[2].transport = CONFIG_TLS;
    config->server.listen = fixture->listen;
    config->server.listen_count = 2;
    config->server.io_threads = 1;
    config->server.origins = (struct config_strings){origins, 1};
    config->server.heartbeat = 30000;
    config->server.heartbeat_timeout = 20000;
    config->server.handshake = 60000;
    config->server.drain = 5000;
    config->publish.body_size = 4096;
    config->publish.wait = 60000;
    config->limits.connections = 100;
    config->limits.message_size = 1024;
    config->limits.message_rate = 100000;
    config->limits.outbox = 1 << 20;
    config->limits.queue = 1 << 20;
    config->limits.topics = 100;
}

static inline int fixture_setup(void **state) {
    static const char *const names[] = {"sock", "cert.pem", "key.pem", "admins", "keys"};
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    *state = fixture;
    signal(SIGPIPE, SIG_IGN);
    alarm(2 * WAIT); /* a hub that waits in vain ends the program */
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    lws_set_log_level(LLL_ERR, NULL);
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sentio-test-io-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        snprintf(fixture->paths[i], sizeof(fixture->paths[i]), "%s/%s", fixture->folder, names[i]);
    fixture_config(fixture);
    assert_int_equal(uv_loop_init(&fixture->loop), 0);
    assert_int_equal(uv_async_init(&fixture->loop, &fixture->end, hub_end), 0);
    return 0;
}

/* A certificate of that key, where the configuration has it. */
static inline void fixture_write_pair(struct fixture *fixture, EVP_PKEY *key) {
    X509 *certificate = X509_new();
    assert_non_null(key);
    assert_non_null(certificate);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    FILE *file = fopen(fixture->paths[1], "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    assert_int_equal(fclose(file), 0);
    file = fopen(fixture->paths[2], "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(file), 0);
    X509_free(certificate);
}

/* A certificate of its own, and the third listener. */
static inline void fixture_use_tls(struct fixture *fixture) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    fixture_write_pair(fixture, key);
    EVP_PKEY_free(key);
    fixture->config.tls.certificate = fixture->paths[1];
    fixture->config.tls.key = fixture->paths[2];
    fixture->config.server.listen_count = 3;
}

static inline void fixture_streams(struct fixture *fixture) {
    static char names[2][8] = {"prices", "silent"};
    for (uint32_t i = 0; i < 2; i++) {
        const struct config_channel config = {.name = names[i]};
        const struct sentio_plugin plugin = {.type = i == 0 ? "update" : NULL};
        fixture->streams[i] = stream_create(i, &config, &plugin, FIXTURE_EPOCH, 1);
        assert_non_null(fixture->streams[i]);
    }
}

/* A view of the first `channels` of them, with the routes of the first. The fixture's. */
static inline struct view *fixture_view(struct fixture *fixture, struct config *config,
                                        size_t channels) {
    static const char *const paths[] = {"/ws/prices", "/ws/silent"};
    struct view *view = view_load(config, stderr);
    assert_non_null(view);
    assert_true(fixture->view_count < sizeof(fixture->views) / sizeof(fixture->views[0]));
    fixture->views[fixture->view_count++] = view;
    for (size_t i = 0; i < channels; i++)
        assert_int_equal(view_add_channel(view, fixture->streams[i], paths[i]), 0);
    assert_int_equal(view_add_route(view, "/api/v1/price/{symbol}", 0, 0), 0);
    assert_int_equal(view_add_route(view, "/api/v1/prices", 0, 1), 0);
    return view;
}

/* Everything but the thread: for tests that call what is in it themselves. */
static inline void fixture_create(struct fixture *fixture) {
    fixture_streams(fixture);
    fixture->host.view = fixture_view(fixture, &fixture->config, 2);
    assert_int_equal(quota_init(&fixture->host.quota, &fixture->config), 0);
    assert_int_equal(
        queue_init(&fixture->to_hub, &fixture->loop, (size_t)fixture->config.limits.queue), 0);
    fixture->to_hub.deliver = hub_deliver;
    fixture->to_hub.hold = hub_holds;
    fixture->to_hub.context = fixture;
    fixture->host.to_hub = &fixture->to_hub;
    fixture->host.ios = &fixture->io;
    fixture->host.io_count = 1;
    fixture->io = io_create(&fixture->host, 0);
    assert_non_null(fixture->io);
}

/* What was created listens, and its thread runs. */
static inline void fixture_run(struct fixture *fixture) {
    assert_int_equal(listen_sockets_open(&fixture->sockets, &fixture->config, 1), 0);
    for (size_t i = 0; i < fixture->sockets.count; i++) {
        struct sockaddr_in address = {.sin_port = 0};
        socklen_t size = sizeof(address);
        int fd = fixture->sockets.sockets[i].fds[0];
        assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
        fixture->ports[fixture->listen[i].transport] = ntohs(address.sin_port);
        if (fixture->send_buffer) /* accepted sockets inherit it */
            assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &fixture->send_buffer,
                                        sizeof(fixture->send_buffer)),
                             0);
    }
    assert_int_equal(io_listen(fixture->io, &fixture->sockets), 0);
    assert_int_equal(io_start(fixture->io), 0);
    fixture->running = true;
}

static inline void fixture_start(struct fixture *fixture) {
    fixture_create(fixture);
    fixture_run(fixture);
}

static inline void *hub_run(void *context) {
    struct fixture *fixture = context;
    queue_pump(&fixture->to_hub);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    return NULL;
}

/* Ends the io thread, whose members and requests are given up by the hub. */
static inline void fixture_stop(struct fixture *fixture) {
    pthread_t hub;
    fixture->ending = true;
    if (fixture->held)
        hub_deliver(fixture, fixture->held);
    fixture->held = NULL;
    for (int i = 0; i < 128; i++) /* of a test that failed */
        if (fixture->asked[i])
            queue_push(&fixture->io->queue,
                       response_message_create(fixture->asked[i], 503, sentio_text(""),
                                               sentio_text("{}")));
    assert_int_equal(pthread_create(&hub, NULL, hub_run, fixture), 0);
    io_stop(fixture->io);
    io_join(fixture->io);
    uv_async_send(&fixture->end);
    assert_int_equal(pthread_join(hub, NULL), 0);
    fixture->running = false;
}

static inline int fixture_teardown(void **state) {
    struct fixture *fixture = *state;
    if (fixture->running)
        fixture_stop(fixture);
    message_destroy(fixture->held);
    fixture->held = NULL;
    if (fixture->io) {
        assert_int_equal(fixture->io->connection_count, 0);
        assert_int_equal(fixture->io->member_count, 0);
        assert_int_equal(tally_read(&fixture->io->websockets), 0);
        assert_int_equal(tally_read(&fixture->io->streams), 0);
        io_destroy(fixture->io);
        queue_finish(&fixture->to_hub, message_destroy);
        assert_int_equal(atomic_load(&fixture->host.quota.connections), 0);
        quota_finish(&fixture->host.quota);
    }
    uv_close((uv_handle_t *)&fixture->end, NULL);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    listen_sockets_close(&fixture->sockets);
    for (size_t i = 0; i < fixture->view_count; i++) {
        assert_int_equal(atomic_load(&fixture->views[i]->refs), 1);
        fixture->views[i]->config = NULL;
        view_unref(fixture->views[i]);
    }
    for (int i = 0; i < 2; i++)
        stream_unref(fixture->streams[i]);
    for (size_t i = 0; i < sizeof(fixture->paths) / sizeof(fixture->paths[0]); i++)
        unlink(fixture->paths[i]);
    assert_int_equal(rmdir(fixture->folder), 0);
    free(fixture);
    return 0;
}

static inline void replace_asked(struct fixture *fixture, struct request *from,
                                 struct request *to) {
    for (int i = 0; i < 128; i++) {
        if (fixture->asked[i] != from)
            continue;
        fixture->asked[i] = to;
        return;
    }
}

/* The next thing that the io thread says to the hub; NULL when there is none yet. */
static inline struct message *hub_poll(struct fixture *fixture) {
    if (fixture->held == NULL)
        queue_pump(&fixture->to_hub);
    if (fixture->held == NULL)
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    struct message *message = fixture->held;
    fixture->held = NULL;
    if (message && message->kind == MESSAGE_QUERY)
        replace_asked(fixture, NULL, ((struct query_message *)message)->request);
    if (message && message->kind == MESSAGE_PUBLISH)
        replace_asked(fixture, NULL, ((struct publish_message *)message)->request);
    return message;
}

/* Waits for it; the caller's. */
static inline void *hub_take(struct fixture *fixture, enum message_kind kind) {
    struct message *message = hub_poll(fixture);
    while (message == NULL) {
        uv_run(&fixture->loop, UV_RUN_ONCE);
        message = hub_poll(fixture);
    }
    assert_int_equal(message->kind, kind);
    return message;
}

static inline void hub_say(struct fixture *fixture, struct message *message) {
    assert_non_null(message);
    queue_push(&fixture->io->queue, message);
}

static inline void hub_answer(struct fixture *fixture, struct request *request, uint32_t status,
                              const char *body) {
    replace_asked(fixture, request, NULL);
    hub_say(fixture, response_message_create(request, status, sentio_text(""), sentio_text(body)));
}

/* The io thread goes by that configuration from now on, and has said so. */
static inline void hub_show(struct fixture *fixture, struct config *config) {
    struct view *view = fixture_view(fixture, config, 2);
    hub_say(fixture, view_message_create(view_ref(view)));
    message_destroy(hub_take(fixture, MESSAGE_VIEW));
}

/* What began before it is over, as soon as the io thread has looked. */
static inline void hub_shorten_handshake(struct fixture *fixture) {
    fixture->changed = fixture->config;
    fixture->changed.server.handshake = 1;
    hub_show(fixture, &fixture->changed);
}

/* A subscription has left: the hub forgets it. */
static inline void hub_forget(struct fixture *fixture) {
    struct left_message *left = hub_take(fixture, MESSAGE_LEFT);
    hub_say(fixture, gone_message_create(left->member));
    message_destroy(&left->head);
}

#endif
