/* SPDX-License-Identifier: MIT */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sentio/plugin.h>

#include "base/sanitizer.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Arguments that are an int to the kernel, which ignores the upper half of the register. */
#define INT_MASK 0xffffffffU
#define NEW_NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

/* No architecture's table is longer (450 calls in Linux 6.1). */
#define CALLS_MAX 1024

/* linux/prctl.h of the build machine may be older. */
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

#define CALL(name) SCMP_SYS(name)

static const int allowed[] = {
    /* files, by ordinary permissions */
    CALL(open), CALL(openat), CALL(openat2), CALL(creat), CALL(close), CALL(close_range),
    CALL(read), CALL(readv), CALL(pread64), CALL(preadv), CALL(preadv2), CALL(write), CALL(writev),
    CALL(pwrite64), CALL(pwritev), CALL(pwritev2), CALL(lseek), CALL(_llseek), CALL(sendfile),
    CALL(sendfile64), CALL(copy_file_range), CALL(splice), CALL(tee), CALL(vmsplice),
    CALL(readahead), CALL(fadvise64), CALL(fadvise64_64), CALL(arm_fadvise64_64), CALL(stat),
    CALL(stat64), CALL(fstat), CALL(fstat64), CALL(lstat), CALL(lstat64), CALL(newfstatat),
    CALL(fstatat64), CALL(statx), CALL(statfs), CALL(statfs64), CALL(fstatfs), CALL(fstatfs64),
    CALL(access), CALL(faccessat), CALL(faccessat2), CALL(readlink), CALL(readlinkat),
    CALL(getdents), CALL(getdents64), CALL(getcwd), CALL(chdir), CALL(fchdir), CALL(mkdir),
    CALL(mkdirat), CALL(rmdir), CALL(mknod), CALL(mknodat), CALL(link), CALL(linkat), CALL(symlink),
    CALL(symlinkat), CALL(unlink), CALL(unlinkat), CALL(rename), CALL(renameat), CALL(renameat2),
    CALL(truncate), CALL(truncate64), CALL(ftruncate), CALL(ftruncate64), CALL(fallocate),
    CALL(chmod), CALL(fchmod), CALL(fchmodat), CALL(chown), CALL(fchown), CALL(lchown),
    CALL(fchownat), CALL(umask), CALL(utime), CALL(utimes), CALL(utimensat), CALL(futimesat),
    CALL(flock), CALL(fsync), CALL(fdatasync), CALL(sync), CALL(syncfs), CALL(sync_file_range),
    CALL(getxattr), CALL(lgetxattr), CALL(fgetxattr), CALL(listxattr), CALL(llistxattr),
    CALL(flistxattr), CALL(setxattr), CALL(lsetxattr), CALL(fsetxattr), CALL(removexattr),
    CALL(lremovexattr), CALL(fremovexattr), CALL(dup), CALL(dup2), CALL(dup3), CALL(pipe),
    CALL(pipe2), CALL(inotify_init), CALL(inotify_init1), CALL(inotify_add_watch),
    CALL(inotify_rm_watch),
    /* memory */
    CALL(brk), CALL(mmap), CALL(mmap2), CALL(munmap), CALL(mremap), CALL(mprotect), CALL(madvise),
    CALL(mincore), CALL(msync), CALL(mlock), CALL(mlock2), CALL(mlockall), CALL(munlock),
    CALL(munlockall), CALL(membarrier), CALL(memfd_create), CALL(mbind), CALL(get_mempolicy),
    CALL(set_mempolicy), CALL(pkey_alloc), CALL(pkey_free), CALL(pkey_mprotect),
    /* its threads, itself */
    CALL(futex), CALL(futex_time64), CALL(futex_waitv), CALL(set_robust_list),
    CALL(get_robust_list), CALL(set_tid_address), CALL(rseq), CALL(arch_prctl),
    CALL(set_thread_area), CALL(get_thread_area), CALL(sched_yield), CALL(sched_getaffinity),
    CALL(sched_getparam), CALL(sched_getscheduler), CALL(sched_getattr),
    CALL(sched_get_priority_max), CALL(sched_get_priority_min), CALL(sched_rr_get_interval),
    CALL(getcpu), CALL(gettid), CALL(getpid), CALL(getppid), CALL(getpgrp), CALL(getpgid),
    CALL(getsid), CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid), CALL(getresuid),
    CALL(getresgid), CALL(getgroups), CALL(capget), CALL(getpriority), CALL(getrlimit),
    CALL(ugetrlimit), CALL(setrlimit), CALL(getrusage), CALL(times), CALL(sysinfo), CALL(uname),
    CALL(getrandom), CALL(wait4), CALL(waitid), CALL(waitpid), CALL(exit), CALL(exit_group),
    CALL(restart_syscall),
    /* signals that it gets */
    CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigpending), CALL(rt_sigtimedwait),
    CALL(rt_sigsuspend), CALL(rt_sigreturn), CALL(sigreturn), CALL(sigaltstack), CALL(signalfd),
    CALL(signalfd4), CALL(pause),
    /* time */
    CALL(clock_gettime), CALL(clock_gettime64), CALL(clock_getres), CALL(clock_getres_time64),
    CALL(clock_nanosleep), CALL(clock_nanosleep_time64), CALL(nanosleep), CALL(gettimeofday),
    CALL(time), CALL(getitimer), CALL(setitimer), CALL(alarm), CALL(timer_create),
    CALL(timer_delete), CALL(timer_settime), CALL(timer_settime64), CALL(timer_gettime),
    CALL(timer_gettime64), CALL(timer_getoverrun), CALL(timerfd_create), CALL(timerfd_settime),
    CALL(timerfd_settime64), CALL(timerfd_gettime), CALL(timerfd_gettime64),
    /* waiting, and sockets that are open already */
    CALL(poll), CALL(ppoll), CALL(ppoll_time64), CALL(select), CALL(_newselect), CALL(pselect6),
    CALL(pselect6_time64), CALL(epoll_create), CALL(epoll_create1), CALL(epoll_ctl),
    CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_pwait2), CALL(eventfd), CALL(eventfd2),
    CALL(sendmsg), CALL(sendmmsg), CALL(recvfrom), CALL(recvmsg), CALL(recvmmsg), CALL(shutdown),
    CALL(getsockopt), CALL(setsockopt), CALL(getsockname), CALL(getpeername)};

