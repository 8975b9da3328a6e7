/* SPDX-License-Identifier: MIT */
#include "channel/state.h"

#include <sys/stat.h>
#include <unistd.h>

#include "hub_fixture.h"

/* What a stopped hub has left. */
struct saved {
    char epoch[EPOCH_SIZE];
    char *text;
    size_t size;
};

static const struct sentio_value buy[] = {
    {SENTIO_NUMBER, 0, 0.75, {NULL, 0}},
    {SENTIO_TEXT, 0, 0, {"b\"uy", 4}},
};
static const struct sentio_value nothing[] = {
    {SENTIO_NONE, 0, 0, {NULL, 0}},
    {SENTIO_NONE, 0, 0, {NULL, 0}},
};

static const char *path_of(const struct hub_fixture *fixture, char path[96]) {
    snprintf(path, 96, "%s/channels/a.state", fixture->host.state_dir);
    return path;
}

static int setup(void **state) {
    char path[96];
    if (fixture_prepare(state) != 0)
        return -1;
    struct hub_fixture *fixture = *state;
    /* The many damaged files would fill the log. */
    log_start((enum log_level)(LOG_LEVEL_ERROR + 1), LOG_FORMAT_TEXT);
    char *folder = strdup("/tmp/sentio-test-state-XXXXXX");
    if (folder == NULL || mkdtemp(folder) == NULL)
        return -1;
    fixture->host.state_dir = folder;
    snprintf(path, sizeof(path), "%s/channels", folder);
    fixture_channel(fixture, "a", "scripted");
    return mkdir(path, 0700) == 0 && fixture_open(fixture) ? 0 : -1;
}

static int teardown(void **state) {
    struct hub_fixture *fixture = *state;
    char *folder = (char *)fixture->host.state_dir;
    char path[96];
    fixture_close(fixture);
    unlink(path_of(fixture, path));
    snprintf(path, sizeof(path), "%s/channels", folder);
    int left = rmdir(path);
    left |= rmdir(folder);
    free(folder);
    return fixture_teardown(state) | left;
}

static char *read_all(const char *path, size_t *size) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    *size = fread(text, 1, 65535, file);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void write_all(const char *path, const char *text, size_t size) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Three items and a state of the plugin, closed. */
static struct saved save(struct hub_fixture *fixture) {
    struct saved saved;
    char path[96];
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0,
           {EFFECT_EMIT, .a = "A", .b = "{\"n\":\"\\u00e9\\\"\"}", .attributes = buy},
           {EFFECT_EMIT, .a = "B", .b = "2", .attributes = nothing, .type = "other"},
           {EFFECT_EMIT, .a = "A", .b = "3"});
    fixture_publish(fixture, 0, "{}");
    free(fixture_sent(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "state"});
    memcpy(saved.epoch, fixture->hub->channels[0]->stream->epoch, EPOCH_SIZE);
    fixture_close(fixture);
    saved.text = read_all(path_of(fixture, path), &saved.size);
    return saved;
}

static void assert_history(const struct channel *channel) {
    struct log_items items = {0};
    assert_int_equal(log_memory_history(&channel->log, NULL, 0, 10, io_time(), &items), 0);
    assert_int_equal(items.count, 3);
    assert_true(sentio_is(items.items[0]->json, "{\"n\":\"\\u00e9\\\"\"}"));
    assert_true(sentio_is(items.items[0]->topic_name, "A"));
    assert_int_equal(items.items[0]->attribute_count, 2);
    assert_true(items.items[0]->attributes[0].number == 0.75);
    assert_true(sentio_is(items.items[0]->attributes[1].text, "b\"uy"));
    assert_int_equal(items.items[1]->offset, 2);
    assert_int_equal(items.items[1]->attributes[0].type, SENTIO_NONE);
    assert_true(sentio_is(items.items[1]->type, "other"));
    assert_true(items.items[2]->time > 0 && items.items[2]->time == channel->engine.time);
    log_items_finish(&items);
    assert_int_equal(log_memory_latest(&channel->log, NULL, &items), 0);
    assert_int_equal(items.count, 2);
    assert_true(sentio_is(items.items[0]->json, "2"));
    assert_true(sentio_is(items.items[1]->json, "3"));
    log_items_finish(&items);
}

