/* SPDX-License-Identifier: MIT */
#include "worker/sandbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <uv.h>

#include "plugin/plugin.h"
#include "sandbox_fixture.h"

enum { NOBODY = 65534, SKIPPED = 98 };

static int memory_ends(void) {
    const size_t chunk = 16U << 20;
    size_t count = 0;
    for (char *block = malloc(chunk); block != NULL; block = malloc(chunk)) {
        memset(block, 1, chunk);
        count++;
    }
    return count > 20 && count <= 32 && errno == ENOMEM ? 0 : 1;
}

static void memory_over_the_limit_is_not_given(void **state) {
    (void)state;
    if (SENTIO_SANITIZED) {
        skip();
    }
    assert_goes_well(&plugin_sandbox, memory_ends);
}

static int has_no_memory_limit(void) {
    struct rlimit limits;
    return getrlimit(RLIMIT_AS, &limits) == 0 && limits.rlim_max == RLIM_INFINITY ? 0 : 1;
}

static void zero_is_no_limit_of_memory(void **state) {
    const struct sandbox unlimited = {.memory = 0};
    (void)state;
    assert_goes_well(&unlimited, has_no_memory_limit);
    assert_goes_well(&programs_sandbox, has_no_memory_limit);
}

static int descriptors_end(void) {
    int last = -1;
    for (int descriptor = dup(0); descriptor != -1; descriptor = dup(0)) {
        last = descriptor;
    }
    return errno == EMFILE && last == 255 ? 0 : 1;
}

static void descriptors_over_the_limit_are_not_given(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, descriptors_end);
}

static int file_ends(void) {
    FILE *file = tmpfile();
    return file == NULL || ftruncate(fileno(file), 1L << 30) == -1
               ? 1
               : fails_with(pwrite(fileno(file), "x", 1, 1L << 30), EFBIG);
}

static void a_file_grows_to_its_limit_and_no_signal_comes(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, file_ends);
}

static int limits_stay(void) {
    struct rlimit limits;
    const struct rlimit more = {.rlim_cur = 1024, .rlim_max = 1024};
    if (getrlimit(RLIMIT_CORE, &limits) == -1 || limits.rlim_max != 0) {
        return 1;
    }
    return fails_with(setrlimit(RLIMIT_NOFILE, &more), EPERM) |
           fails_with(setrlimit(RLIMIT_CORE, &more), EPERM);
}

static void limits_can_not_be_raised_again(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, limits_stay);
}

static int gains_nothing(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) == -1) {
        return 1;
    }
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && data[0].permitted == 0 &&
                   data[0].effective == 0 && data[1].permitted == 0
               ? 0
               : 2;
}

static int has_no_new_privileges(void) {
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
}

static void a_worker_gains_no_privileges(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, gains_nothing);
    assert_goes_well(&programs_sandbox, has_no_new_privileges);
}

/* Opens and does not read: the kernel checks when memory is opened. */
static int try_parent(const char *file, int flags) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)getppid(), file);
    int descriptor = open(path, flags | O_CLOEXEC);
    if (descriptor == -1) {
        return errno;
    }
    char byte;
    int seen = read(descriptor, &byte, 1) == 1 || strcmp(file, "mem") == 0;
    close(descriptor);
    return seen ? 0 : EACCES;
}

static int sees_nothing_of_its_parent(void) {
    return try_parent("mem", O_RDWR) == EACCES && try_parent("environ", O_RDONLY) == EACCES ? 0 : 1;
}

/* As a user without privileges, whose processes may look into each other outside the sandbox. */
static int look_from(const struct sandbox *sandbox) {
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 2 ||
        setresgid(NOBODY, NOBODY, NOBODY) == -1 || setresuid(NOBODY, NOBODY, NOBODY) == -1 ||
        prctl(PR_SET_DUMPABLE, 1) == -1) {
        return SKIPPED;
    }
    pid_t pid = fork();
    if (pid == 0) {
        int before = try_parent("mem", O_RDWR);
        if (before != 0) {
            _exit(SKIPPED);
        }
        enter_and_exit(sandbox, sees_nothing_of_its_parent);
    }
    int status = 1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void assert_looks_away(const struct sandbox *sandbox) {
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(look_from(sandbox));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
        skip();
    }
    assert_int_equal(status, 0);
}

