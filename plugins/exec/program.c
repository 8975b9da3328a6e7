/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Between the end of its output and that of the process. */
#define FATE_MS 1000

struct pipes {
    int in[2];
    int out[2];
};

static void close_end(int *fd) {
    if (*fd != -1)
        close(*fd);
    *fd = -1;
}

static void close_pipes(struct pipes *pipes) {
    close_end(&pipes->in[0]);
    close_end(&pipes->in[1]);
    close_end(&pipes->out[0]);
    close_end(&pipes->out[1]);
}

/* Only our ends do not block: the program's are as any program expects them. */
static int open_pipes(struct pipes *pipes) {
    *pipes = (struct pipes){{-1, -1}, {-1, -1}};
    if (pipe2(pipes->in, O_CLOEXEC) == -1 || pipe2(pipes->out, O_CLOEXEC) == -1 ||
        fcntl(pipes->in[1], F_SETFL, O_NONBLOCK) == -1 ||
        fcntl(pipes->out[0], F_SETFL, O_NONBLOCK) == -1) {
        int error = errno;
        close_pipes(pipes);
        return error;
    }
    return 0;
}

static bool same_name(const char *a, const char *b) {
    size_t size = strcspn(a, "=");
    return strncmp(a, b, size) == 0 && b[size] == '=';
}

/* Ours, with what the options add or replace; the array alone is to be freed. */
static char **make_environment(const struct options *options) {
    size_t ours = 0;
    while (environ && environ[ours])
        ours++;
    char **all = calloc(ours + ARGUMENTS_MAX + 1, sizeof(*all));
    size_t count = 0;
    for (; all && options->environment[count]; count++)
        all[count] = options->environment[count];
    size_t added = count;
    for (size_t i = 0; all && i < ours; i++) {
        size_t j = 0;
        while (j < added && !same_name(all[j], environ[i]))
            j++;
        if (j == added)
            all[count++] = environ[i];
    }
    return all;
}

/* Nothing of ours but the three standard descriptors, and no signal that we ignore or block. */
static int spawn(struct program *program, const struct options *options,
                 const struct pipes *pipes) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    char **environment = make_environment(options);
    if (!environment)
        return ENOMEM;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawn_file_actions_adddup2(&actions, pipes->in[0], STDIN_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, pipes->out[1], STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    if (error == 0 && options->directory)
        error = posix_spawn_file_actions_addchdir_np(&actions, options->directory);
    if (error == 0)
        error = posix_spawnp(&program->pid, options->command[0], &actions, &attributes,
                             options->command, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    return error;
}

static void reap(struct program *program, int *status) {
    pid_t pid;
    do {
        pid = waitpid(program->pid, status, 0);
    } while (pid == -1 && errno == EINTR);
    program->pid = 0;
}

static void close_program(struct program *program) {
    close_end(&program->in);
    close_end(&program->out);
    close_end(&program->life);
}

/* A missing folder and a missing program are the same error to posix_spawn(). */
static bool directory_is_there(const struct options *options, char *why, size_t size) {
    struct stat status;
    if (!options->directory)
        return true;
    if (stat(options->directory, &status) == 0 && S_ISDIR(status.st_mode))
        return true;
    snprintf(why, size, "can not be started: its directory \"%s\" is not there",
             options->directory);
    return false;
}

int program_start(struct program *program, const struct options *options, char *why, size_t size) {
    struct pipes pipes;
    *program = (struct program)PROGRAM_NONE;
    if (!directory_is_there(options, why, size))
        return SENTIO_FAILED;
    int error = open_pipes(&pipes);
    if (error == 0) {
        error = spawn(program, options, &pipes);
        if (error == 0) {
            program->in = pipes.in[1];
            program->out = pipes.out[0];
            pipes.in[1] = pipes.out[0] = -1;
        }
        close_pipes(&pipes);
    }
    if (error == 0) {
        program->life = pidfd_open(program->pid, 0);
        if (program->life == -1) {
            error = errno;
            program_kill(program);
        }
    }
    if (error == 0)
        return SENTIO_OK;
    snprintf(why, size, "can not be started: %s", strerror(error));
    return SENTIO_FAILED;
}

/* SIGPIPE goes to the thread that writes; so it is kept off there, and taken when it has come. */
ssize_t program_write(const struct program *program, struct sentio_bytes bytes) {
    const struct timespec now = {0};
    sigset_t broken;
    sigset_t before;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &before);
    ssize_t count = write(program->in, bytes.data, bytes.size);
    if (count == -1) {
        count = -errno;
        if (count == -EPIPE)
            sigtimedwait(&broken, NULL, &now);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return count;
}

static void describe(int status, char *why, size_t size) {
    if (WIFSIGNALED(status))
        snprintf(why, size, "was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(why, size, "ended with status %d", WEXITSTATUS(status));
}

void program_fate(const struct program *program, char *why, size_t size) {
    struct pollfd life = {.fd = program->life, .events = POLLIN};
    siginfo_t end;
    poll(&life, 1, FATE_MS);
    end.si_pid = 0;
    if (waitid(P_PID, (id_t)program->pid, &end, WEXITED | WNOHANG | WNOWAIT) == -1 ||
        end.si_pid == 0)
        snprintf(why, size, "has closed its standard output");
    else if (end.si_code == CLD_EXITED)
        describe(end.si_status << 8, why, size);
    else
        describe(end.si_status, why, size);
}

/* Until it has ended; what it writes is passed over, so that it does not block on its way out. */
static bool wait_for_end(struct program *program, int64_t timeout) {
    char rest[4096];
    int64_t deadline = program_clock() + timeout;
    struct pollfd polled[] = {{.fd = program->life, .events = POLLIN},
                              {.fd = program->out, .events = POLLIN}};
    for (;;) {
        int64_t left = deadline - program_clock();
        int count = poll(polled, 2, left > 0 ? (int)left : 0);
        if (polled[0].revents != 0)
            return true;
        if (count == 0 || left <= 0)
            return false;
        if (count > 0 && polled[1].revents != 0 && read(program->out, rest, sizeof(rest)) <= 0)
            polled[1].fd = -1;
    }
}

int program_end(struct program *program, int64_t timeout, char *why, size_t size) {
    int status = 0;
    close_end(&program->in);
    bool ended = wait_for_end(program, timeout);
    if (!ended)
        kill(program->pid, SIGKILL);
    reap(program, &status);
    close_program(program);
    if (!ended)
        snprintf(why, size,
                 "did not end within %lld ms after its standard input had; it was killed",
                 (long long)timeout);
    else
        describe(status, why, size);
    return ended && status == 0 ? SENTIO_OK : SENTIO_FAILED;
}

void program_kill(struct program *program) {
    int status;
    if (program->pid > 0) {
        kill(program->pid, SIGKILL);
        reap(program, &status);
    }
    close_program(program);
}

int64_t program_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
