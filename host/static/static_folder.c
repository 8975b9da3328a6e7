/* SPDX-License-Identifier: MIT */
#include "static_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "http/http.h"

enum { DEPTH_MAX = 16, WHY = 512 };

/* A folder on its way into memory. */
struct visit {
    const char *root; /* resolved */
    struct static_site *site;
    char why[WHY]; /* it failed; empty: it did not */
};

__attribute__((format(printf, 2, 3))) static int fail(struct visit *visit, const char *format,
                                                      ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(visit->why, sizeof(visit->why), format, arguments);
    va_end(arguments);
    return SENTIO_INVALID;
}

static int add(struct visit *visit, const char *path, char *data, size_t size) {
    int error = static_site_add(visit->site, path, data, size);
    if (error == SENTIO_TOO_BIG)
        return fail(visit, "%s has more than %d MiB or %d files; is it the folder that was built?",
                    visit->root, STATIC_SITE_BYTES / 1024 / 1024, STATIC_SITE_FILES);
    return error ? fail(visit, "out of memory") : 0;
}

/* Up to its end as it is now, which may not be what fstat() said; a byte over the limit is enough
 * to know that it is too much. */
static int read_open(struct visit *visit, int fd, const char *path) {
    struct stat status;
    if (fstat(fd, &status) == -1 || !S_ISREG(status.st_mode))
        return fail(visit, "%s%s cannot be read: not a regular file", visit->root, path);
    size_t limit = STATIC_SITE_BYTES - visit->site->bytes + 1;
    size_t expected = (size_t)status.st_size + 1;
    size_t capacity = expected < limit ? expected : limit;
    size_t size = 0;
    char *data = malloc(capacity);
    ssize_t got = data ? 1 : 0;
    while (got > 0 && size < capacity) {
        got = read(fd, data + size, capacity - size);
        size += got > 0 ? (size_t)got : 0;
    }
    if (data == NULL || got == -1) {
        free(data);
        return fail(visit, "%s%s cannot be read: %s", visit->root, path, strerror(errno));
    }
    if (size == expected) {
        free(data);
        return fail(visit, "%s%s has grown while it was read", visit->root, path);
    }
    return add(visit, path, data, size);
}

static int read_file(struct visit *visit, const char *name, const char *path) {
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd == -1)
        return fail(visit, "%s cannot be read: %s", name, strerror(errno));
    int error = read_open(visit, fd, path);
    close(fd);
    return error;
}

/* `resolved` has room for PATH_MAX bytes. */
static bool leads_to_file_within(const struct visit *visit, const char *name, char *resolved) {
    struct stat status;
    size_t size = strlen(visit->root);
    return realpath(name, resolved) && strncmp(resolved, visit->root, size) == 0 &&
           resolved[size] == '/' && strstr(resolved + size, "/.") == NULL &&
           stat(resolved, &status) == 0 && S_ISREG(status.st_mode);
}

static int follow(struct visit *visit, const char *name, const char *path) {
    char resolved[PATH_MAX];
    if (leads_to_file_within(visit, name, resolved))
        return read_file(visit, resolved, path);
    log_warning("dashboard", "%s is a link that leads to no file of this folder; it is not served",
                name);
    return 0;
}

static int visit_folder(struct visit *visit, const char *path, int depth);

static int visit_entry(struct visit *visit, const char *path, const char *entry, int depth) {
    struct stat status;
    char *own = NULL;
    char *name = NULL;
    int error = 0;
    if (asprintf(&own, "%s/%s", path, entry) == -1)
        return fail(visit, "out of memory");
    if (asprintf(&name, "%s%s", visit->root, own) == -1)
        error = fail(visit, "out of memory");
    else if (strlen(own) >= PATH_MAX_SIZE)
        error = fail(visit, "%s is too long a name", name);
    else if (lstat(name, &status) == -1)
        error = fail(visit, "%s cannot be read: %s", name, strerror(errno));
    else if (S_ISDIR(status.st_mode))
        error = visit_folder(visit, own, depth + 1);
    else if (S_ISLNK(status.st_mode))
        error = follow(visit, name, own);
    else if (S_ISREG(status.st_mode))
        error = read_file(visit, name, own);
    free(name);
    free(own);
    return error;
}

static int visit_open(struct visit *visit, DIR *folder, const char *path, int depth) {
    int error = 0;
    while (error == 0) {
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            break;
        if (entry->d_name[0] != '.')
            error = visit_entry(visit, path, entry->d_name, depth);
    }
    return error;
}

static int visit_folder(struct visit *visit, const char *path, int depth) {
    char *name = NULL;
    if (depth > DEPTH_MAX)
        return fail(visit, "%s%s is more than %d folders deep", visit->root, path, DEPTH_MAX);
    if (asprintf(&name, "%s%s", visit->root, path) == -1)
        return fail(visit, "out of memory");
    DIR *folder = opendir(name);
    if (folder == NULL) {
        fail(visit, "%s cannot be read: %s", name, strerror(errno));
        free(name);
        return SENTIO_INVALID;
    }
    free(name);
    int error = visit_open(visit, folder, path, depth);
    closedir(folder);
    return error;
}

static int visit_root(struct visit *visit) {
    int error = visit_folder(visit, "", 0);
    if (error)
        return error;
    if (static_site_seal(visit->site) != 0)
        return fail(visit, "OpenSSL gives no SHA-256");
    if (static_site_find(visit->site, sentio_text("/")) == NULL)
        return fail(visit,
                    "%s has no index.html; name the folder that packaging/dashboard.sh built",
                    visit->root);
    return 0;
}

static struct static_site *read_folder(const char *folder, struct visit *visit) {
    char resolved[PATH_MAX];
    if (realpath(folder, resolved) == NULL) {
        fail(visit, "%s cannot be read: %s", folder, strerror(errno));
        return NULL;
    }
    visit->root = resolved;
    visit->site = static_site_create();
    if (visit->site == NULL) {
        fail(visit, "out of memory");
        return NULL;
    }
    if (visit_root(visit) == 0)
        return visit->site;
    static_site_unref(visit->site);
    return NULL;
}

int static_load(const char *setting, struct static_site **site, FILE *errors) {
    struct visit visit = {.why = ""};
    *site = NULL;
    if (setting == NULL || strcmp(setting, "none") == 0)
        return 0;
    bool installed = setting[0] == '\0';
    if (installed && access(SENTIO_DASHBOARD_DIR, F_OK) == -1)
        return 0;
    const char *folder = installed ? SENTIO_DASHBOARD_DIR : setting;
    *site = read_folder(folder, &visit);
    if (*site != NULL) {
        log_info("dashboard", "%s: %zu files, %zu KiB", folder, (*site)->count,
                 ((*site)->bytes + 1023) / 1024);
        return 0;
    }
    if (!installed) {
        fprintf(errors, "server.dashboard: %s\n", visit.why);
        return SENTIO_INVALID;
    }
    log_warning("dashboard", "it is not served: %s", visit.why);
    return 0;
}