static bool is_empty(const struct hub_fixture *fixture, const struct saved *saved) {
    const struct channel *channel = fixture->hub->channels[0];
    return channel->engine.offset == 0 && channel->log.bytes == 0 &&
           channel->log.latest.oldest == NULL && strcmp(channel->stream->epoch, saved->epoch) != 0;
}

static bool starts_empty(struct hub_fixture *fixture, const struct saved *saved, const char *text,
                         size_t size) {
    char path[96];
    write_all(path_of(fixture, path), text, size);
    assert_true(fixture_open(fixture));
    bool empty = is_empty(fixture, saved);
    assert_int_equal(access(path, F_OK), -1);
    fixture_close(fixture);
    return empty;
}

static void channel_goes_on_where_it_was(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = save(fixture);
    char path[96];
    assert_true(fixture_open(fixture));
    const struct channel *channel = fixture->hub->channels[0];
    assert_string_equal(channel->stream->epoch, saved.epoch);
    assert_int_equal(channel->engine.offset, 3);
    assert_history(channel);
    assert_string_equal(fixture_state(fixture, 0)->restored, "state");
    assert_int_equal(fixture_state(fixture, 0)->restored_format, 7);
    assert_int_equal(access(path_of(fixture, path), F_OK), -1);
    fixture_publish_item(fixture, 0, "C");
    assert_int_equal(channel->engine.offset, 4);
    free(saved.text);
}

static void what_was_dropped_is_known_after_a_restart(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *channel = fixture->hub->channels[0];
    struct topic *gone = topic_obtain(&channel->topics, sentio_text("GONE"));
    assert_non_null(gone);
    channel->log.limit_items = 1;
    gone->trimmed = 1; /* of which nothing is left */
    topic_unref(gone);
    struct saved saved = save(fixture);
    assert_true(fixture_open(fixture));
    channel = fixture->hub->channels[0];
    assert_int_equal(topic_find(&channel->topics, sentio_text("A"))->trimmed, 1);
    assert_int_equal(topic_find(&channel->topics, sentio_text("B"))->trimmed, 0);
    assert_int_equal(channel->topics.trimmed, 1);
    assert_int_equal(channel->topics.everyone_trimmed, 0);
    assert_int_equal(channel->log.trimmed, 1);
    free(saved.text);
}

static void a_file_that_does_not_tell_what_was_dropped_means_anything_may_be(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = save(fixture);
    char path[96];
    char *from = strstr(saved.text, "\"trimmed\"");
    char *to = strstr(saved.text, "\"state_format\"");
    memmove(from, to, strlen(to) + 1);
    write_all(path_of(fixture, path), saved.text, strlen(saved.text));
    assert_true(fixture_open(fixture));
    assert_int_equal(fixture->hub->channels[0]->topics.trimmed, 3);
    assert_int_equal(fixture->hub->channels[0]->topics.everyone_trimmed, 3);
    assert_int_equal(fixture->hub->channels[0]->log.trimmed, 3);
    free(saved.text);
}

static void second_stop_saves_the_same_again(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = save(fixture);
    char path[96];
    size_t size = 0;
    assert_true(fixture_open(fixture));
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "state"});
    fixture_close(fixture);
    char *again = read_all(path_of(fixture, path), &size);
    assert_string_equal(again, saved.text);
    free(again);
    free(saved.text);
}

static void state_that_the_plugin_refuses_leaves_the_items(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "A");
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, 0, {EFFECT_KEEP, .b = "refused"});
    fixture_close(fixture);
    assert_true(fixture_open(fixture));
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 1);
    assert_int_equal(fixture->hub->channels[0]->log.latest_count, 1);
}

