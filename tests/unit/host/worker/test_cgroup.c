/* SPDX-License-Identifier: MIT */
#include "worker/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder with the files that the kernel would show in it. Written to are only files that are
 * there, so what is missing is as on an older kernel. */
struct fixture {
    char folder[48];
    char own[16]; /* this process, as in cgroup.procs */
};

static void path_of(const struct fixture *fixture, const char *file, char path[256]) {
    snprintf(path, 256, "%s/%s", fixture->folder, file);
}

static void put(const struct fixture *fixture, const char *file, const char *text) {
    char path[256];
    path_of(fixture, file, path);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void add_folder(const struct fixture *fixture, const char *name) {
    char path[256];
    path_of(fixture, name, path);
    assert_int_equal(mkdir(path, 0700), 0);
}

static bool is_there(const struct fixture *fixture, const char *file) {
    char path[256];
    path_of(fixture, file, path);
    return access(path, F_OK) == 0;
}

static void assert_holds(const struct fixture *fixture, const char *file, const char *text) {
    char path[256];
    char found[256];
    path_of(fixture, file, path);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    size_t size = fread(found, 1, sizeof(found) - 1, in);
    fclose(in);
    found[size] = '\0';
    assert_string_equal(found, text);
}

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sentio-test-cgroup-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->own, sizeof(fixture->own), "%d", (int)getpid());
    char procs[32];
    snprintf(procs, sizeof(procs), "%s\n", fixture->own);
    put(fixture, "cgroup.procs", procs);
    put(fixture, "cgroup.controllers", "cpu memory pids\n");
    put(fixture, "cgroup.subtree_control", "");
    add_folder(fixture, "host");
    put(fixture, "host/cgroup.procs", "");
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -r '%s'", fixture->folder);
    int status = system(command);
    free(fixture);
    return status;
}

static struct cgroup *open_groups(const struct fixture *fixture) {
    struct cgroup *groups = cgroup_open_at(fixture->folder);
    assert_non_null(groups);
    return groups;
}

static void the_daemon_moves_to_a_child_and_gives_controllers_to_others(void **state) {
    struct fixture *fixture = *state;
    cgroup_close(open_groups(fixture));
    assert_holds(fixture, "host/cgroup.procs", fixture->own);
    assert_holds(fixture, "cgroup.subtree_control", "+memory +pids");
}

static void controllers_that_are_not_there_are_not_asked_for(void **state) {
    struct fixture *fixture = *state;
    put(fixture, "cgroup.controllers", "cpuset memory_other memory\n");
    cgroup_close(open_groups(fixture));
    assert_holds(fixture, "cgroup.subtree_control", "+memory");
}

static void only_pids_may_be_there(void **state) {
    struct fixture *fixture = *state;
    put(fixture, "cgroup.controllers", "pids");
    cgroup_close(open_groups(fixture));
    assert_holds(fixture, "cgroup.subtree_control", "+pids");
}

static void a_group_without_controllers_is_left_alone(void **state) {
    struct fixture *fixture = *state;
    put(fixture, "cgroup.controllers", "cpu\n");
    assert_null(cgroup_open_at(fixture->folder));
    assert_holds(fixture, "host/cgroup.procs", "");
}

static void a_group_with_other_processes_is_left_alone(void **state) {
    struct fixture *fixture = *state;
    char procs[48];
    snprintf(procs, sizeof(procs), "1\n%s\n", fixture->own);
    put(fixture, "cgroup.procs", procs);
    assert_null(cgroup_open_at(fixture->folder));
    assert_holds(fixture, "host/cgroup.procs", "");
    assert_holds(fixture, "cgroup.subtree_control", "");
}

static void controllers_that_are_not_given_are_no_groups(void **state) {
    struct fixture *fixture = *state;
    char path[256];
    path_of(fixture, "cgroup.subtree_control", path);
    assert_int_equal(unlink(path), 0);
    assert_null(cgroup_open_at(fixture->folder));
    assert_holds(fixture, "host/cgroup.procs", fixture->own);
}

static void no_folder_is_no_groups(void **state) {
    (void)state;
    assert_null(cgroup_open_at("/nonexistent"));
    cgroup_close(NULL);
}

