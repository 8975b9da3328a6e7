/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_STATIC_FIXTURE_H
#define SENTIO_TESTS_STATIC_FIXTURE_H

/* A folder of a test's own under /tmp, to be served. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

struct pages {
    char folder[64];
};

static inline void pages_create(struct pages *pages) {
    snprintf(pages->folder, sizeof(pages->folder), "/tmp/sentio-test-pages-XXXXXX");
    assert_non_null(mkdtemp(pages->folder));
}

static inline void pages_remove(const struct pages *pages) {
    char command[96];
    snprintf(command, sizeof(command), "rm -rf '%s'", pages->folder);
    assert_int_equal(system(command), 0);
}

static inline const char *pages_path(const struct pages *pages, const char *name, char path[256]) {
    snprintf(path, 256, "%s/%s", pages->folder, name);
    return path;
}

static inline void pages_write(const struct pages *pages, const char *name, const void *data,
                               size_t size) {
    char path[256];
    FILE *file = fopen(pages_path(pages, name, path), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void pages_say(const struct pages *pages, const char *name, const char *text) {
    pages_write(pages, name, text, strlen(text));
}

static inline void pages_folder(const struct pages *pages, const char *name) {
    char path[256];
    assert_int_equal(mkdir(pages_path(pages, name, path), 0755), 0);
}

/* RFC 1952; to be freed. */
static inline char *pages_pack(const void *data, size_t size, size_t *packed_size) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, size);
    char *packed = malloc(room);
    assert_non_null(packed);
    stream.next_out = (Bytef *)packed;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    *packed_size = stream.total_out;
    deflateEnd(&stream);
    return packed;
}

#endif
