/* SPDX-License-Identifier: MIT */
#include "journal/tape.h"

#include "channel/wakeup.h"
#include "hub_fixture.h"
#include "noted.h"
#include "worker/wire.h"

/* Takes everything down as lines; while playing, gives out its entries one after the other. */
struct fake_tape {
    struct tape tape; /* first */
    struct sentio_writer text;
    const struct tape_entry *entries;
    size_t count;
    size_t at;
};

static const char *name_of(uint32_t kind) {
    static const char *const names[] = {
        [TAPE_STATE] = "state",   [TAPE_OPEN] = "open",       [TAPE_EPOCH] = "epoch",
        [TAPE_RESULT] = "result", [TAPE_STARTED] = "started", [TAPE_PUBLISH] = "publish",
        [TAPE_LINE] = "line",     [TAPE_COMMAND] = "command", [TAPE_LEFT] = "left",
        [TAPE_QUERY] = "query",   [TAPE_WOKEN] = "woken",     [TAPE_READABLE] = "readable",
        [TAPE_RELOAD] = "reload", [TAPE_TICK] = "tick",
    };
    return names[kind];
}

static void on_note(struct tape *tape, const struct tape_entry *entry) {
    struct sentio_writer *text = &((struct fake_tape *)tape)->text;
    sentio_write_format(text, "%s %u %u %u %llu", name_of(entry->kind), entry->channel, entry->what,
                        entry->flags,
                        entry->kind == TAPE_OPEN ? 0 : (unsigned long long)entry->number);
    size_t count = entry->kind == TAPE_RESULT ? 1 : TAPE_TEXTS;
    for (size_t i = 0; i < count; i++)
        if (entry->texts[i].size > 0)
            sentio_write_format(text, " %.*s", (int)entry->texts[i].size, entry->texts[i].data);
    sentio_write_text(text, "\n");
}

static void on_keep(struct tape *tape, const char *path, const char *digest) {
    (void)path;
    sentio_write_format(&((struct fake_tape *)tape)->text, "keep %.6s\n", digest);
}

static bool on_pull(struct tape *tape, enum tape_kind kind, const char *name,
                    struct tape_entry *entry) {
    struct fake_tape *fake = (struct fake_tape *)tape;
    if (fake->at == fake->count || fake->entries[fake->at].kind != (uint32_t)kind ||
        !sentio_is(fake->entries[fake->at].texts[0], name))
        return false;
    *entry = fake->entries[fake->at++];
    return true;
}

static const char *on_plugin(struct tape *tape, const char *channel, struct sentio_bytes digest) {
    (void)tape;
    (void)channel;
    return sentio_is(digest, "same") ? "/plugins/scripted.so" : NULL;
}

static void on_sent(struct tape *tape, const struct message *message) {
    sentio_write_text(&((struct fake_tape *)tape)->text,
                      message->kind == MESSAGE_RESPONSE ? "response\n" : "other\n");
}

static void on_ordered(struct tape *tape, const struct update *update) {
    sentio_write_format(&((struct fake_tape *)tape)->text, "ordered %llu\n",
                        (unsigned long long)update->last);
}

static struct fake_tape fake;

static struct hub_fixture *prepare(void **state, bool playing) {
    assert_int_equal(fixture_prepare(state), 0);
    struct hub_fixture *fixture = *state;
    fake = (struct fake_tape){.tape = {
                                  .playing = playing,
                                  .note = on_note,
                                  .keep = on_keep,
                                  .pull = on_pull,
                                  .plugin = on_plugin,
                                  .sent = on_sent,
                                  .ordered = on_ordered,
                              }};
    sentio_writer_init(&fake.text, NULL, 0);
    fixture->host.tape = &fake.tape;
    fixture_channel(fixture, "a", "scripted");
    return fixture;
}

static int setup_recording(void **state) {
    return fixture_open(prepare(state, false)) ? 0 : -1;
}

static int setup_playing(void **state) {
    prepare(state, true);
    return 0;
}

static int teardown(void **state) {
    int left = fixture_teardown(state);
    sentio_writer_finish(&fake.text);
    return left;
}

static void assert_noted(const char *expected) {
    noted_assert(&fake.text, expected);
}

static void forget(void) {
    sentio_writer_finish(&fake.text);
    sentio_writer_init(&fake.text, NULL, 0);
}

static void an_opened_plugin_is_noted_with_its_digest_and_epoch(void **state) {
    struct hub_fixture *fixture = *state;
    struct sentio_bytes text = sentio_written(&fake.text);
    static const char begins[] = "open 0 0 0 0 a ";
    assert_true(text.size > sizeof(begins));
    assert_memory_equal(text.data, begins, sizeof(begins) - 1);
    assert_non_null(memmem(text.data, text.size, "\nkeep ", 6));
    const char *epoch = memmem(text.data, text.size, "\nepoch 0 0 0 0 a ", 17);
    assert_non_null(epoch);
    assert_memory_equal(epoch + 17, fixture->hub->channels[0]->stream->epoch, EPOCH_SIZE - 1);
}

