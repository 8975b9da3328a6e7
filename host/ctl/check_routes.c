/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include <stdio.h>
#include <string.h>

enum { QUERY_SIZE = 8192 };

/* The route's path with `value` in place of each of its parameters. */
static void write_path(struct sentio_writer *out, const char *path, const char *value) {
    while (*path) {
        size_t size = strcspn(path, "{");
        sentio_write(out, sentio_bytes(path, size));
        path += size;
        if (*path == '\0')
            return;
        sentio_write_text(out, value);
        path += strcspn(path, "}");
        path += *path ? 1 : 0;
    }
}

static void ask(struct drive *drive, const struct sentio_route *route, const char *value,
                const char *query) {
    static const struct {
        const char *user;
        uint32_t roles;
    } askers[] = {{NULL, 0}, {"user_001", 0}, {"root", SENTIO_ROLE_ADMIN}};
    struct sentio_writer target;
    sentio_writer_init(&target, NULL, 0);
    write_path(&target, route->path, value);
    sentio_write_text(&target, *query ? "?" : "");
    sentio_write_text(&target, query);
    sentio_write(&target, sentio_bytes("", 1));
    for (size_t i = 0; i < sizeof(askers) / sizeof(askers[0]) && !target.failed; i++)
        drive_get(drive, target.data, askers[i].user, askers[i].roles);
    sentio_writer_finish(&target);
}

/* Two thousand topics in one parameter. */
static void ask_for_many(struct drive *drive, const struct sentio_route *route) {
    char query[QUERY_SIZE];
    size_t size = (size_t)snprintf(query, sizeof(query), "%.64s=A",
                                   route->parameter ? route->parameter : "symbols");
    while (size + 4 < sizeof(query))
        size += (size_t)snprintf(query + size, sizeof(query) - size, ",A%zu", size % 10);
    ask(drive, route, "AAPL", query);
}

static void ask_route(struct drive *drive, const struct sentio_route *route) {
    static const char *const values[] = {"AAPL", "user_001",     "users",
                                         "aapl", "%C3%A9%20%22", "nobody-has-ever-heard-of-this"};
    static const char *const queries[] = {
        "", "limit=1", "limit=0", "user_id=user_001", "a=b&c=d", "x=%22%5C%F0%9F%98%80"};
    static const char *const topics[] = {"", "AAPL", "aapl,MSFT", ",,", "%20"};
    char query[256];
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        for (size_t j = 0; j < sizeof(queries) / sizeof(queries[0]); j++)
            ask(drive, route, values[i], queries[j]);
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]) && route->parameter; i++) {
        snprintf(query, sizeof(query), "%s=%s", route->parameter, topics[i]);
        ask(drive, route, "AAPL", query);
    }
    snprintf(query, sizeof(query), "limit=%u", (unsigned)route->limit_max);
    ask(drive, route, "AAPL", query);
    ask_for_many(drive, route);
}

static void ask_all(struct drive *drive) {
    for (uint32_t i = 0; i < drive->plugin->route_count; i++)
        ask_route(drive, &drive->plugin->routes[i]);
}

static void publish_one(void *context, const char *body) {
    drive_publish(context, body);
}

void check_routes(struct drive *drive) {
    if (!drive_start(drive))
        return;
    ask_all(drive);
    check_publish_samples(drive);
    ask_all(drive);
    for (size_t i = 0; i < drive->samples->count; i++)
        samples_mutate(drive->samples->texts[i], publish_one, drive);
    ask_all(drive);
    drive_close(drive);
}
