/* SPDX-License-Identifier: MIT */
#include "channel/channel_durable.h"

#include <sys/stat.h>

#include "disk/disk.h"
#include "folder.h"
#include "hub_fixture.h"

/* "a" is durable, "b" is not; not open. */
static int setup(void **state) {
    static char folder[64];
    char channels[80];
    if (fixture_prepare(state) != 0)
        return -1;
    struct hub_fixture *fixture = *state;
    snprintf(folder, sizeof(folder), "/tmp/sentio-durable-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    fixture->host.state_dir = folder;
    snprintf(channels, sizeof(channels), "%s/channels", folder);
    fixture_channel(fixture, "a", "scripted")->durable = 1;
    fixture_channel(fixture, "b", "scripted")->durable = 0;
    fixture->channels[0].queue = 1000;
    return mkdir(channels, 0700);
}

static int teardown(void **state) {
    struct hub_fixture *fixture = *state;
    const char *folder = fixture->host.state_dir;
    fixture_close(fixture);
    folder_remove(folder);
    return fixture_teardown(state);
}

static void publish(struct hub_fixture *fixture, uint32_t channel, const char *json) {
    SCRIPT(fixture_state(fixture, channel), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "t", .b = json});
    fixture_publish(fixture, channel, "{}");
}

static void publisher_is_answered_and_items_seen_after_the_commit(void **state) {
    struct hub_fixture *fixture = *state;
    assert_true(fixture_open(fixture));
    assert_null(fixture->hub->channels[1]->disk);
    fixture_subscribe(fixture, 0, 1);
    free(fixture_sent(fixture));
    publish(fixture, 0, "{\"n\":1}");
    assert_sent(fixture, "");
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 0);
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, "response 0 200 {\"channel\":\"a\",\"accepted\":1,\"offset\":1,"
                         "\"epoch\":\"E\"}\n");
}

static void what_is_on_the_disk_is_in_the_log_after_a_start(void **state) {
    struct hub_fixture *fixture = *state;
    char epoch[EPOCH_SIZE];
    struct log_items items = {0};
    fixture->channels[0].history = 2;
    assert_true(fixture_open(fixture));
    memcpy(epoch, fixture->hub->channels[0]->stream->epoch, EPOCH_SIZE);
    publish(fixture, 0, "{\"n\":1}");
    publish(fixture, 0, "{\"n\":2}");
    publish(fixture, 0, "{\"n\":3}");
    fixture_close(fixture);
    assert_true(fixture_open(fixture));
    struct channel *channel = fixture->hub->channels[0];
    assert_string_equal(channel->stream->epoch, epoch);
    assert_int_equal(channel->engine.offset, 3);
    assert_int_equal(log_memory_history(&channel->log, NULL, 0, 10, 0, &items), 0);
    assert_int_equal(items.count, 2);
    assert_int_equal(items.items[0]->offset, 2);
    assert_int_equal(topic_find(&channel->topics, sentio_text("t"))->trimmed, 1);
    log_items_finish(&items);
    items = (struct log_items){0};
    assert_int_equal(log_memory_latest(&channel->log, NULL, &items), 0);
    assert_int_equal(items.count, 1);
    log_items_finish(&items);
}

static void plugin_and_configuration_say_whether_it_is_durable(void **state) {
    struct hub_fixture *fixture = *state;
    struct sentio_plugin plugin = {.type = "t", .flags = SENTIO_DURABLE};
    struct channel channel = {.config = &fixture->channels[0]};
    assert_true(fixture_open(fixture));
    channel.hub = fixture->hub;
    fixture->channels[0].durable = -1;
    assert_true(channel_durable_wanted(&channel, &plugin));
    plugin.flags = 0;
    assert_false(channel_durable_wanted(&channel, &plugin));
    fixture->channels[0].durable = 1;
    assert_true(channel_durable_wanted(&channel, &plugin));
    plugin.flags = SENTIO_DURABLE;
    fixture->channels[0].durable = 0;
    assert_false(channel_durable_wanted(&channel, &plugin));
    const char *folder = fixture->host.state_dir;
    fixture->channels[0].durable = 1;
    fixture->host.state_dir = NULL;
    assert_false(channel_durable_wanted(&channel, &plugin));
    fixture->host.state_dir = folder;
}

