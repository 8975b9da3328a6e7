/* SPDX-License-Identifier: MIT */
#include "contained.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker/sandbox.h"

#include "ctl.h"

#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

/* As `plugins.memory` is by default. */
#define MEMORY_MAX ((uint64_t)512 * 1024 * 1024)

enum { LOOK_MS = 100, READ_SIZE = 65536 };

/* The child's last byte, by which a whole answer is told from one that was cut off. */
static const char whole = '\n';

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void write_all(int out, const char *data, size_t size) {
    while (size > 0) {
        ssize_t written = write(out, data, size);
        if (written == -1 && errno != EINTR)
            return;
        data += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
}

static void use_null(int target, int flags) {
    int null = open("/dev/null", flags | O_CLOEXEC);
    if (null != -1)
        dup2(null, target);
}

/* Never returns: what the parent has is not for the child to clean up. */
static void run_child(const struct contained_job *job, int out, pid_t parent) {
    const struct sandbox sandbox = {
        .memory = MEMORY_MAX, .programs = job->programs, .parent = parent};
    struct sentio_writer answer;
    char why[256];
    setpgid(0, 0);
    use_null(STDIN_FILENO, O_RDONLY);
    use_null(STDOUT_FILENO, O_WRONLY);
    if (sandbox_enter(&sandbox, why, sizeof(why)) != 0) {
        ctl_complain("a process can not be confined: %s", why);
        _exit(EXIT_FAILURE);
    }
    sentio_writer_init(&answer, NULL, 0);
    job->run(job->context, &answer);
    if (!answer.failed) {
        write_all(out, answer.data, answer.size);
        write_all(out, &whole, 1);
    }
    _exit(EXIT_SUCCESS);
}

static void fail(struct contained_result *result, const char *what) {
    snprintf(result->end, sizeof(result->end), "%s: %s", what, strerror(errno));
}

/* Takes what there is; false: nothing will come any more. */
static bool read_answer(struct contained_result *result, int in) {
    char buffer[READ_SIZE];
    ssize_t size = 1;
    while (size > 0 && result->answer.size < ANSWER_MAX) {
        size = read(in, buffer, sizeof(buffer));
        if (size > 0)
            sentio_write(&result->answer, sentio_bytes(buffer, (size_t)size));
    }
    return size == -1 && (errno == EAGAIN || errno == EINTR);
}

/* Until the child has ended; kills it when it is stuck. */
static void attend(const struct contained_job *job, struct contained_result *result, int in,
                   int process) {
    struct pollfd list[] = {{.fd = process, .events = POLLIN}, {.fd = in, .events = POLLIN}};
    int64_t deadline = now_ms() + job->limit;
    for (;;) {
        poll(list, 2, LOOK_MS);
        if (list[1].fd != -1 && !read_answer(result, in))
            list[1].fd = -1;
        if (list[0].revents != 0)
            return;
        const char *stuck = job->stuck ? job->stuck(job->context) : NULL;
        if (stuck == NULL && now_ms() > deadline)
            stuck = "took too long";
        if (stuck == NULL)
            continue;
        snprintf(result->end, sizeof(result->end), "%s", stuck);
        syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
        list[0].revents = 0;
        poll(list, 1, -1);
        return;
    }
}

static void describe_end(struct contained_result *result, int status) {
    struct sentio_writer *answer = &result->answer;
    if (result->end[0] != '\0')
        return;
    if (WIFSIGNALED(status))
        snprintf(result->end, sizeof(result->end), "died of signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (answer->failed || answer->size == 0 || answer->data[answer->size - 1] != whole)
        snprintf(result->end, sizeof(result->end), "ended the process, with exit status %d",
                 WEXITSTATUS(status));
    else
        answer->size--;
}

static void watch_child(const struct contained_job *job, struct contained_result *result,
                        pid_t child, int in) {
    int status = 0;
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    if (process == -1) {
        fail(result, "can not be watched");
        kill(child, SIGKILL);
    } else {
        attend(job, result, in, process);
        close(process);
    }
    /* What it may have started goes with it. */
    kill(-child, SIGKILL);
    while (waitpid(child, &status, 0) == -1 && errno == EINTR)
        continue;
    read_answer(result, in);
    describe_end(result, status);
}

void contained_run(const struct contained_job *job, struct contained_result *result) {
    int ends[2];
    sentio_writer_init(&result->answer, NULL, 0);
    result->end[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) == -1) {
        fail(result, "no pipe can be made");
        return;
    }
    fflush(NULL);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(job, ends[1], parent);
    }
    close(ends[1]);
    if (child == -1) {
        fail(result, "no process can be started");
    } else {
        setpgid(child, child);
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        watch_child(job, result, child, ends[0]);
    }
    close(ends[0]);
}

void contained_finish(struct contained_result *result) {
    sentio_writer_finish(&result->answer);
}