static void what_comes_in_is_noted_before_what_goes_out(void **state) {
    struct hub_fixture *fixture = *state;
    forget();
    SCRIPT(fixture_state(fixture, 0), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = "A", .b = "1"});
    fixture_publish(fixture, 0, "{\"x\":1}");
    assert_noted("publish 0 0 0 0 key {\"x\":1}\nresult 0 2 0 0 channel a\nordered 1\nresponse\n");
    fixture_subscribe(fixture, 0, 7);
    assert_noted("command 0 0 0 7 1 subscribe {}\nresult 0 3 0 0 channel a\n");
    channel_line(fixture->hub->channels[0], sentio_text("{}"));
    assert_noted("line 0 0 0 0 {}\nresult 0 2 0 0 channel a\nordered 2\n");
    wakeup_fire(fixture->hub->channels[0]);
    assert_noted("woken 0 0 0 0\nresult 0 9 0 0 channel a\n");
    wakeup_readable(fixture->hub->channels[0], 5);
    assert_noted("readable 0 0 0 5\nresult 0 10 0 0 channel a\n");
    free(fixture_sent(fixture));
}

static void a_command_is_noted_without_its_token(void **state) {
    struct hub_fixture *fixture = *state;
    forget();
    fixture_command(fixture, &(struct command_message){
                                 .conn = 2,
                                 .roles = 1,
                                 .named = true,
                                 .user = sentio_text("u"),
                                 .id = sentio_text("1"),
                                 .request = sentio_text("{\"token\":\"secret\"}"),
                             });
    struct sentio_bytes text = sentio_written(&fake.text);
    static const char begins[] = "command 0 0 3 2 u 1 subscribe {\"token\":\"********\"}\n";
    assert_memory_equal(text.data, begins, sizeof(begins) - 1);
    free(fixture_sent(fixture));
}

static void health_is_nothing_that_is_noted(void **state) {
    struct hub_fixture *fixture = *state;
    forget();
    struct query_message *message =
        query_message_create(sentio_text(""), sentio_text(""), sentio_text("/"), sentio_text("{}"));
    assert_non_null(message);
    message->what = QUERY_HEALTH;
    fixture_send(fixture, &message->head);
    assert_noted("");
    free(fixture_sent(fixture));
}

static void what_was_drawn_is_drawn_again_while_playing(void **state) {
    struct hub_fixture *fixture = *state;
    const struct tape_entry entries[] = {
        {.kind = TAPE_OPEN,
         .time = 5,
         .number = 77,
         .texts = {sentio_text("a"), sentio_text("same")}},
        {.kind = TAPE_EPOCH,
         .time = 6,
         .texts = {sentio_text("a"), sentio_text("0123456789abcdef")}},
    };
    fake.entries = entries;
    fake.count = 2;
    assert_true(fixture_open(fixture));
    assert_int_equal(fake.at, 2);
    assert_string_equal(fixture->hub->channels[0]->stream->epoch, "0123456789abcdef");
    assert_true(hub_time(fixture->hub) == 6);
    assert_true(tape_playing(fixture->hub));
    hub_enter(fixture->hub);
    assert_true(hub_time(fixture->hub) == 6);
}

static void a_plugin_that_is_not_on_the_tape_is_not_opened(void **state) {
    struct hub_fixture *fixture = *state;
    const struct tape_entry other = {.kind = TAPE_OPEN, .texts = {sentio_text("b")}};
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    assert_false(fixture_open(fixture));
    fake.entries = &other;
    fake.count = 1;
    assert_false(fixture_open(fixture));
}

static void effects_that_are_none_are_refused(void **state) {
    struct call call = {0};
    int result = 0;
    (void)state;
    assert_int_equal(tape_effects(sentio_text(""), &call, &result), SENTIO_INVALID);
    assert_int_equal(tape_effects(sentio_text("nonsense that is long enough"), &call, &result),
                     SENTIO_INVALID);
}

#define RECORDING(name) cmocka_unit_test_setup_teardown(name, setup_recording, teardown)
#define PLAYING(name) cmocka_unit_test_setup_teardown(name, setup_playing, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RECORDING(an_opened_plugin_is_noted_with_its_digest_and_epoch),
        RECORDING(what_comes_in_is_noted_before_what_goes_out),
        RECORDING(a_command_is_noted_without_its_token),
        RECORDING(health_is_nothing_that_is_noted),
        PLAYING(what_was_drawn_is_drawn_again_while_playing),
        PLAYING(a_plugin_that_is_not_on_the_tape_is_not_opened),
        cmocka_unit_test(effects_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
