/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "plugin_check.h"

#define SYMBOL "sentio_plugin"

/* `fd`: the plugin's file, open for reading. dlopen() has no message of its own that an operator
 * could tell these apart by. */
static int check_file(const struct plugin_report *report, int fd) {
    struct stat status;
    if (fstat(fd, &status) == -1) {
        return plugin_fail(report, SENTIO_FAILED, "can not be read: %s", strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return plugin_fail(report, SENTIO_INVALID, "is not a regular file");
    }
    char magic[SELFMAG];
    if (pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic) ||
        memcmp(magic, ELFMAG, SELFMAG) != 0) {
        return plugin_fail(report, SENTIO_INVALID, "is not an ELF file: it is not a shared object");
    }
    return SENTIO_OK;
}

static int copy_bytes(int from, int to) {
    ssize_t sent = 0;
    do {
        sent = sendfile(to, from, NULL, 1 << 20);
    } while (sent > 0 || (sent == -1 && errno == EINTR));
    return (int)sent;
}

/* A path that this process has not given to dlopen() before: mkostemps() alone does not know the
 * names of copies that are loaded but removed, hence the time. */
static char *copy_template(const char *file, const char *copy_dir) {
    const char *slash = strrchr(file, '/');
    const char *base = slash ? slash + 1 : file;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char *path = NULL;
    int stem = (int)strcspn(base, ".");
    int size = asprintf(&path, "%s/%.*s.%ld.%lld%09ld.XXXXXX.so", copy_dir, stem < 64 ? stem : 64,
                        base, (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
    return size == -1 ? NULL : path;
}

static int check_executable(const struct plugin_report *report, const char *copy_dir) {
    struct statvfs mount;
    if (statvfs(copy_dir, &mount) == -1) {
        return plugin_fail(report, SENTIO_FAILED, "can not be copied to %s: %s", copy_dir,
                           strerror(errno));
    }
    if ((mount.f_flag & ST_NOEXEC) != 0) {
        return plugin_fail(report, SENTIO_FAILED,
                           "can not be loaded from %s, which is mounted noexec: set "
                           "server.state_dir to a folder that is not",
                           copy_dir);
    }
    return SENTIO_OK;
}

/* Copies the open file into copy_dir; *path is the copy's, to be freed and removed by the caller.
 */
static int copy_file(const struct plugin_report *report, int fd, const char *copy_dir,
                     char **path) {
    int rc = check_executable(report, copy_dir);
    if (rc != SENTIO_OK) {
        return rc;
    }
    char *copy = copy_template(report->file, copy_dir);
    if (!copy) {
        return plugin_fail(report, SENTIO_NO_MEMORY, "out of memory");
    }
    int out = mkostemps(copy, 3, O_CLOEXEC);
    if (out == -1) {
        rc = plugin_fail(report, SENTIO_FAILED, "can not be copied to %s: %s", copy,
                         strerror(errno));
        free(copy);
        return rc;
    }
    if (copy_bytes(fd, out) == -1 || fchmod(out, S_IRUSR | S_IXUSR) == -1) {
        rc = plugin_fail(report, SENTIO_FAILED, "can not be copied to %s: %s", copy,
                         strerror(errno));
    }
    if (close(out) == -1 && rc == SENTIO_OK) {
        rc = plugin_fail(report, SENTIO_FAILED, "can not be copied to %s: %s", copy,
                         strerror(errno));
    }
    if (rc != SENTIO_OK) {
        unlink(copy);
        free(copy);
        return rc;
    }
    *path = copy;
    return SENTIO_OK;
}

static int open_object(const struct plugin_report *report, const char *path, void **handle) {
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (*handle) {
        return SENTIO_OK;
    }
    const char *reason = dlerror();
    size_t size = strlen(path);
    /* The reason begins with the copy's path, which is gone by the time that somebody reads it. */
    if (strncmp(reason, path, size) == 0 && strncmp(reason + size, ": ", 2) == 0) {
        reason += size + 2;
    }
    return plugin_fail(report, SENTIO_FAILED, "%s", reason);
}

/* dlopen() looks for a name without a slash in the library path, where it is not. */
static int open_in_place(const struct plugin_report *report, void **handle) {
    char *path = realpath(report->file, NULL);
    if (!path) {
        return plugin_fail(report, SENTIO_FAILED, "can not be found: %s", strerror(errno));
    }
    int rc = open_object(report, path, handle);
    free(path);
    return rc;
}

static int open_copy(const struct plugin_report *report, int fd, const char *copy_dir,
                     void **handle) {
    char *path = NULL;
    int rc = copy_file(report, fd, copy_dir, &path);
    if (rc != SENTIO_OK) {
        return rc;
    }
    rc = open_object(report, path, handle);
    unlink(path);
    free(path);
    return rc;
}

static int open_file(const struct plugin_report *report, const char *copy_dir, void **handle) {
    int fd = open(report->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1) {
        int code = errno == ENOENT ? SENTIO_NOT_FOUND : SENTIO_FAILED;
        return plugin_fail(report, code, "can not be opened: %s", strerror(errno));
    }
    int rc = check_file(report, fd);
    if (rc == SENTIO_OK) {
        rc = copy_dir ? open_copy(report, fd, copy_dir, handle) : open_in_place(report, handle);
    }
    close(fd);
    return rc;
}

/* The size that the linker recorded for the symbol; 0: unknown. */
static size_t symbol_size(const void *address) {
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    int found = dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT);
    if (found == 0 || !symbol || !info.dli_sname || strcmp(info.dli_sname, SYMBOL) != 0) {
        return 0;
    }
    return symbol->st_size;
}

static int read_table(const struct plugin_report *report, struct plugin *plugin) {
    const struct sentio_plugin *table = dlsym(plugin->handle, SYMBOL);
    if (!table) {
        return plugin_fail(report, SENTIO_NOT_FOUND,
                           "no symbol \"" SYMBOL "\": it is not a Sentio plugin");
    }
    int rc = plugin_check_header(report, table, symbol_size(table));
    if (rc != SENTIO_OK) {
        return rc;
    }
    size_t size = table->size;
    memcpy(&plugin->table, table, size < sizeof(*table) ? size : sizeof(*table));
    return plugin_check_table(report, &plugin->table, plugin_callbacks(&plugin->table));
}

int plugin_load(const char *file, const char *copy_dir, struct plugin **plugin, char *why,
                size_t why_size) {
    const struct plugin_report report = {.file = file, .why = why, .size = why_size};
    struct plugin *loaded = calloc(1, sizeof(*loaded));
    char *name = strdup(file);
    int rc = SENTIO_NO_MEMORY;
    if (!loaded || !name) {
        plugin_fail(&report, rc, "out of memory");
        free(name);
        goto fail;
    }
    loaded->file = name;
    rc = open_file(&report, copy_dir, &loaded->handle);
    if (rc == SENTIO_OK) {
        rc = read_table(&report, loaded);
    }
    if (rc != SENTIO_OK) {
        goto fail;
    }
    *plugin = loaded;
    return SENTIO_OK;
fail:
    plugin_unload(loaded);
    return rc;
}

void plugin_unload(struct plugin *plugin) {
    if (!plugin) {
        return;
    }
    if (plugin->handle) {
        dlclose(plugin->handle);
    }
    free(plugin->file);
    free(plugin);
}
