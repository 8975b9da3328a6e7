/* SPDX-License-Identifier: MIT */
/* chaos-load PORT CHANNEL CLIENTS RATE [AWAY]: clients of a channel of sums.so, and publishers that
 * post RATE updates a second to it. With AWAY, each client is away for up to so many ms again and
 * again, and comes back for what it has missed. Prints "ready", then reads letters from its input:
 *
 * w      prints "on" when 200 more updates have been answered
 * s, q   from here on publishers' times count as those of swaps, or of quiet
 * e      the end: all come back; waits until all is answered and everybody has everything, prints
 * the figures as one line of JSON, and ends with 0
 *
 * Anything that is missed, doubled, refused or disconnected is printed, and ends it with 1. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "connect.h"
#include "crowd.h"
#include "posts.h"

enum {
    CONNECTIONS = 64,
    EVENTS = 256,
    TICK_US = 5000,
    MORE = 200,
    PATIENCE = 120 /* s, without an event */
};

struct run {
    int epoll;
    int timer;
    unsigned rate;
    struct crowd *crowd;
    struct posts *posts;
    struct histogram quiet;
    struct histogram swap;
    int64_t begun;
    uint64_t due;
    uint64_t awaited; /* updates; 0: none */
    bool ending;
    char path[128];
};

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool on_tick(struct run *run) {
    uint64_t times;
    if (read(run->timer, &times, sizeof(times)) != (ssize_t)sizeof(times) || run->ending)
        return true;
    int64_t now = now_ns();
    uint64_t due = (uint64_t)(now - run->begun) * run->rate / 1000000000;
    unsigned more = (unsigned)(due - run->due);
    run->due = due;
    if (!crowd_tick(run->crowd, now / 1000000))
        return false;
    return posts_due(run->posts, more, now);
}

static bool on_letter(struct run *run) {
    char letter = 'e';
    if (read(STDIN_FILENO, &letter, 1) == -1)
        return true;
    if (letter == 'w')
        run->awaited = posts_answered(run->posts) + MORE;
    else if (letter == 's' || letter == 'q')
        posts_measure(run->posts, letter == 's' ? &run->swap : &run->quiet);
    else
        run->ending = true;
    return !run->ending || crowd_gather(run->crowd);
}

static bool on_answer(struct run *run, void *connection) {
    if (!posts_read(run->posts, connection, now_ns()))
        return false;
    if (run->awaited == 0 || posts_answered(run->posts) < run->awaited)
        return true;
    run->awaited = 0;
    printf("on\n");
    return true;
}

static bool handle(struct run *run, void *data) {
    if (data == &run->timer)
        return on_tick(run);
    if (data == run)
        return on_letter(run);
    return posts_owns(run->posts, data) ? on_answer(run, data) : crowd_read(run->crowd, data);
}

static bool is_over(const struct run *run) {
    return run->ending && posts_done(run->posts) &&
           crowd_has(run->crowd, posts_answered(run->posts));
}

static void print_times(const char *name, const struct histogram *times) {
    printf("\"%s\":{\"count\":%llu,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name,
           (unsigned long long)times->count, histogram_at(times, 0.5), histogram_at(times, 0.99),
           histogram_at(times, 1));
}

static bool report(const struct run *run) {
    uint64_t count = posts_answered(run->posts);
    if (!posts_check(run->posts))
        return false;
    printf("{\"updates\":%llu,\"received\":%llu,\"seconds\":%.2f,", (unsigned long long)count,
           (unsigned long long)crowd_received(run->crowd), (double)(now_ns() - run->begun) / 1e9);
    printf("\"returns\":%llu,\"replayed\":%llu,",
           (unsigned long long)crowd_absences(run->crowd).returns,
           (unsigned long long)crowd_absences(run->crowd).replayed);
    print_times("quiet", &run->quiet);
    printf(",");
    print_times("swap", &run->swap);
    printf("}\n");
    return true;
}

static bool go(struct run *run) {
    struct epoll_event events[EVENTS];
    while (!is_over(run)) {
        int count = epoll_wait(run->epoll, events, EVENTS, PATIENCE * 1000);
        if (count == 0) {
            printf("nothing more comes\n");
            return false;
        }
        for (int i = 0; i < count; i++)
            if (!handle(run, events[i].data.ptr))
                return false;
    }
    return report(run);
}

static bool watch(const struct run *run, int fd, void *data) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = data};
    return epoll_ctl(run->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool set_up(struct run *run, char **arguments) {
    const struct itimerspec tick = {{.tv_nsec = TICK_US * 1000}, {.tv_nsec = TICK_US * 1000}};
    unsigned port = (unsigned)strtoul(arguments[1], NULL, 10);
    unsigned clients = (unsigned)strtoul(arguments[3], NULL, 10);
    snprintf(run->path, sizeof(run->path), "/ws/%s", arguments[2]);
    run->rate = (unsigned)strtoul(arguments[4], NULL, 10);
    run->epoll = epoll_create1(EPOLL_CLOEXEC);
    run->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    run->crowd = crowd_create(run->epoll, port, run->path, clients);
    if (run->crowd == NULL)
        return false;
    run->posts = posts_create(run->epoll, port, arguments[2], CONNECTIONS);
    if (run->posts == NULL)
        return false;
    posts_measure(run->posts, &run->quiet);
    run->begun = now_ns();
    if (arguments[5])
        crowd_scatter(run->crowd, strtol(arguments[5], NULL, 10), run->begun / 1000000);
    return make_non_blocking(STDIN_FILENO) && watch(run, STDIN_FILENO, run) &&
           watch(run, run->timer, &run->timer) && timerfd_settime(run->timer, 0, &tick, NULL) == 0;
}

static void allow_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
    struct run *run = calloc(1, sizeof(*run));
    bool well = false;
    if (argc < 5 || argc > 6 || run == NULL) {
        fprintf(stderr, "usage: chaos-load PORT CHANNEL CLIENTS RATE [AWAY]\n");
        free(run);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    allow_descriptors();
    if (set_up(run, argv)) {
        printf("ready\n");
        well = go(run);
    }
    if (run->posts)
        posts_destroy(run->posts);
    if (run->crowd)
        crowd_destroy(run->crowd);
    free(run);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
