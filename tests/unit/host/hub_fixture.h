/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_HUB_FIXTURE_H
#define SENTIO_TESTS_HUB_FIXTURE_H

/*
 * A hub in the test's own thread. Its plugins do what the test scripts and record their calls; what
 * it sends to its one io thread is read as text, a line a message.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "hub/hub.h"
#include "io/io.h"
#include "plugin/call.h"
#include "scripted_plugin.h"

enum { FIXTURE_CHANNELS = 3, FIXTURE_MEMBERS = 8 };

/* The texts that a configured channel points to. */
struct channel_texts {
    char name[16];
    char plugin[32];
    char path[32];
    char file[16];
    char options[64];
    char forward[16];
    char observe[16];
    char *forwards[1];
    char *observes[1];
};

struct hub_fixture {
    struct config config;
    struct config_channel channels[FIXTURE_CHANNELS];
    struct channel_texts texts[FIXTURE_CHANNELS];
    struct io io;
    struct io *ios[1];
    struct host host;
    uv_loop_t loop; /* of the io thread's queue; never runs */
    struct hub *hub;
    struct sentio_writer sent;
    struct record record;
    struct member members[FIXTURE_MEMBERS]; /* handles by conn */
    char requests[FIXTURE_MEMBERS];         /* handles by number */
};

/* Adds a channel to the configuration. */
static inline struct config_channel *fixture_channel(struct hub_fixture *fixture, const char *name,
                                                     const char *plugin) {
    size_t index = fixture->config.channel_count++;
    struct channel_texts *texts = &fixture->texts[index];
    struct config_channel *channel = &fixture->channels[index];
    assert_true(index < FIXTURE_CHANNELS);
    snprintf(texts->name, sizeof(texts->name), "%s", name);
    snprintf(texts->plugin, sizeof(texts->plugin), "/plugins/%s.so", plugin);
    snprintf(texts->path, sizeof(texts->path), "/ws/%s", name);
    snprintf(texts->file, sizeof(texts->file), "test.conf");
    snprintf(texts->options, sizeof(texts->options), "{}");
    *channel = (struct config_channel){
        .name = texts->name,
        .plugin = texts->plugin,
        .path = texts->path,
        .file = texts->file,
        .options = texts->options,
        .line = 1,
        .enabled = true,
        .history = 10,
        .history_bytes = 1 << 20,
        .interval_max = 60000,
        .snapshot = -1,
    };
    return channel;
}

static inline void fixture_forwards(struct hub_fixture *fixture, size_t index, const char *to) {
    struct channel_texts *texts = &fixture->texts[index];
    snprintf(texts->forward, sizeof(texts->forward), "%s", to);
    texts->forwards[0] = texts->forward;
    fixture->channels[index].forwards = (struct config_strings){texts->forwards, 1};
}

static inline void fixture_observes(struct hub_fixture *fixture, size_t index, const char *what) {
    struct channel_texts *texts = &fixture->texts[index];
    snprintf(texts->observe, sizeof(texts->observe), "%s", what);
    texts->observes[0] = texts->observe;
    fixture->channels[index].observes = (struct config_strings){texts->observes, 1};
}

static inline const char *conn_text(const struct hub_fixture *fixture, const struct member *member,
                                    char space[8]) {
    snprintf(space, 8, "%d", (int)(member - fixture->members));
    return space;
}

