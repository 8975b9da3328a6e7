/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t process_clock(void) {
    return nanoseconds(CLOCK_MONOTONIC);
}

/* Field 2 of /proc/<pid>/statm, proc(5). */
static int add_memory(pid_t pid, struct process_sample *sample) {
    char path[64];
    uint64_t pages;
    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return -1;
    }
    int got = fscanf(file, "%*u %" SCNu64, &pages);
    fclose(file);
    sample->rss += (double)pages * (double)sysconf(_SC_PAGESIZE);
    return got == 1 ? 0 : -1;
}

int process_measure(const pid_t *pids, size_t count, struct process_sample *sample) {
    *sample = (struct process_sample){.wall = process_clock()};
    for (size_t i = 0; i < count; i++) {
        clockid_t clock;
        if (clock_getcpuclockid(pids[i], &clock) != 0 || add_memory(pids[i], sample) != 0) {
            fprintf(stderr, "load: the server's process %d has ended\n", (int)pids[i]);
            return -1;
        }
        sample->cpu += (double)nanoseconds(clock) / 1e9;
    }
    return 0;
}
