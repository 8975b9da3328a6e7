/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sentio/plugin.h>

#include "base/sanitizer.h"
#include "syscalls.h"

#define DESCRIPTORS_MAX 256
#define FILE_MAX (1024UL * 1024 * 1024)
#define LOCKED_MAX (64UL * 1024)

/* linux/landlock.h of Linux 6.12; that of the build machine may be older. Fields that a kernel does
 * not know have to be 0. */
struct landlock_rules {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

enum { LANDLOCK_WITH_REFER = 2, LANDLOCK_WITH_SCOPES = 6, LANDLOCK_SIGNALS = 1 << 1 };

/* Valgrind's own system calls are the process's; it also refuses lower limits of descriptors. It is
 * known by the library that it adds to every program. */
static bool under_valgrind(void) {
    const char *libraries = getenv("LD_PRELOAD");
    return libraries != NULL && strstr(libraries, "/vgpreload_") != NULL;
}

static int name_errno(char *why, size_t size, const char *what) {
    snprintf(why, size, "%s: %s", what, strerror(errno));
    return SENTIO_FAILED;
}

static int die_with_host(pid_t parent, char *why, size_t size) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) {
        return name_errno(why, size, "PR_SET_PDEATHSIG");
    }
    if (parent != 0 && getppid() != parent) {
        snprintf(why, size, "the host, process %d, has ended", (int)parent);
        return SENTIO_FAILED;
    }
    return SENTIO_OK;
}

/* Lower than a limit that is set already is kept. */
static int limit(int resource, rlim_t most, char *why, size_t size) {
    struct rlimit limits;
    if (getrlimit((__rlimit_resource_t)resource, &limits) == -1) {
        return name_errno(why, size, "getrlimit");
    }
    limits.rlim_max = limits.rlim_max < most ? limits.rlim_max : most;
    limits.rlim_cur = limits.rlim_max;
    if (setrlimit((__rlimit_resource_t)resource, &limits) == -1) {
        return name_errno(why, size, "setrlimit");
    }
    return SENTIO_OK;
}

static int limit_memory(uint64_t memory, char *why, size_t size) {
    unsigned long pages = 0;
    if (memory == 0 || SENTIO_SANITIZED) {
        return SENTIO_OK;
    }
    FILE *file = fopen("/proc/self/statm", "re");
    int fields = file != NULL ? fscanf(file, "%lu", &pages) : 0;
    if (file != NULL) {
        fclose(file);
    }
    if (fields != 1) {
        snprintf(why, size, "/proc/self/statm can not be read");
        return SENTIO_FAILED;
    }
    return limit(RLIMIT_AS, (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) + memory, why, size);
}

static int limit_plugin(uint64_t memory, char *why, size_t size) {
    const struct {
        int resource;
        rlim_t most;
    } limits[] = {
        {RLIMIT_NOFILE, DESCRIPTORS_MAX},
        {RLIMIT_FSIZE, FILE_MAX},
        {RLIMIT_MEMLOCK, LOCKED_MAX},
    };
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        int rc = limit(limits[i].resource, limits[i].most, why, size);
        if (rc != SENTIO_OK) {
            return rc;
        }
    }
    signal(SIGXFSZ, SIG_IGN);
    return limit_memory(memory, why, size);
}

/* Root's capabilities, when the host is not run by a user of its own; and from now on, processes of
 * the same user can not look into this one. */
static int drop_privileges(char *why, size_t size) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capset, &header, none) == -1) {
        return name_errno(why, size, "capset");
    }
    if (prctl(PR_SET_DUMPABLE, 0) == -1) {
        return name_errno(why, size, "PR_SET_DUMPABLE");
    }
    return SENTIO_OK;
}

/*
 * A process in a Landlock domain reaches the memory, the environment and the descriptors of none
 * that is outside of it, by whatever path in /proc; file permissions alone would let a process of
 * the same user write to the host's memory. The rules themselves take nothing away: the one right
 * that a domain never has by itself, to move files between folders, is given for all of them.
 */
static void enter_domain(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    const struct landlock_rules handled = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_REFER,
        .scoped = version >= LANDLOCK_WITH_SCOPES ? LANDLOCK_SIGNALS : 0,
    };
    if (version < LANDLOCK_WITH_REFER) {
        return;
    }
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
    struct landlock_path_beneath_attr everywhere = {
        .allowed_access = LANDLOCK_ACCESS_FS_REFER,
        .parent_fd = open("/", O_PATH | O_CLOEXEC),
    };
    if (rules != -1 && everywhere.parent_fd != -1 &&
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &everywhere, 0) == 0) {
        syscall(SYS_landlock_restrict_self, rules, 0);
    }
    if (everywhere.parent_fd != -1) {
        close(everywhere.parent_fd);
    }
    if (rules != -1) {
        close(rules);
    }
}

int sandbox_enter(const struct sandbox *sandbox, char *why, size_t size) {
    const bool valgrind = under_valgrind();
    int rc = limit(RLIMIT_CORE, 0, why, size);
    if (rc == SENTIO_OK && !sandbox->programs) {
        rc = drop_privileges(why, size);
    }
    if (rc == SENTIO_OK && !sandbox->programs && !valgrind) {
        rc = limit_plugin(sandbox->memory, why, size);
    }
    if (rc == SENTIO_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        rc = name_errno(why, size, "PR_SET_NO_NEW_PRIVS");
    }
    rc = rc == SENTIO_OK ? die_with_host(sandbox->parent, why, size) : rc;
    if (rc != SENTIO_OK || valgrind) {
        return rc;
    }
    enter_domain();
    return syscalls_restrict(sandbox->programs, why, size);
}
