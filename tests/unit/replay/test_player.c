/* SPDX-License-Identifier: MIT */
#include "replay/player.h"

#include "replay_fixture.h"

#define T(ms) "2023-11-14T22:13:20.00" ms "Z tick "

static void assert_step(struct player *player, const char *expected) {
    assert_int_equal(player_step(player), 0);
    struct sentio_bytes text = sentio_written(&player->out);
    bool same = sentio_is(text, expected);
    if (!same)
        print_error("came out:\n%.*sinstead of:\n%s", (int)text.size, text.data, expected);
    assert_true(same);
}

static void what_came_in_is_played_at_its_time(void **state) {
    struct run run;
    run_begin(&run, state, RUN_PLUGIN("swap_v1"));
    run_subscribe(&run, 5, "{\"action\":\"subscribe\"}");
    run_publish(&run, "{\"data\":1}");
    run_put(&run, (struct tape_entry){.kind = TAPE_LINE, .texts = {sentio_text("{\"data\":2}")}});
    run_put(&run, (struct tape_entry){.kind = TAPE_LEFT, .number = 5});
    run_end(&run);
    const struct replay_options options = run_options(&run);
    struct player *player = player_create(&options, false);
    assert_non_null(player);
    assert_step(player, "");
    assert_step(player, T("4") "joined 5 at 0 * {\"type\":\"ok\",\"id\":1,\"offset\":0,\"epoch\":"
                               "\"0123456789abcdef\",\"symbols\":[\"*\"],\"timestamp\":"
                               "\"2023-11-14T22:13:20.004Z\"}\n");
    assert_step(player,
                T("5") "update 1 * {\"version\":1,\"count\":1,\"subscribers\":1,\"data\":1}\n" T(
                    "5") "response 3 200 {\"channel\":\"tick\",\"accepted\":1,\"offset\":1,"
                         "\"epoch\":\"0123456789abcdef\"}\n");
    assert_step(player,
                T("6") "update 2 * {\"version\":1,\"count\":2,\"subscribers\":1,\"data\":2}\n");
    assert_step(player, "");
    assert_int_equal(player_step(player), SENTIO_NOT_FOUND);
    assert_true(player->complete);
    assert_int_equal(player->entries, 5);
    assert_int_equal(player->sent, 4);
    player_destroy(player);
}

static void something_else_than_was_recorded_is_noticed(void **state) {
    struct run run;
    run_begin(&run, state, RUN_PLUGIN("swap_v1"));
    run_publish(&run, "{\"data\":1}");
    run_put(&run, (struct tape_entry){.kind = TAPE_SENT, .what = 2, .number = 12345});
    run_end(&run);
    const struct replay_options options = run_options(&run);
    struct player *player = player_create(&options, false);
    assert_non_null(player);
    while (player_step(player) == 0)
        continue;
    assert_int_equal(player->strange, 2);
    player_destroy(player);
}

/* The same as run_begin(), of a durable channel. */
static void begin_durable(struct run *run, void **state) {
    run_begin(run, state, RUN_PLUGIN("swap_v1"));
    wire_finish(&run->buffer);
    run->time = 0;
    journal_put_head(&run->buffer);
    run_put(run, (struct tape_entry){
                     .kind = TAPE_CONFIG,
                     .texts = {sentio_text("channels: ({ name = \"tick\"; plugin = \"/gone.so\"; "
                                           "durable = true; });")}});
    run_put(run, (struct tape_entry){.kind = TAPE_OPEN,
                                     .texts = {sentio_text("tick"), sentio_text("d1")}});
}

/* What comes of each entry; "": nothing. */
static void assert_lines(struct player *player, const char *const *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(player_step(player), 0);
        struct sentio_bytes text = sentio_written(&player->out);
        if (*lines[i] == '\0')
            assert_int_equal(text.size, 0);
        else
            assert_non_null(memmem(text.data, text.size, lines[i], strlen(lines[i])));
    }
}

/* To its end. */
static void assert_played(struct run *run, const char *const lines[], size_t count) {
    run_end(run);
    const struct replay_options options = run_options(run);
    struct player *player = player_create(&options, false);
    assert_non_null(player);
    assert_lines(player, lines, count);
    player_destroy(player);
}

/* Each publish is answered with the disk's next answer, which refuses the first. */
static void a_durable_channel_is_played_as_the_disk_has_answered(void **state) {
    struct run run;
    const uint64_t after = 0;
    const struct sentio_bytes number = sentio_bytes((const char *)&after, sizeof(after));
    static const char refused[] = "response 1 503 {\"detail\":\"the disk is full\"}\n";
    static const char taken[] = "response 3 200 {\"channel\":\"tick\",\"accepted\":1,\"offset\":1,"
                                "\"epoch\":\"0123456789abcdef\"}\n";
    const char *const lines[] = {"", refused, "", taken};
    begin_durable(&run, state);
    run_put(&run,
            (struct tape_entry){.kind = TAPE_EPOCH,
                                .texts = {sentio_text("tick"), sentio_text("ffffffffffffffff")}});
    run_put(&run,
            (struct tape_entry){.kind = TAPE_EPOCH,
                                .texts = {sentio_text("tick"), sentio_text("0123456789abcdef")}});
    for (int i = 0; i < 2; i++) {
        run_publish(&run, "{\"data\":1}");
        run_put(&run, (struct tape_entry){.kind = TAPE_DISK,
                                          .what = 1,
                                          .flags = 1,
                                          .number = 1,
                                          .texts = {sentio_text("tick"),
                                                    sentio_text(i == 0 ? "the disk is full" : ""),
                                                    number}});
    }
    assert_played(&run, lines, 4);
}

