/* SPDX-License-Identifier: MIT */
#include "subscription/recovery_disk.h"

#include <sys/stat.h>

#include "disk/disk.h"
#include "folder.h"
#include "hub_fixture.h"
#include "subscription/subscription_internal.h"

/* A durable channel "a" with two items of history in memory. */
static int setup(void **state) {
    static char folder[64];
    if (fixture_prepare(state) != 0)
        return -1;
    struct hub_fixture *fixture = *state;
    snprintf(folder, sizeof(folder), "/tmp/sentio-recovery-XXXXXX");
    fixture->host.state_dir = mkdtemp(folder);
    char path[80];
    snprintf(path, sizeof(path), "%s/channels", folder);
    struct config_channel *channel = fixture_channel(fixture, "a", "scripted");
    channel->durable = 1;
    channel->history = 2;
    channel->queue = 100000;
    return mkdir(path, 0700) == 0 && fixture_open(fixture) ? 0 : -1;
}

static int teardown(void **state) {
    struct hub_fixture *fixture = *state;
    char folder[64];
    snprintf(folder, sizeof(folder), "%s", fixture->host.state_dir);
    int left = fixture_teardown(state);
    return folder_remove(folder) == 0 ? left : -1;
}

static struct channel *durable_channel(const struct hub_fixture *fixture) {
    return fixture->hub->channels[0];
}

/* So many items of a topic on the disk: their offsets, or strings of `size` that begin with them.
 */
static void publish_items(struct hub_fixture *fixture, const char *topic, unsigned count,
                          size_t size) {
    char *json = malloc(size + 24);
    assert_non_null(json);
    for (unsigned i = 0; i < count; i++) {
        uint64_t offset = durable_channel(fixture)->engine.offset + 1;
        snprintf(json, size + 24, size ? "\"%llu%0*d\"" : "%llu", (unsigned long long)offset,
                 (int)size, 0);
        SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = topic, .b = json});
        fixture_publish(fixture, 0, "{}");
        disk_settle(fixture->hub->disk);
    }
    free(json);
    free(fixture_sent(fixture));
}

/* A subscribe of A; the answer is on its way. */
static void subscribe(struct hub_fixture *fixture, const char *topic, uint64_t offset,
                      const char *epoch) {
    char text[128];
    SCRIPT(fixture_state(fixture, 0), CALL_SUBSCRIBE, 0, {EFFECT_JOIN, .id = 1, .a = topic},
           {EFFECT_ACCEPT, .id = 1});
    snprintf(text, sizeof(text), "{\"since\":{\"epoch\":\"%s\",\"offset\":%llu}}",
             epoch ? epoch : durable_channel(fixture)->stream->epoch, (unsigned long long)offset);
    fixture_command(fixture, &(struct command_message){.conn = 1, .request = sentio_text(text)});
}

static void what_memory_has_is_not_read_from_the_disk(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 4, 0);
    subscribe(fixture, "A", 2, NULL);
    assert_sent(fixture, "joined 1 A at 4 replay 2> 3 4 end {\"type\":\"recovered\",\"recovered\":"
                         "true,\"offset\":4,\"epoch\":\"E\",\"timestamp\":\"T\"}\n");
}

static void the_disks_items_are_those_of_the_topics_up_to_the_join(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 2, 0);
    publish_items(fixture, "B", 1, 0);
    publish_items(fixture, "*", 1, 0);
    publish_items(fixture, "A", 2, 0);
    subscribe(fixture, "A", 1, NULL);
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, "joined 1 A at 6 more\n"
                         "replay 1 at 6 replay 1> 2 4 5 6 end {\"type\":\"recovered\","
                         "\"recovered\":true,\"offset\":6,\"epoch\":\"E\",\"timestamp\":\"T\"}\n");
    subscribe(fixture, "*", 1, NULL);
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, "joined 1 all at 6 more\n"
                         "replay 1 at 6 replay 1> 2 3 4 5 6 end {\"type\":\"recovered\","
                         "\"recovered\":true,\"offset\":6,\"epoch\":\"E\",\"timestamp\":\"T\"}\n");
}

/* The offsets of a piece, from `next` on, which it moves. Whether there is more after it. */
static bool read_replay(const char *line, uint64_t *next) {
    unsigned long long since;
    assert_int_equal(sscanf(line, "replay 1 at 9 replay %llu>", &since), 1);
    assert_int_equal(since, *next - 1);
    const char *at = strchr(line, '>') + 1;
    for (; at[1] == '"'; at = strchr(at + 2, '"') + 1)
        assert_int_equal(at[2] - '0', (*next)++);
    bool more = strcmp(at, " more\n") == 0;
    assert_int_equal(strncmp(at, " end {", 6) == 0, !more);
    return more;
}

