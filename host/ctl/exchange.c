/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };

static enum ctl_status fail(const char *path) {
    bool denied = errno == EACCES || errno == EPERM || errno == EROFS;
    ctl_complain("%s: %s%s", path, strerror(errno), denied ? "; run this as root" : "");
    return CTL_FAILED;
}

static int write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t put = write(fd, data, size);
        if (put == -1)
            return -1;
        data += put;
        size -= (size_t)put;
    }
    return 0;
}

static int copy(int from, int to) {
    char block[BLOCK];
    ssize_t got = read(from, block, sizeof(block));
    while (got > 0) {
        if (write_all(to, block, (size_t)got) == -1)
            return -1;
        got = read(from, block, sizeof(block));
    }
    return got == 0 ? 0 : -1;
}

/* Whoever is not root can not give a file away, and does not need to: it is its group that counts.
 */
static int dress(int fd, const struct stat *like) {
    if (fchown(fd, like->st_uid, like->st_gid) == -1 && errno != EPERM)
        return -1;
    if (fchmod(fd, like->st_mode & 07777) == -1)
        return -1;
    return fsync(fd);
}

/* A new name has to reach the disk as well as the bytes. */
static void sync_folder(const char *path) {
    char space[PATH_MAX];
    snprintf(space, sizeof(space), "%s", path);
    int fd = open(dirname(space), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1)
        return;
    fsync(fd);
    close(fd);
}

static int previous_of(const char *path, char space[PATH_MAX]) {
    if (snprintf(space, PATH_MAX, "%s.previous", path) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

/* The old file gets its second name, the new one the first. */
static int rename_both(const char *temporary, const char *to) {
    char previous[PATH_MAX];
    if (previous_of(to, previous) == -1)
        return -1;
    if (unlink(previous) == -1 && errno != ENOENT)
        return -1;
    if (link(to, previous) == -1 || rename(temporary, to) == -1)
        return -1;
    sync_folder(to);
    return 0;
}

static enum ctl_status replace(int source, const struct stat *old, const char *to) {
    char temporary[PATH_MAX];
    int target = -1;
    if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", to) < (int)sizeof(temporary))
        target = mkostemp(temporary, O_CLOEXEC);
    if (target == -1)
        return fail(to);
    bool done =
        copy(source, target) == 0 && dress(target, old) == 0 && rename_both(temporary, to) == 0;
    enum ctl_status status = done ? CTL_OK : fail(to);
    if (!done)
        unlink(temporary);
    close(target);
    return status;
}

enum ctl_status exchange_make(const char *from, const char *to) {
    struct stat old;
    struct stat new;
    enum ctl_status status;
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source == -1)
        return fail(from);
    if (fstat(source, &new) == -1) {
        status = fail(from);
    } else if (stat(to, &old) == -1) {
        status = fail(to);
    } else if (old.st_dev == new.st_dev && old.st_ino == new.st_ino) {
        ctl_complain("%s is the channel's own file already; run sentioctl reload", from);
        status = CTL_FAILED;
    } else {
        status = replace(source, &old, to);
    }
    close(source);
    return status;
}

enum ctl_status exchange_undo(const char *to) {
    char previous[PATH_MAX];
    if (previous_of(to, previous) == -1 || rename(previous, to) == -1)
        return fail(to);
    sync_folder(to);
    return CTL_OK;
}
