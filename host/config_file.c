/* SPDX-License-Identifier: MIT */
#include "config_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_memory.h"
#include "config_scan.h"
#include "config_walk.h"

#define FILE_MAX (4 * 1024 * 1024)

static char *read_all(int fd, size_t size) {
    char *text = config_zeroed(size + 1, 1);
    size_t filled = 0;
    while (filled < size) {
        ssize_t count = read(fd, text + filled, size - filled);
        if (count == -1 && errno == EINTR) {
            continue;
        }
        if (count == -1) {
            free(text);
            return NULL;
        }
        if (count == 0) {
            break;
        }
        filled += (size_t)count;
    }
    text[filled] = '\0';
    return text;
}

/* libconfig ends the process when it is handed a folder; so the text is read here. */
static char *load_text(const struct config_origin *file, size_t *size,
                       struct config_errors *errors) {
    char *text = NULL;
    struct stat status;
    int fd = open(file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1) {
        config_error(errors, file, NULL, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    if (fstat(fd, &status) == -1) {
        config_error(errors, file, NULL, "cannot be read: %s", strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        config_error(errors, file, NULL, "cannot be read: not a regular file");
    } else if (status.st_size > FILE_MAX) {
        config_error(errors, file, NULL, "cannot be read: larger than 4 MiB");
    } else {
        *size = (size_t)status.st_size;
        text = read_all(fd, *size);
        if (text == NULL) {
            config_error(errors, file, NULL, "cannot be read: %s", strerror(errno));
        }
    }
    close(fd);
    return text;
}

static void read_file(struct config_draft *draft, const char *path, int turn) {
    struct config_origin file = {
        .kind = CONFIG_FROM_FILE, .name = config_draft_name(draft, path), .file = turn};
    size_t size = 0;
    size_t before = draft->errors.count;
    char *text = load_text(&file, &size, &draft->errors);
    if (text == NULL) {
        return;
    }
    config_scan(text, size, &file, &draft->errors);
    bool scanned = draft->errors.count == before;
    config_walk(draft, text, scanned, &file);
    free(text);
}

static int is_fragment(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_fragments(struct config_draft *draft, const char *prefix) {
    char *folder = config_text("%sconf.d", prefix);
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_fragment, by_name);
    if (count == -1 && errno != ENOENT) {
        struct config_origin origin = {.kind = CONFIG_FROM_FILE, .file = 1};
        origin.name = config_draft_name(draft, folder);
        config_error(&draft->errors, &origin, NULL, "cannot be read: %s", strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char *path = config_text("%s/%s", folder, entries[i]->d_name);
        read_file(draft, path, i + 1);
        free(path);
        free(entries[i]);
    }
    free(entries);
    free(folder);
}

void config_file_read_all(struct config_draft *draft, const char *path) {
    const char *slash = strrchr(path, '/');
    char *prefix = config_text("%.*s", slash ? (int)(slash - path) + 1 : 0, path);
    char *folder = realpath(prefix[0] ? prefix : ".", NULL);
    if (folder != NULL) {
        free(draft->folder);
        draft->folder = folder;
    }
    read_file(draft, path, 0);
    read_fragments(draft, prefix);
    free(prefix);
}
