/* SPDX-License-Identifier: MIT */
#include "plugin_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

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

/* Without a place on the disk, so that a host also starts while that is full: the copy is in
 * memory, and `path` a link to it, which needs none. */
static int copy_to_memory(int from, const char *path) {
    char name[64];
    int fd = -1;
    int out = memfd_create("plugin", MFD_CLOEXEC);
    if (out == -1)
        return -1;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", out);
    if (lseek(from, 0, SEEK_SET) == 0 && copy_bytes(from, out) != -1 &&
        fchmod(out, S_IRUSR | S_IXUSR) == 0)
        fd = open(name, O_RDONLY | O_CLOEXEC);
    close(out);
    if (fd == -1)
        return -1;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    unlink(path);
    if (symlink(name, path) == 0)
        return fd;
    close(fd);
    return -1;
}

static int copy_to_disk(int from, int out, const char *path) {
    bool copied = copy_bytes(from, out) != -1 && fchmod(out, S_IRUSR | S_IXUSR) == 0;
    int error = errno;
    if (close(out) == -1 && copied) {
        copied = false;
        error = errno;
    }
    errno = error;
    return copied ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

/* Copies the open file `from` into copy_dir. */
static int copy_file(const struct plugin_report *report, int from, const char *copy_dir,
                     struct plugin_file *file) {
    int rc = check_executable(report, copy_dir);
    if (rc != SENTIO_OK)
        return rc;
    file->path = copy_template(report->file, copy_dir);
    if (!file->path)
        return plugin_fail(report, SENTIO_NO_MEMORY, "out of memory");
    int out = mkostemps(file->path, 3, O_CLOEXEC);
    file->copied = out != -1;
    if (out != -1)
        file->fd = copy_to_disk(from, out, file->path);
    if (out != -1 && file->fd == -1 && (errno == ENOSPC || errno == EDQUOT))
        file->fd = copy_to_memory(from, file->path);
    if (file->fd == -1)
        return plugin_fail(report, SENTIO_FAILED, "can not be copied to %s: %s", file->path,
                           strerror(errno));
    return SENTIO_OK;
}

static int digest_of(const struct plugin_report *report, int fd,
                     unsigned char digest[PLUGIN_DIGEST_SIZE]) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char space[16384];
    off_t at = 0;
    ssize_t got = 0;
    bool well = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    do {
        got = pread(fd, space, sizeof(space), at);
        at += got;
        well = well && got >= 0 && EVP_DigestUpdate(context, space, (size_t)got) == 1;
    } while (well && got > 0);
    well = well && EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    return well ? SENTIO_OK : plugin_fail(report, SENTIO_FAILED, "can not be read");
}

static int open_original(const struct plugin_report *report, int *fd) {
    *fd = open(report->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd == -1) {
        int code = errno == ENOENT ? SENTIO_NOT_FOUND : SENTIO_FAILED;
        return plugin_fail(report, code, "can not be opened: %s", strerror(errno));
    }
    int rc = check_file(report, *fd);
    if (rc != SENTIO_OK) {
        close(*fd);
        *fd = -1;
    }
    return rc;
}

int plugin_file_open(const struct plugin_report *report, const char *copy_dir,
                     struct plugin_file *file) {
    int fd = -1;
    *file = (struct plugin_file){.fd = -1};
    int rc = open_original(report, &fd);
    if (rc != SENTIO_OK)
        return rc;
    if (copy_dir) {
        rc = copy_file(report, fd, copy_dir, file);
        close(fd);
    } else {
        /* dlopen() looks for a name without a slash in the library path, where it is not. */
        file->fd = fd;
        file->path = realpath(report->file, NULL);
        if (!file->path)
            rc = plugin_fail(report, SENTIO_FAILED, "can not be found: %s", strerror(errno));
    }
    if (rc == SENTIO_OK)
        rc = digest_of(report, file->fd, file->digest);
    if (rc != SENTIO_OK)
        plugin_file_close(file);
    return rc;
}

void plugin_file_close(struct plugin_file *file) {
    if (file->copied)
        unlink(file->path);
    if (file->fd != -1)
        close(file->fd);
    free(file->path);
    *file = (struct plugin_file){.fd = -1};
}

int plugin_file_digest(const struct plugin_report *report,
                       unsigned char digest[PLUGIN_DIGEST_SIZE]) {
    int fd = -1;
    int rc = open_original(report, &fd);
    if (rc != SENTIO_OK)
        return rc;
    rc = digest_of(report, fd, digest);
    close(fd);
    return rc;
}
