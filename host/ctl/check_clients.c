/* SPDX-License-Identifier: MIT */
#include "checks.h"

/* What a client of some channel or other would send. */
static const char *const requests[] = {
    "{\"action\":\"subscribe\"}",
    "{\"action\":\"subscribe\",\"symbols\":[\"AAPL\",\"msft\"]}",
    "{\"action\":\"subscribe\",\"symbols\":[\"*\"],\"id\":1}",
    "{\"action\":\"subscribe\",\"user_id\":\"user_001\",\"topics\":[\"a\"],\"kinds\":[\"users\"]}",
};

enum { REQUESTS = sizeof(requests) / sizeof(requests[0]) };

struct asker {
    const char *user;
    uint32_t roles;
};

static const struct asker askers[] = {{NULL, 0}, {"user_001", 0}, {"root", SENTIO_ROLE_ADMIN}};

enum { ASKERS = sizeof(askers) / sizeof(askers[0]) };

typedef void asking(struct drive *drive, uint64_t conn, const char *request);

/* One kind of request, from one asker. */
struct inquiry {
    struct drive *drive;
    const struct asker *asker;
    asking *ask; /* NULL: the subscribe itself is tried */
};

static uint64_t subscribed(const struct inquiry *inquiry, const char *request) {
    return drive_subscribe(inquiry->drive, 0, inquiry->asker->user, inquiry->asker->roles, request);
}

/* On a connection of its own, so that one that was closed is not missed. */
static void inquire(void *context, const char *request) {
    const struct inquiry *inquiry = context;
    uint64_t conn = subscribed(inquiry, inquiry->ask ? requests[0] : request);
    if (inquiry->ask)
        inquiry->ask(inquiry->drive, conn, request);
    else
        drive_subscribe(inquiry->drive, conn, inquiry->asker->user, inquiry->asker->roles, request);
    drive_leave(inquiry->drive, conn);
}

static void inquire_all(struct drive *drive, asking *ask) {
    if (!drive_start(drive))
        return;
    check_publish_samples(drive);
    for (size_t i = 0; i < ASKERS; i++) {
        struct inquiry inquiry = {.drive = drive, .asker = &askers[i], .ask = ask};
        samples_odd(inquire, &inquiry);
        for (size_t j = 0; j < REQUESTS; j++)
            samples_mutate(requests[j], inquire, &inquiry);
    }
    drive_close(drive);
}

void check_subscribe(struct drive *drive) {
    inquire_all(drive, NULL);
}

static void ask_unsubscribe(struct drive *drive, uint64_t conn, const char *request) {
    drive_unsubscribe(drive, conn, request);
    drive_unsubscribe(drive, conn, requests[0]);
}

void check_unsubscribe(struct drive *drive) {
    inquire_all(drive, ask_unsubscribe);
}

static void ask_message(struct drive *drive, uint64_t conn, const char *request) {
    static const char *const actions[] = {"ack", "presence", "jump", "", "a b\"\\\xc3\xa9"};
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        drive_message(drive, conn, actions[i], request);
}

void check_message(struct drive *drive) {
    inquire_all(drive, ask_message);
}

void check_left(struct drive *drive) {
    uint64_t conns[ASKERS];
    if (!drive_start(drive))
        return;
    drive_left(drive, 4711);
    for (size_t i = 0; i < ASKERS; i++)
        conns[i] = drive_subscribe(drive, 0, askers[i].user, askers[i].roles, requests[i]);
    check_publish_samples(drive);
    for (size_t i = 0; i < ASKERS; i++)
        drive_leave(drive, conns[i]);
    for (size_t i = 0; i < ASKERS; i++)
        drive_left(drive, conns[i]);
    check_publish_samples(drive);
    drive_close(drive);
}
