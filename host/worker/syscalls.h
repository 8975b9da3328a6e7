/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SYSCALLS_H
#define SENTIO_HOST_SYSCALLS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Restricts the system calls of the process, all its threads and all that it starts, for good, and
 * sets no_new_privs.
 *
 * Without `programs`: the calls that are not in the list fail with EPERM, so that code which merely
 * probes goes on. Not in it are: other processes (fork, exec, signals, ptrace), new sockets (only
 * what is open already, and pairs of connected ones), and administration. Calls that are newer than
 * libseccomp, and clone3, whose flags a filter can not see, fail with ENOSYS: every C library then
 * does as on an older kernel.
 *
 * With `programs`: all calls, but for administration, the memory of other processes and new
 * namespaces, which fail with EPERM.
 *
 * In both, a call of another architecture's (32 bits) ends the process.
 *
 * 0, SENTIO_NO_MEMORY, or SENTIO_FAILED with why.
 */
int syscalls_restrict(bool programs, char *why, size_t size);

#endif
