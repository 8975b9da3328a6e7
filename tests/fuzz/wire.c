/* SPDX-License-Identifier: MIT */

/*
 * libFuzzer: frames between the host and a worker, in whatever parts they come. What is read lies
 * within its frame, is written again as it was, and of a result nothing is taken that the services
 * would not.
 * sources: worker/wire.c worker/wire_item.c worker/wire_note.c worker/wire_start.c
 * sources: worker/wire_table.c worker/wire_call.c worker/wire_result.c worker/wire_text.c
 * sources: plugin/host_api.c plugin/instance.c plugin/plugin.c plugin/plugin_check.c
 * sources: plugin/plugin_file.c plugin/effects.c model/item.c model/topic.c model/stream.c
 * sources: base/table.c base/log.c
 */
#include "worker/wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plugin/instance.h"
#include "plugin/plugin_check.h"
#include "worker/wire_call.h"
#include "worker/wire_note.h"
#include "worker/wire_result.h"
#include "worker/wire_start.h"
#include "worker/wire_table.h"
#include "worker/wire_text.h"
#include "worker/worker.h"

enum { CALL_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* instance.c wants it; no instance here has a worker. */
void worker_stop(struct worker *worker) {
    (void)worker;
    abort();
}

static const struct sentio_attribute attributes[] = {{"price", SENTIO_NUMBER, 0},
                                                     {"side", SENTIO_TEXT, 0}};
static const struct sentio_route routes[] = {{.path = "/a"}, {.path = "/b"}};
static const struct sentio_plugin plugin = {.type = "wires",
                                            .attributes = attributes,
                                            .attribute_count = 2,
                                            .routes = routes,
                                            .route_count = 2};

/* What the services ask: an open plugin of one channel. */
static struct instance *instance(void) {
    static char label[] = "channel wired";
    static char other[] = "other";
    static char *names[] = {other};
    static const struct config_strings forwards = {names, 1};
    static struct plugin wired;
    static struct instance open;
    wired.table = plugin;
    open = (struct instance){
        .label = label, .plugin = &wired, .forwards = &forwards, .call_bytes = CALL_BYTES};
    return &open;
}

static void require(bool condition) {
    if (!condition)
        abort();
}

/* The one frame that `buffer` has. */
static struct wire_frame written(const struct wire_buffer *buffer) {
    struct wire_frame frame;
    require(wire_next(buffer, &frame) == 0);
    require(frame.body.size + sizeof(struct wire_head) == buffer->end - buffer->start);
    return frame;
}

static void require_same(const struct wire_buffer *buffer, const struct wire_frame *frame) {
    struct wire_frame again = written(buffer);
    require(again.kind == frame->kind && again.flags == frame->flags);
    require(sentio_equal(again.body, frame->body));
}

static void check_start(const struct wire_frame *frame, struct wire_buffer *out) {
    struct wire_start *start = NULL;
    if (wire_read_start(frame, &start) != 0)
        return;
    require(wire_start(out, start) == 0);
    require_same(out, frame);
    free(start);
}

/* wire_table() tells the callbacks that it finds, and here are none: their bits are put back. */
static void check_table(const struct wire_frame *frame, struct wire_buffer *out) {
    enum { CALLBACKS = sizeof(struct wire_head) + 36 };
    char why[256] = "";
    const struct plugin_report report = {"x.so", why, sizeof(why)};
    struct wire_table *table = NULL;
    if (wire_read_table(frame, &table) != 0)
        return;
    int checked = plugin_check_header(&report, &table->table, 0);
    if (checked == 0)
        checked = plugin_check_table(&report, &table->table, table->callbacks);
    require((checked == 0) == (why[0] == '\0'));
    require(wire_table(out, &table->table) == 0);
    memcpy(out->data + CALLBACKS, &table->callbacks, sizeof(table->callbacks));
    require_same(out, frame);
    free(table);
}

static void check_note(const struct wire_frame *frame, struct wire_buffer *out) {
    struct sentio_bytes text;
    uint32_t level = 0;
    int32_t fd = 0;
    if (wire_read_refused(frame, &text) == 0)
        require(wire_refused(out, text) == 0);
    else if (wire_read_log(frame, &level, &text) == 0)
        require(wire_log(out, frame->serial, level, text) == 0);
    else if (wire_read_readable(frame, &fd) == 0)
        require(fd >= 0 && wire_readable(out, fd) == 0);
    else
        return;
    require_same(out, frame);
}

static void check_call(const struct wire_frame *frame, struct wire_buffer *out) {
    struct wire_call read;
    struct sentio_writer text;
    memset(&read, 0, sizeof(read));
    sentio_writer_init(&text, NULL, 0);
    if (wire_read_call(frame, &plugin, &read) == 0) {
        require(wire_call(out, frame->serial, frame->flags, &read.call) == 0);
        require_same(out, frame);
        wire_call_text(&text, &read.call);
    }
    sentio_writer_finish(&text);
    wire_call_finish(&read);
}

static int read_result(const struct wire_frame *frame, struct call *call, int *result,
                       uint32_t *micros) {
    memset(call, 0, sizeof(*call));
    call->instance = instance();
    call->kind = (enum call_kind)(frame->serial % (CALL_RESTORE + 1));
    return wire_read_result(frame, call, result, micros);
}

/* An item's text loses white space around it once, so the second way must be as the first. */
static void check_result(const struct wire_frame *frame, struct wire_buffer *out) {
    struct wire_buffer second = {0};
    struct call call;
    struct call again;
    struct sentio_writer text;
    int result = 0;
    uint32_t micros = 0;
    sentio_writer_init(&text, NULL, 0);
    if (read_result(frame, &call, &result, &micros) == 0) {
        require(wire_result(out, frame->serial, result, micros, &call.effects) == 0);
        struct wire_frame first = written(out);
        require(read_result(&first, &again, &result, &micros) == 0);
        require(wire_result(&second, frame->serial, result, micros, &again.effects) == 0);
        require_same(&second, &first);
        wire_result_text(&text, result, &call.effects);
        effects_finish(&again.effects);
    }
    effects_finish(&call.effects);
    sentio_writer_finish(&text);
    wire_finish(&second);
}

/* The body alone in memory of its own, so that a read past it is found. */
static void check_frame(const struct wire_frame *frame) {
    struct wire_buffer out = {0};
    struct wire_frame alone = *frame;
    char *body = malloc(frame->body.size);
    require(body != NULL);
    if (frame->body.size)
        memcpy(body, frame->body.data, frame->body.size);
    alone.body = sentio_bytes(body, frame->body.size);
    if (frame->kind == WIRE_START)
        check_start(&alone, &out);
    else if (frame->kind == WIRE_TABLE)
        check_table(&alone, &out);
    else if (frame->kind == WIRE_CALL)
        check_call(&alone, &out);
    else if (frame->kind == WIRE_RESULT)
        check_result(&alone, &out);
    else
        check_note(&alone, &out);
    wire_finish(&out);
    free(body);
}

static int take_frames(struct wire_buffer *in, size_t *frames) {
    struct wire_frame frame;
    int next = wire_next(in, &frame);
    while (next == 0) {
        check_frame(&frame);
        wire_consume(in, &frame);
        ++*frames;
        next = wire_next(in, &frame);
    }
    return next;
}

static size_t feed(const char *data, size_t size, size_t part) {
    struct wire_buffer in = {0};
    size_t frames = 0;
    int next = SENTIO_AGAIN;
    for (size_t at = 0; at < size && next == SENTIO_AGAIN; at += part) {
        size_t count = size - at < part ? size - at : part;
        char *room = wire_room(&in, count);
        require(room != NULL);
        memcpy(room, data + at, count);
        in.end += count;
        next = take_frames(&in, &frames);
    }
    wire_finish(&in);
    return frames;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    const char *bytes = (const char *)data + 1;
    log_start(LOG_LEVEL_ERROR + 1, LOG_FORMAT_TEXT);
    size_t whole = feed(bytes, size - 1, size - 1);
    require(feed(bytes, size - 1, data[0] % 64 + 1u) == whole);
    return 0;
}
