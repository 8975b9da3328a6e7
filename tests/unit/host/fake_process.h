/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_FAKE_PROCESS_H
#define SENTIO_TESTS_FAKE_PROCESS_H

/*
 * Stands in for worker_process.c: a worker that is no process, but speaks the wire and runs its
 * plugin in the test, which decides when it does something, when it dies and what is lost with it.
 * Included once in each program.
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <sentio/sdk.h>

#include "plugin/instance.h"
#include "plugin/runner_inline.h"
#include "worker/wire_call.h"
#include "worker/wire_note.h"
#include "worker/wire_result.h"
#include "worker/wire_start.h"
#include "worker/wire_table.h"
#include "worker/worker_process.h"

struct fake_process {
    struct worker_process base; /* what the host has of it; first */
    struct fake_process *next;
    struct instance *instance;
    struct wire_start *start;
    struct wire_call call;
    struct wire_buffer in;  /* from the host */
    size_t unread;          /* bytes of it that fill the socket */
    struct wire_buffer out; /* to it, not received yet */
    struct worker_page *page;
    uv_idle_t idle; /* while it has something to do by itself */
    uint64_t serial;
    size_t calls;
    int dying; /* the signal */
    bool quiet;
    bool stuck;
    bool killed;
    bool ignores; /* calls */
    bool by_itself;
};

/* A call that kills whoever runs it. */
struct fatal {
    enum call_kind kind;
    const char *text; /* its text; NULL: any */
    int signal;       /* 0: it never returns */
    unsigned times;
};

struct fakes {
    struct fake_process *first;
    const struct sentio_plugin *plugin;
    const char *refusal; /* instead of the plugin's table; NULL: none */
    struct fatal fatal;
    size_t room;     /* bytes that the socket holds; 0: no limit */
    size_t piece;    /* bytes that it receives at a time; 0: no limit */
    unsigned absent; /* starts that fail */
    unsigned started;
    unsigned calls[CALL_RESTORE + 1];           /* that have returned */
    bool by_itself;                             /* the loop has them work */
    bool mute;                                  /* they say nothing when they have started */
    void (*prepare)(struct fake_process *fake); /* before a call; may be NULL */
};

static inline struct fakes *fakes(void) {
    static struct fakes all;
    return &all;
}

static inline void fake_log(struct instance *instance, uint32_t level, struct sentio_bytes text) {
    struct fake_process *fake = instance->log_context;
    if (!fake->quiet)
        assert_int_equal(wire_log(&fake->out, fake->serial, level, text), 0);
}

static inline void fake_load(struct fake_process *fake) {
    struct plugin *plugin = calloc(1, sizeof(*plugin));
    assert_non_null(plugin);
    plugin->table = *fakes()->plugin;
    fake->instance = instance_create(fake->start->label, plugin);
    assert_non_null(fake->instance);
    fake->instance->call_bytes = (size_t)fake->start->call_bytes;
    fake->instance->forwards = &fake->start->forwards;
    fake->instance->log = fake_log;
    fake->instance->log_context = fake;
    if (fakes()->refusal)
        wire_refused(&fake->out, sentio_text(fakes()->refusal));
    else if (!fakes()->mute)
        wire_table(&fake->out, instance_table(fake->instance));
}

/* Whether this call is its last. */
static inline bool fake_falls(struct fake_process *fake, const struct call *call) {
    struct fatal *fatal = &fakes()->fatal;
    if (fatal->times == 0 || call->kind != fatal->kind ||
        (fatal->text && !sentio_is(call->text, fatal->text)))
        return false;
    fatal->times--;
    fake->dying = fatal->signal;
    fake->stuck = fatal->signal == 0;
    return true;
}

/* False: it is dead or stuck. */
static inline bool fake_call(struct fake_process *fake, const struct wire_frame *frame) {
    struct call *call = &fake->call.call;
    assert_int_equal(wire_read_call(frame, instance_table(fake->instance), &fake->call), 0);
    fake->serial = frame->serial;
    fake->quiet = (frame->flags & WIRE_QUIET) != 0;
    call->instance = fake->instance;
    atomic_store(&fake->page->serial, frame->serial);
    if (fake_falls(fake, call))
        return false;
    if (fakes()->prepare)
        fakes()->prepare(fake);
    int code = runner_inline(call, call->abi.now);
    if (code != 0 && (call->kind == CALL_OPEN || (call->kind == CALL_RESTORE && fake->quiet)))
        fake->ignores = true;
    if (fake->dying == 0) {
        atomic_store(&fake->page->serial, 0);
        assert_int_equal(wire_result(&fake->out, frame->serial, code, 1, &call->effects), 0);
        fake->calls++;
        fakes()->calls[call->kind]++;
    }
    effects_finish(&call->effects);
    return fake->dying == 0;
}

/* Takes one frame. False: there is none, or it is dead or stuck. */
static inline bool fake_step(struct fake_process *fake) {
    struct wire_frame frame;
    bool well = true;
    if (fake->dying || fake->stuck || fake->killed)
        return false;
    fake->unread = 0;
    if (wire_next(&fake->in, &frame) != 0)
        return false;
    if (frame.kind == WIRE_CALL && fake->ignores) {
        well = true;
    } else if (frame.kind == WIRE_CALL) {
        well = fake_call(fake, &frame);
    } else {
        assert_int_equal(frame.kind, WIRE_START);
        assert_null(fake->start);
        assert_int_equal(wire_read_start(&frame, &fake->start), 0);
        fake_load(fake);
    }
    wire_consume(&fake->in, &frame);
    return well;
}

