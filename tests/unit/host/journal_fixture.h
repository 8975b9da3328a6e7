/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_JOURNAL_FIXTURE_H
#define SENTIO_TESTS_JOURNAL_FIXTURE_H

/* Entries of a journal, and a folder of the test's own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "folder.h"
#include "journal/journal_frame.h"

struct journal_folder {
    char path[40];
};

static inline int journal_folder_setup(void **state) {
    struct journal_folder *folder = calloc(1, sizeof(*folder));
    *state = folder;
    if (folder == NULL)
        return -1;
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    snprintf(folder->path, sizeof(folder->path), "/tmp/sentio-journal-XXXXXX");
    return mkdtemp(folder->path) ? 0 : -1;
}

static inline int journal_folder_teardown(void **state) {
    struct journal_folder *folder = *state;
    int error = folder_remove(folder->path);
    free(folder);
    return error;
}

static inline struct tape_entry journal_entry(uint64_t number, const char *text) {
    return (struct tape_entry){
        .kind = TAPE_LINE,
        .channel = 3,
        .what = 4,
        .flags = 5,
        .time = 1700000000000 + (int64_t)number,
        .number = number,
        .texts = {sentio_text(text), sentio_text(""), sentio_text("third"), sentio_text("")},
    };
}

static inline void assert_entry(const struct tape_entry *entry, uint64_t number, const char *text) {
    assert_int_equal(entry->kind, TAPE_LINE);
    assert_int_equal(entry->channel, 3);
    assert_int_equal(entry->what, 4);
    assert_int_equal(entry->flags, 5);
    assert_int_equal(entry->number, number);
    assert_true(entry->time == 1700000000000 + (int64_t)number);
    assert_true(sentio_is(entry->texts[0], text));
    assert_int_equal(entry->texts[1].size, 0);
    assert_true(sentio_is(entry->texts[2], "third"));
    assert_int_equal(entry->texts[3].size, 0);
}

/* The bytes of a file; the caller frees. */
static inline char *journal_read(const char *path, size_t *size) {
    FILE *stream = fopen(path, "re");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    long length = ftell(stream);
    assert_true(length >= 0);
    rewind(stream);
    char *data = malloc((size_t)length + 1);
    assert_non_null(data);
    *size = fread(data, 1, (size_t)length, stream);
    assert_int_equal(*size, (size_t)length);
    fclose(stream);
    return data;
}

static inline void journal_write(const char *path, const char *data, size_t size) {
    FILE *stream = fopen(path, "we");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

#endif