/* Not F_SETOWN: the kernel would send signals to the process that is named. */
static const uint32_t fcntl_commands[] = {
    F_DUPFD,  F_DUPFD_CLOEXEC, F_GETFD,      F_SETFD,     F_GETFL,     F_SETFL,
    F_GETLK,  F_SETLK,         F_SETLKW,     F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW,
    F_GETOWN, F_GETPIPE_SZ,    F_SETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS};

/* Not TIOCSTI: it types into the terminal that the host may have been started from. */
static const uint32_t ioctl_requests[] = {TCGETS,  TIOCGWINSZ, FIONREAD, FIONBIO,
                                          FIOCLEX, FIONCLEX,   FICLONE,  FICLONERANGE};

static const uint32_t prctl_options[] = {
    PR_SET_NAME,         PR_GET_NAME,         PR_SET_VMA,      PR_SET_TIMERSLACK,
    PR_GET_TIMERSLACK,   PR_GET_DUMPABLE,     PR_GET_SECCOMP,  PR_GET_PDEATHSIG,
    PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_CAPBSET_READ, PR_SET_THP_DISABLE,
    PR_GET_THP_DISABLE};

static const uint32_t personality_query[] = {INT_MASK};
static const uint32_t itself[] = {0};

/* Allowed if that argument, an int, is one of those. */
static const struct {
    int call;
    unsigned argument;
    const uint32_t *values;
    size_t count;
} allowed_if[] = {
    {CALL(fcntl), 1, fcntl_commands, COUNT(fcntl_commands)},
    {CALL(fcntl64), 1, fcntl_commands, COUNT(fcntl_commands)},
    {CALL(ioctl), 1, ioctl_requests, COUNT(ioctl_requests)},
    {CALL(prctl), 0, prctl_options, COUNT(prctl_options)},
    {CALL(personality), 0, personality_query, COUNT(personality_query)},
    {CALL(prlimit64), 0, itself, COUNT(itself)},
    {CALL(sched_setaffinity), 0, itself, COUNT(itself)},
};

/* Allowed if the first argument is the process itself. */
static const int allowed_on_itself[] = {
    CALL(kill),     CALL(tgkill), CALL(tkill), CALL(rt_sigqueueinfo), CALL(rt_tgsigqueueinfo),
    CALL(prlimit64)};

static const int refused_to_programs[] = {CALL(acct),
                                          CALL(add_key),
                                          CALL(adjtimex),
                                          CALL(bpf),
                                          CALL(chroot),
                                          CALL(clock_adjtime),
                                          CALL(clock_settime),
                                          CALL(delete_module),
                                          CALL(fanotify_init),
                                          CALL(finit_module),
                                          CALL(fsconfig),
                                          CALL(fsmount),
                                          CALL(fsopen),
                                          CALL(fspick),
                                          CALL(init_module),
                                          CALL(io_uring_enter),
                                          CALL(io_uring_register),
                                          CALL(io_uring_setup),
                                          CALL(ioperm),
                                          CALL(iopl),
                                          CALL(kcmp),
                                          CALL(kexec_file_load),
                                          CALL(kexec_load),
                                          CALL(keyctl),
                                          CALL(lookup_dcookie),
                                          CALL(mount),
                                          CALL(mount_setattr),
                                          CALL(move_mount),
                                          CALL(nfsservctl),
                                          CALL(open_by_handle_at),
                                          CALL(open_tree),
                                          CALL(perf_event_open),
                                          CALL(pidfd_getfd),
                                          CALL(pivot_root),
                                          CALL(process_madvise),
                                          CALL(process_vm_writev),
                                          CALL(quotactl),
                                          CALL(quotactl_fd),
                                          CALL(reboot),
                                          CALL(request_key),
                                          CALL(setdomainname),
                                          CALL(sethostname),
                                          CALL(setns),
                                          CALL(settimeofday),
                                          CALL(swapoff),
                                          CALL(swapon),
                                          CALL(syslog),
                                          CALL(umount),
                                          CALL(umount2),
                                          CALL(unshare),
                                          CALL(uselib),
                                          CALL(userfaultfd),
                                          CALL(vhangup)};

