/* SPDX-License-Identifier: MIT */
#include "worker/sandbox.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>

#include "sandbox_fixture.h"

/* What a plugin in C++ has of its language's library; built as its author would. */
static const char source[] =
    "#include <chrono>\n#include <filesystem>\n#include <fstream>\n#include <future>\n"
    "#include <iostream>\n#include <random>\n#include <stdexcept>\n#include <thread>\n"
    "extern \"C\" __attribute__((visibility(\"default\"))) int run() {\n"
    "    int sum = 0;\n"
    "    try { throw std::runtime_error(\"x\"); } catch (const std::exception &) { sum++; }\n"
    "    std::thread([&] { sum++; }).join();\n"
    "    sum += std::async(std::launch::async, [] { return 1; }).get();\n"
    "    std::this_thread::sleep_for(std::chrono::nanoseconds(1));\n"
    "    std::random_device chance;\n"
    "    chance();\n"
    "    std::cout << std::flush;\n"
    "    std::cerr << std::string();\n"
    "    std::ifstream status(\"/proc/self/status\");\n"
    "    std::string word;\n"
    "    sum += status >> word && word == \"Name:\";\n"
    "    sum += std::filesystem::exists(\"/proc/self/exe\");\n"
    "    return sum == 5 ? 0 : 10 + sum;\n"
    "}\n";

enum { NOBODY = 65534, LIBRARY = 4 };

/* An open descriptor of the library, whose name is gone. */
static int build_library(void) {
    char folder[] = "/tmp/sentio-test-sandbox-XXXXXX";
    char command[256];
    char file[64];
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/x.so", folder);
    snprintf(command, sizeof(command),
             "${CXX:-c++} -std=c++17 -shared -fPIC -pthread -x c++ -o %s -", file);
    FILE *compiler = popen(command, "w");
    assert_non_null(compiler);
    assert_true(fputs(source, compiler) >= 0);
    assert_int_equal(pclose(compiler), 0);
    int library = open(file, O_RDONLY | O_CLOEXEC);
    assert_int_not_equal(library, -1);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(folder), 0);
    return library;
}

/* By its descriptor, as a worker loads its private copy. */
static int library_runs(void) {
    int (*run)(void) = NULL;
    void *library = dlopen("/proc/self/fd/4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    *(void **)&run = dlsym(library, "run");
    return run != NULL ? run() : 2;
}

static void run_library(int library, bool as_nobody) {
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(library, LIBRARY);
        if (as_nobody &&
            (setresgid(NOBODY, NOBODY, NOBODY) == -1 || setresuid(NOBODY, NOBODY, NOBODY) == -1)) {
            _exit(3);
        }
        enter_and_exit(&plugin_sandbox, library_runs);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Loaded from within, so that the run-time library starts in the sandbox too. */
static void a_plugin_in_cplusplus_runs_whoever_the_host_is(void **state) {
    (void)state;
    /* A sanitizer in a C program does not know C++'s exceptions. */
    if (SENTIO_SANITIZED) {
        skip();
    }
    int library = build_library();
    run_library(library, false);
    if (geteuid() == 0) {
        run_library(library, true);
    }
    close(library);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_in_cplusplus_runs_whoever_the_host_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
