/* SPDX-License-Identifier: MIT */
#ifndef LOAD_PROCESS_H
#define LOAD_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the server's processes have used together. */
struct process_sample {
    int64_t wall; /* CLOCK_MONOTONIC, nanoseconds */
    double cpu;   /* of all threads, in user and in system mode, seconds */
    double rss;   /* bytes */
};

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t process_clock(void);
/* Not 0 when one of the processes is not there. */
int process_measure(const pid_t *pids, size_t count, struct process_sample *sample);

#endif