static void channel_that_is_durable_no_more_begins_anew(void **state) {
    struct hub_fixture *fixture = *state;
    char epoch[EPOCH_SIZE];
    assert_true(fixture_open(fixture));
    memcpy(epoch, fixture->hub->channels[0]->stream->epoch, EPOCH_SIZE);
    publish(fixture, 0, "{\"n\":1}");
    fixture_close(fixture);
    fixture->channels[0].durable = 0;
    assert_true(fixture_open(fixture));
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 0);
    assert_string_not_equal(fixture->hub->channels[0]->stream->epoch, epoch);
    fixture_close(fixture);
    fixture->channels[0].durable = 1;
    assert_true(fixture_open(fixture));
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 1);
    assert_string_equal(fixture->hub->channels[0]->stream->epoch, epoch);
}

static void disk_that_can_not_be_used_refuses_and_leaves_others_alone(void **state) {
    struct hub_fixture *fixture = *state;
    char path[96];
    log_start((enum log_level)(LOG_LEVEL_ERROR + 1), LOG_FORMAT_TEXT);
    snprintf(path, sizeof(path), "%s/sentio.db", fixture->host.state_dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(fixture_open(fixture));
    publish(fixture, 0, "{\"n\":1}");
    disk_settle(fixture->hub->disk);
    char *sent = fixture_sent(fixture);
    assert_non_null(strstr(sent, "response 0 503 {\"detail\":\""));
    assert_non_null(strstr(sent, "/sentio.db: Is a directory"));
    free(sent);
    assert_int_equal(fixture->hub->channels[0]->rejected, 1);
    publish(fixture, 1, "{\"n\":1}");
    assert_sent(fixture, "response 0 200 {\"channel\":\"b\",\"accepted\":1,\"offset\":1,"
                         "\"epoch\":\"E\"}\n");
}

#define ACCEPTED(request, offset)                                                                  \
    "response " #request " 200 {\"channel\":\"a\",\"accepted\":1,\"offset\":" #offset              \
    ",\"epoch\":\"E\"}\n"

static void publish_keyed(struct hub_fixture *fixture, size_t request, const char *key) {
    const struct fixture_publish like = {.request = request, .name = "one", .key = key};
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "t", .b = "1"});
    fixture_publish_as(fixture, &like, "{}");
}

static void duplicate_waits_for_the_commit_of_the_first(void **state) {
    struct hub_fixture *fixture = *state;
    assert_true(fixture_open(fixture));
    publish_keyed(fixture, 0, "k");
    publish_keyed(fixture, 1, "k");
    assert_sent(fixture, "");
    disk_settle(fixture->hub->disk);
    assert_sent(fixture, ACCEPTED(1, 1) ACCEPTED(0, 1));
}

static void keys_are_on_the_disk_with_what_was_published(void **state) {
    struct hub_fixture *fixture = *state;
    assert_true(fixture_open(fixture));
    publish_keyed(fixture, 0, "k");
    publish_keyed(fixture, 0, "l");
    fixture_close(fixture);
    assert_true(fixture_open(fixture));
    free(fixture_sent(fixture));
    assert_int_equal(fixture->hub->channels[0]->keys.count, 2);
    publish_keyed(fixture, 1, "k");
    publish_keyed(fixture, 2, "l");
    assert_sent(fixture, ACCEPTED(1, 1) ACCEPTED(2, 2));
}

static void keys_whose_time_is_over_go_from_the_disk(void **state) {
    struct hub_fixture *fixture = *state;
    assert_true(fixture_open(fixture));
    publish_keyed(fixture, 0, "k");
    disk_settle(fixture->hub->disk);
    struct channel *channel = fixture->hub->channels[0];
    channel->keys.oldest->time -= 1000000;
    publish_keys_trim(&channel->keys, channel_time(channel) - 500000, 10);
    channel_durable_forget_keys(channel);
    disk_settle(fixture->hub->disk);
    fixture_close(fixture);
    assert_true(fixture_open(fixture));
    /* Not long ago enough for the disk: it is there. */
    assert_int_equal(fixture->hub->channels[0]->keys.count, 1);
    channel = fixture->hub->channels[0];
    fixture->hub->now += 60000;
    publish_keys_trim(&channel->keys, fixture->hub->now, 10);
    channel_durable_forget_keys(channel);
    disk_settle(fixture->hub->disk);
    fixture_close(fixture);
    assert_true(fixture_open(fixture));
    assert_int_equal(fixture->hub->channels[0]->keys.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(publisher_is_answered_and_items_seen_after_the_commit),
        TEST(what_is_on_the_disk_is_in_the_log_after_a_start),
        TEST(plugin_and_configuration_say_whether_it_is_durable),
        TEST(channel_that_is_durable_no_more_begins_anew),
        TEST(disk_that_can_not_be_used_refuses_and_leaves_others_alone),
        TEST(duplicate_waits_for_the_commit_of_the_first),
        TEST(keys_are_on_the_disk_with_what_was_published),
        TEST(keys_whose_time_is_over_go_from_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
