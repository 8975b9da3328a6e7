/* SPDX-License-Identifier: MIT */
#include "effect.h"

#include <stdlib.h>

#include "effects.h"

typedef enum effect_result effect_function(struct effect *effect);

struct effect_kind {
    const char *name;
    effect_function *function;
    bool publishes; /* only in calls that may publish */
};

static const struct effect_kind kinds[] = {
    {"emit", effect_emit, true},      {"forward", effect_forward, true},
    {"reject", effect_reject, false}, {"join", effect_join, false},
    {"leave", effect_leave, false},   {"accept", effect_accept, false},
    {"refuse", effect_refuse, false}, {"send", effect_send, false},
    {"close", effect_close, false},   {"log", effect_log, false},
    {"count", effect_count, false},   {"wake", effect_wake, false},
    {"state", effect_state, false},   {"ready", effect_ready, false},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* What a line says: one effect, or done. */
struct saying {
    const struct effect_kind *kind; /* NULL: done */
    struct sentio_json value;
    struct sentio_json error; /* beside done */
    bool free;                /* it belongs to no call */
};

static bool may_publish(enum call_kind kind) {
    return kind == CALL_PUBLISH || kind == CALL_MESSAGE || kind == CALL_OBSERVE ||
           kind == CALL_WOKEN || kind == CALL_NONE;
}

static const struct effect_kind *find_kind(struct sentio_bytes name) {
    for (size_t i = 0; i < KINDS; i++)
        if (sentio_is(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

/* One member of the line; false: `why`. */
static bool read_member(struct turn *turn, struct saying *saying, struct sentio_bytes name,
                        const struct sentio_json *value) {
    const struct effect_kind *kind = find_kind(name);
    uint64_t call = 1;
    if (sentio_is(name, "error")) {
        saying->error = *value;
        return true;
    }
    if (sentio_is(name, "call")) {
        saying->free = sentio_json_unsigned(value, &call) == SENTIO_OK && call == 0;
        if (!saying->free)
            channel_fault(turn->channel, 0, "\"call\" can only be 0: no call");
        return saying->free;
    }
    if (!kind && !sentio_is(name, "done")) {
        channel_fault(turn->channel, 0, "there is no \"%.*s\"",
                      (int)(name.size < 64 ? name.size : 64), name.data);
        return false;
    }
    if (saying->value.type != SENTIO_JSON_ABSENT) {
        channel_fault(turn->channel, 0, "a line says one thing");
        return false;
    }
    saying->kind = kind;
    saying->value = *value;
    return true;
}

static bool read_saying(struct turn *turn, struct sentio_bytes line, struct saying *saying) {
    struct sentio_json object;
    struct sentio_json_error error;
    struct sentio_json value;
    *saying = (struct saying){.kind = NULL};
    if (sentio_json_parse(line, &object, &error) != SENTIO_OK) {
        channel_fault(turn->channel, 0, "not JSON, at byte %zu: %s", error.position, error.message);
        return false;
    }
    struct sentio_json_cursor cursor = sentio_json_each(&object);
    bool good = object.type == SENTIO_JSON_OBJECT;
    while (good && sentio_json_next(&cursor, &value))
        if (!read_member(turn, saying, cursor.name, &value))
            return false;
    if (!good || saying->value.type == SENTIO_JSON_ABSENT) {
        channel_fault(turn->channel, 0, "must be an object such as {\"emit\": ...}");
        return false;
    }
    if (saying->error.type != SENTIO_JSON_ABSENT && saying->kind) {
        channel_fault(turn->channel, 0, "\"error\" belongs beside \"done\"");
        return false;
    }
    return true;
}

/* Room for what is unescaped of the line. */
static bool make_scratch(struct sentio_channel *channel, size_t size) {
    if (size <= channel->scratch_size)
        return true;
    char *scratch = realloc(channel->scratch, size);
    if (!scratch)
        return false;
    channel->scratch = scratch;
    channel->scratch_size = size;
    return true;
}

static enum effect_result fail_call(struct effect *effect, const struct sentio_json *error) {
    struct sentio_field field = {.name = "error", .value = *error};
    struct sentio_channel *channel = effect->turn->channel;
    struct sentio_bytes text = fields_text(effect, &field, "");
    size_t size = text.size < 400 ? text.size : 400;
    effect->turn->failed = true;
    channel_fault(channel, 0, "failed to %s: %.*s", call_name(effect->turn->kind), (int)size,
                  text.data);
    channel_complain(channel, effect->turn->call);
    return EFFECT_TAKEN;
}

/* Another number than the call's: the program is not where the host is, and no answer can be
 * trusted any more. */
static enum effect_result apply_done(struct effect *effect, const struct sentio_json *error) {
    struct turn *turn = effect->turn;
    uint64_t id = 0;
    if (sentio_json_unsigned(&effect->value, &id) != SENTIO_OK || id == 0)
        return fields_wrong(effect, NULL, "must be the number of the call");
    if (error->type != SENTIO_JSON_ABSENT && error->type != SENTIO_JSON_STRING)
        return fields_wrong(effect, "error", "must be a string");
    if (turn->kind == CALL_NONE) {
        channel_fault(turn->channel, 0, "said done to call %llu, but no call was running",
                      (unsigned long long)id);
        return EFFECT_BROKEN;
    }
    if (id != turn->id) {
        channel_fault(turn->channel, 0, "said done to call %llu, but call %llu (%s) was running",
                      (unsigned long long)id, (unsigned long long)turn->id, call_name(turn->kind));
        return EFFECT_BROKEN;
    }
    turn->done = true;
    return error->type == SENTIO_JSON_ABSENT ? EFFECT_TAKEN : fail_call(effect, error);
}

enum effect_result effect_apply(struct turn *turn, struct sentio_bytes line) {
    struct saying saying;
    if (!make_scratch(turn->channel, line.size)) {
        channel_fault(turn->channel, 0, "wrote a line that there is no memory for");
        return EFFECT_BROKEN;
    }
    if (!read_saying(turn, line, &saying))
        return EFFECT_WRONG;
    struct effect effect = {
        .turn = turn, .name = saying.kind ? saying.kind->name : "done", .value = saying.value};
    if (!saying.kind)
        return apply_done(&effect, &saying.error);
    if (turn->kind != CALL_NONE &&
        (saying.free || (saying.kind->publishes && !may_publish(turn->kind))))
        return saying.free ? EFFECT_FREE : EFFECT_HELD;
    return saying.kind->function(&effect);
}