/* What the leak check of a sanitizer takes, besides clone and prctl: a tracer that shares the
 * memory stops the threads. Programs are refused it in other builds. */
static const int tracing[] = {CALL(ptrace), CALL(process_vm_readv)};

/* Each of these is 0 or a negative errno, as libseccomp's. */

static int add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int rc = seccomp_rule_add(filter, action, calls[i], 0);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int allow_argument(scmp_filter_ctx filter, int call, unsigned argument, uint32_t value) {
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                            SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, INT_MASK, value));
}

static int allow_arguments(scmp_filter_ctx filter) {
    for (size_t i = 0; i < COUNT(allowed_if); i++) {
        for (size_t j = 0; j < allowed_if[i].count; j++) {
            int rc = allow_argument(filter, allowed_if[i].call, allowed_if[i].argument,
                                    allowed_if[i].values[j]);
            if (rc != 0) {
                return rc;
            }
        }
    }
    return 0;
}

static int allow_on_itself(scmp_filter_ctx filter) {
    for (size_t i = 0; i < COUNT(allowed_on_itself); i++) {
        int rc = allow_argument(filter, allowed_on_itself[i], 0, (uint32_t)getpid());
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int allow_threads(scmp_filter_ctx filter) {
    return seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
        SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | NEW_NAMESPACES, CLONE_THREAD));
}

static int allow_sanitizers(scmp_filter_ctx filter) {
    int rc = add_all(filter, SCMP_ACT_ALLOW, tracing, COUNT(tracing));
    rc = rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0);
    return rc != 0 ? rc
                   : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                      SCMP_A0(SCMP_CMP_MASKED_EQ,
                                              CLONE_THREAD | CLONE_UNTRACED | CLONE_VM,
                                              CLONE_UNTRACED | CLONE_VM));
}

/* Pairs of connected sockets, and send(2); not datagrams, which can be sent elsewhere by
 * sendmsg(2). */
static int allow_pairs(scmp_filter_ctx filter) {
    static const int types[] = {SOCK_STREAM, SOCK_SEQPACKET};
    const uint32_t type_mask = INT_MASK & ~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (size_t i = 0; i < COUNT(types); i++) {
        int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 2,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, AF_UNIX),
                                  SCMP_A1(SCMP_CMP_MASKED_EQ, type_mask, (scmp_datum_t)types[i]));
        if (rc != 0) {
            return rc;
        }
    }
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1,
                            SCMP_A4(SCMP_CMP_EQ, 0, 0));
}

static int refuse_unknown(scmp_filter_ctx filter) {
    int rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    for (int call = CALLS_MAX - 1; rc == 0 && call >= 0; call--) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);
        if (name != NULL) {
            free(name);
            return 0;
        }
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
    }
    return rc;
}

static int make_for_plugin(scmp_filter_ctx filter) {
    int rc = add_all(filter, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
    rc = rc != 0 ? rc : allow_arguments(filter);
    rc = rc != 0 ? rc : allow_on_itself(filter);
    rc = rc != 0 ? rc : allow_threads(filter);
    rc = rc != 0 ? rc : allow_pairs(filter);
    rc = rc != 0 || !SENTIO_SANITIZED ? rc : allow_sanitizers(filter);
    return rc != 0 ? rc : refuse_unknown(filter);
}

static int make_for_programs(scmp_filter_ctx filter) {
    const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
    int rc = add_all(filter, refuse, refused_to_programs, COUNT(refused_to_programs));
    rc = rc != 0 || SENTIO_SANITIZED ? rc : add_all(filter, refuse, tracing, COUNT(tracing));
    rc = rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    rc = rc != 0 ? rc
                 : seccomp_rule_add(filter, refuse, SCMP_SYS(clone), 1,
                                    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
    return rc != 0 ? rc
                   : seccomp_rule_add(filter, refuse, SCMP_SYS(ioctl), 1,
                                      SCMP_A1(SCMP_CMP_MASKED_EQ, INT_MASK, TIOCSTI));
}

static int install(scmp_filter_ctx filter, bool programs) {
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    rc = rc != 0 ? rc : seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    rc = rc != 0 ? rc : programs ? make_for_programs(filter) : make_for_plugin(filter);
    return rc != 0 ? rc : seccomp_load(filter);
}

int syscalls_restrict(bool programs, char *why, size_t size) {
    scmp_filter_ctx filter = seccomp_init(programs ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) {
        snprintf(why, size, "out of memory");
        return SENTIO_NO_MEMORY;
    }
    int rc = install(filter, programs);
    seccomp_release(filter);
    if (rc != 0) {
        snprintf(why, size, "seccomp: the system calls can not be restricted: %s", strerror(-rc));
        return SENTIO_FAILED;
    }
    return SENTIO_OK;
}
