/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t process_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Fields 14, 15 and 24 of /proc/<pid>/stat, proc(5); the name in field 2 may hold anything. */
static int add_process(pid_t pid, struct process_sample *sample) {
    char path[64];
    char line[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return -1;
    }
    const char *got = fgets(line, sizeof(line), file);
    fclose(file);
    const char *after = got == NULL ? NULL : strrchr(line, ')');
    uint64_t user;
    uint64_t system;
    int64_t pages;
    if (after == NULL || sscanf(after + 1,
                                " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
                                " %*d %*d %*d %*d %*d %*d %*u %*u %" SCNd64,
                                &user, &system, &pages) != 3) {
        return -1;
    }
    sample->cpu += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    sample->rss += (double)pages * (double)sysconf(_SC_PAGESIZE);
    return 0;
}

int process_measure(const pid_t *pids, size_t count, struct process_sample *sample) {
    *sample = (struct process_sample){.wall = process_clock()};
    for (size_t i = 0; i < count; i++) {
        if (add_process(pids[i], sample) != 0) {
            fprintf(stderr, "load: the server's process %d has ended\n", (int)pids[i]);
            return -1;
        }
    }
    return 0;
}
