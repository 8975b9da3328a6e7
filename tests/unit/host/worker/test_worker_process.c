/* SPDX-License-Identifier: MIT */
#include "worker/worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

/* The worker is this program once more: it does what its file's name says. */

struct fixture {
    uv_loop_t loop;
    struct worker_process *process;
    struct wire_buffer in;
    struct worker_end end;
    int held;       /* the read end of a pipe that the worker and its programs hold open */
    unsigned heard; /* how often something was readable */
    bool writable;
    bool over;
    bool end_seen;
};

/* What is logged, instead of log.c. */
static char *logged(void) {
    static char text[8192];
    return text;
}

void log_write(enum log_level level, const char *where, const char *format, ...) {
    size_t size = strlen(logged());
    va_list arguments;
    (void)level;
    size += (size_t)snprintf(logged() + size, 8192 - size, "%s: ", where);
    va_start(arguments, format);
    size += (size_t)vsnprintf(logged() + size, 8192 - size, format, arguments);
    va_end(arguments);
    snprintf(logged() + size, 8192 - size, "\n");
}

static void say(const char *text) {
    if (write(WORKER_SOCKET, text, strlen(text)) == -1)
        _exit(99);
}

static void worker_tells_what_it_has(void) {
    char text[256];
    char content[64] = "";
    struct stat null;
    struct stat input;
    if (pread(WORKER_PLUGIN, content, sizeof(content) - 1, 0) == -1)
        _exit(98);
    struct worker_page *page =
        mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_PAGE, 0);
    if (page == MAP_FAILED)
        _exit(97);
    atomic_store(&page->serial, 12345);
    bool same =
        stat("/dev/null", &null) == 0 && fstat(0, &input) == 0 && null.st_rdev == input.st_rdev;
    snprintf(text, sizeof(text), "plugin=%s input=%s SENTIO_TEST=%s OTHER_TEST=%s leader=%d",
             content, same ? "null" : "other", getenv("SENTIO_TEST") ? "set" : "unset",
             getenv("OTHER_TEST") ? "set" : "unset", getpgrp() == getpid());
    say(text);
}

static void worker_echoes(void) {
    char space[65536];
    ssize_t got = read(WORKER_SOCKET, space, sizeof(space));
    for (; got > 0; got = read(WORKER_SOCKET, space, sizeof(space)))
        if (write(WORKER_SOCKET, space, (size_t)got) != got)
            _exit(96);
}

static void worker_counts(void) {
    static char space[65536];
    size_t size = 0;
    char text[32];
    raise(SIGSTOP);
    ssize_t got = read(WORKER_SOCKET, space, sizeof(space));
    for (; got > 0; got = read(WORKER_SOCKET, space, sizeof(space)))
        size += (size_t)got;
    snprintf(text, sizeof(text), "%zu", size);
    say(text);
}

