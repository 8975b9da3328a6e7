/* SPDX-License-Identifier: MIT */
#include "worker/syscalls.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "sandbox_fixture.h"

static int fork_is_refused(void) {
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return fails_with(pid, EPERM);
}

static int exec_is_refused(void) {
    return fails_with(execl("/bin/true", "true", (char *)NULL), EPERM);
}

static int spawn_is_refused(void) {
    char name[] = "true";
    char *const arguments[] = {name, NULL};
    pid_t pid;
    return posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, NULL) == EPERM ? 0 : 1;
}

static void a_plugin_starts_no_process(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, fork_is_refused);
    assert_goes_well(&plugin_sandbox, exec_is_refused);
    assert_goes_well(&plugin_sandbox, spawn_is_refused);
}

static int sockets_are_refused(void) {
    const int domains[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET};
    int ends[2];
    int failed = 0;
    for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
        failed |= fails_with(socket(domains[i], SOCK_DGRAM, 0), EPERM);
    }
    return failed | fails_with(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), EPERM);
}

static void a_plugin_opens_no_socket(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, sockets_are_refused);
}

static int open_sockets_lead_nowhere_else(void) {
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    const struct sockaddr *name = (const struct sockaddr *)&address;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1) {
        return 1;
    }
    return fails_with(connect(ends[0], name, sizeof(address)), EPERM) |
           fails_with(bind(ends[0], name, sizeof(address)), EPERM) |
           fails_with(listen(ends[0], 1), EPERM) |
           fails_with(accept4(ends[0], NULL, NULL, 0), EPERM) |
           fails_with(sendto(ends[0], "x", 1, 0, name, sizeof(address)), EPERM);
}

static void an_open_socket_leads_nowhere_else(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, open_sockets_lead_nowhere_else);
}

static int pairs_carry_messages(void) {
    const int types[] = {SOCK_STREAM, SOCK_SEQPACKET | SOCK_NONBLOCK};
    char text[4];
    struct iovec part = {.iov_base = text, .iov_len = sizeof(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        int ends[2];
        if (socketpair(AF_UNIX, types[i], 0, ends) == -1 || send(ends[0], "abcd", 4, 0) != 4 ||
            recvmsg(ends[1], &message, 0) != 4 || sendmsg(ends[1], &message, 0) != 4 ||
            read(ends[0], text, 4) != 4 || write(ends[0], text, 4) != 4 ||
            readv(ends[1], &part, 1) != 4 || writev(ends[1], &part, 1) != 4 ||
            recv(ends[0], text, 4, 0) != 4 || memcmp(text, "abcd", 4) != 0) {
            return 1;
        }
    }
    return 0;
}

static void connected_pairs_carry_messages(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, pairs_carry_messages);
}

static int signals_to_others_are_refused(void) {
    struct f_owner_ex owner = {.type = F_OWNER_PID, .pid = getppid()};
    int ends[2];
    siginfo_t info = {.si_code = SI_QUEUE};
    if (pipe(ends) == -1) {
        return 1;
    }
    return fails_with(kill(getppid(), 0), EPERM) | fails_with(kill(0, 0), EPERM) |
           fails_with(kill(-1, 0), EPERM) |
           fails_with(syscall(SYS_tgkill, getppid(), getppid(), 0), EPERM) |
           fails_with(syscall(SYS_tkill, getppid(), 0), EPERM) |
           fails_with(syscall(SYS_rt_sigqueueinfo, getppid(), SIGUSR1, &info), EPERM) |
           fails_with(fcntl(ends[0], F_SETOWN, getppid()), EPERM) |
           fails_with(fcntl(ends[0], F_SETOWN_EX, &owner), EPERM);
}

static void a_plugin_signals_nobody_else(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, signals_to_others_are_refused);
}

static int abort_now(void) {
    abort();
}

static int raise_segv(void) {
    signal(SIGSEGV, SIG_DFL);
    return raise(SIGSEGV);
}

static int terminate_itself(void) {
    return kill(getpid(), SIGTERM);
}

static void its_own_signals_end_it_as_ever(void **state) {
    (void)state;
    signal(SIGABRT, SIG_DFL);
    assert_ends_by(&plugin_sandbox, abort_now, SIGABRT);
    assert_ends_by(&plugin_sandbox, raise_segv, SIGSEGV);
    assert_ends_by(&plugin_sandbox, terminate_itself, SIGTERM);
}

