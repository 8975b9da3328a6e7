/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CGROUP_H
#define SENTIO_HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The daemon's own control group (cgroup v2), where it has been given one: a folder in which the
 * daemon moves to the child `host`, and each worker to a child of its own. The hub's thread.
 *
 * All of it is optional, and nothing that fails here is an error of the host.
 */
struct cgroup;

/* NULL, after a line in the log that says why, where the daemon has no group for itself alone in
 * which memory or processes may be limited. Before the daemon starts any process. */
struct cgroup *cgroup_open(void);

/* As cgroup_open, with that folder as the daemon's group. */
struct cgroup *cgroup_open_at(const char *folder);

/* NULL is allowed. The groups stay, as the daemon is in one of them. */
void cgroup_close(struct cgroup *groups);

/* The folder of the group by what /proc/PID/cgroup and /proc/PID/mountinfo say. False where there
 * is none, or it is not to be reached by this process. */
bool cgroup_find(const char *membership, const char *mounts, char *folder, size_t size);

/* What the group's members have together; 0: no limit. */
struct cgroup_limits {
    uint64_t memory;    /* bytes, with what they have read from files; over it, all are killed */
    uint64_t processes; /* processes and threads */
};

/*
 * Makes a group for the worker and moves it there, with what it starts from now on; so before it
 * runs code of the plugin. `name` is for people, `process` makes it unique. Without groups, or when
 * that fails, which is logged, the worker stays where it is.
 */
void cgroup_add(struct cgroup *groups, const char *name, pid_t process,
                const struct cgroup_limits *limits);

/* Whether a process of the worker's group was killed for its memory; as long as it is not removed.
 */
bool cgroup_ran_out(const struct cgroup *groups, const char *name, pid_t process);

/* Kills what is left in the worker's group, and removes it: at once, or, while something in it is
 * still on its way out, with a later call. */
void cgroup_remove(struct cgroup *groups, const char *name, pid_t process);

#endif
