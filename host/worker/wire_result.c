/* SPDX-License-Identifier: MIT */
#include "wire_result.h"

#include <assert.h>

#include "plugin/plugin_check.h"
#include "wire_item.h"

/* Followed by the texts a and b. For an emit all but `kind` is 0, and the item follows. */
struct effect_head {
    uint64_t id;
    int64_t number;
    uint32_t kind;
    uint32_t on;
    uint32_t a;
    uint32_t b;
};

static_assert(sizeof(struct effect_head) == 32, "no padding is sent");

static void put_effect(struct wire_buffer *out, const struct effect *effect) {
    const struct effect_head head = {
        .id = effect->id,
        .number = effect->number,
        .kind = effect->kind,
        .on = (uint32_t)effect->on,
        .a = (uint32_t)effect->a.size,
        .b = (uint32_t)effect->b.size,
    };
    wire_put(out, &head, sizeof(head));
    if (effect->kind == EFFECT_EMIT) {
        const struct sentio_item item = item_view(effect->item);
        wire_put_item(out, &item);
        return;
    }
    wire_put_bytes(out, effect->a);
    wire_put_bytes(out, effect->b);
}

int wire_result(struct wire_buffer *out, uint64_t serial, int result, uint32_t micros,
                const struct effects *effects) {
    size_t begun = wire_begin(out, WIRE_RESULT, 0, serial);
    wire_put_u32(out, (uint32_t)result);
    wire_put_u32(out, micros);
    for (const struct effect *effect = effects->first; effect; effect = effect->next)
        put_effect(out, effect);
    return wire_end(out, begun);
}

static int emit(struct wire_reader *reader, struct call *call) {
    struct sentio_item item;
    struct sentio_value values[PLUGIN_ATTRIBUTES_MAX];
    wire_get_item(reader, &item, values, PLUGIN_ATTRIBUTES_MAX);
    return reader->failed ? SENTIO_INVALID : host_api()->emit(&call->abi, &item);
}

static int ask(struct call *call, const struct effect_head *head, struct sentio_bytes a,
               struct sentio_bytes b) {
    const struct sentio_host *host = host_api();
    struct sentio_call *abi = &call->abi;
    switch ((enum effect_kind)head->kind) {
    case EFFECT_EMIT:
        break;
    case EFFECT_REJECT:
        return host->reject(abi, (int32_t)head->number, a, b);
    case EFFECT_JOIN:
        return host->join(abi, head->id, a);
    case EFFECT_LEAVE:
        return host->leave(abi, head->id, a);
    case EFFECT_ACCEPT:
        return host->accept(abi, head->id);
    case EFFECT_REFUSE:
        return host->refuse(abi, head->id, (uint32_t)head->number, a, b);
    case EFFECT_SEND:
        return host->send(abi, head->id, a, b);
    case EFFECT_CLOSE:
        return host->close(abi, head->id, (uint32_t)head->number, b);
    case EFFECT_RESPOND:
        return host->respond(abi, head->id, (uint32_t)head->number, a, b);
    case EFFECT_FORWARD:
        return host->forward(abi, a, b);
    case EFFECT_COUNT:
        return host->count(abi, a, head->id);
    case EFFECT_WAKE:
        return host->wake(abi, (uint64_t)head->number);
    case EFFECT_WATCH:
        return host->watch(abi, (int32_t)head->number, head->on);
    case EFFECT_KEEP:
        return host->keep(abi, b);
    }
    return SENTIO_INVALID;
}

/* A number that the service's argument has no room for, or one where the service has none, would
 * otherwise pass for another. */
static bool is_what_was_said(const struct effect *effect, const struct effect_head *head) {
    return effect->id == head->id && effect->number == head->number && effect->on == head->on &&
           effect->a.size == head->a && effect->b.size == head->b;
}

static int read_effect(struct wire_reader *reader, struct call *call) {
    struct effect_head head;
    wire_get(reader, &head, sizeof(head));
    if (!reader->failed && head.kind == EFFECT_EMIT)
        return emit(reader, call);
    struct sentio_bytes a = wire_get_bytes(reader, head.a);
    struct sentio_bytes b = wire_get_bytes(reader, head.b);
    if (reader->failed || ask(call, &head, a, b) != SENTIO_OK)
        return SENTIO_INVALID;
    return is_what_was_said(call->effects.last, &head) ? 0 : SENTIO_INVALID;
}

int wire_read_result(const struct wire_frame *frame, struct call *call, int *result,
                     uint32_t *micros) {
    struct wire_reader reader = wire_reader(frame->body);
    if (frame->kind != WIRE_RESULT)
        return SENTIO_INVALID;
    call->abi.host = host_api();
    call->abi.context = call;
    *result = (int)wire_get_u32(&reader);
    *micros = wire_get_u32(&reader);
    while (!reader.failed && wire_left(&reader) > 0)
        if (read_effect(&reader, call) != 0)
            return SENTIO_INVALID;
    return wire_ended(&reader);
}
