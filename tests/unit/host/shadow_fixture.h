/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_SHADOW_FIXTURE_H
#define SENTIO_TESTS_SHADOW_FIXTURE_H

/*
 * A hub whose channel "a" has a scripted plugin, here or in a worker, and beside it a second
 * version with a script of its own. Workers are fakes that run in the hub's loop.
 */

#include "fake_process.h"
#include "hub_fixture.h"
#include "shadow/shadow_internal.h"
#include "worker/worker.h"

enum { HOUR = 3600 * 1000 };

/* What the version in a worker does and was called with. */
struct part {
    struct script scripts[CALL_KINDS];
    struct record record;
    char state[64]; /* that it was restored with */
    uint32_t format;
    int64_t now; /* of its last call */
};

struct cast {
    struct part old;
    struct part new;
    struct sentio_plugin plugin; /* the new one's table */
};

static inline struct cast *cast(void) {
    static struct cast all;
    return &all;
}

static inline bool is_new(const struct fake_process *fake) {
    return strstr(fake->start->label, " shadow") != NULL;
}

static inline void cast_prepare(struct fake_process *fake) {
    struct sentio_channel *state = fake->instance->state;
    struct part *part = is_new(fake) ? &cast()->new : &cast()->old;
    if (fake->instance->plugin->table.channel_size == 0)
        return;
    state->name = is_new(fake) ? "new" : "old";
    state->record = &part->record;
    memcpy(state->scripts, part->scripts, sizeof(part->scripts));
    snprintf(part->state, sizeof(part->state), "%s", state->restored);
    part->format = state->restored_format;
    part->now = fake->call.call.abi.now;
}

/* The script of the new version. */
#define SCRIPT_NEW(kind, result, ...)                                                              \
    part_script(&cast()->new, kind, result, (const struct step[]){__VA_ARGS__},                    \
                sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))
