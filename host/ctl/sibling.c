/* SPDX-License-Identifier: MIT */
#include "sibling.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char program[] = "sentiod";

/* The folder of this program; false: the kernel does not say. */
static bool own_folder(char folder[PATH_MAX]) {
    ssize_t size = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (size == -1)
        return false;
    folder[size] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

/* The daemon as a path, or its bare name for PATH. */
static const char *find(char path[PATH_MAX]) {
    static const char *const places[] = {"", "/../sbin"};
    char folder[PATH_MAX];
    if (!own_folder(folder))
        return program;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        int size = snprintf(path, PATH_MAX, "%s%s/%s", folder, places[i], program);
        if (size > 0 && size < PATH_MAX && access(path, X_OK) == 0)
            return path;
    }
    return program;
}

int sibling_run(const char *const arguments[]) {
    char path[PATH_MAX];
    pid_t child;
    int status;
    fflush(stdout);
    int error = posix_spawnp(&child, find(path), NULL, NULL, (char *const *)arguments, environ);
    if (error) {
        ctl_complain("%s: %s; is it installed beside sentioctl, or in PATH?", program,
                     strerror(error));
        return -1;
    }
    pid_t ended;
    do {
        ended = waitpid(child, &status, 0);
    } while (ended == -1 && errno == EINTR);
    if (ended == -1 || !WIFEXITED(status)) {
        ctl_complain("%s ended by a signal; its last words are above", program);
        return -1;
    }
    return WEXITSTATUS(status);
}
