/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_VIEWER_FIXTURE_H
#define SENTIO_TESTS_VIEWER_FIXTURE_H

/* Somebody who watches a trace, at an io thread that runs. */

#include "io_client.h"
#include "trace/tap.h"
#include "trace/tracer.h"
#include "trace/viewer.h"

struct watcher {
    struct client client;
    struct tracer *tracer;
};

/* A request that the hub has; the caller's. */
static inline struct request *watcher_ask(struct watcher *watcher, struct fixture *fixture,
                                          enum via via, uint64_t client, const char *text) {
    watcher->tracer = tracer_create(0, client);
    assert_non_null(watcher->tracer);
    client_connect(&watcher->client, fixture, via);
    client_say(&watcher->client, text);
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    struct request *request = query->request;
    replace_asked(fixture, request, NULL);
    message_destroy(&query->head);
    return request;
}

/* A GET that the hub answers with a trace, of a client unless `client` is 0. */
static inline void watcher_begin(struct watcher *watcher, struct fixture *fixture, uint64_t client,
                                 struct answer *answer) {
    struct request *request = watcher_ask(watcher, fixture, VIA_TCP, client,
                                          "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    hub_say(fixture, viewer_message_create(watcher->tracer, request));
    client_read_head(&watcher->client, answer);
}

/* The next block of the stream, up to its blank line. */
static inline void watcher_read(struct watcher *watcher, char *text, size_t size) {
    size_t at = 0;
    while (at < 2 || memcmp(text + at - 2, "\n\n", 2) != 0) {
        assert_true(at < size - 1);
        client_read(&watcher->client, text + at++, 1);
    }
    text[at] = '\0';
}

/* The next event has that part. */
static inline void assert_watched(struct watcher *watcher, const char *part) {
    char text[8192];
    watcher_read(watcher, text, sizeof(text));
    if (strstr(text, part) == NULL) {
        print_error("\"%s\" is not in \"%s\"\n", part, text);
        fail();
    }
}

/* It goes, and the hub is told. */
static inline void watcher_end(struct watcher *watcher, struct fixture *fixture) {
    client_disconnect(&watcher->client);
    struct viewer_message *message = hub_take(fixture, MESSAGE_VIEWER);
    assert_ptr_equal(message->tracer, watcher->tracer);
    message_destroy(&message->head);
    tracer_unref(watcher->tracer);
}

#endif