static inline void fake_over(uv_handle_t *idle) {
    struct fake_process *fake = idle->data;
    struct worker_process_handler handler = fake->base.handler;
    struct worker_end end = fake->base.end;
    struct fake_process **link = &fakes()->first;
    while (*link != fake)
        link = &(*link)->next;
    *link = fake->next;
    instance_destroy(fake->instance);
    wire_call_finish(&fake->call);
    wire_finish(&fake->in);
    wire_finish(&fake->out);
    munmap(fake->page, sizeof(*fake->page));
    free(fake->start);
    free(fake);
    handler.over(handler.context, &end);
}

/* Its end; the host has received what it had said by then. */
static inline void fake_end(struct fake_process *fake, int64_t status, int number) {
    fake->base.end = (struct worker_end){.status = status, .signal = number};
    fake->base.deaf = false;
    fake->base.handler.readable(fake->base.handler.context);
    fake->base.ended = true;
    if (fake->by_itself)
        uv_close((uv_handle_t *)&fake->idle, fake_over);
    else
        fake_over((uv_handle_t *)&fake->idle);
}

/* The host looks at what has come. */
static inline bool fake_deliver(struct fake_process *fake) {
    if (fake->base.deaf || fake->out.end == fake->out.start)
        return false;
    fake->base.handler.readable(fake->base.handler.context);
    return true;
}

static inline bool fake_has_room(const struct fake_process *fake) {
    return fakes()->room == 0 || fake->unread < fakes()->room;
}

/* Does all that it can do now. False: there was nothing, or it is gone. */
static inline bool fake_turn(struct fake_process *fake) {
    bool did = false;
    while (fake_step(fake))
        did = true;
    if (fake->killed || fake->dying) {
        fake_end(fake, 0, fake->killed ? SIGKILL : fake->dying);
        return false;
    }
    if (fake_deliver(fake))
        did = true;
    if (fake->base.wants_write && fake_has_room(fake)) {
        fake->base.wants_write = false;
        fake->base.handler.writable(fake->base.handler.context);
        did = true;
    }
    if (did || !fake->base.shut || fake->stuck)
        return did;
    fake_end(fake, 0, 0);
    return false;
}

static inline void fake_on_idle(uv_idle_t *idle) {
    struct fake_process *fake = idle->data;
    if (!fake_turn(fake) && !uv_is_closing((uv_handle_t *)idle))
        uv_idle_stop(idle);
}

static inline void fake_wake(struct worker_process *process) {
    struct fake_process *fake = (struct fake_process *)process;
    if (fake->by_itself && !uv_is_closing((uv_handle_t *)&fake->idle))
        uv_idle_start(&fake->idle, fake_on_idle);
}

struct worker_process *worker_process_start(uv_loop_t *loop, const char *label, const char *file,
                                            int plugin_fd, int page_fd,
                                            const struct worker_process_handler *handler, char *why,
                                            size_t why_size) {
    (void)label;
    (void)file;
    (void)plugin_fd;
    fakes()->started++;
    if (fakes()->absent > 0) {
        fakes()->absent--;
        snprintf(why, why_size, "there are no processes today");
        return NULL;
    }
    struct fake_process *fake = calloc(1, sizeof(*fake));
    assert_non_null(fake);
    fake->base.handler = *handler;
    fake->page = mmap(NULL, sizeof(*fake->page), PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
    assert_true(fake->page != MAP_FAILED);
    fake->by_itself = fakes()->by_itself;
    fake->idle.data = fake;
    if (fake->by_itself)
        uv_idle_init(loop, &fake->idle);
    fake->idle.data = fake;
    fake->next = fakes()->first;
    fakes()->first = fake;
    return &fake->base;
}

ssize_t worker_process_receive(struct worker_process *process, struct wire_buffer *in) {
    struct fake_process *fake = (struct fake_process *)process;
    size_t size = fake->out.end - fake->out.start;
    bool over = process->end.status != 0 || process->end.signal != 0 || process->shut;
    if (fakes()->piece && size > fakes()->piece)
        size = fakes()->piece;
    if (size == 0)
        return over ? -1 : 0;
    char *space = wire_room(in, size);
    assert_non_null(space);
    memcpy(space, fake->out.data + fake->out.start, size);
    in->end += size;
    wire_drop(&fake->out, size);
    return (ssize_t)size;
}

ssize_t worker_process_send(struct worker_process *process, const struct iovec *parts, int count) {
    struct fake_process *fake = (struct fake_process *)process;
    size_t sent = 0;
    if (fake->killed || process->ended || process->shut)
        return -1;
    for (int i = 0; i < count && fake_has_room(fake); i++) {
        size_t room = SIZE_MAX;
        if (fakes()->room)
            room = fakes()->room - fake->unread;
        size_t part = parts[i].iov_len < room ? parts[i].iov_len : room;
        wire_put(&fake->in, parts[i].iov_base, part);
        fake->unread += part;
        sent += part;
    }
    process->wants_write = sent == 0;
    fake_wake(process);
    return (ssize_t)sent;
}

void worker_process_deafen(struct worker_process *process, bool deaf) {
    process->deaf = deaf;
    fake_wake(process);
}

void worker_process_finish(struct worker_process *process) {
    process->shut = true;
    fake_wake(process);
}

void worker_process_kill(struct worker_process *process) {
    ((struct fake_process *)process)->killed = true;
    fake_wake(process);
}

#endif
