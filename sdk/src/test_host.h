/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TEST_HOST_H
#define SENTIO_TEST_HOST_H

#include <stdio.h>

#include <sentio/test.h>

/* The parts of the fake host. Memory that runs out aborts the test. */

#define FAKE_EMITS_MAX 10000
#define FAKE_CALL_BYTES ((size_t)16 * 1024 * 1024)
#define FAKE_STATE_MAX ((size_t)64 * 1024 * 1024)
#define FAKE_WATCHES_MAX 16
#define FAKE_ATTRIBUTES_MAX 8
#define FAKE_PARAMETERS_MAX 4
#define FAKE_EPOCH "test-epoch"

/* The callback that runs; bits, so that a service can name those that it is allowed in. */
enum fake_callback {
    FAKE_IDLE = 0,
    FAKE_OPEN = 1u << 0,
    FAKE_CLOSE = 1u << 1,
    FAKE_PUBLISH = 1u << 2,
    FAKE_SUBSCRIBE = 1u << 3,
    FAKE_UNSUBSCRIBE = 1u << 4,
    FAKE_MESSAGE = 1u << 5,
    FAKE_LEFT = 1u << 6,
    FAKE_RENDER = 1u << 7,
    FAKE_OBSERVE = 1u << 8,
    FAKE_WOKEN = 1u << 9,
    FAKE_READY = 1u << 10,
    FAKE_SAVE = 1u << 11,
    FAKE_RESTORE = 1u << 12
};

/* An emitted item with everything that it points to. */
struct fake_item {
    struct sentio_item item;
    struct sentio_value values[FAKE_ATTRIBUTES_MAX];
    bool superseded; /* a newer item has the same key */
    char bytes[];
};

/* The items emitted so far, oldest first. */
struct fake_items {
    struct fake_item **list;
    size_t count;
    size_t capacity;
};

struct fake_record {
    struct sentio_effect effect;
    void *memory; /* what the effect's spans point to; NULL for items that the store has */
};

struct fake_records {
    struct fake_record *list;
    size_t count;
    size_t capacity;
};

struct fake_topics {
    struct sentio_bytes *list;
    size_t count;
    size_t capacity;
};

struct fake_change {
    bool join;
    struct sentio_bytes topic;
};

struct fake_subscriber {
    uint64_t conn;
    char *user;
    uint32_t roles;
    bool all;
    bool subscribed;
    bool closing;
    enum fake_callback pending; /* what it waits for an answer to, FAKE_IDLE: nothing */
    struct fake_topics topics;
    struct fake_change *changes; /* what accept() will carry out */
    size_t change_count;
    size_t change_capacity;
};

struct fake_watches {
    int32_t list[FAKE_WATCHES_MAX];
    size_t count;
};

struct sentio_test {
    struct sentio_plugin plugin;
    struct sentio_host host;
    struct sentio_call call;
    enum fake_callback callback;
    uint64_t asking; /* the subscriber that this call is about */
    size_t call_start;
    size_t call_bytes;
    size_t call_emits;
    bool rejected;
    bool accepted; /* the one that asks */
    bool kept;
    const char *fault; /* see sentio_test_fault() */
    struct sentio_test_options options;
    struct fake_records records;
    struct fake_items items;
    struct fake_subscriber **subscribers;
    size_t subscriber_count;
    size_t subscriber_capacity;
    uint64_t last_conn;
    uint64_t last_request;
    uint64_t *requests; /* not yet answered */
    size_t request_count;
    size_t request_capacity;
    struct fake_watches watches;
    int64_t wake_at; /* 0: never */
    struct sentio_bytes state;
};

void *fake_allocate(size_t size);
/* Makes room for one more element of `size` bytes behind `count`. */
void *fake_grow(void *list, size_t count, size_t *capacity, size_t size);
/* A copy of exactly that size, so that reading past its end is seen by the sanitizers. */
struct sentio_bytes fake_copy(struct sentio_bytes bytes);
void fake_release(struct sentio_bytes bytes);
/* Copies the bytes to *at, moves on behind them and returns where they are now. */
struct sentio_bytes fake_place(char **at, struct sentio_bytes bytes);

/* NULL, or what the host would not load the plugin for. */
const char *fake_check_plugin(const struct sentio_plugin *plugin);

extern const struct sentio_host fake_services;
int fake_emit(struct sentio_call *call, const struct sentio_item *item);
/* The test of a call in which the service is allowed, else NULL. */
struct sentio_test *fake_of(struct sentio_call *call, uint32_t allowed);
/* Keeps `why`, static text, as the call's fault unless it has one. Returns SENTIO_INVALID. */
int fake_refuse(struct sentio_call *call, const char *why);
/* The channel's offset before this call. */
uint64_t fake_offset(const struct sentio_test *test);
/* SENTIO_AGAIN when the call has asked for too much. */
int fake_charge(struct sentio_test *test, size_t bytes);

