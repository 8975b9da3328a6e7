/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SANDBOX_H
#define SENTIO_HOST_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sandbox {
    /* Bytes of address space that it may add to what it has when it enters, threads' stacks and
     * mapped files included; 0: no limit. Not with `programs`, for what they start reserves more
     * than it uses, nor in sanitizer builds: there only its cgroup limits it. */
    uint64_t memory;
    /* It may start programs and use the network. */
    bool programs;
    /* The host's process: it dies with the thread of it that started it. 0: not checked to be still
     * there when it enters. */
    pid_t parent;
};

/*
 * What a worker does to itself before any code of the plugin runs, single-threaded. It can not be
 * undone.
 *
 * In every worker: no new privileges; SIGKILL when the host ends; no core dump; no look into the
 * memory of processes outside, and where Landlock has it (Linux 6.12) no signal to them; the
 * system calls of syscalls.h. Without `programs` also: no capabilities, limits of memory, of 256
 * descriptors, of 1 GiB for a file (EFBIG beyond) and of 64 KiB of locked memory; and other
 * processes of the same user can not look into it.
 *
 * Files stay as they are: it reads and writes what the daemon's user may. Descriptors that are open
 * stay open. Under Valgrind there are no limits but that of core dumps, no Landlock and no filter
 * of system calls.
 *
 * 0, or a negative code with why.
 */
int sandbox_enter(const struct sandbox *sandbox, char *why, size_t size);

#endif