static void much_is_read_in_pieces_as_they_are_asked_for(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 9, 60000);
    subscribe(fixture, "A", 0, NULL);
    disk_settle(fixture->hub->disk);
    char *text = fixture_sent(fixture);
    unsigned pieces = 1;
    uint64_t next = 1;
    bool more = read_replay(strchr(text, '\n') + 1, &next);
    while (more) {
        free(text);
        disk_settle(fixture->hub->disk);
        assert_sent(fixture, "");
        fixture_send(fixture, more_message_create(1, 1));
        disk_settle(fixture->hub->disk);
        text = fixture_sent(fixture);
        more = read_replay(text, &next);
        pieces++;
    }
    free(text);
    assert_int_equal(next, 10);
    assert_in_range(pieces, 2, 8);
}

static void who_leaves_between_two_pieces_gets_no_more(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 9, 60000);
    subscribe(fixture, "A", 0, NULL);
    disk_settle(fixture->hub->disk);
    free(fixture_sent(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_UNSUBSCRIBE, 0, {EFFECT_LEAVE, .id = 1, .a = "A"},
           {EFFECT_ACCEPT, .id = 1});
    fixture_command(fixture, &(struct command_message){.conn = 1, .what = COMMAND_UNSUBSCRIBE});
    fixture_send(fixture, more_message_create(1, 1));
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, "joined 1 nothing at 9\n");
}

static void what_is_of_no_run_of_the_channel_is_not_looked_for(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 4, 0);
    subscribe(fixture, "A", 9, NULL);
    char *text = fixture_sent(fixture);
    assert_non_null(strstr(text, "joined 1 A at 4 snapshot 4 end"));
    assert_null(strstr(text, "more"));
    free(text);
    subscribe(fixture, "A", 0, "0123456789abcdef");
    text = fixture_sent(fixture);
    assert_non_null(strstr(text, "\"recovered\":false"));
    free(text);
}

/* The disk has dropped more than the subscriber has missed. */
static void drop(struct hub_fixture *fixture) {
    const struct disk_limits limits = {.history = 1, .history_bytes = 1 << 20, .queue = 1};
    disk_limit(durable_channel(fixture)->disk, &limits);
    publish_items(fixture, "A", 1, 0);
    bool complete = true;
    while (complete) {
        subscribe(fixture, "A", 0, NULL);
        disk_settle(fixture->hub->disk);
        char *text = fixture_sent(fixture);
        complete = strstr(text, "\"recovered\":true") != NULL;
        free(text);
        fixture->record.size = 0;
    }
}

static void what_the_disk_has_dropped_gives_the_snapshot(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 4, 0);
    drop(fixture);
    subscribe(fixture, "A", 1, NULL);
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, "joined 1 A at 5 more\n"
                         "joined 1 A at 5 snapshot 5 end {\"type\":\"recovered\",\"recovered\":"
                         "false,\"offset\":5,\"epoch\":\"E\",\"timestamp\":\"T\"} afresh\n");
}

static void without_snapshots_the_rest_is_given(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 4, 0);
    drop(fixture);
    fixture->channels[0].snapshot = 0;
    subscribe(fixture, "A", 1, NULL);
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, "joined 1 A at 5 more\n"
                         "replay 1 at 5 replay 4> 5 end {\"type\":\"recovered\",\"recovered\":"
                         "false,\"offset\":5,\"epoch\":\"E\",\"timestamp\":\"T\"}\n");
}

static void who_is_gone_meanwhile_gets_nothing(void **state) {
    struct hub_fixture *fixture = *state;
    publish_items(fixture, "A", 4, 0);
    subscribe(fixture, "A", 0, NULL);
    fixture_leave(fixture, 1);
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, "joined 1 A at 4 more\ngone 1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define DURABLE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        DURABLE(what_memory_has_is_not_read_from_the_disk),
        DURABLE(the_disks_items_are_those_of_the_topics_up_to_the_join),
        DURABLE(much_is_read_in_pieces_as_they_are_asked_for),
        DURABLE(who_leaves_between_two_pieces_gets_no_more),
        DURABLE(what_is_of_no_run_of_the_channel_is_not_looked_for),
        DURABLE(what_the_disk_has_dropped_gives_the_snapshot),
        DURABLE(without_snapshots_the_rest_is_given),
        DURABLE(who_is_gone_meanwhile_gets_nothing),
#undef DURABLE
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