static int others_memory_is_refused(void) {
    char byte;
    struct iovec own = {.iov_base = &byte, .iov_len = 1};
    return fails_with(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL), EPERM) |
           fails_with(process_vm_readv(getppid(), &own, 1, &own, 1, 0), EPERM) |
           fails_with(process_vm_writev(getppid(), &own, 1, &own, 1, 0), EPERM);
}

static void no_worker_touches_the_memory_of_its_parent(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, others_memory_is_refused);
    assert_goes_well(&programs_sandbox, others_memory_is_refused);
}

/* Each does nothing, or fails with another error, where it is let through. */
static int administration_is_refused(void) {
    return fails_with(unshare(0), EPERM) | fails_with(setns(-1, 0), EPERM) |
           fails_with(syscall(SYS_bpf, -1, NULL, 0), EPERM) |
           fails_with(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0), EPERM) |
           fails_with(syscall(SYS_keyctl, -1), EPERM) |
           fails_with(syscall(SYS_io_uring_setup, 0, NULL), EPERM) |
           fails_with(syscall(SYS_userfaultfd, -1), EPERM) |
           fails_with(syscall(SYS_adjtimex, NULL), EPERM) |
           fails_with(syscall(SYS_open_tree, -1, "", 0), EPERM) |
           fails_with(syscall(SYS_pidfd_getfd, -1, 0, 0), EPERM) |
           fails_with(ioctl(0, TIOCSTI, ""), EPERM);
}

static void no_worker_administers_the_system(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, administration_is_refused);
    assert_goes_well(&programs_sandbox, administration_is_refused);
}

static int identity_is_kept(void) {
    struct rlimit limits;
    return fails_with(setuid(getuid()), EPERM) | fails_with(setgid(getgid()), EPERM) |
           fails_with(setsid(), EPERM) | fails_with(syscall(SYS_personality, 0), EPERM) |
           fails_with(chroot("/"), EPERM) | fails_with(syscall(SYS_capset, NULL, NULL), EPERM) |
           fails_with(syscall(SYS_seccomp, -1, 0, NULL), EPERM) |
           fails_with(prlimit(getppid(), RLIMIT_CORE, NULL, &limits), EPERM) |
           (SENTIO_SANITIZED ? 0 : fails_with(prctl(PR_SET_PDEATHSIG, 0), EPERM)) |
           (SENTIO_SANITIZED ? 0 : fails_with(prctl(PR_SET_DUMPABLE, 1), EPERM));
}

static void a_plugin_stays_who_it_is(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, identity_is_kept);
}

static int newer_calls_are_unknown(void) {
    return fails_with(syscall(SYS_clone3, NULL, 0), ENOSYS) | fails_with(syscall(1000), ENOSYS);
}

static void a_call_that_is_newer_is_unknown(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, newer_calls_are_unknown);
}

#ifdef __x86_64__
static int call_another_architectures(void) {
    return (int)syscall(0x40000000 + SYS_getpid);
}

static void a_call_of_another_architecture_ends_it(void **state) {
    (void)state;
    assert_ends_by(&plugin_sandbox, call_another_architectures, SIGSYS);
    assert_ends_by(&programs_sandbox, call_another_architectures, SIGSYS);
}
#endif

static int descriptors_of_every_kind_work(void) {
    const struct itimerspec soon = {.it_value.tv_nsec = 1};
    sigset_t signals;
    struct epoll_event event = {.events = EPOLLIN};
    uint64_t count = 0;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    int poller = epoll_create1(EPOLL_CLOEXEC);
    int counter = eventfd(1, EFD_CLOEXEC);
    int watch = inotify_init1(IN_CLOEXEC);
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int caught = signalfd(-1, &signals, SFD_CLOEXEC);
    struct pollfd ready = {.fd = caught, .events = POLLIN};
    if (timerfd_settime(timer, 0, &soon, NULL) == -1 ||
        epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event) == -1 ||
        epoll_wait(poller, &event, 1, -1) != 1 || read(timer, &count, 8) != 8) {
        return 1;
    }
    if (read(counter, &count, 8) != 8 || count != 1 || inotify_add_watch(watch, "/", IN_CREATE) < 0)
        return 2;
    return raise(SIGUSR1) == 0 && poll(&ready, 1, -1) == 1 ? 0 : 3;
}