/* Begins or ends a watch; false when there are too many. */
bool fake_watch(struct fake_watches *watches, int32_t fd, bool on);

/* Each entry of the public interface forgets the earlier effects; a call then runs between begin
 * and finish, which carries its effects out or discards them and returns what the caller gets. */
void fake_forget(struct sentio_test *test);
void fake_begin(struct sentio_test *test, enum fake_callback callback, uint64_t asking);
int fake_finish(struct sentio_test *test, int result);

/* Copies the effect's name and text. */
void fake_record(struct sentio_test *test, struct sentio_effect effect);
void fake_record_item(struct sentio_test *test, struct fake_item *item);
/* Drops the current call's effects whose kind is among `kinds`, bits by kind. */
void fake_drop_records(struct sentio_test *test, uint32_t kinds);

struct fake_item *fake_item_copy(const struct sentio_item *item);
void fake_items_add(struct fake_items *items, struct fake_item *item);
void fake_items_copy(struct fake_items *to, const struct fake_items *from);
void fake_items_finish(struct fake_items *items);
/* Those of the topics (NULL: all), for sentio_test_get; the caller frees *selected. */
size_t fake_items_select(const struct fake_items *items, const struct fake_topics *topics,
                         uint32_t source, size_t limit, struct sentio_item **selected);

void fake_topics_add(struct fake_topics *topics, struct sentio_bytes topic);
void fake_topics_remove(struct fake_topics *topics, struct sentio_bytes topic);
bool fake_topics_have(const struct fake_topics *topics, struct sentio_bytes topic);
void fake_topics_finish(struct fake_topics *topics);

struct fake_subscriber *fake_subscriber_find(const struct sentio_test *test, uint64_t conn);
struct fake_subscriber *fake_subscriber_add(struct sentio_test *test, uint64_t conn);
void fake_subscriber_copy(struct fake_subscriber *to, const struct fake_subscriber *from);
void fake_subscriber_set_user(struct fake_subscriber *subscriber, const char *user);
/* Takes it off the test's list; the caller destroys it. */
void fake_subscriber_take(struct sentio_test *test, struct fake_subscriber *subscriber);
void fake_subscriber_destroy(struct fake_subscriber *subscriber);
/* Joins or leaves now, or later with accept(). */
void fake_subscriber_change(struct fake_subscriber *subscriber, bool join,
                            struct sentio_bytes topic);
void fake_subscriber_stage(struct fake_subscriber *subscriber, bool join,
                           struct sentio_bytes topic);
void fake_subscriber_commit(struct fake_subscriber *subscriber);
void fake_subscriber_discard(struct fake_subscriber *subscriber);
struct sentio_subscriber fake_subscriber_view(const struct fake_subscriber *subscriber);
/* The subscriber is gone: left() when it was accepted. */
int fake_disconnect(struct sentio_test *test, struct fake_subscriber *subscriber);

bool fake_request_waits(const struct sentio_test *test, uint64_t id);
void fake_request_done(struct sentio_test *test, uint64_t id);

/* A target's query and the parameters of its path, decoded. */
struct fake_parameter {
    struct sentio_bytes name;
    struct sentio_bytes value;
};

struct fake_parameters {
    struct fake_parameter *list;
    size_t count;
    size_t capacity;
};

/* Percent-decodes into fresh memory; false when it is malformed. */
bool fake_decode(struct sentio_bytes text, bool plus_is_space, struct sentio_bytes *decoded);
/* False when malformed or given twice; a name that is there already from the path is passed over.
 */
bool fake_parameters_read(struct fake_parameters *parameters, struct sentio_bytes query);
void fake_parameters_add(struct fake_parameters *parameters, struct sentio_bytes name,
                         struct sentio_bytes value);
const struct fake_parameter *fake_parameters_find(const struct fake_parameters *parameters,
                                                  const char *name);
void fake_parameters_finish(struct fake_parameters *parameters);
/* The plugin's route for the path, with the parameters in it; NULL: none. */
const struct sentio_route *fake_route_find(const struct sentio_plugin *plugin,
                                           struct sentio_bytes path,
                                           struct fake_parameters *parameters);

/* Whether `text` is made of `allowed` characters only, 1 to `size` of them. */
bool fake_spelled(struct sentio_bytes text, const char *allowed, size_t size);
/* Whether it is one valid JSON text of one of these types. */
bool fake_is_json(struct sentio_bytes text, uint32_t types);

#endif