static void a_worker_does_not_look_into_processes_of_its_user(void **state) {
    (void)state;
    assert_looks_away(&plugin_sandbox);
    assert_looks_away(&programs_sandbox);
}

static int announce_and_wait(void) {
    if (write(3, "x", 1) != 1) {
        return 1;
    }
    pause();
    return 2;
}

/* The host of a worker, which ends when the worker is in its sandbox. */
static void run_host(int out, int in) {
    const struct sandbox sandbox = {.parent = getpid()};
    char byte;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out, 3);
        enter_and_exit(&sandbox, announce_and_wait);
    }
    close(out);
    _exit(read(in, &byte, 1) == 1 ? 0 : 1);
}

static void a_worker_ends_with_its_host(void **state) {
    int ends[2];
    int status = 0;
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe2(ends, 0), 0);
    pid_t host = fork();
    if (host == 0) {
        run_host(ends[1], ends[0]);
    }
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(waitpid(host, &status, 0), host);
    assert_int_equal(status, 0);
    assert_true(waitpid(-1, &status, 0) > 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static int enter_without_host(void) {
    const struct sandbox sandbox = {.parent = 1 << 29};
    char why[128] = "";
    return sandbox_enter(&sandbox, why, sizeof(why)) == SENTIO_FAILED &&
                   strcmp(why, "the host, process 536870912, has ended") == 0
               ? 0
               : 1;
}

static void a_worker_whose_host_is_gone_does_not_start(void **state) {
    int status = 1;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(enter_without_host());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void *add_one(void *context) {
    int *count = context;
    (*count)++;
    return NULL;
}

static int threads_run(void) {
    int counts[4] = {0};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        if (pthread_create(&threads[i], NULL, add_one, &counts[i]) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < 4; i++) {
        if (pthread_join(threads[i], NULL) != 0 || counts[i] != 1) {
            return 2;
        }
    }
    return 0;
}

static void threads_are_there(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, threads_run);
}

static void on_work(uv_work_t *work) {
    unsigned char chance[16];
    *(bool *)work->data = RAND_bytes(chance, sizeof(chance)) == 1;
}

static void on_worked(uv_work_t *work, int status) {
    (void)work;
    (void)status;
}

static int loop_runs(void) {
    bool done = false;
    uv_loop_t loop;
    uv_work_t work = {.data = &done};
    uv_fs_t request;
    if (uv_loop_init(&loop) != 0 || uv_queue_work(&loop, &work, on_work, on_worked) != 0 ||
        uv_run(&loop, UV_RUN_DEFAULT) != 0 || uv_loop_close(&loop) != 0) {
        return 1;
    }
    int rc = uv_fs_stat(NULL, &request, "/proc/self/exe", NULL);
    uv_fs_req_cleanup(&request);
    return done && rc == 0 ? 0 : 2;
}

static void libuv_and_openssl_run(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, loop_runs);
}

static int plugins_load(void) {
    const char *folder = SENTIO_TEST_BUILD "/plugins";
    char path[512];
    char why[512];
    int count = 0;
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return 1;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        struct plugin *plugin = NULL;
        const char *end = strrchr(entry->d_name, '.');
        if (end == NULL || strcmp(end, ".so") != 0) {
            continue;
        }
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (plugin_load(path, "/tmp", &plugin, why, sizeof(why)) != SENTIO_OK) {
            fprintf(stderr, "%s\n", why);
            return 2;
        }
        plugin_unload(plugin);
        count++;
    }
    closedir(entries);
    return count >= 5 ? 0 : 3;
}

static void every_plugin_of_the_tree_loads(void **state) {
    (void)state;
    assert_goes_well(&plugin_sandbox, plugins_load);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_over_the_limit_is_not_given),
        cmocka_unit_test(zero_is_no_limit_of_memory),
        cmocka_unit_test(descriptors_over_the_limit_are_not_given),
        cmocka_unit_test(a_file_grows_to_its_limit_and_no_signal_comes),
        cmocka_unit_test(limits_can_not_be_raised_again),
        cmocka_unit_test(a_worker_gains_no_privileges),
        cmocka_unit_test(a_worker_does_not_look_into_processes_of_its_user),
        cmocka_unit_test(a_worker_ends_with_its_host),
        cmocka_unit_test(a_worker_whose_host_is_gone_does_not_start),
        cmocka_unit_test(threads_are_there),
        cmocka_unit_test(libuv_and_openssl_run),
        cmocka_unit_test(every_plugin_of_the_tree_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
