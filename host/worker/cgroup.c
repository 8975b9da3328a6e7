/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define WHERE "cgroup"
#define HOST "host"
#define WORKER "worker-"

/* cgroup.procs of a group that is the daemon's alone is short. */
#define TEXT_MAX 4096
#define PATH_SIZE 4096
#define NAME_SIZE 256

struct cgroup {
    int folder;
    bool memory;
    bool processes;
};

/* -1 and errno. */
static int write_at(int folder, const char *file, const char *text) {
    int out = openat(folder, file, O_WRONLY | O_CLOEXEC);
    if (out == -1) {
        return -1;
    }
    ssize_t written = write(out, text, strlen(text));
    int saved = errno;
    close(out);
    errno = saved;
    return written == -1 ? -1 : 0;
}

static int write_number(int folder, const char *file, uint64_t number) {
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, number);
    return write_at(folder, file, text);
}

/* "" if it can not be read; cut after TEXT_MAX - 1 bytes. */
static void read_at(int folder, const char *file, char text[TEXT_MAX]) {
    int in = openat(folder, file, O_RDONLY | O_CLOEXEC);
    ssize_t size = in == -1 ? 0 : read(in, text, TEXT_MAX - 1);
    text[size > 0 ? size : 0] = '\0';
    if (in != -1) {
        close(in);
    }
}

static bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = text; *at != '\0'; at += strspn(at, " \n")) {
        size_t size = strcspn(at, " \n");
        if (size == length && memcmp(at, word, length) == 0) {
            return true;
        }
        at += size;
    }
    return false;
}

/* A group that others are in is not the daemon's to divide. */
static bool is_alone(int folder) {
    char text[TEXT_MAX];
    char own[24];
    read_at(folder, "cgroup.procs", text);
    snprintf(own, sizeof(own), "%d\n", (int)getpid());
    return strcmp(text, own) == 0;
}

/* What is empty of what former workers had. */
static void sweep(const struct cgroup *groups) {
    int copy = openat(groups->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy != -1 ? fdopendir(copy) : NULL;
    if (entries == NULL) {
        if (copy != -1) {
            close(copy);
        }
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (strncmp(entry->d_name, WORKER, strlen(WORKER)) == 0) {
            unlinkat(groups->folder, entry->d_name, AT_REMOVEDIR);
        }
    }
    closedir(entries);
}

/* Controllers are for the children of a group without processes of its own; so the daemon becomes
 * a child too. 0, or -1 and errno. */
static int divide(struct cgroup *groups) {
    char process[24];
    snprintf(process, sizeof(process), "%d", (int)getpid());
    if (mkdirat(groups->folder, HOST, 0755) == -1 && errno != EEXIST) {
        return -1;
    }
    if (write_at(groups->folder, HOST "/cgroup.procs", process) == -1) {
        return -1;
    }
    const char *controllers = !groups->memory      ? "+pids"
                              : !groups->processes ? "+memory"
                                                   : "+memory +pids";
    if (write_at(groups->folder, "cgroup.subtree_control", controllers) == 0) {
        return 0;
    }
    int saved = errno;
    if (write_at(groups->folder, "cgroup.procs", process) == 0) {
        unlinkat(groups->folder, HOST, AT_REMOVEDIR);
    }
    errno = saved;
    return -1;
}

static const char *try_divide(struct cgroup *groups) {
    char text[TEXT_MAX];
    read_at(groups->folder, "cgroup.controllers", text);
    groups->memory = has_word(text, "memory");
    groups->processes = has_word(text, "pids");
    if (!groups->memory && !groups->processes) {
        return "neither memory nor pids may be limited in it";
    }
    if (!is_alone(groups->folder)) {
        return "other processes are in it";
    }
    return divide(groups) == 0 ? NULL : strerror(errno);
}

struct cgroup *cgroup_open_at(const char *folder) {
    struct cgroup *groups = calloc(1, sizeof(*groups));
    if (groups == NULL) {
        return NULL;
    }
    groups->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *why = groups->folder == -1 ? strerror(errno) : try_divide(groups);
    if (why == NULL) {
        log_info(WHERE, "workers get groups of their own in %s (%s)", folder,
                 !groups->memory      ? "pids"
                 : !groups->processes ? "memory"
                                      : "memory, pids");
        sweep(groups);
        return groups;
    }
    log_info(WHERE, "workers get no groups of their own in %s: %s", folder, why);
    cgroup_close(groups);
    return NULL;
}

/* The line's field, 0 the first, to be read up to the next space; NULL if it has none. */
static const char *field_of(const char *line, int number) {
    const char *end = line + strcspn(line, "\n");
    const char *at = line;
    for (; number > 0 && at < end; number--) {
        at += strcspn(at, " \n");
        at += *at == ' ';
    }
    return at < end ? at : NULL;
}

/* The mount's part of `path`, after its root; NULL if the path is not below. */
static const char *below(const char *root, const char *path) {
    size_t length = strcspn(root, " \n");
    length = length == 1 ? 0 : length; /* "/" */
    bool same = strncmp(root, path, length) == 0;
    return same && (path[length] == '/' || path[length] == '\0') ? path + length : NULL;
}

/* One line of proc_pid_mountinfo(5). Mount points with escapes are not looked at. */
static bool is_in_mount(const char *line, const char *path, char *folder, size_t size) {
    const char *end = line + strcspn(line, "\n");
    const char *type = memmem(line, (size_t)(end - line), " - cgroup2 ", 11);
    const char *root = field_of(line, 3);
    const char *point = field_of(line, 4);
    const char *rest = type != NULL && point != NULL ? below(root, path) : NULL;
    if (rest == NULL || memchr(point, '\\', strcspn(point, " ")) != NULL) {
        return false;
    }
    rest += strcmp(rest, "/") == 0;
    int length = snprintf(folder, size, "%.*s%s", (int)strcspn(point, " "), point, rest);
    return length > 0 && (size_t)length < size;
}

bool cgroup_find(const char *membership, const char *mounts, char *folder, size_t size) {
    char path[PATH_SIZE];
    const char *line = membership;
    while (line != NULL && strncmp(line, "0::", 3) != 0) {
        line = strchr(line, '\n');
        line += line != NULL;
    }
    if (line == NULL) {
        return false;
    }
    int length = snprintf(path, sizeof(path), "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
    if (length < 1 || (size_t)length >= sizeof(path) || strncmp(path, "/..", 3) == 0) {
        return false;
    }
    for (line = mounts; *line != '\0'; line += line[0] == '\n') {
        if (is_in_mount(line, path, folder, size)) {
            return true;
        }
        line += strcspn(line, "\n");
    }
    return false;
}

/* The whole file, to be freed; NULL if it can not be read. */
static char *read_whole(const char *path) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &size, '\0', file) == -1) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

