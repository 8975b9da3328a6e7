/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_RELOAD_FIXTURE_H
#define SENTIO_TESTS_RELOAD_FIXTURE_H

/*
 * hub_fixture.h with a configuration that is read from files, and read again: in a folder of the
 * test's own are sentio.conf, the plugins "scripted.so", "bare.so" and "second.so", whose contents
 * are their digests, and a state directory.
 */

#include <sys/stat.h>
#include <unistd.h>

#include "hub/view_hub.h"
#include "hub_fixture.h"
#include "reload/reload_internal.h"

enum { FOLDER_SIZE = 40, CONFIG_SIZE = 4096 };

struct reload_fixture {
    struct hub_fixture *hub;
    char folder[FOLDER_SIZE];
    char file[FOLDER_SIZE + 16];
    char state_dir[FOLDER_SIZE + 16];
    char plugins[FOLDER_SIZE + 16];
    const char *sets[1];
    struct config_source source;
    struct sentio_plugin second; /* as "scripted", version 2.0.0; tests may change it */
};

static inline void write_in(const struct reload_fixture *fixture, const char *name,
                            const char *text) {
    char path[FOLDER_SIZE + 64];
    snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0640), 0);
}

/* sentio.conf: the channels as libconfig text, and sections behind them. */
static inline void configure(const struct reload_fixture *fixture, const char *channels,
                             const char *sections) {
    char text[CONFIG_SIZE];
    snprintf(text, sizeof(text),
             "server: { listen = [\"127.0.0.1:0\"]; state_dir = \"%s\"; };\n"
             "log: { level = \"error\"; };\nchannels: (%s);\n%s\n",
             fixture->state_dir, channels, sections);
    write_in(fixture, "sentio.conf", text);
}

/* An io thread that answers as the real one does. */
static inline void deliver_and_answer(void *context, struct message *message) {
    struct hub_fixture *fixture = context;
    write_message(fixture, message);
    if (message->kind == MESSAGE_VIEW)
        queue_push(&fixture->hub->queue, message);
    else
        message_destroy(message);
}

static inline void record_calls(struct reload_fixture *fixture, size_t channel, const char *name) {
    struct sentio_channel *state = fixture_state(fixture->hub, channel);
    state->record = &fixture->hub->record;
    state->name = name;
}

/* Starts the hub with what is configured. */
static inline void begin(struct reload_fixture *fixture) {
    struct hub_fixture *hub = fixture->hub;
    struct config *config = config_load(&fixture->source, stderr);
    assert_non_null(config);
    hub->host.view = view_load(config, stderr);
    assert_non_null(hub->host.view);
    hub->host.config = config;
    hub->host.source = &fixture->source;
    hub->hub = hub_create(&hub->host);
    assert_non_null(hub->hub);
    assert_int_equal(view_fill(hub->host.view, hub->hub), 0);
}

/* Turns the hub until no reload is under way. */
static inline void finish_reload(struct reload_fixture *fixture) {
    while (fixture->hub->hub->reload != NULL) {
        queue_pump(&fixture->hub->io.queue);
        if (fixture->hub->hub->reload != NULL)
            uv_run(&fixture->hub->hub->loop, UV_RUN_ONCE);
    }
}

static inline struct request *asker(struct reload_fixture *fixture) {
    return (struct request *)&fixture->hub->requests[2];
}

/* What is sent meanwhile, with the answer; the caller frees. */
static inline char *reload(struct reload_fixture *fixture) {
    reload_begin(fixture->hub->hub, 0, asker(fixture));
    finish_reload(fixture);
    return fixture_sent(fixture->hub);
}

static inline void assert_has(const char *text, const char *part) {
    if (strstr(text, part) == NULL)
        print_error("\"%s\" is not in:\n%s", part, text);
    assert_non_null(strstr(text, part));
}

static inline void assert_lacks(const char *text, const char *part) {
    if (strstr(text, part) != NULL)
        print_error("\"%s\" is in:\n%s", part, text);
    assert_null(strstr(text, part));
}

/* A reload that goes well and changes this: JSON strings, comma-separated. */
static inline void assert_changes(struct reload_fixture *fixture, const char *changes) {
    char expected[CONFIG_SIZE];
    char *sent = reload(fixture);
    snprintf(expected, sizeof(expected), "response 2 200 {\"ok\":true,\"changes\":[%s],\"restart\"",
             changes);
    assert_has(sent, expected);
    free(sent);
}

/* One that is refused, with this among its errors. */
static inline void assert_refused(struct reload_fixture *fixture, const char *error) {
    char *sent = reload(fixture);
    assert_has(sent, "response 2 422 {\"ok\":false,\"errors\":[");
    assert_has(sent, error);
    assert_lacks(sent, "view");
    free(sent);
}

static inline int reload_prepare(void **state) {
    static struct reload_fixture fixture;
    void *hub;
    memset(&fixture, 0, sizeof(fixture));
    if (fixture_prepare(&hub) != 0)
        return -1;
    fixture.hub = hub;
    fixture.hub->io.queue.deliver = deliver_and_answer;
    snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/sentio-reload-XXXXXX");
    assert_non_null(mkdtemp(fixture.folder));
    snprintf(fixture.file, sizeof(fixture.file), "%s/sentio.conf", fixture.folder);
    snprintf(fixture.state_dir, sizeof(fixture.state_dir), "%s/state", fixture.folder);
    snprintf(fixture.plugins, sizeof(fixture.plugins), "plugins.dir=%s", fixture.folder);
    fixture.sets[0] = fixture.plugins;
    fixture.source =
        (struct config_source){.file = fixture.file, .sets = fixture.sets, .set_count = 1};
    fixture.hub->host.state_dir = fixture.state_dir;
    char channels[FOLDER_SIZE + 32];
    snprintf(channels, sizeof(channels), "%s/channels", fixture.state_dir);
    assert_int_equal(mkdir(fixture.state_dir, 0700), 0);
    assert_int_equal(mkdir(channels, 0700), 0);
    fixture.second = scripted_plugin;
    fixture.second.version = "2.0.0";
    scripted_others[0] = (struct scripted_other){"second.so", &fixture.second, &fixture};
    write_in(&fixture, "scripted.so", "scripted");
    write_in(&fixture, "bare.so", "bare");
    write_in(&fixture, "second.so", "second");
    *state = &fixture;
    return 0;
}

/* Two channels, "a" and "b", whose calls are recorded. */
static inline int reload_setup(void **state) {
    if (reload_prepare(state) != 0)
        return -1;
    struct reload_fixture *fixture = *state;
    configure(fixture,
              "{ name = \"a\"; plugin = \"scripted.so\"; }, "
              "{ name = \"b\"; plugin = \"scripted.so\"; }",
              "");
    begin(fixture);
    record_calls(fixture, 0, "a");
    record_calls(fixture, 1, "b");
    return 0;
}

static inline int reload_teardown(void **state) {
    struct reload_fixture *fixture = *state;
    char command[FOLDER_SIZE + 16];
    void *hub = fixture->hub;
    struct view *view = fixture->hub->host.view;
    fixture_close(fixture->hub);
    view_unref(view);
    fixture->hub->host.view = NULL;
    snprintf(command, sizeof(command), "rm -rf '%s'", fixture->folder);
    assert_int_equal(system(command), 0);
    return fixture_teardown(&hub);
}

#define AND_B ", { name = \"b\"; plugin = \"scripted.so\"; }"
#define ONLY_B "{ name = \"b\"; plugin = \"scripted.so\"; }"

#define TEST_RELOAD(name) cmocka_unit_test_setup_teardown(name, reload_setup, reload_teardown)

#endif
