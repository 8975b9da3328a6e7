/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/journal_frame.h"

static int fail(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static int fail(struct reader *reader, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->why, sizeof(reader->why), format, arguments);
    va_end(arguments);
    return SENTIO_FAILED;
}

static char *path_of(const char *folder, size_t number) {
    char *path = NULL;
    return asprintf(&path, "%s/%06zu.journal", folder, number) == -1 ? NULL : path;
}

static bool is_run(const char *folder) {
    char *path = path_of(folder, 1);
    bool is = path != NULL && access(path, F_OK) == 0;
    free(path);
    return is;
}

/* The folders of runs are named by their time. To be freed; NULL: there is none. */
static char *find_newest(const char *dir) {
    struct dirent **entries = NULL;
    char *newest = NULL;
    int count = scandir(dir, &entries, NULL, alphasort);
    for (int i = count - 1; i >= 0; i--) {
        char *folder = NULL;
        if (newest == NULL && entries[i]->d_name[0] != '.' &&
            asprintf(&folder, "%s/%s", dir, entries[i]->d_name) != -1 && is_run(folder))
            newest = folder;
        else
            free(folder);
        free(entries[i]);
    }
    free(entries);
    return newest;
}

/* The next file. SENTIO_NOT_FOUND: there is none. */
static int open_file(struct reader *reader) {
    struct reader_file *files =
        realloc(reader->files, (reader->count + 1) * sizeof(*reader->files));
    char *path = path_of(reader->folder, reader->count + 1);
    struct stat status;
    unsigned version = 0;
    int error = SENTIO_FAILED;
    int fd = -1;
    if (files == NULL || path == NULL) {
        free(path);
        return fail(reader, "out of memory");
    }
    reader->files = files;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1 && errno == ENOENT && reader->count > 0) {
        error = SENTIO_NOT_FOUND;
        goto out;
    }
    if (fd == -1 || fstat(fd, &status) == -1) {
        fail(reader, "%s: %s", path, strerror(errno));
        goto out;
    }
    struct reader_file file = {.size = (size_t)status.st_size};
    if (file.size > 0)
        file.data = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file.size > 0 && file.data == MAP_FAILED) {
        fail(reader, "%s: %s", path, strerror(errno));
        goto out;
    }
    reader->files[reader->count++] = file;
    reader->rest = sentio_bytes(file.data, file.size);
    error = journal_get_head(&reader->rest, &version);
    if (error == SENTIO_TOO_BIG)
        fail(reader, "%s: its version is %u, and this sentio-replay reads %d to %d", path, version,
             JOURNAL_OLDEST, JOURNAL_VERSION);
    else if (error)
        fail(reader, "%s: it is no journal", path);
out:
    if (fd != -1)
        close(fd);
    free(path);
    return error == 0 || error == SENTIO_NOT_FOUND ? error : SENTIO_FAILED;
}

int reader_open(struct reader *reader, const char *dir) {
    memset(reader, 0, sizeof(*reader));
    reader->folder = is_run(dir) ? strdup(dir) : find_newest(dir);
    if (reader->folder == NULL)
        return fail(reader, "%s: there is no journal in it", dir);
    return open_file(reader);
}

void reader_close(struct reader *reader) {
    for (size_t i = 0; i < reader->count; i++)
        if (reader->files[i].size > 0)
            munmap(reader->files[i].data, reader->files[i].size);
    free(reader->files);
    free(reader->folder);
    memset(reader, 0, sizeof(*reader));
}

/* Where `rest` begins. */
static size_t position(const struct reader *reader) {
    return reader->files[reader->count - 1].size - reader->rest.size;
}

/* Half an entry may stand at the very end alone. */
static int end_torn(struct reader *reader) {
    size_t number = reader->count;
    size_t at = position(reader);
    size_t size = reader->rest.size;
    if (open_file(reader) != SENTIO_NOT_FOUND)
        return fail(reader, "%s/%06zu.journal: it is damaged at byte %zu", reader->folder, number,
                    at);
    reader->torn = size;
    reader->rest.size = 0;
    return SENTIO_NOT_FOUND;
}

int reader_peek(struct reader *reader, const struct tape_entry **entry) {
    *entry = &reader->next;
    while (!reader->has_next) {
        int error = journal_get(&reader->rest, &reader->next);
        if (error == SENTIO_AGAIN)
            return end_torn(reader);
        if (error == SENTIO_INVALID)
            return fail(reader, "%s/%06zu.journal: it is damaged at byte %zu", reader->folder,
                        reader->count, position(reader));
        reader->has_next = error == 0;
        if (error == SENTIO_NOT_FOUND) {
            error = open_file(reader);
            if (error)
                return error;
        }
    }
    return 0;
}

void reader_pass(struct reader *reader) {
    reader->has_next = false;
}