static void descriptors_of_every_kind_are_there(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, descriptors_of_every_kind_work);
}

static int memory_and_chance_work(void) {
    char random[16];
    int memory = memfd_create("x", MFD_CLOEXEC);
    if (memory == -1 || ftruncate(memory, 4096) == -1) {
        return 1;
    }
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, memory, 0);
    if (page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_WRITE) == -1) {
        return 2;
    }
    return getrandom(random, sizeof(random), 0) == sizeof(random) &&
                   prctl(PR_SET_NAME, "worker") == 0
               ? 0
               : 3;
}

static void memory_and_chance_are_there(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, memory_and_chance_work);
}

static int files_work(void) {
    char folder[] = "/tmp/sentio-test-syscalls-XXXXXX";
    char file[64];
    char other[64];
    struct stat status;
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    snprintf(file, sizeof(file), "%s/a", folder);
    snprintf(other, sizeof(other), "%s/b/c", folder);
    int out = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    int failed = out == -1 || write(out, "x", 1) != 1 || fdatasync(out) == -1;
    snprintf(other, sizeof(other), "%s/b", folder);
    failed |= mkdir(other, 0700) == -1;
    snprintf(other, sizeof(other), "%s/b/c", folder);
    failed |= rename(file, other) == -1 || stat(other, &status) == -1 || status.st_size != 1;
    failed |= unlink(other) == -1;
    snprintf(other, sizeof(other), "%s/b", folder);
    failed |= rmdir(other) == -1 || rmdir(folder) == -1;
    return failed;
}

static void files_stay_as_they_are(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, files_work);
    assert_goes_well(&programs_sandbox, files_work);
}

static int programs_run(void) {
    int status = system("test \"$(echo one | cat)\" = one");
    int network = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET};
    return status == 0 && bind(network, (struct sockaddr *)&any, sizeof(any)) == 0 ? 0 : 1;
}

static void a_worker_for_programs_starts_them_and_has_the_network(void **state) {
    (void)state;
    assert_goes_well(&programs_sandbox, programs_run);
}

/* The third argument of clone(2) onwards differs between architectures, and is not given. */
static int namespaces_are_refused(void) {
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        _exit(0);
    }
    return fails_with(pid, EPERM) | fails_with(syscall(SYS_clone3, NULL, 0), ENOSYS);
}

static void programs_get_no_namespace_of_their_own(void **state) {
    (void)state;
    assert_goes_well(&programs_sandbox, namespaces_are_refused);
}

static int second_filter_is_refused(void) {
    char why[128] = "";
    return syscalls_restrict(false, why, sizeof(why)) == SENTIO_FAILED &&
                   strstr(why, "can not be restricted") != NULL
               ? 0
               : 1;
}

static void a_filter_that_can_not_be_set_is_an_error_that_says_so(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, second_filter_is_refused);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_starts_no_process),
        cmocka_unit_test(a_plugin_opens_no_socket),
        cmocka_unit_test(an_open_socket_leads_nowhere_else),
        cmocka_unit_test(connected_pairs_carry_messages),
        cmocka_unit_test(a_plugin_signals_nobody_else),
        cmocka_unit_test(its_own_signals_end_it_as_ever),
        cmocka_unit_test(no_worker_touches_the_memory_of_its_parent),
        cmocka_unit_test(no_worker_administers_the_system),
        cmocka_unit_test(a_plugin_stays_who_it_is),
        cmocka_unit_test(a_call_that_is_newer_is_unknown),
#ifdef __x86_64__
        cmocka_unit_test(a_call_of_another_architecture_ends_it),
#endif
        cmocka_unit_test(descriptors_of_every_kind_are_there),
        cmocka_unit_test(memory_and_chance_are_there),
        cmocka_unit_test(files_stay_as_they_are),
        cmocka_unit_test(a_worker_for_programs_starts_them_and_has_the_network),
        cmocka_unit_test(programs_get_no_namespace_of_their_own),
        cmocka_unit_test(a_filter_that_can_not_be_set_is_an_error_that_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