static void prepare_worker(const struct fixture *fixture) {
    static const char *const files[] = {"memory.max", "memory.swap.max", "memory.oom.group",
                                        "pids.max",   "cgroup.procs",    "cgroup.kill"};
    char file[64];
    add_folder(fixture, "worker-a-12");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(file, sizeof(file), "worker-a-12/%s", files[i]);
        put(fixture, file, "");
    }
}

static void a_worker_gets_its_limits_before_it_moves(void **state) {
    struct fixture *fixture = *state;
    const struct cgroup_limits limits = {.memory = 512U << 20, .processes = 64};
    struct cgroup *groups = open_groups(fixture);
    prepare_worker(fixture);
    cgroup_add(groups, "a", 12, &limits);
    assert_holds(fixture, "worker-a-12/memory.max", "536870912");
    assert_holds(fixture, "worker-a-12/memory.swap.max", "0");
    assert_holds(fixture, "worker-a-12/memory.oom.group", "1");
    assert_holds(fixture, "worker-a-12/pids.max", "64");
    assert_holds(fixture, "worker-a-12/cgroup.procs", "12");
    cgroup_close(groups);
}

static void zero_limits_nothing(void **state) {
    struct fixture *fixture = *state;
    const struct cgroup_limits limits = {0};
    struct cgroup *groups = open_groups(fixture);
    prepare_worker(fixture);
    cgroup_add(groups, "a", 12, &limits);
    assert_holds(fixture, "worker-a-12/memory.max", "");
    assert_holds(fixture, "worker-a-12/pids.max", "");
    assert_holds(fixture, "worker-a-12/cgroup.procs", "12");
    cgroup_close(groups);
}

static void a_controller_that_is_missing_limits_nothing(void **state) {
    struct fixture *fixture = *state;
    const struct cgroup_limits limits = {.memory = 1, .processes = 2};
    put(fixture, "cgroup.controllers", "pids");
    struct cgroup *groups = open_groups(fixture);
    prepare_worker(fixture);
    cgroup_add(groups, "a", 12, &limits);
    assert_holds(fixture, "worker-a-12/memory.max", "");
    assert_holds(fixture, "worker-a-12/pids.max", "2");
    cgroup_close(groups);
}

static void a_worker_that_can_not_be_limited_is_not_moved(void **state) {
    struct fixture *fixture = *state;
    const struct cgroup_limits limits = {.memory = 1};
    char path[256];
    struct cgroup *groups = open_groups(fixture);
    prepare_worker(fixture);
    path_of(fixture, "worker-a-12/memory.max", path);
    assert_int_equal(unlink(path), 0);
    cgroup_add(groups, "a", 12, &limits);
    assert_holds(fixture, "worker-a-12/cgroup.procs", "");
    /* One that has to be made is gone again, as it has none of the kernel's files. */
    cgroup_add(groups, "b", 13, &limits);
    assert_false(is_there(fixture, "worker-b-13"));
    cgroup_close(groups);
}

static void a_name_does_not_lead_elsewhere(void **state) {
    struct fixture *fixture = *state;
    const struct cgroup_limits limits = {.memory = 1};
    struct cgroup *groups = open_groups(fixture);
    prepare_worker(fixture);
    cgroup_add(groups, "x/../worker-a", 12, &limits);
    cgroup_remove(groups, "x/../worker-a", 12);
    assert_holds(fixture, "worker-a-12/cgroup.procs", "");
    assert_holds(fixture, "worker-a-12/cgroup.kill", "");
    cgroup_close(groups);
}

static void what_is_left_of_a_worker_is_killed(void **state) {
    struct fixture *fixture = *state;
    struct cgroup *groups = open_groups(fixture);
    prepare_worker(fixture);
    cgroup_remove(groups, "a", 12);
    assert_holds(fixture, "worker-a-12/cgroup.kill", "1");
    cgroup_close(groups);
}

static void groups_without_processes_are_removed(void **state) {
    struct fixture *fixture = *state;
    add_folder(fixture, "worker-old-7");
    add_folder(fixture, "other");
    struct cgroup *groups = open_groups(fixture);
    assert_false(is_there(fixture, "worker-old-7"));
    add_folder(fixture, "worker-a-12");
    add_folder(fixture, "worker-slow-11");
    cgroup_remove(groups, "a", 12);
    assert_false(is_there(fixture, "worker-a-12"));
    assert_false(is_there(fixture, "worker-slow-11"));
    assert_true(is_there(fixture, "other"));
    assert_true(is_there(fixture, "host"));
    cgroup_close(groups);
}

