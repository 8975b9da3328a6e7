/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_PRESENCE_FIXTURE_H
#define SENTIO_TESTS_PRESENCE_FIXTURE_H

/* A hub whose channel "a" tells who is present, after a grace that no test waits for, while "b"
 * does not. */

#include "hub_fixture.h"
#include "presence/presence.h"

enum { GRACE = 3600000 };

#define EVENT(topic, event, user, count)                                                           \
    "{\"type\":\"presence\",\"event\":\"" event "\",\"user_id\":\"" user "\",\"count\":" count     \
    ",\"topic\":\"" topic "\",\"timestamp\":\"T\"}\n"
#define COUNT_EVENT(topic, event, count)                                                           \
    "{\"type\":\"presence\",\"event\":\"" event "\",\"count\":" count ",\"topic\":\"" topic        \
    "\",\"timestamp\":\"T\"}\n"
#define HEAR "{\"action\":\"subscribe\",\"presence\":true}"

static inline int presence_setup(void **state) {
    if (fixture_prepare(state) != 0)
        return -1;
    struct config_channel *channel = fixture_channel(*state, "a", "scripted");
    channel->presence = CONFIG_PRESENCE_USERS;
    channel->presence_grace = GRACE;
    fixture_channel(*state, "b", "scripted");
    return fixture_open(*state) ? 0 : -1;
}

/* A subscribe of one topic that is accepted; what is sent is left. */
static inline void enter(struct hub_fixture *fixture, uint64_t conn, const char *user,
                         const char *topic, const char *request) {
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = topic},
           {EFFECT_ACCEPT, .id = conn});
    fixture_command(fixture, &(struct command_message){.conn = conn,
                                                       .user = sentio_text(user),
                                                       .request = sentio_text(request)});
}

/* A user with a connection from 1000 on: what the hub sends to it is left. */
static inline void enter_user(struct hub_fixture *fixture, size_t number, const char *topic) {
    char user[16];
    uint64_t conn = 1000 + number;
    snprintf(user, sizeof(user), "u%06zu", number);
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = conn, .a = topic},
           {EFFECT_ACCEPT, .id = conn});
    struct command_message *message =
        command_message_create(sentio_text(user), sentio_text(""), sentio_text("subscribe"),
                               sentio_text("{\"action\":\"subscribe\"}"));
    assert_non_null(message);
    message->conn = conn;
    message->member = &fixture->members[0];
    fixture_send(fixture, &message->head);
    fixture->record.size = 0;
}

static inline void drop_sent(struct hub_fixture *fixture) {
    free(fixture_sent(fixture));
}

/* The hub's tick, so much later. */
static inline void tick(struct hub_fixture *fixture, int64_t later) {
    presence_tick_all(fixture->hub, io_time() + later);
}

/* What is told now, and nothing that was sent before. */
static inline void assert_told(struct hub_fixture *fixture, int64_t later, const char *expected) {
    drop_sent(fixture);
    tick(fixture, later);
    assert_sent(fixture, expected);
}

static inline void ask_who(struct hub_fixture *fixture, uint64_t conn, const char *request) {
    fixture_command(fixture, &(struct command_message){.conn = conn,
                                                       .what = COMMAND_PRESENCE,
                                                       .id = sentio_text("7"),
                                                       .request = sentio_text(request)});
}

static inline size_t present(const struct hub_fixture *fixture) {
    return presence_count(fixture->hub->channels[0]->presence);
}

#define PRESENCE_TEST(name) cmocka_unit_test_setup_teardown(name, presence_setup, fixture_teardown)

#endif