static inline int compare_texts(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline void write_interest(struct sentio_writer *out, const struct interest *interest) {
    char names[16][SENTIO_TOPIC_MAX + 1];
    char *sorted[16];
    if (interest == NULL) {
        sentio_write_text(out, " nothing");
        return;
    }
    sentio_write_text(out, interest->all ? " all" : " ");
    assert_true(interest->topic_count <= 16);
    for (uint32_t i = 0; i < interest->topic_count; i++) {
        struct sentio_bytes name = topic_name(interest->topics[i]);
        snprintf(names[i], sizeof(names[i]), "%.*s", (int)name.size, name.data);
        sorted[i] = names[i];
    }
    qsort(sorted, interest->topic_count, sizeof(sorted[0]), compare_texts);
    for (uint32_t i = 0; i < interest->topic_count; i++)
        sentio_write_format(out, "%s%s", i ? "," : "", sorted[i]);
    if (interest->named)
        sentio_write_text(out, " named");
    if (interest->interval)
        sentio_write_format(out, " interval=%u", interest->interval);
    if (interest->predicates.count)
        sentio_write_format(out, " filters=%u", interest->predicates.count);
}

static inline void write_items_text(struct sentio_writer *out, struct item *const *items,
                                    uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        sentio_write_format(out, " %.*s", (int)items[i]->json.size, items[i]->json.data);
}

static inline void write_joined(struct hub_fixture *fixture, const struct joined_message *joined) {
    struct sentio_writer *out = &fixture->sent;
    bool replay = joined->head.kind == MESSAGE_REPLAY;
    char space[8];
    sentio_write_format(out, "%s %s", replay ? "replay" : "joined",
                        conn_text(fixture, joined->member, space));
    if (!replay)
        write_interest(out, joined->interest);
    sentio_write_format(out, " at %llu", (unsigned long long)joined->offset);
    if (joined->text.size)
        sentio_write_format(out, " %.*s", (int)joined->text.size, joined->text.data);
    if (joined->snapshot_count)
        sentio_write_text(out, " snapshot");
    write_items_text(out, joined->snapshot, joined->snapshot_count);
    if (joined->replay_count)
        sentio_write_format(out, " replay %llu>", (unsigned long long)joined->since);
    write_items_text(out, joined->replay, joined->replay_count);
    if (joined->end.size)
        sentio_write_format(out, " end %.*s", (int)joined->end.size, joined->end.data);
    sentio_write_text(out, joined->more ? " more" : "");
    sentio_write_text(out, joined->afresh ? " afresh" : "");
}

static inline void write_notice(struct hub_fixture *fixture, const struct notice_message *notice) {
    char space[8];
    sentio_write_text(&fixture->sent, "notice");
    for (size_t i = 0; i < notice->count; i++)
        sentio_write_format(&fixture->sent, " %s", conn_text(fixture, notice->members[i], space));
    sentio_write_format(&fixture->sent, "\n%.*s", (int)notice->text.size, notice->text.data);
}

static inline void write_message(struct hub_fixture *fixture, const struct message *message) {
    struct sentio_writer *out = &fixture->sent;
    const struct text_message *text = (const struct text_message *)message;
    const struct close_message *closing = (const struct close_message *)message;
    const struct gone_message *gone = (const struct gone_message *)message;
    const struct response_message *response = (const struct response_message *)message;
    const struct update_message *update = (const struct update_message *)message;
    char space[8];
    if (message->kind == MESSAGE_JOINED || message->kind == MESSAGE_REPLAY)
        write_joined(fixture, (const struct joined_message *)message);
    else if (message->kind == MESSAGE_TEXT)
        sentio_write_format(out, "%s %s %.*s", text->error ? "error" : "text",
                            conn_text(fixture, text->member, space), (int)text->text.size,
                            text->text.data);
    else if (message->kind == MESSAGE_CLOSE)
        sentio_write_format(out, "close %s %u %.*s", conn_text(fixture, closing->member, space),
                            closing->code, (int)closing->reason.size, closing->reason.data);
    else if (message->kind == MESSAGE_GONE)
        sentio_write_format(out, "gone %s", conn_text(fixture, gone->member, space));
    else if (message->kind == MESSAGE_RESPONSE)
        sentio_write_format(out, "response %d %u%s%.*s %.*s",
                            (int)((char *)response->request - fixture->requests), response->status,
                            response->type.size ? " " : "", (int)response->type.size,
                            response->type.data, (int)response->body.size, response->body.data);
    else if (message->kind == MESSAGE_UPDATE)
        sentio_write_format(out, "update %s at %llu", update->update->stream->name,
                            (unsigned long long)update->update->last);
    else if (message->kind == MESSAGE_NOTICE)
        write_notice(fixture, (const struct notice_message *)message);
    else if (message->kind == MESSAGE_VIEW)
        sentio_write_text(out, "view");
    if (message->kind == MESSAGE_UPDATE)
        write_items_text(out, update->update->items, update->update->count);
    sentio_write_text(out, "\n");
}

static inline void fixture_deliver(void *context, struct message *message) {
    write_message(context, message);
    message_destroy(message);
}

/* Puts `sign` where the value of the member `name`, a string, stands. */
static inline void mask(char *text, const char *name, char sign) {
    size_t size = strlen(name);
    for (char *at = strstr(text, name); at; at = strstr(at + size, name)) {
        char *end = strchr(at + size, '"');
        assert_non_null(end);
        at[size] = sign;
        memmove(at + size + 1, end, strlen(end) + 1);
    }
}

/* What the hub has sent since the last time, timestamps as T and epochs as E. The caller frees. */
static inline char *fixture_sent(struct hub_fixture *fixture) {
    queue_pump(&fixture->io.queue);
    struct sentio_bytes written = sentio_written(&fixture->sent);
    char *text = calloc(1, written.size + 1);
    if (text != NULL && written.size)
        memcpy(text, written.data, written.size);
    assert_non_null(text);
    sentio_writer_finish(&fixture->sent);
    sentio_writer_init(&fixture->sent, NULL, 0);
    mask(text, "\"timestamp\":\"", 'T');
    mask(text, "\"epoch\":\"", 'E');
    return text;
}

static inline void assert_sent(struct hub_fixture *fixture, const char *expected) {
    char *text = fixture_sent(fixture);
    bool same = strcmp(text, expected) == 0;
    if (!same)
        print_error("sent:\n%sinstead of:\n%s", text, expected);
    free(text);
    assert_true(same);
}

static inline void assert_recorded(struct hub_fixture *fixture, const char *expected) {
    bool same = strcmp(fixture->record.text, expected) == 0;
    if (!same)
        print_error("called:\n%sinstead of:\n%s", fixture->record.text, expected);
    fixture->record.size = 0;
    fixture->record.text[0] = '\0';
    assert_true(same);
}

/* Starts the hub with what is configured; false when a channel does not open. */
static inline bool fixture_open(struct hub_fixture *fixture) {
    fixture->hub = hub_create(&fixture->host);
    for (size_t i = 0; fixture->hub && i < fixture->hub->channel_count; i++) {
        struct sentio_channel *state = fixture->hub->channels[i]->instance->state;
        if (state == NULL || fixture->hub->channels[i]->instance->plugin->table.channel_size == 0)
            continue;
        state->record = &fixture->record;
        state->name = fixture->texts[i].name;
    }
    return fixture->hub != NULL;
}

static inline void fixture_close(struct hub_fixture *fixture) {
    hub_destroy(fixture->hub);
    fixture->hub = NULL;
}

static inline struct sentio_channel *fixture_state(struct hub_fixture *fixture, size_t channel) {
    return fixture->hub->channels[channel]->instance->state;
}

/* Without channels, not open. */
static inline int fixture_prepare(void **state) {
    struct hub_fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL || uv_loop_init(&fixture->loop) != 0)
        return -1;
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    fixture->config.channels = fixture->channels;
    fixture->config.limits.connections = 100;
    fixture->config.limits.topics = 4;
    fixture->config.limits.per_user = 2;
    fixture->config.limits.queue = 1 << 20;
    fixture->config.publish.body_size = 1 << 20;
    fixture->config.publish.window = 60000;
    fixture->config.publish.keys = 1000;
    fixture->config.plugins.slow_call = 60000;
    fixture->config.plugins.answer = 60000;
    fixture->config.plugins.call_bytes = 1 << 16;
    fixture->ios[0] = &fixture->io;
    fixture->host.config = &fixture->config;
    fixture->host.ios = fixture->ios;
    fixture->host.io_count = 1;
    fixture->io.queue.deliver = fixture_deliver;
    fixture->io.queue.context = fixture;
    sentio_writer_init(&fixture->sent, NULL, 0);
    return queue_init(&fixture->io.queue, &fixture->loop, 1 << 20);
}