static void a_death_for_memory_is_told_from_others(void **state) {
    struct fixture *fixture = *state;
    struct cgroup *groups = open_groups(fixture);
    prepare_worker(fixture);
    assert_false(cgroup_ran_out(groups, "a", 12));
    put(fixture, "worker-a-12/memory.events", "low 0\nmax 9\noom 0\noom_kill 0\n");
    assert_false(cgroup_ran_out(groups, "a", 12));
    put(fixture, "worker-a-12/memory.events", "low 0\nmax 9\noom 1\noom_kill 1\n");
    assert_true(cgroup_ran_out(groups, "a", 12));
    assert_false(cgroup_ran_out(groups, "b", 13));
    cgroup_close(groups);
}

static void without_groups_nothing_happens(void **state) {
    const struct cgroup_limits limits = {.memory = 1};
    (void)state;
    cgroup_add(NULL, "a", 12, &limits);
    cgroup_remove(NULL, "a", 12);
    assert_false(cgroup_ran_out(NULL, "a", 12));
}

#define V1 "25 20 0:21 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"

static void assert_found(const char *membership, const char *mounts, const char *expected) {
    char folder[128];
    assert_true(cgroup_find(membership, mounts, folder, sizeof(folder)));
    assert_string_equal(folder, expected);
}

static void assert_not_found(const char *membership, const char *mounts) {
    char folder[32];
    assert_false(cgroup_find(membership, mounts, folder, sizeof(folder)));
}

static void the_group_is_found_where_it_is_mounted(void **state) {
    (void)state;
    const char *mounts = V1 "26 20 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
    assert_found("0::/system.slice/sentiod.service\n", mounts,
                 "/sys/fs/cgroup/system.slice/sentiod.service");
    assert_found("4:memory:/x\n0::/\n", mounts, "/sys/fs/cgroup");
    assert_found("0::/a b\n", mounts, "/sys/fs/cgroup/a b");
    assert_found("0::/docker/1/x\n", "30 29 0:26 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
                 "/sys/fs/cgroup/x");
    assert_found("0::/docker/1\n", "30 29 0:26 /docker/1 /cg ro - cgroup2 cgroup rw", "/cg");
}

static void a_group_out_of_reach_is_not_found(void **state) {
    (void)state;
    assert_not_found("", "");
    assert_not_found("4:memory:/x\n", V1);
    assert_not_found("0::/x\n", V1);
    assert_not_found("0::/../x\n", "26 20 0:22 / /cg rw - cgroup2 cgroup2 rw\n");
    assert_not_found("0::/docker/12\n", "30 29 0:26 /docker/1 /cg rw - cgroup2 cgroup rw\n");
    assert_not_found("0::/\n", "30 29 0:26 / /with\\040space rw - cgroup2 cgroup rw\n");
    assert_not_found("0::/a/path/that/is/too/long/here\n", "1 1 0:1 / /cg rw - cgroup2 c rw\n");
    assert_not_found("0::/\n", "1 1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(the_daemon_moves_to_a_child_and_gives_controllers_to_others),
        TEST(controllers_that_are_not_there_are_not_asked_for),
        TEST(only_pids_may_be_there),
        TEST(a_group_without_controllers_is_left_alone),
        TEST(a_group_with_other_processes_is_left_alone),
        TEST(controllers_that_are_not_given_are_no_groups),
        TEST(no_folder_is_no_groups),
        TEST(a_worker_gets_its_limits_before_it_moves),
        TEST(zero_limits_nothing),
        TEST(a_controller_that_is_missing_limits_nothing),
        TEST(a_worker_that_can_not_be_limited_is_not_moved),
        TEST(a_name_does_not_lead_elsewhere),
        TEST(what_is_left_of_a_worker_is_killed),
        TEST(groups_without_processes_are_removed),
        TEST(a_death_for_memory_is_told_from_others),
        TEST(without_groups_nothing_happens),
        TEST(the_group_is_found_where_it_is_mounted),
        TEST(a_group_out_of_reach_is_not_found),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
