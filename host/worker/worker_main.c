/* SPDX-License-Identifier: MIT */
#include "worker_main.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "plugin/instance.h"
#include "plugin/runner_inline.h"
#include "sandbox.h"
#include "wire_call.h"
#include "wire_note.h"
#include "wire_result.h"
#include "wire_start.h"
#include "wire_table.h"
#include "worker_process.h"

enum { RECEIVE = 64 * 1024, WATCHES_MAX = 16, EXIT_BROKEN = 3 };

/* A descriptor of the plugin's; negative while its call is still to come. */
struct watches {
    struct pollfd polls[1 + WATCHES_MAX]; /* the socket first */
    nfds_t count;
};

struct errands {
    struct wire_buffer in;
    struct wire_buffer out;
    struct worker_page *page;
    struct instance *instance;
    struct wire_start *start;
    struct wire_call call;
    struct watches watches;
    uint64_t serial; /* of the call that runs */
    bool quiet;      /* it is a repetition */
    bool unusable;   /* it did not open, or does not take back its own state: no call runs */
    bool broken;     /* what the host says is not to be understood */
};

/* False: the host is gone. */
static bool send_all(struct wire_buffer *out) {
    while (out->end > out->start) {
        ssize_t sent =
            send(WORKER_SOCKET, out->data + out->start, out->end - out->start, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        wire_drop(out, (size_t)sent);
    }
    return true;
}

/* False: the host is gone. */
static bool receive(struct wire_buffer *in) {
    char *space = wire_room(in, RECEIVE);
    ssize_t got = -1;
    if (space == NULL)
        return false;
    do {
        got = recv(WORKER_SOCKET, space, RECEIVE, 0);
    } while (got == -1 && errno == EINTR);
    if (got > 0)
        in->end += (size_t)got;
    return got > 0;
}

/* At once, so that it is there when the plugin dies of what it does next. */
static void send_log(struct instance *instance, uint32_t level, struct sentio_bytes text) {
    struct errands *errands = instance->log_context;
    if (errands->quiet)
        return;
    if (wire_log(&errands->out, errands->serial, level, text) == 0)
        send_all(&errands->out);
}

static void end_watch(struct watches *watches, nfds_t index) {
    watches->polls[index] = watches->polls[--watches->count];
}

/* A descriptor whose call is still to come is kept as its complement, which poll() passes over. */
static nfds_t find_watch(const struct watches *watches, int fd) {
    nfds_t i = 1;
    while (i < watches->count && watches->polls[i].fd != fd && watches->polls[i].fd != ~fd)
        i++;
    return i;
}

static void watch(struct watches *watches, int fd, bool on) {
    nfds_t i = find_watch(watches, fd);
    if (!on && i < watches->count)
        end_watch(watches, i);
    else if (on && i == watches->count && i <= WATCHES_MAX)
        watches->polls[watches->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* The descriptor was looked at: it is told again when there is more. */
static void resume_watch(struct watches *watches, int fd) {
    nfds_t i = find_watch(watches, fd);
    if (i < watches->count)
        watches->polls[i].fd = fd;
}

static uint32_t micros_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t nanos =
        (int64_t)(now.tv_sec - start->tv_sec) * 1000000000 + now.tv_nsec - start->tv_nsec;
    return nanos / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(nanos / 1000);
}

static void run(struct errands *errands, const struct wire_frame *frame) {
    struct call *call = &errands->call.call;
    struct timespec start;
    errands->serial = frame->serial;
    errands->quiet = (frame->flags & WIRE_QUIET) != 0;
    call->instance = errands->instance;
    clock_gettime(CLOCK_MONOTONIC, &start);
    atomic_store(&errands->page->serial, frame->serial);
    int code = runner_inline(call, call->abi.now);
    atomic_store(&errands->page->serial, 0);
    uint32_t micros = micros_since(&start);
    for (const struct effect *effect = call->effects.first; effect && code == 0;
         effect = effect->next)
        if (effect->kind == EFFECT_WATCH)
            watch(&errands->watches, (int)effect->number, effect->on != 0);
    if (call->kind == CALL_OPEN || (call->kind == CALL_RESTORE && errands->quiet))
        errands->unusable = code != 0;
    if (call->kind == CALL_READY)
        resume_watch(&errands->watches, (int)call->number);
    if (wire_result(&errands->out, frame->serial, code, micros, &call->effects) != 0) {
        const struct effects none = {0};
        wire_result(&errands->out, frame->serial, SENTIO_NO_MEMORY, micros, &none);
    }
    effects_finish(&call->effects);
}

/* False: the host is gone, or what it says is not to be understood. */
static bool run_all(struct errands *errands) {
    struct wire_frame frame;
    int result = wire_next(&errands->in, &frame);
    for (; result == 0; result = wire_next(&errands->in, &frame)) {
        errands->broken =
            frame.kind != WIRE_CALL ||
            wire_read_call(&frame, instance_table(errands->instance), &errands->call) != 0;
        if (errands->broken)
            return false;
        if (!errands->unusable)
            run(errands, &frame);
        wire_consume(&errands->in, &frame);
        /* Before the next call, so that only that one is unanswered if it is the end. */
        if (!send_all(&errands->out))
            return false;
    }
    errands->broken = result != SENTIO_AGAIN;
    return !errands->broken;
}

/* Waits for the host, and for the plugin's descriptors. */
static bool wait_for_more(struct errands *errands) {
    struct watches *watches = &errands->watches;
    watches->polls[0] = (struct pollfd){.fd = WORKER_SOCKET, .events = POLLIN};
    while (watches->count > 1) {
        int ready = poll(watches->polls, watches->count, -1);
        if (ready == -1 && errno != EINTR)
            return false;
        for (nfds_t i = 1; ready > 0 && i < watches->count; i++) {
            struct pollfd *one = &watches->polls[i];
            if (one->fd < 0 || one->revents == 0)
                continue;
            wire_readable(&errands->out, one->fd);
            one->fd = ~one->fd;
        }
        if (!send_all(&errands->out))
            return false;
        if (ready > 0 && watches->polls[0].revents != 0)
            break;
    }
    return receive(&errands->in);
}

static bool read_start(struct errands *errands) {
    struct wire_frame frame;
    int result = wire_next(&errands->in, &frame);
    while (result == SENTIO_AGAIN && receive(&errands->in))
        result = wire_next(&errands->in, &frame);
    if (result != 0 || frame.kind != WIRE_START || wire_read_start(&frame, &errands->start) != 0)
        return false;
    wire_consume(&errands->in, &frame);
    return true;
}

/* 0, or the reason in `why`. */
static int load(struct errands *errands, const char *file, char *why, size_t size) {
    const struct wire_start *start = errands->start;
    const struct sandbox sandbox = {
        .memory = start->memory,
        .programs = (start->flags & WIRE_PROGRAMS) != 0,
        .parent = (pid_t)start->parent,
    };
    struct plugin *plugin = NULL;
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", WORKER_PLUGIN);
    int error = sandbox_enter(&sandbox, why, size);
    if (error == 0)
        error = plugin_load_from(file, path, &plugin, why, size);
    if (error)
        return error;
    close(WORKER_PLUGIN);
    errands->instance = instance_create(start->label, plugin);
    if (errands->instance == NULL) {
        plugin_unload(plugin);
        snprintf(why, size, "%s: out of memory", file);
        return SENTIO_NO_MEMORY;
    }
    errands->instance->call_bytes = (size_t)start->call_bytes;
    errands->instance->forwards = &start->forwards;
    errands->instance->log = send_log;
    errands->instance->log_context = errands;
    return 0;
}

static int serve(struct errands *errands, const char *file) {
    char why[512];
    if (!read_start(errands))
        return EXIT_BROKEN;
    int error = load(errands, file, why, sizeof(why));
    int untold = error ? wire_refused(&errands->out, sentio_text(why))
                       : wire_table(&errands->out, instance_table(errands->instance));
    if (!send_all(&errands->out) || untold || error)
        return error ? EXIT_FAILURE : EXIT_BROKEN;
    errands->watches.count = 1;
    while (run_all(errands) && wait_for_more(errands)) {
    }
    return errands->broken ? EXIT_BROKEN : EXIT_SUCCESS;
}

int worker_main(const char *file) {
    struct errands errands = {0};
    errands.page =
        mmap(NULL, sizeof(*errands.page), PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_PAGE, 0);
    if (errands.page == MAP_FAILED) {
        fprintf(stderr, "sentiod --worker: only sentiod itself starts it\n");
        return EXIT_BROKEN;
    }
    close(WORKER_PAGE);
    /* What the plugin starts is not the host's. */
    fcntl(WORKER_SOCKET, F_SETFD, FD_CLOEXEC);
    int status = serve(&errands, file);
    instance_destroy(errands.instance);
    wire_call_finish(&errands.call);
    wire_finish(&errands.in);
    wire_finish(&errands.out);
    free(errands.start);
    munmap(errands.page, sizeof(*errands.page));
    return status;
}
