/* SPDX-License-Identifier: MIT */
#include "channel/set_aside.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "hub_fixture.h"

/* What is logged, instead of log.c. */
static char *logged(void) {
    static char text[1024];
    return text;
}

void log_start(enum log_level level, enum log_format format) {
    (void)level;
    (void)format;
}

void log_write(enum log_level level, const char *where, const char *format, ...) {
    va_list arguments;
    (void)level;
    (void)where;
    va_start(arguments, format);
    vsnprintf(logged(), 1024, format, arguments);
    va_end(arguments);
}

static char *state_dir(void) {
    static char folder[64];
    return folder;
}

static struct task *update(const char *text) {
    const struct sentio_update from = {.name = sentio_text("key")};
    const struct call call = {
        .kind = CALL_PUBLISH, .update = &from, .text = sentio_text(text), .abi.now = 5};
    struct task *task = task_create(&call, NULL);
    assert_non_null(task);
    return task;
}

static void put_aside(struct hub_fixture *fixture, size_t channel, const char *text) {
    struct task *task = update(text);
    fixture->hub->channels[channel]->given_up++;
    set_aside(fixture->hub->channels[channel], task);
    free(task);
}

/* The names in set-aside/ that begin like that. */
static size_t count_files(const char *prefix) {
    char path[128];
    size_t count = 0;
    snprintf(path, sizeof(path), "%s/set-aside", state_dir());
    DIR *files = opendir(path);
    if (files == NULL)
        return 0;
    for (const struct dirent *file = readdir(files); file; file = readdir(files))
        count += strncmp(file->d_name, prefix, strlen(prefix)) == 0;
    closedir(files);
    return count;
}

/* The path that the log ends with. */
static const char *logged_path(void) {
    static const char before[] = "the update that its plugin died of twice is set aside: ";
    assert_int_equal(strncmp(logged(), before, strlen(before)), 0);
    return logged() + strlen(before);
}

static void assert_content(const char *path, const char *expected) {
    char content[512];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(content, expected);
}

static void update_is_a_file_that_the_log_names(void **state) {
    struct hub_fixture *fixture = *state;
    struct stat status;
    char folder[128];
    put_aside(fixture, 0, "{\"x\":1}");
    assert_content(logged_path(), "{\"call\":\"publish\",\"now\":5,\"update\":{\"origin\":0,"
                                  "\"name\":\"key\"},\"payload\":{\"x\":1}}\n");
    snprintf(folder, sizeof(folder), "%s/set-aside", state_dir());
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    put_aside(fixture, 0, "{\"x\":2}");
    assert_int_equal(count_files("a."), 2);
}

static void hundred_of_a_channel_are_kept(void **state) {
    struct hub_fixture *fixture = *state;
    char first[1024];
    char second[1024];
    put_aside(fixture, 1, "{}");
    fixture->hub->channels[0]->engine.time = io_time() + 1000000;
    put_aside(fixture, 0, "{\"x\":1}");
    snprintf(first, sizeof(first), "%s", logged_path());
    fixture->hub->channels[0]->engine.time++;
    put_aside(fixture, 0, "{\"x\":2}");
    snprintf(second, sizeof(second), "%s", logged_path());
    for (int i = 2; i < 100; i++) {
        fixture->hub->channels[0]->engine.time++;
        put_aside(fixture, 0, "{}");
    }
    assert_int_equal(count_files("a."), 100);
    assert_int_equal(access(first, F_OK), 0);
    fixture->hub->channels[0]->engine.time++;
    put_aside(fixture, 0, "{}");
    assert_int_equal(count_files("a."), 100);
    assert_int_equal(access(first, F_OK), -1);
    assert_int_equal(access(second, F_OK), 0);
    assert_int_equal(count_files("b."), 1);
}

static void nothing_is_set_aside_without_a_state_folder(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->host.state_dir = NULL;
    put_aside(fixture, 0, "{}");
    assert_string_equal(logged(), "");
    assert_int_equal(count_files(""), 0);
}

static void folder_that_can_not_be_made_is_logged(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->host.state_dir = "/nonexistent";
    put_aside(fixture, 0, "{}");
    assert_string_equal(logged(), "the update could not be set aside in /nonexistent/set-aside: No "
                                  "such file or directory");
}

static void disk_that_is_full_is_logged(void **state) {
    struct hub_fixture *fixture = *state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit none = {0, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    put_aside(fixture, 0, "{}");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(logged(), "the update could not be set aside in "));
    assert_non_null(strstr(logged(), "File too large"));
    assert_int_equal(count_files("a."), 0);
}

static int setup(void **state) {
    logged()[0] = '\0';
    snprintf(state_dir(), 64, "/tmp/sentio-set-aside.XXXXXX");
    if (mkdtemp(state_dir()) == NULL || fixture_setup(state) != 0)
        return -1;
    ((struct hub_fixture *)*state)->host.state_dir = state_dir();
    logged()[0] = '\0';
    return 0;
}

static int teardown(void **state) {
    ((struct hub_fixture *)*state)->host.state_dir = NULL;
    int left = fixture_teardown(state);
    return folder_remove(state_dir()) != 0 ? -1 : left;
}

#define TEST_ASIDE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST_ASIDE(update_is_a_file_that_the_log_names),
        TEST_ASIDE(hundred_of_a_channel_are_kept),
        TEST_ASIDE(nothing_is_set_aside_without_a_state_folder),
        TEST_ASIDE(folder_that_can_not_be_made_is_logged),
        TEST_ASIDE(disk_that_is_full_is_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
