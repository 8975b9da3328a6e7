/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_REMOTE_FIXTURE_H
#define SENTIO_TESTS_REMOTE_FIXTURE_H

/*
 * A hub whose scripted plugins run in workers, which are no processes. What the test scripts for a
 * channel holds for every life of its plugin.
 */

#include "fake_process.h"
#include "hub_fixture.h"
#include "worker/worker.h"

/* The scripts of channel "a", "b" or "c", and where its calls are recorded. */
static inline struct sentio_channel *remote_script(const char *label) {
    static struct sentio_channel scripts[FIXTURE_CHANNELS];
    return &scripts[label[strlen(label) - 1] - 'a'];
}

static inline void remote_prepare(struct fake_process *fake) {
    struct sentio_channel *state = fake->instance->state;
    const struct sentio_channel *script = remote_script(fake->start->label);
    if (fake->instance->plugin->table.channel_size == 0)
        return;
    memcpy(state->scripts, script->scripts, sizeof(state->scripts));
    state->record = script->record;
    state->name = script->name;
}

/* The scripted plugin; with `without` callbacks it lacks save(), restore() and what else is named.
 */
static inline struct sentio_plugin *remote_plugin(void) {
    static struct sentio_plugin table;
    return &table;
}

/* Channels are configured after this, and then opened. */
static inline int remote_configure(void **state) {
    struct hub_fixture *fixture;
    if (fixture_prepare(state) != 0)
        return -1;
    fixture = *state;
    *remote_plugin() = scripted_plugin;
    *fakes() =
        (struct fakes){.plugin = remote_plugin(), .prepare = remote_prepare, .by_itself = true};
    fixture->config.plugins.max_deaths = 5;
    for (int i = 0; i < FIXTURE_CHANNELS; i++) {
        struct sentio_channel *script = remote_script((const char *[]){"a", "b", "c"}[i]);
        memset(script, 0, sizeof(*script));
        script->record = &fixture->record;
        script->name = fixture->texts[i].name;
    }
    return 0;
}

static inline struct config_channel *remote_channel(struct hub_fixture *fixture, const char *name) {
    struct config_channel *channel = fixture_channel(fixture, name, "scripted");
    channel->isolation = CONFIG_ISOLATION_PROCESS;
    return channel;
}

/* Channel "a" in a worker, "b" in the host. */
static inline int remote_setup(void **state) {
    if (remote_configure(state) != 0)
        return -1;
    remote_channel(*state, "a");
    fixture_channel(*state, "b", "scripted");
    return fixture_open(*state) ? 0 : -1;
}

static inline struct channel *remote(const struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

static inline struct worker *remote_worker(const struct hub_fixture *fixture) {
    return remote(fixture)->instance->worker;
}

static inline struct fake_process *remote_process(const struct hub_fixture *fixture) {
    return (struct fake_process *)remote_worker(fixture)->process;
}

static inline bool remote_is_busy(void) {
    bool busy = false;
    for (struct fake_process *fake = fakes()->first; fake; fake = fake->next)
        busy = busy || uv_is_active((uv_handle_t *)&fake->idle) ||
               uv_is_closing((uv_handle_t *)&fake->idle);
    return busy;
}

static inline void remote_flush(struct hub_fixture *fixture) {
    for (size_t i = 0; i < fixture->hub->channel_count; i++) {
        const struct channel *channel = fixture->hub->channels[i];
        if (channel && channel->instance && channel->instance->worker)
            worker_flush(channel->instance->worker);
    }
}

/* Everything that goes on, until nobody has anything to do. A worker that is to be started again
 * later is not waited for. */
static inline void remote_settle(struct hub_fixture *fixture) {
    remote_flush(fixture);
    while (remote_is_busy()) {
        uv_run(&fixture->hub->loop, UV_RUN_NOWAIT);
        remote_flush(fixture);
    }
}

/* The same, with the lives that are still to come. */
static inline void remote_settle_lives(struct hub_fixture *fixture) {
    remote_settle(fixture);
    while (remote_worker(fixture)->state == WORKER_DEAD) {
        uv_run(&fixture->hub->loop, UV_RUN_ONCE);
        remote_settle(fixture);
    }
}

static inline void remote_kill(struct hub_fixture *fixture) {
    worker_process_kill(remote_worker(fixture)->process);
    remote_settle(fixture);
}

#define TEST_REMOTE(name) cmocka_unit_test_setup_teardown(name, remote_setup, fixture_teardown)
#define TEST_CONFIGURE(name)                                                                       \
    cmocka_unit_test_setup_teardown(name, remote_configure, fixture_teardown)

#endif
