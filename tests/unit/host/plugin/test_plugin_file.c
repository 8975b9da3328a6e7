/* SPDX-License-Identifier: MIT */
#include "plugin/plugin_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

static const char code[] = "\177ELF and then some code";

/* That many copies find the disk full when they have begun. */
static int copies_without_room;

ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
    if (copies_without_room > 0) {
        copies_without_room--;
        syscall(SYS_sendfile, to, from, offset, (size_t)5);
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_sendfile, to, from, offset, size);
}

struct fixture {
    char folder[64];
    char source[128];
    char copies[128];
    char why[512];
    struct plugin_report report;
};

static void write_file(const char *path, const char *bytes, size_t size) {
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static size_t count_files(const char *folder) {
    size_t count = 0;
    DIR *files = opendir(folder);
    assert_non_null(files);
    for (const struct dirent *file = readdir(files); file; file = readdir(files))
        count += file->d_name[0] != '.';
    closedir(files);
    return count;
}

static void assert_content(int fd, const char *bytes, size_t size) {
    char content[256];
    assert_int_equal(pread(fd, content, sizeof(content), 0), (ssize_t)size);
    assert_memory_equal(content, bytes, size);
}

static void copy_is_private_and_goes_when_it_is_closed(void **state) {
    struct fixture *fixture = *state;
    struct plugin_file file;
    struct stat status;
    assert_int_equal(plugin_file_open(&fixture->report, fixture->copies, &file), 0);
    assert_true(file.copied);
    assert_int_equal(strncmp(file.path, fixture->copies, strlen(fixture->copies)), 0);
    assert_non_null(strstr(file.path, "/plug."));
    assert_string_equal(file.path + strlen(file.path) - 3, ".so");
    assert_int_equal(stat(file.path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0500);
    assert_true((fcntl(file.fd, F_GETFD) & FD_CLOEXEC) != 0);
    write_file(fixture->source, "another", 7);
    assert_content(file.fd, code, sizeof(code));
    int kept = dup(file.fd);
    plugin_file_close(&file);
    assert_int_equal(file.fd, -1);
    assert_null(file.path);
    assert_int_equal(count_files(fixture->copies), 0);
    assert_content(kept, code, sizeof(code));
    close(kept);
}

static void every_copy_has_a_name_of_its_own(void **state) {
    struct fixture *fixture = *state;
    enum { COUNT = 20 };
    char paths[COUNT][256];
    for (int i = 0; i < COUNT; i++) {
        struct plugin_file file;
        assert_int_equal(plugin_file_open(&fixture->report, fixture->copies, &file), 0);
        snprintf(paths[i], sizeof(paths[i]), "%s", file.path);
        plugin_file_close(&file);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(paths[i], paths[k]);
    }
}

static void file_is_opened_in_place_without_a_folder_for_copies(void **state) {
    struct fixture *fixture = *state;
    struct plugin_file file;
    assert_int_equal(plugin_file_open(&fixture->report, NULL, &file), 0);
    assert_false(file.copied);
    assert_string_equal(file.path, fixture->source);
    assert_content(file.fd, code, sizeof(code));
    plugin_file_close(&file);
    assert_int_equal(access(fixture->source, R_OK), 0);
}

static void path_of_a_file_in_place_is_absolute(void **state) {
    struct fixture *fixture = *state;
    struct plugin_file file;
    char before[512];
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(fixture->folder), 0);
    fixture->report.file = "plug.so";
    int error = plugin_file_open(&fixture->report, NULL, &file);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(error, 0);
    assert_string_equal(file.path, fixture->source);
    plugin_file_close(&file);
}

static void digest_is_that_of_the_bytes(void **state) {
    struct fixture *fixture = *state;
    unsigned char expected[PLUGIN_DIGEST_SIZE];
    unsigned char digest[PLUGIN_DIGEST_SIZE];
    struct plugin_file file;
    EVP_Digest(code, sizeof(code), expected, NULL, EVP_sha256(), NULL);
    assert_int_equal(plugin_file_digest(&fixture->report, digest), 0);
    assert_memory_equal(digest, expected, sizeof(expected));
    assert_int_equal(plugin_file_open(&fixture->report, fixture->copies, &file), 0);
    assert_memory_equal(file.digest, expected, sizeof(expected));
    plugin_file_close(&file);
}

static void file_of_many_blocks_is_copied_and_digested_whole(void **state) {
    struct fixture *fixture = *state;
    static char big[3 * 1024 * 1024 + 17] = "\177ELF";
    unsigned char expected[PLUGIN_DIGEST_SIZE];
    struct plugin_file file;
    struct stat status;
    memset(big + 4, 'x', sizeof(big) - 4);
    write_file(fixture->source, big, sizeof(big));
    EVP_Digest(big, sizeof(big), expected, NULL, EVP_sha256(), NULL);
    assert_int_equal(plugin_file_open(&fixture->report, fixture->copies, &file), 0);
    assert_int_equal(fstat(file.fd, &status), 0);
    assert_int_equal(status.st_size, sizeof(big));
    assert_memory_equal(file.digest, expected, sizeof(expected));
    plugin_file_close(&file);
}

static void on_a_full_disk_the_copy_is_in_memory(void **state) {
    struct fixture *fixture = *state;
    struct plugin_file files[2];
    for (int i = 0; i < 2; i++) {
        copies_without_room = 1;
        assert_int_equal(plugin_file_open(&fixture->report, fixture->copies, &files[i]), 0);
        assert_content(files[i].fd, code, sizeof(code));
        int opened = open(files[i].path, O_RDONLY | O_CLOEXEC);
        assert_content(opened, code, sizeof(code));
        close(opened);
    }
    assert_string_not_equal(files[0].path, files[1].path);
    assert_int_equal(strncmp(files[0].path, fixture->copies, strlen(fixture->copies)), 0);
    for (int i = 0; i < 2; i++)
        plugin_file_close(&files[i]);
    assert_int_equal(count_files(fixture->copies), 0);
}

static void full_disk_is_named_when_there_is_no_memory_either(void **state) {
    struct fixture *fixture = *state;
    struct plugin_file file;
    copies_without_room = 2;
    assert_int_not_equal(plugin_file_open(&fixture->report, fixture->copies, &file), 0);
    assert_non_null(strstr(fixture->why, "No space left"));
    assert_int_equal(file.fd, -1);
    assert_int_equal(count_files(fixture->copies), 0);
}

/* What is wrong is said, and nothing is left. */
static void expect_refusal(struct fixture *fixture, int code_of, const char *part) {
    unsigned char digest[PLUGIN_DIGEST_SIZE];
    struct plugin_file file;
    for (int i = 0; i < 3; i++) {
        fixture->why[0] = '\0';
        int error = i == 0   ? plugin_file_open(&fixture->report, fixture->copies, &file)
                    : i == 1 ? plugin_file_open(&fixture->report, NULL, &file)
                             : plugin_file_digest(&fixture->report, digest);
        assert_int_equal(error, code_of);
        assert_int_equal(strncmp(fixture->why, fixture->report.file, strlen(fixture->report.file)),
                         0);
        assert_non_null(strstr(fixture->why, part));
        if (i < 2)
            assert_int_equal(file.fd, -1);
    }
    assert_int_equal(count_files(fixture->copies), 0);
}

static void file_that_is_not_there_is_not_found(void **state) {
    struct fixture *fixture = *state;
    fixture->report.file = "/nonexistent/plug.so";
    expect_refusal(fixture, SENTIO_NOT_FOUND, "can not be opened: No such file");
}

static void folder_is_no_plugin(void **state) {
    struct fixture *fixture = *state;
    fixture->report.file = fixture->folder;
    expect_refusal(fixture, SENTIO_INVALID, "is not a regular file");
}

static void pipe_that_nobody_writes_to_is_no_plugin(void **state) {
    struct fixture *fixture = *state;
    unlink(fixture->source);
    assert_int_equal(mkfifo(fixture->source, 0600), 0);
    expect_refusal(fixture, SENTIO_INVALID, "is not a regular file");
}

static void text_is_no_plugin(void **state) {
    struct fixture *fixture = *state;
    write_file(fixture->source, "#!/bin/sh\n", 10);
    expect_refusal(fixture, SENTIO_INVALID, "is not an ELF file");
}

static void empty_file_is_no_plugin(void **state) {
    struct fixture *fixture = *state;
    write_file(fixture->source, "", 0);
    expect_refusal(fixture, SENTIO_INVALID, "is not an ELF file");
}

static void folder_for_copies_that_is_not_there_is_named(void **state) {
    struct fixture *fixture = *state;
    struct plugin_file file;
    assert_int_not_equal(plugin_file_open(&fixture->report, "/nonexistent", &file), 0);
    assert_non_null(strstr(fixture->why, "can not be copied to /nonexistent"));
    assert_int_equal(file.fd, -1);
    assert_null(file.path);
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sentio-plugin-file.XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->source, sizeof(fixture->source), "%s/plug.so", fixture->folder);
    snprintf(fixture->copies, sizeof(fixture->copies), "%s/copies", fixture->folder);
    write_file(fixture->source, code, sizeof(code));
    fixture->report = (struct plugin_report){
        .file = fixture->source, .why = fixture->why, .size = sizeof(fixture->why)};
    return mkdir(fixture->copies, 0700);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    copies_without_room = 0;
    int error = folder_remove(fixture->folder);
    free(fixture);
    return error;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(copy_is_private_and_goes_when_it_is_closed),
        TEST(every_copy_has_a_name_of_its_own),
        TEST(file_is_opened_in_place_without_a_folder_for_copies),
        TEST(path_of_a_file_in_place_is_absolute),
        TEST(digest_is_that_of_the_bytes),
        TEST(file_of_many_blocks_is_copied_and_digested_whole),
        TEST(on_a_full_disk_the_copy_is_in_memory),
        TEST(full_disk_is_named_when_there_is_no_memory_either),
        TEST(file_that_is_not_there_is_not_found),
        TEST(folder_is_no_plugin),
        TEST(pipe_that_nobody_writes_to_is_no_plugin),
        TEST(text_is_no_plugin),
        TEST(empty_file_is_no_plugin),
        TEST(folder_for_copies_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
