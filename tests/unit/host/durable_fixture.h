/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_DURABLE_FIXTURE_H
#define SENTIO_TESTS_DURABLE_FIXTURE_H

/* A hub whose channel "a" is durable, in a folder of its own, and whose channel "b" is not. The
 * disk is asked in earnest; what it answers comes with durable_settle(). */

#include <sys/stat.h>
#include <unistd.h>

#include "disk/disk.h"
#include "folder.h"
#include "hub_fixture.h"

static inline void durable_settle(struct hub_fixture *fixture) {
    disk_settle(fixture->hub->disk);
    queue_pump(&fixture->hub->queue);
}

/* Not open. */
static inline int durable_prepare(void **state) {
    char path[96];
    if (fixture_prepare(state) != 0)
        return -1;
    struct hub_fixture *fixture = *state;
    char *folder = strdup("/tmp/sentio-test-durable-XXXXXX");
    if (folder == NULL || mkdtemp(folder) == NULL)
        return -1;
    fixture->host.state_dir = folder;
    snprintf(path, sizeof(path), "%s/channels", folder);
    struct config_channel *channel = fixture_channel(fixture, "a", "scripted");
    channel->durable = 1;
    channel->queue = 3;
    channel->snapshot = 0;
    fixture->config.limits.per_user = 0;
    fixture_channel(fixture, "b", "scripted");
    return mkdir(path, 0700);
}

static inline int durable_setup(void **state) {
    return durable_prepare(state) == 0 && fixture_open(*state) ? 0 : -1;
}

static inline int durable_teardown(void **state) {
    struct hub_fixture *fixture = *state;
    char *folder = (char *)(uintptr_t)fixture->host.state_dir;
    fixture_close(fixture);
    int left = folder_remove(folder);
    free(folder);
    return fixture_teardown(state) | left;
}

/* `conn` is `user`'s, and joins the topic of that name; `request` may say more. */
static inline void durable_subscribe(struct hub_fixture *fixture, uint64_t conn, const char *user,
                                     const char *request) {
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = user},
           {EFFECT_ACCEPT, .id = conn});
    fixture_command(fixture, &(struct command_message){.conn = conn,
                                                       .user = sentio_text(user),
                                                       .request = sentio_text(request)});
    durable_settle(fixture);
}

/* An item to each of these, one after the other: {"symbol":topic}. */
static inline void durable_publish(struct hub_fixture *fixture, const char *topic) {
    fixture_publish_item(fixture, 0, topic);
    durable_settle(fixture);
    free(fixture_sent(fixture));
}

/* "ack" with the id 5 up to `offset`, of a connection that was sent items up to `sent`. */
static inline void durable_ack(struct hub_fixture *fixture, uint64_t conn, unsigned offset,
                               unsigned sent) {
    char request[96];
    snprintf(request, sizeof(request), "{\"offset\":%u,\"epoch\":\"%s\"}", offset,
             fixture->hub->channels[0]->stream->epoch);
    fixture_command(fixture, &(struct command_message){.conn = conn,
                                                       .what = COMMAND_ACK,
                                                       .id = sentio_text("5"),
                                                       .sent = sent,
                                                       .request = sentio_text(request)});
    durable_settle(fixture);
}

#define DURABLE_CLOSED(name)                                                                       \
    cmocka_unit_test_setup_teardown(name, durable_prepare, durable_teardown)
#define DURABLE(name) cmocka_unit_test_setup_teardown(name, durable_setup, durable_teardown)

#endif
