/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_WIRE_FIXTURE_H
#define SENTIO_TESTS_WIRE_FIXTURE_H

/* Frames made and read in the test, and calls that the host's services take. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/sdk.h>

#include "plugin/call.h"
#include "plugin/instance.h"
#include "worker/wire.h"

enum { FIXTURE_CALL_BYTES = 1 << 20 };

static const struct sentio_attribute wire_attributes[] = {{"price", SENTIO_NUMBER, 0},
                                                          {"side", SENTIO_TEXT, 0}};
static const struct sentio_route wire_routes[] = {{.path = "/a"}, {.path = "/b"}};
static const struct sentio_plugin wire_plugin = {SENTIO_HEADER,
                                                 .name = "wired",
                                                 .version = "1",
                                                 .type = "wires",
                                                 .attributes = wire_attributes,
                                                 .attribute_count = 2,
                                                 .routes = wire_routes,
                                                 .route_count = 2};

/* What the services ask: an open plugin of one channel. */
static inline struct instance *wire_instance(void) {
    static char label[] = "channel wired";
    static char other[] = "other";
    static char *names[] = {other};
    static const struct config_strings forwards = {names, 1};
    static struct plugin plugin;
    static struct instance instance;
    plugin.table = wire_plugin;
    instance = (struct instance){
        .label = label, .plugin = &plugin, .forwards = &forwards, .call_bytes = FIXTURE_CALL_BYTES};
    return &instance;
}

/* A call that the services take. */
static inline void wire_prepare(struct call *call, enum call_kind kind) {
    memset(call, 0, sizeof(*call));
    call->kind = kind;
    call->instance = wire_instance();
    call->abi.host = host_api();
    call->abi.context = call;
}

static inline struct wire_frame wire_only_frame(const struct wire_buffer *buffer) {
    struct wire_frame frame;
    assert_int_equal(wire_next(buffer, &frame), 0);
    assert_int_equal(sizeof(struct wire_head) + frame.body.size, buffer->end - buffer->start);
    return frame;
}

static inline void assert_bytes(struct sentio_bytes bytes, const char *expected) {
    if (sentio_is(bytes, expected))
        return;
    print_error("\"%.*s\" is not \"%s\"\n", (int)bytes.size, bytes.data ? bytes.data : "",
                expected);
    fail();
}

/* A frame with a body that is only as long as it says: a read past it is found by a sanitizer. */
static inline struct wire_frame wire_cut_frame(const struct wire_frame *frame, size_t size) {
    struct wire_frame cut = *frame;
    char *body = malloc(size ? size : 1);
    assert_non_null(body);
    memcpy(body, frame->body.data, size);
    cut.body = sentio_bytes(body, size);
    return cut;
}

static inline void wire_cut_finish(struct wire_frame *cut) {
    free((char *)(uintptr_t)cut->body.data);
}

#endif