static void failed_save_loses_the_plugins_state_alone(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_publish_item(fixture, 0, "A");
    SCRIPT(fixture_state(fixture, 0), CALL_SAVE, SENTIO_FAILED, {EFFECT_KEEP, .b = "state"});
    fixture_close(fixture);
    assert_true(fixture_open(fixture));
    assert_string_equal(fixture_state(fixture, 0)->restored, "");
    assert_int_equal(fixture->hub->channels[0]->engine.offset, 1);
}

static void file_that_is_damaged_at_any_line_starts_the_channel_empty(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = save(fixture);
    size_t lines = 0;
    for (size_t i = 0; i < saved.size; i++) {
        if (i > 0 && saved.text[i - 1] != '\n')
            continue;
        lines++;
        saved.text[i] = '[';
        assert_true(starts_empty(fixture, &saved, saved.text, saved.size));
        saved.text[i] = '{';
    }
    assert_int_equal(lines, 5);
    free(saved.text);
}

static void file_that_is_cut_within_a_line_starts_the_channel_empty(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = save(fixture);
    for (size_t size = 0; size < saved.size; size += size % 16 ? 1 : 5) {
        if (size > 0 && saved.text[size - 1] == '\n')
            continue;
        if (!starts_empty(fixture, &saved, saved.text, size))
            fail_msg("cut to %zu of %zu bytes", size, saved.size);
    }
    free(saved.text);
}

static void file_that_is_cut_between_lines_starts_the_channel_empty(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = save(fixture);
    for (size_t size = 1; size < saved.size; size++)
        if (saved.text[size - 1] == '\n' && !starts_empty(fixture, &saved, saved.text, size))
            fail_msg("cut to %zu of %zu bytes", size, saved.size);
    free(saved.text);
}

static void head_of_another_kind_starts_the_channel_empty(void **state) {
    struct hub_fixture *fixture = *state;
    static const char *const heads[] = {
        "{\"version\":2,\"epoch\":\"0123456789abcdef\",\"offset\":1,\"time\":1,"
        "\"state_format\":1}\n",
        "{\"version\":1,\"epoch\":\"0123456789abcde\",\"offset\":1,\"time\":1,"
        "\"state_format\":1}\n",
        "{\"version\":1,\"epoch\":\"0123456789abcdef\",\"offset\":-1,\"time\":1,"
        "\"state_format\":1}\n",
        "{\"version\":1,\"epoch\":\"0123456789abcdef\",\"offset\":1,\"state_format\":1}\n",
        "\n",
        "[]\n",
    };
    struct saved saved = save(fixture);
    memcpy(saved.epoch, "0123456789abcdef", EPOCH_SIZE);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        assert_true(starts_empty(fixture, &saved, heads[i], strlen(heads[i])));
    free(saved.text);
}

static void epoch_is_read_before_the_channel_is_there(void **state) {
    struct hub_fixture *fixture = *state;
    struct saved saved = save(fixture);
    char epoch[EPOCH_SIZE];
    assert_true(state_epoch(fixture->host.state_dir, "a", epoch));
    assert_string_equal(epoch, saved.epoch);
    assert_false(state_epoch(fixture->host.state_dir, "b", epoch));
    free(saved.text);
}

#define TEST_SAVED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_SAVED(channel_goes_on_where_it_was),
        TEST_SAVED(what_was_dropped_is_known_after_a_restart),
        TEST_SAVED(a_file_that_does_not_tell_what_was_dropped_means_anything_may_be),
        TEST_SAVED(second_stop_saves_the_same_again),
        TEST_SAVED(state_that_the_plugin_refuses_leaves_the_items),
        TEST_SAVED(failed_save_loses_the_plugins_state_alone),
        TEST_SAVED(file_that_is_damaged_at_any_line_starts_the_channel_empty),
        TEST_SAVED(file_that_is_cut_within_a_line_starts_the_channel_empty),
        TEST_SAVED(file_that_is_cut_between_lines_starts_the_channel_empty),
        TEST_SAVED(head_of_another_kind_starts_the_channel_empty),
        TEST_SAVED(epoch_is_read_before_the_channel_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
