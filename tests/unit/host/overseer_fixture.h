/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_OVERSEER_FIXTURE_H
#define SENTIO_TESTS_OVERSEER_FIXTURE_H

/* The hub of the fixture, of whose messages to its io thread those are kept that are about clients
 * and traces. */

#include "admin/census.h"
#include "admin/kick.h"
#include "admin_fixture.h"
#include "trace/tap.h"
#include "trace/tracer.h"
#include "trace/viewer.h"

enum { KEPT_MAX = 16 };

struct overseer {
    struct hub_fixture *fixture;
    struct message *kept[KEPT_MAX];
    size_t count;
};

static inline void overseer_deliver(void *context, struct message *message) {
    struct overseer *overseer = context;
    switch ((enum message_kind)message->kind) {
    case MESSAGE_CENSUS:
    case MESSAGE_KICK:
    case MESSAGE_TAP:
    case MESSAGE_VIEWER:
    case MESSAGE_TRACE:
        assert_true(overseer->count < KEPT_MAX);
        overseer->kept[overseer->count++] = message;
        break;
    default:
        fixture_deliver(overseer->fixture, message);
        break;
    }
}

static inline int overseer_setup(void **state) {
    struct overseer *overseer = calloc(1, sizeof(*overseer));
    void *fixture;
    if (overseer == NULL || fixture_setup(&fixture) != 0)
        return -1;
    overseer->fixture = fixture;
    overseer->fixture->io.queue.deliver = overseer_deliver;
    overseer->fixture->io.queue.context = overseer;
    *state = overseer;
    return 0;
}

static inline int overseer_teardown(void **state) {
    struct overseer *overseer = *state;
    void *fixture = overseer->fixture;
    for (size_t i = 0; i < overseer->count; i++)
        message_destroy(overseer->kept[i]);
    free(overseer);
    return fixture_teardown(&fixture);
}

/* The oldest of those that are kept, which is the caller's. */
static inline void *overseer_take(struct overseer *overseer, enum message_kind kind) {
    queue_pump(&overseer->fixture->io.queue);
    assert_true(overseer->count > 0);
    struct message *message = overseer->kept[0];
    overseer->count--;
    memmove(overseer->kept, overseer->kept + 1, overseer->count * sizeof(overseer->kept[0]));
    assert_int_equal(message->kind, kind);
    return message;
}

static inline void assert_nothing_kept(struct overseer *overseer) {
    queue_pump(&overseer->fixture->io.queue);
    assert_int_equal(overseer->count, 0);
}

/* Puts the question; what is answered at once is `expected`. */
static inline void assert_asked(struct overseer *overseer,
                                void (*ask)(struct hub *hub, const struct admin_question *question),
                                const char *parameters, const char *expected) {
    char *text = admin_ask(overseer->fixture, ask, parameters);
    if (strcmp(text, expected) != 0)
        print_error("answered:\n%sinstead of:\n%s", text, expected);
    assert_string_equal(text, expected);
    free(text);
}

#define OVERSEER_TEST(name) cmocka_unit_test_setup_teardown(name, overseer_setup, overseer_teardown)

#endif