/* Two channels, "a" and "b". */
static inline int fixture_setup(void **state) {
    if (fixture_prepare(state) != 0)
        return -1;
    fixture_channel(*state, "a", "scripted");
    fixture_channel(*state, "b", "scripted");
    return fixture_open(*state) ? 0 : -1;
}

static inline int fixture_teardown(void **state) {
    struct hub_fixture *fixture = *state;
    fixture_close(fixture);
    queue_finish(&fixture->io.queue, message_destroy);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&fixture->loop);
    sentio_writer_finish(&fixture->sent);
    free(fixture);
    return left;
}

/* To the hub, as from the io thread. */
static inline void fixture_send(struct hub_fixture *fixture, struct message *message) {
    assert_non_null(message);
    queue_push(&fixture->hub->queue, message);
    queue_pump(&fixture->hub->queue);
}

/* A publisher's request; `request` is the number that its answer is told by. */
struct fixture_publish {
    uint32_t channel;
    size_t request;
    const char *name;
    const char *key; /* NULL: none */
    bool lines;
};

static inline void fixture_publish_as(struct hub_fixture *fixture,
                                      const struct fixture_publish *like, const char *body) {
    struct publish_message *message =
        publish_message_create(sentio_text(like->name), sentio_text(like->key), sentio_text(body));
    assert_non_null(message);
    message->channel = like->channel;
    message->lines = like->lines;
    message->request = (struct request *)&fixture->requests[like->request];
    fixture_send(fixture, &message->head);
}