static void worker_says_much_and_dies(void) {
    static char much[100000];
    memset(much, 'm', sizeof(much));
    if (write(WORKER_SOCKET, much, sizeof(much)) != sizeof(much))
        _exit(95);
    fputs("famous last words", stderr);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static void start_program(void) {
    if (fork() == 0)
        for (;;)
            pause();
}

static int work(const char *file) {
    if (strcmp(file, "tells") == 0) {
        worker_tells_what_it_has();
    } else if (strcmp(file, "echoes") == 0) {
        worker_echoes();
    } else if (strcmp(file, "counts") == 0) {
        worker_counts();
    } else if (strcmp(file, "complains") == 0) {
        fputs("one\n\ntwo", stderr);
        puts(" three");
    } else if (strcmp(file, "dies") == 0) {
        worker_says_much_and_dies();
    } else if (strcmp(file, "starts a program and waits") == 0) {
        start_program();
        say("started");
        pause();
    } else if (strcmp(file, "starts a program and ends") == 0) {
        start_program();
        return 7;
    } else if (strcmp(file, "hangs up") == 0) {
        close(WORKER_SOCKET);
        pause();
    }
    return 0;
}

static void on_readable(void *context) {
    struct fixture *fixture = context;
    ssize_t got = 1;
    fixture->heard++;
    while (got > 0)
        got = worker_process_receive(fixture->process, &fixture->in);
    fixture->end_seen = fixture->end_seen || got == -1;
}

static void on_writable(void *context) {
    struct fixture *fixture = context;
    fixture->writable = true;
}

static void on_over(void *context, const struct worker_end *end) {
    struct fixture *fixture = context;
    fixture->end = *end;
    fixture->over = true;
    fixture->process = NULL;
}

static struct worker_process *try_to_start(struct fixture *fixture, const char *file,
                                           struct worker_page **page, char why[256]) {
    const struct worker_process_handler handler = {
        .readable = on_readable, .writable = on_writable, .over = on_over, .context = fixture};
    int plugin = memfd_create("plugin", MFD_CLOEXEC);
    int memory = memfd_create("page", MFD_CLOEXEC);
    assert_int_equal(write(plugin, "code", 4), 4);
    assert_int_equal(ftruncate(memory, sizeof(**page)), 0);
    *page = mmap(NULL, sizeof(**page), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    assert_true(*page != MAP_FAILED);
    fixture->process = worker_process_start(&fixture->loop, "channel test", file, plugin, memory,
                                            &handler, why, 256);
    close(plugin);
    close(memory);
    return fixture->process;
}

/* The page stays until the test has ended. */
static struct worker_page *start(struct fixture *fixture, const char *file) {
    struct worker_page *page;
    char why[256];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    assert_non_null(try_to_start(fixture, file, &page, why));
    close(ends[1]);
    fixture->held = ends[0];
    return page;
}

static void turn_until_over(struct fixture *fixture) {
    while (!fixture->over)
        uv_run(&fixture->loop, UV_RUN_ONCE);
}

static void turn_until_received(struct fixture *fixture, size_t size) {
    while (fixture->in.end - fixture->in.start < size)
        uv_run(&fixture->loop, UV_RUN_ONCE);
}

static void assert_received(const struct fixture *fixture, const char *text) {
    assert_int_equal(fixture->in.end - fixture->in.start, strlen(text));
    assert_memory_equal(fixture->in.data + fixture->in.start, text, strlen(text));
}

/* All that the worker has started is gone. */
static void assert_nobody_is_left(const struct fixture *fixture) {
    char byte;
    assert_int_equal(read(fixture->held, &byte, 1), 0);
}

static void worker_finds_what_it_is_given(void **state) {
    struct fixture *fixture = *state;
    setenv("SENTIO_TEST", "1", 1);
    setenv("OTHER_TEST", "1", 1);
    struct worker_page *page = start(fixture, "tells");
    turn_until_over(fixture);
    assert_received(fixture, "plugin=code input=null SENTIO_TEST=unset OTHER_TEST=set leader=1");
    assert_true(atomic_load(&page->serial) == 12345);
    assert_int_equal(fixture->end.status, 0);
    assert_int_equal(fixture->end.signal, 0);
    munmap(page, sizeof(*page));
}

static void what_is_sent_arrives_and_comes_back(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "echoes");
    char one[] = "one, ";
    char two[] = "two";
    const struct iovec parts[] = {{one, 5}, {two, 3}};
    assert_int_equal(worker_process_send(fixture->process, parts, 2), 8);
    turn_until_received(fixture, 8);
    assert_received(fixture, "one, two");
    worker_process_finish(fixture->process);
    worker_process_finish(fixture->process);
    assert_int_equal(worker_process_send(fixture->process, parts, 2), -1);
    turn_until_over(fixture);
    assert_int_equal(fixture->end.status, 0);
    munmap(page, sizeof(*page));
}

static void full_socket_is_told_when_there_is_room_again(void **state) {
    static char much[1 << 16];
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "counts");
    const struct iovec part = {much, sizeof(much)};
    size_t size = 0;
    ssize_t sent = worker_process_send(fixture->process, &part, 1);
    for (; sent > 0; sent = worker_process_send(fixture->process, &part, 1))
        size += (size_t)sent;
    assert_int_equal(sent, 0);
    assert_true(fixture->process->wants_write);
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_false(fixture->writable);
    while (!fixture->writable) {
        kill(fixture->process->process.pid, SIGCONT);
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    }
    assert_false(fixture->process->wants_write);
    worker_process_finish(fixture->process);
    turn_until_over(fixture);
    char expected[32];
    snprintf(expected, sizeof(expected), "%zu", size);
    assert_received(fixture, expected);
    munmap(page, sizeof(*page));
}

static void nothing_is_received_while_deaf(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "echoes");
    char text[] = "text";
    const struct iovec part = {text, 4};
    worker_process_deafen(fixture->process, true);
    assert_int_equal(worker_process_send(fixture->process, &part, 1), 4);
    for (int i = 0; i < 100; i++)
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_int_equal(fixture->heard, 0);
    worker_process_deafen(fixture->process, false);
    turn_until_received(fixture, 4);
    assert_received(fixture, "text");
    worker_process_kill(fixture->process);
    turn_until_over(fixture);
    munmap(page, sizeof(*page));
}