/* The script of the old one, where it is in a worker. */
#define SCRIPT_OLD(kind, result, ...)                                                              \
    part_script(&cast()->old, kind, result, (const struct step[]){__VA_ARGS__},                    \
                sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static inline void part_script(struct part *part, enum call_kind kind, int result,
                               const struct step *steps, size_t count) {
    struct script *script = &part->scripts[kind];
    *script = (struct script){.result = result, .count = count};
    memcpy(script->steps, steps, count * sizeof(*steps));
}

/* The same for both, the old one being here. */
#define SCRIPT_BOTH(fixture, kind, result, ...)                                                    \
    do {                                                                                           \
        SCRIPT(fixture_state(fixture, 0), kind, result, __VA_ARGS__);                              \
        SCRIPT_NEW(kind, result, __VA_ARGS__);                                                     \
    } while (0)

static inline int shadow_prepare(void **state) {
    int result = fixture_prepare(state);
    struct hub_fixture *fixture = *state;
    *cast() = (struct cast){.plugin = scripted_plugin};
    *fakes() =
        (struct fakes){.plugin = &scripted_plugin, .by_itself = true, .prepare = cast_prepare};
    fixture_channel(fixture, "a", "scripted");
    fixture_channel(fixture, "b", "scripted");
    fixture_forwards(fixture, 0, "b");
    fixture_observes(fixture, 0, "b");
    return result;
}

/* The channel's plugin is here. */
static inline int shadow_setup(void **state) {
    return shadow_prepare(state) == 0 && fixture_open(*state) ? 0 : -1;
}

/* It is in a worker. */
static inline int shadow_setup_remote(void **state) {
    if (shadow_prepare(state) != 0)
        return -1;
    ((struct hub_fixture *)*state)->channels[0].isolation = CONFIG_ISOLATION_PROCESS;
    return fixture_open(*state) ? 0 : -1;
}

static inline struct channel *shadow_channel(struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

static inline struct shadow *shadow_of(struct hub_fixture *fixture) {
    return shadow_channel(fixture)->shadow;
}

static inline bool fakes_are_busy(void) {
    for (const struct fake_process *fake = fakes()->first; fake; fake = fake->next)
        if (uv_is_active((const uv_handle_t *)&fake->idle))
            return true;
    return false;
}

/* It is dead, and will be started again. */
static inline bool is_dead(const struct worker *worker) {
    return worker && worker->state == WORKER_DEAD;
}

static inline struct worker *new_worker(struct hub_fixture *fixture) {
    const struct shadow *shadow = shadow_of(fixture);
    return shadow && shadow->candidate ? shadow->candidate->worker : NULL;
}

/* Until nobody has anything more to do. */
static inline void settle(struct hub_fixture *fixture) {
    struct channel *channel = shadow_channel(fixture);
    bool dead = false;
    do {
        if (channel->instance->worker)
            worker_flush(channel->instance->worker);
        if (channel->shadow)
            shadow_flush(channel->shadow);
        uv_run(&fixture->hub->loop, dead ? UV_RUN_ONCE : UV_RUN_NOWAIT);
        dead = is_dead(channel->instance->worker) || is_dead(new_worker(fixture));
    } while (dead || fakes_are_busy());
}

/* Asks for a shadow run with the new version's table as it is in the cast. */
static inline void shadow_ask(struct hub_fixture *fixture, const char *plugin, int64_t duration) {
    struct request *request = (struct request *)&fixture->requests[2];
    fakes()->plugin = &cast()->plugin;
    shadow_begin(fixture->hub, 0, request, sentio_text("a"), sentio_text(plugin), duration);
    settle(fixture);
    fakes()->plugin = &scripted_plugin;
}

static inline void assert_says(struct hub_fixture *fixture, const char *part) {
    char *text = fixture_sent(fixture);
    bool says = strstr(text, part) != NULL;
    if (!says)
        print_error("sent:\n%swithout:\n%s\n", text, part);
    free(text);
    assert_true(says);
}

static inline void shadow_started(struct hub_fixture *fixture) {
    shadow_ask(fixture, "/plugins/scripted.so", HOUR);
    assert_says(fixture, "response 2 202 ");
    assert_int_equal(shadow_of(fixture)->state, SHADOW_RUNNING);
}

/* The process of the new version, and of the old one. */
static inline struct fake_process *fake_new(void) {
    struct fake_process *fake = fakes()->first;
    while (fake && !(fake->start && is_new(fake)))
        fake = fake->next;
    assert_non_null(fake);
    return fake;
}

static inline struct fake_process *fake_old(void) {
    struct fake_process *fake = fakes()->first;
    while (fake && !(fake->start && !is_new(fake)))
        fake = fake->next;
    assert_non_null(fake);
    return fake;
}

static inline void fake_release(struct fake_process *fake) {
    fake->stuck = false;
    fake_wake(&fake->base);
}

static inline void assert_compared(struct hub_fixture *fixture, unsigned equal,
                                   unsigned different) {
    const struct shadow *shadow = shadow_of(fixture);
    assert_int_equal(shadow->equal, equal);
    assert_int_equal(shadow->different, different);
}

static inline void assert_failed(struct hub_fixture *fixture, const char *why) {
    const struct shadow *shadow = shadow_of(fixture);
    assert_int_equal(shadow->state, SHADOW_FAILED);
    if (strstr(shadow->why, why) == NULL)
        print_error("why: %s\n", shadow->why);
    assert_non_null(strstr(shadow->why, why));
}

/* The example with that number, from 0. */
static inline const struct pair *example(struct hub_fixture *fixture, size_t number) {
    const struct pair *pair = shadow_of(fixture)->examples;
    for (; number > 0 && pair; number--)
        pair = pair->next;
    assert_non_null(pair);
    return pair;
}

#define TEST_HERE(name) cmocka_unit_test_setup_teardown(name, shadow_setup, fixture_teardown)
#define TEST_REMOTE(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, shadow_setup_remote, fixture_teardown)

#endif