static inline void fixture_publish(struct hub_fixture *fixture, uint32_t channel,
                                   const char *body) {
    fixture_publish_as(fixture, &(struct fixture_publish){.channel = channel, .name = "key"}, body);
}

/* One item: {"symbol":topic} on `topic`. */
static inline void fixture_publish_item(struct hub_fixture *fixture, uint32_t channel,
                                        const char *topic) {
    char json[64];
    snprintf(json, sizeof(json), "{\"symbol\":\"%s\"}", topic);
    SCRIPT(fixture_state(fixture, channel), CALL_PUBLISH, 0, {EFFECT_EMIT, .a = topic, .b = json});
    fixture_publish(fixture, channel, "{}");
    free(fixture_sent(fixture));
}

/* What is not text in `like` is taken over; the action follows from `what` unless it is named. */
static inline void fixture_command(struct hub_fixture *fixture,
                                   const struct command_message *like) {
    static const char *const actions[] = {"subscribe", "unsubscribe", "other", "presence", "ack"};
    struct sentio_bytes request = like->request.size ? like->request : sentio_text("{}");
    struct command_message *message =
        command_message_create(like->user, like->id, sentio_text(actions[like->what]), request);
    assert_non_null(message);
    message->channel = like->channel;
    message->roles = like->roles;
    message->what = like->what;
    message->named = like->named;
    message->conn = like->conn;
    message->sent = like->sent;
    message->member = &fixture->members[like->conn];
    fixture_send(fixture, &message->head);
}

/* A subscribe with the id 1 and nothing else. */
static inline void fixture_subscribe(struct hub_fixture *fixture, uint32_t channel, uint64_t conn) {
    fixture_command(fixture, &(struct command_message){
                                 .channel = channel, .conn = conn, .id = sentio_text("1")});
}

static inline void fixture_leave(struct hub_fixture *fixture, uint64_t conn) {
    fixture_send(fixture, left_message_create(0, conn, &fixture->members[conn]));
}

/* A REST request for the scripted plugin's route. */
static inline void fixture_query(struct hub_fixture *fixture, uint32_t route, const char *user,
                                 const char *parameters) {
    struct query_message *message =
        query_message_create(sentio_text(user), sentio_text(scripted_routes[route].path),
                             sentio_text("/path"), sentio_text(parameters));
    assert_non_null(message);
    message->route = route;
    message->request = (struct request *)&fixture->requests[1];
    fixture_send(fixture, &message->head);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define TEST_CLOSED(name) cmocka_unit_test_setup_teardown(name, fixture_prepare, fixture_teardown)

#endif