static void deaf_host_hears_all_of_one_that_has_ended(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "dies");
    worker_process_deafen(fixture->process, true);
    turn_until_over(fixture);
    assert_int_equal(fixture->in.end - fixture->in.start, 100000);
    assert_int_equal(fixture->end.signal, SIGSEGV);
    munmap(page, sizeof(*page));
}

static void what_it_writes_is_logged(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "complains");
    turn_until_over(fixture);
    assert_string_equal(logged(), "channel test: worker: one\nchannel test: worker: two three\n");
    munmap(page, sizeof(*page));
}

static void last_words_are_received_and_logged_before_the_end_is_told(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "dies");
    turn_until_over(fixture);
    assert_int_equal(fixture->in.end - fixture->in.start, 100000);
    assert_string_equal(logged(), "channel test: worker: famous last words\n");
    assert_int_equal(fixture->end.signal, SIGSEGV);
    assert_true(fixture->end_seen);
    munmap(page, sizeof(*page));
}

static void worker_is_killed_with_its_programs(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "starts a program and waits");
    turn_until_received(fixture, 7);
    worker_process_kill(fixture->process);
    turn_until_over(fixture);
    assert_int_equal(fixture->end.signal, SIGKILL);
    assert_nobody_is_left(fixture);
    munmap(page, sizeof(*page));
}

static void programs_end_with_their_worker(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "starts a program and ends");
    turn_until_over(fixture);
    assert_int_equal(fixture->end.status, 7);
    assert_nobody_is_left(fixture);
    munmap(page, sizeof(*page));
}

static void worker_that_hangs_up_is_heard_once(void **state) {
    struct fixture *fixture = *state;
    struct worker_page *page = start(fixture, "hangs up");
    while (!fixture->end_seen)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    for (int i = 0; i < 100; i++)
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_int_equal(fixture->heard, 1);
    worker_process_kill(fixture->process);
    turn_until_over(fixture);
    assert_int_equal(fixture->end.signal, SIGKILL);
    munmap(page, sizeof(*page));
}

static size_t count_descriptors(void) {
    size_t count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

/* However many descriptors it takes, it starts or says why not. */
static void worker_that_can_not_be_started_leaves_nothing(void **state) {
    struct fixture *fixture = *state;
    struct rlimit limit;
    size_t failures = 0;
    /* The loop keeps some from the first one on. */
    struct worker_page *first = start(fixture, "tells");
    turn_until_over(fixture);
    munmap(first, sizeof(*first));
    fixture->over = false;
    size_t before = count_descriptors();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    /* Room for the two that are given on. */
    for (rlim_t room = before + 2; !fixture->over; room++) {
        char why[256] = "";
        struct worker_page *page;
        const struct rlimit low = {room, limit.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
        if (try_to_start(fixture, "tells", &page, why)) {
            setrlimit(RLIMIT_NOFILE, &limit);
            turn_until_over(fixture);
        } else {
            failures++;
            assert_non_null(strstr(why, "its worker can not be started: "));
            uv_run(&fixture->loop, UV_RUN_DEFAULT);
        }
        munmap(page, sizeof(*page));
        assert_int_equal(count_descriptors(), before);
    }
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_true(failures > 2);
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    logged()[0] = '\0';
    fixture->held = -1;
    return uv_loop_init(&fixture->loop);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    if (fixture->process) {
        worker_process_kill(fixture->process);
        turn_until_over(fixture);
    }
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&fixture->loop);
    wire_finish(&fixture->in);
    if (fixture->held != -1)
        close(fixture->held);
    free(fixture);
    return left;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(worker_finds_what_it_is_given),
        TEST(what_is_sent_arrives_and_comes_back),
        TEST(full_socket_is_told_when_there_is_room_again),
        TEST(nothing_is_received_while_deaf),
        TEST(deaf_host_hears_all_of_one_that_has_ended),
        TEST(what_it_writes_is_logged),
        TEST(last_words_are_received_and_logged_before_the_end_is_told),
        TEST(worker_is_killed_with_its_programs),
        TEST(programs_end_with_their_worker),
        TEST(worker_that_hangs_up_is_heard_once),
        TEST(worker_that_can_not_be_started_leaves_nothing),
    };
    if (argc == 3 && strcmp(argv[0], "sentiod") == 0 && strcmp(argv[1], "--worker") == 0)
        return work(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
