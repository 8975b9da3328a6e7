/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TEST_H
#define SENTIO_TEST_H

#include <sentio/plugin.h>
#include <sentio/sdk.h>

/*
 * A fake host, for authors' own unit tests: it checks the same rules as the real one, carries out a
 * call's effects when it returns, and records them. Single-threaded; linked from
 * libsentio-test.a. Failures of the plugin come back as return values; misuse of this interface
 * aborts.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct sentio_test;

enum sentio_effect_kind {
    SENTIO_DID_EMIT,
    SENTIO_DID_REJECT,
    SENTIO_DID_JOIN,
    SENTIO_DID_LEAVE,
    SENTIO_DID_ACCEPT,
    SENTIO_DID_REFUSE,
    SENTIO_DID_SEND,
    SENTIO_DID_CLOSE,
    SENTIO_DID_RESPOND,
    SENTIO_DID_FORWARD,
    SENTIO_DID_LOG,
    SENTIO_DID_COUNT,
    SENTIO_DID_WAKE,
    SENTIO_DID_WATCH,
    SENTIO_DID_KEEP
};

/* One recorded effect. Which members are set follows the service's arguments. */
struct sentio_effect {
    enum sentio_effect_kind kind;
    uint64_t conn;  /* join leave accept refuse send close; the request of respond */
    int64_t number; /* reject: index; refuse, close: code; respond: status; count, wake: n;
                       watch: fd; log: level */
    struct sentio_bytes name; /* join, leave: topic; reject: field; refuse: error; send, respond:
                                 type; forward: channel; count: metric */
    struct sentio_bytes text; /* json, message, reason, body, payload, log text, state */
    struct sentio_item item;  /* emit */
};

/* Opens `plugin` with `config` (JSON text; NULL: "{}"), after the checks that the host makes on
 * loading. NULL when one fails or open() does: sentio_test_why() says why. */
struct sentio_test *sentio_test_open(const struct sentio_plugin *plugin, const char *config);

/* What sentio_test_open_with goes by. A member that is 0 or NULL means the default. */
struct sentio_test_options {
    const char *config; /* JSON text; "{}" */
    int64_t now;        /* Unix milliseconds; 2024-10-05T10:30:00Z */
    uint64_t seed;      /* what open() gets; always the same one */
    /* Around each callback, which is named as in struct sentio_plugin; `result` is what it
     * returned. */
    void (*before)(void *context, const char *callback);
    void (*after)(void *context, const char *callback, int result);
    void *context;
};

struct sentio_test *sentio_test_open_with(const struct sentio_plugin *plugin,
                                          const struct sentio_test_options *options);

/* Why the last sentio_test_open on this thread failed. */
const char *sentio_test_why(void);
/* close() and the end; NULL is allowed. */
void sentio_test_close(struct sentio_test *test);

/* The host's clock, in Unix milliseconds. It starts at 2024-10-05T10:30:00Z and stands still. Going
 * forward calls woken() as often as it is due. */
void sentio_test_advance(struct sentio_test *test, int64_t milliseconds);

/* The callbacks, with JSON text. Each forgets the effects recorded before it, and returns what the
 * plugin returned; SENTIO_NOT_FOUND when the callback is NULL. publish returns SENTIO_INVALID when
 * anything was rejected: nothing is emitted then. */
int sentio_test_publish(struct sentio_test *test, const char *payload);
/* A new connection's first subscribe returns its conn in *conn (set it to 0 before); the host keeps
 * track of topics and of what was accepted. `user` NULL: nobody. */
int sentio_test_subscribe(struct sentio_test *test, uint64_t *conn, const char *user,
                          uint32_t roles, const char *request);
int sentio_test_unsubscribe(struct sentio_test *test, uint64_t conn, const char *request);
int sentio_test_message(struct sentio_test *test, uint64_t conn, const char *action,
                        const char *request);
int sentio_test_leave(struct sentio_test *test, uint64_t conn);
/* GET `target` ("/api/v1/market/quotes?symbols=AAPL") on the plugin's routes, over the items that
 * it emitted so far; SENTIO_NOT_FOUND when no route matches. */
int sentio_test_get(struct sentio_test *test, const char *target, const char *user, uint32_t roles);
int sentio_test_observe(struct sentio_test *test, const char *channel,
                        const struct sentio_item *items, size_t count);
/* Waits until one of the descriptors that the plugin watches is readable, at most so long, and
 * calls ready() for each that is; the first error that this returns. SENTIO_NOT_FOUND when none
 * was. */
int sentio_test_ready(struct sentio_test *test, int milliseconds);
/* left() as it is, of a connection that need not be there. */
int sentio_test_left(struct sentio_test *test, uint64_t conn);
/* What save() kept is the effect SENTIO_DID_KEEP. */
int sentio_test_save(struct sentio_test *test);
int sentio_test_restore(struct sentio_test *test, uint32_t state_format, struct sentio_bytes state);
/* save() on this one, restore() on a newly opened one of `plugin`. */
struct sentio_test *sentio_test_swap(struct sentio_test *test, const struct sentio_plugin *plugin,
                                     const char *config);

/* What the last call did. An effect lives until the next call. */
size_t sentio_test_count(const struct sentio_test *test);
const struct sentio_effect *sentio_test_effect(const struct sentio_test *test, size_t index);
/* The n-th (from 0) effect of a kind, or NULL. */
const struct sentio_effect *sentio_test_find(const struct sentio_test *test,
                                             enum sentio_effect_kind kind, size_t n);
/* What the host would have refused of the last call with SENTIO_INVALID: "emit: its JSON is not
 * valid", the first one; NULL: nothing. A plugin never asks for such a thing. */
const char *sentio_test_fault(const struct sentio_test *test);
/* How many subscribes, unsubscribes, messages and requests have no answer yet. */
size_t sentio_test_waiting(const struct sentio_test *test);
/* Milliseconds on the host's clock until woken() is due; -1: the plugin has not asked for it. */
int64_t sentio_test_due(const struct sentio_test *test);
/* Whether `conn` has joined `topic`. */
bool sentio_test_joined(const struct sentio_test *test, uint64_t conn, const char *topic);

#ifdef __cplusplus
}
#endif

#endif
