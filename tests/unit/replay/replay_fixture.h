/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_REPLAY_FIXTURE_H
#define SENTIO_TESTS_REPLAY_FIXTURE_H

/* A recorded run, made by hand, of the channel "tick" with one of the tests' plugins. */

#include <sys/stat.h>

#include "../host/journal_fixture.h"

#include "replay/options.h"

#define FIXTURE_TIME 1700000000000

/* One of the tests' plugins. */
#define RUN_PLUGIN(name) SENTIO_TEST_BUILD "/tests/plugins/" name ".so"

struct run {
    struct journal_folder *folder;
    struct wire_buffer buffer;
    int64_t time;
};

static inline void run_put(struct run *run, struct tape_entry entry) {
    entry.time = FIXTURE_TIME + run->time++;
    assert_int_equal(journal_put(&run->buffer, &entry), 0);
}

static inline void run_path(const struct run *run, const char *name, char path[128]) {
    snprintf(path, 128, "%s/%s", run->folder->path, name);
}

/* The file `plugin` is kept as `digest`. */
static inline void run_keep(const struct run *run, const char *plugin, const char *digest) {
    char plugins[128];
    char path[256];
    size_t size = 0;
    run_path(run, "plugins", plugins);
    mkdir(plugins, 0700);
    char *data = journal_read(plugin, &size);
    snprintf(path, sizeof(path), "%s/%s.so", plugins, digest);
    journal_write(path, data, size);
    free(data);
}

/* What every run begins with. */
static inline void run_begin(struct run *run, void **state, const char *plugin) {
    memset(run, 0, sizeof(*run));
    run->folder = *state;
    journal_put_head(&run->buffer);
    run_keep(run, plugin, "d1");
    run_put(run,
            (struct tape_entry){
                .kind = TAPE_CONFIG,
                .texts = {sentio_text("channels: ({ name = \"tick\"; plugin = \"/gone.so\"; });"),
                          sentio_text("0.0.0")}});
    run_put(run, (struct tape_entry){.kind = TAPE_OPEN,
                                     .number = 7,
                                     .texts = {sentio_text("tick"), sentio_text("d1")}});
    run_put(run,
            (struct tape_entry){.kind = TAPE_EPOCH,
                                .texts = {sentio_text("tick"), sentio_text("0123456789abcdef")}});
    run_put(run, (struct tape_entry){.kind = TAPE_STARTED});
}

static inline void run_publish(struct run *run, const char *body) {
    run_put(run,
            (struct tape_entry){.kind = TAPE_PUBLISH,
                                .texts = {sentio_text("key"), sentio_text(""), sentio_text(body)}});
}

static inline void run_subscribe(struct run *run, uint64_t conn, const char *request) {
    run_put(run, (struct tape_entry){.kind = TAPE_COMMAND,
                                     .number = conn,
                                     .texts = {sentio_text(""), sentio_text("1"),
                                               sentio_text("subscribe"), sentio_text(request)}});
}

static inline void run_end(struct run *run) {
    char path[128];
    run_put(run, (struct tape_entry){.kind = TAPE_END});
    run_path(run, "000001.journal", path);
    journal_write(path, run->buffer.data, run->buffer.end);
    wire_finish(&run->buffer);
}

static inline struct replay_options run_options(const struct run *run) {
    return (struct replay_options){.dir = run->folder->path};
}

#define TEST_RUN(name)                                                                             \
    cmocka_unit_test_setup_teardown(name, journal_folder_setup, journal_folder_teardown)

#endif