struct cgroup *cgroup_open(void) {
    char folder[PATH_SIZE];
    struct cgroup *groups = NULL;
    char *membership = read_whole("/proc/self/cgroup");
    char *mounts = read_whole("/proc/self/mountinfo");
    if (membership != NULL && mounts != NULL &&
        cgroup_find(membership, mounts, folder, sizeof(folder))) {
        groups = cgroup_open_at(folder);
    } else {
        log_info(WHERE, "workers get no groups of their own: there is no cgroup v2");
    }
    free(membership);
    free(mounts);
    return groups;
}

void cgroup_close(struct cgroup *groups) {
    if (groups == NULL) {
        return;
    }
    if (groups->folder != -1) {
        close(groups->folder);
    }
    free(groups);
}

/* The worker's folder, or a file in it; false if it would be another's. */
static bool name_worker(char path[NAME_SIZE], const char *name, pid_t process, const char *file) {
    int length = snprintf(path, NAME_SIZE, WORKER "%s-%d%s", name, (int)process, file);
    return length > 0 && length < NAME_SIZE && strchr(name, '/') == NULL;
}

/* 0, or -1 and errno. What a kernel does not have is left out: swap, and killing all at once. */
static int set_limits(const struct cgroup *groups, int worker, const struct cgroup_limits *limits) {
    int failed = 0;
    if (groups->memory && limits->memory > 0) {
        failed = write_number(worker, "memory.max", limits->memory);
        write_at(worker, "memory.swap.max", "0");
        write_at(worker, "memory.oom.group", "1");
    }
    if (failed == 0 && groups->processes && limits->processes > 0) {
        failed = write_number(worker, "pids.max", limits->processes);
    }
    return failed;
}

static int fill(const struct cgroup *groups, const char *path, pid_t process,
                const struct cgroup_limits *limits) {
    int worker = openat(groups->folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (worker == -1) {
        return -1;
    }
    int failed = set_limits(groups, worker, limits);
    failed = failed == 0 ? write_number(worker, "cgroup.procs", (uint64_t)process) : failed;
    int saved = errno;
    close(worker);
    errno = saved;
    return failed;
}

void cgroup_add(struct cgroup *groups, const char *name, pid_t process,
                const struct cgroup_limits *limits) {
    char path[NAME_SIZE];
    if (groups == NULL || !name_worker(path, name, process, "")) {
        return;
    }
    sweep(groups);
    if ((mkdirat(groups->folder, path, 0755) == -1 && errno != EEXIST) ||
        fill(groups, path, process, limits) == -1) {
        log_warning(WHERE, "worker %d gets no group of its own: %s: %s", (int)process, path,
                    strerror(errno));
        unlinkat(groups->folder, path, AT_REMOVEDIR);
    }
}

bool cgroup_ran_out(const struct cgroup *groups, const char *name, pid_t process) {
    char path[NAME_SIZE];
    char text[TEXT_MAX];
    if (groups == NULL || !name_worker(path, name, process, "/memory.events")) {
        return false;
    }
    read_at(groups->folder, path, text);
    const char *count = strstr(text, "\noom_kill ");
    return count != NULL && strtoull(count + strlen("\noom_kill "), NULL, 10) > 0;
}

void cgroup_remove(struct cgroup *groups, const char *name, pid_t process) {
    char path[NAME_SIZE];
    if (groups == NULL || !name_worker(path, name, process, "/cgroup.kill")) {
        return;
    }
    write_at(groups->folder, path, "1");
    sweep(groups);
}
