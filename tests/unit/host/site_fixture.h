/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_SITE_FIXTURE_H
#define SENTIO_TESTS_SITE_FIXTURE_H

/* The io fixture, which serves a small site: its folder is gone once it is started. */

#include "io_client.h"
#include "static_fixture.h"

enum { BIG = 512 * 1024 };

/* Bytes that compress, and of which none stands where another could. */
static inline char *site_big(void) {
    uint32_t random = 1;
    char *data = malloc(BIG);
    assert_non_null(data);
    for (size_t i = 0; i < BIG; i++) {
        random = random * 1664525 + 1013904223;
        data[i] = (char)('a' + (random >> 24) % 16);
    }
    return data;
}

static inline void site_write(const struct pages *pages) {
    size_t size;
    char *big = site_big();
    char *packed = pages_pack(big, BIG, &size);
    pages_folder(pages, "assets");
    pages_say(pages, "index.html", "<!doctype html><p>home</p>");
    pages_say(pages, "assets/small.js", "let a = 1;");
    pages_write(pages, "assets/big.js", big, BIG);
    pages_write(pages, "assets/big.js.gz", packed, size);
    free(packed);
    free(big);
}

static inline void site_create(struct fixture *fixture) {
    struct pages pages;
    pages_create(&pages);
    site_write(&pages);
    fixture->config.server.dashboard = pages.folder;
    fixture_create(fixture);
    fixture->config.server.dashboard = NULL;
    pages_remove(&pages);
}

static inline void site_start(struct fixture *fixture) {
    site_create(fixture);
    fixture_run(fixture);
}

/* The body of a big answer whose head was read; to be freed. */
static inline char *site_read(struct client *client, const struct answer *answer, size_t *size) {
    const char *length = strstr(answer->head, "Content-Length: ");
    assert_non_null(length);
    *size = strtoul(length + 16, NULL, 10);
    char *body = malloc(*size + 1);
    assert_non_null(body);
    client_read(client, body, *size);
    return body;
}

#endif