static void a_journal_of_version_1_is_played_with_a_disk_that_works(void **state) {
    struct run run;
    static const char *const lines[] = {"", "response 1 200 ", "", "response 3 200 "};
    begin_durable(&run, state);
    run.buffer.data[JOURNAL_HEAD_SIZE - 1] = 1;
    for (int i = 0; i < 2; i++) {
        run_publish(&run, "{\"data\":1}");
        run_put(&run, (struct tape_entry){.kind = TAPE_DISK});
    }
    assert_played(&run, lines, 4);
}

static void a_workers_call_waits_for_its_answer(void **state) {
    struct run run;
    run_begin(&run, state, RUN_PLUGIN("swap_v1"));
    wire_finish(&run.buffer);
    run.time = 0;
    journal_put_head(&run.buffer);
    run_put(&run, (struct tape_entry){
                      .kind = TAPE_CONFIG,
                      .texts = {sentio_text("channels: ({ name = \"tick\"; plugin = \"/gone.so\"; "
                                            "isolation = \"process\"; });")}});
    run_put(&run, (struct tape_entry){.kind = TAPE_OPEN,
                                      .flags = 1,
                                      .texts = {sentio_text("tick"), sentio_text("d1")}});
    run_publish(&run, "{\"data\":1}");
    run_publish(&run, "{\"data\":2}");
    run_put(&run, (struct tape_entry){.kind = TAPE_ANSWERED, .what = CALL_PUBLISH});
    run_put(&run, (struct tape_entry){
                      .kind = TAPE_ANSWERED, .what = CALL_PUBLISH, .flags = OUTCOME_DIED});
    run_put(&run, (struct tape_entry){.kind = TAPE_ANSWERED, .what = CALL_PUBLISH});
    run_end(&run);
    const struct replay_options options = run_options(&run);
    struct player *player = player_create(&options, false);
    assert_non_null(player);
    assert_step(player, "");
    assert_step(player, "");
    assert_step(player,
                T("4") "update 1 * {\"version\":1,\"count\":1,\"subscribers\":0,\"data\":1}\n" T(
                    "4") "response 1 200 {\"channel\":\"tick\",\"accepted\":1,\"offset\":1,"
                         "\"epoch\":\"0000000000000000\"}\n");
    assert_step(player,
                T("5") "response 2 500 {\"detail\":\"the channel's plugin died of this update "
                       "twice; it is set aside\"}\n");
    assert_step(player, "");
    player_destroy(player);
}

/* Its plugin emits the time that its call had. */
static void a_workers_call_has_the_time_at_which_it_was_made(void **state) {
    struct run run;
    run_begin(&run, state, RUN_PLUGIN("tried_v1"));
    wire_finish(&run.buffer);
    run.time = 0;
    journal_put_head(&run.buffer);
    run_put(&run, (struct tape_entry){
                      .kind = TAPE_CONFIG,
                      .texts = {sentio_text("channels: ({ name = \"tick\"; plugin = \"/gone.so\"; "
                                            "isolation = \"process\"; });")}});
    run_put(&run, (struct tape_entry){.kind = TAPE_OPEN,
                                      .flags = 1,
                                      .texts = {sentio_text("tick"), sentio_text("d1")}});
    run_publish(&run, "{\"data\":1}");
    run_put(&run, (struct tape_entry){.kind = TAPE_TICK});
    run_put(&run, (struct tape_entry){.kind = TAPE_ANSWERED, .what = CALL_PUBLISH});
    run_end(&run);
    const struct replay_options options = run_options(&run);
    struct player *player = player_create(&options, false);
    assert_non_null(player);
    assert_step(player, "");
    assert_step(player, "");
    assert_int_equal(player_step(player), 0);
    struct sentio_bytes text = sentio_written(&player->out);
    assert_non_null(memmem(text.data, text.size, "{\"at\":1700000000002,", 20));
    player_destroy(player);
}

static void a_journal_without_its_plugin_can_not_be_played(void **state) {
    struct run run;
    char path[128];
    run_begin(&run, state, RUN_PLUGIN("swap_v1"));
    run_path(&run, "plugins/d1.so", path);
    assert_int_equal(remove(path), 0);
    run_end(&run);
    const struct replay_options options = run_options(&run);
    assert_null(player_create(&options, false));
    player_destroy(NULL);
}

static void what_this_program_can_not_play_is_counted(void **state) {
    struct run run;
    run_begin(&run, state, RUN_PLUGIN("swap_v1"));
    run_put(&run, (struct tape_entry){.kind = TAPE_OTHER, .what = 99});
    run_put(&run, (struct tape_entry){.kind = TAPE_WOKEN, .channel = 4});
    run_end(&run);
    const struct replay_options options = run_options(&run);
    struct player *player = player_create(&options, false);
    assert_non_null(player);
    while (player_step(player) == 0)
        continue;
    assert_int_equal(player->unplayed, 1);
    player_destroy(player);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_RUN(what_came_in_is_played_at_its_time),
        TEST_RUN(something_else_than_was_recorded_is_noticed),
        TEST_RUN(a_durable_channel_is_played_as_the_disk_has_answered),
        TEST_RUN(a_journal_of_version_1_is_played_with_a_disk_that_works),
        TEST_RUN(a_workers_call_waits_for_its_answer),
        TEST_RUN(a_workers_call_has_the_time_at_which_it_was_made),
        TEST_RUN(a_journal_without_its_plugin_can_not_be_played),
        TEST_RUN(what_this_program_can_not_play_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
