/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "http/route.h"
#include "io/connection.h"
#include "shadow_internal.h"
#include "worker/wire_call.h"
#include "worker/wire_text.h"
#include "worker/worker.h"

enum { PATIENCE = 10000 /* ms without an answer, at the end */, CONTEXT = 256 };

/* NULL: out of memory. */
static char *text_of(struct sentio_writer *out) {
    struct sentio_bytes text = sentio_written(out);
    char *copy = text.size ? text_copy(text) : NULL;
    sentio_writer_finish(out);
    return copy;
}

/* Of what a call asks for that fails, nothing counts. */
static char *result_text(const struct result *result) {
    const struct effects none = {0};
    struct sentio_writer out;
    if (result->outcome == OUTCOME_DIED)
        return strdup("{\"result\":\"died\"}");
    sentio_writer_init(&out, NULL, 0);
    wire_result_text(&out, result->code, result->code ? &none : result->effects);
    return text_of(&out);
}

static char *call_text(const struct call *call) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    wire_call_text(&out, call);
    return text_of(&out);
}

static char *task_text(const struct shadow *shadow, const struct task *task) {
    struct wire_call read = {0};
    struct wire_frame frame;
    char *text = NULL;
    task_frame(task, &frame);
    if (wire_read_call(&frame, instance_table(shadow->candidate->instance), &read) == 0)
        text = call_text(&read.call);
    wire_call_finish(&read);
    return text;
}

static bool is_compared(enum call_kind kind) {
    return kind == CALL_PUBLISH || kind == CALL_SUBSCRIBE || kind == CALL_UNSUBSCRIBE ||
           kind == CALL_MESSAGE || kind == CALL_LEFT || kind == CALL_RENDER ||
           kind == CALL_OBSERVE || kind == CALL_WOKEN;
}

/* What the host makes of a callback that is not there. */
static const char *missing_text(enum call_kind kind) {
    if (kind == CALL_LEFT || kind == CALL_OBSERVE || kind == CALL_WOKEN)
        return "{\"result\":0,\"effects\":[]}";
    return "{\"result\":\"missing\"}";
}

/* Around the first byte at which two texts differ; marked where it is cut. */
static char *excerpt(const char *text, size_t from) {
    struct sentio_writer out;
    size_t size = strlen(text);
    if (from > size)
        from = size;
    while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80)
        from--; /* not within a character */
    size_t end = size - from > SHADOW_TEXT ? from + SHADOW_TEXT : size;
    while (end < size && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, from > 0 ? "..." : "");
    sentio_write(&out, sentio_bytes(text + from, end - from));
    sentio_write_text(&out, end < size ? "..." : "");
    return text_of(&out);
}

static void shorten(char **text, size_t from) {
    char *part = *text && strlen(*text) > SHADOW_TEXT ? excerpt(*text, from) : NULL;
    if (part == NULL)
        return;
    free(*text);
    *text = part;
}

static void keep_example(struct shadow *shadow, struct pair *pair) {
    struct pair **link = &shadow->examples;
    size_t same = 0;
    if (shadow->example_count == SHADOW_EXAMPLES) {
        pair_free(pair);
        return;
    }
    while (pair->answers[SIDE_OLD][same] == pair->answers[SIDE_NEW][same])
        same++;
    same = same > CONTEXT ? same - CONTEXT : 0;
    shorten(&pair->input, 0);
    shorten(&pair->answers[SIDE_OLD], same);
    shorten(&pair->answers[SIDE_NEW], same);
    while (*link != NULL)
        link = &(*link)->next;
    *link = pair;
    shadow->example_count++;
}

static void judge(struct shadow *shadow, struct pair *pair) {
    if (pair->lost) {
        pair_free(pair);
        return;
    }
    for (int side = 0; side < SIDES; side++)
        shadow->micros[side] += pair->micros[side];
    if (strcmp(pair->answers[SIDE_OLD], pair->answers[SIDE_NEW]) == 0) {
        shadow->equal++;
        pair_free(pair);
        return;
    }
    shadow->different++;
    keep_example(shadow, pair);
}

void shadow_compare(struct shadow *shadow) {
    int64_t now = shadow_time();
    const struct config *config = shadow->channel->hub->host->config;
    for (struct pair *pair = pairs_take(&shadow->pairs); pair; pair = pairs_take(&shadow->pairs)) {
        judge(shadow, pair);
        shadow->moved = now > shadow->ends ? now : shadow->ends;
    }
    if (shadow->state != SHADOW_RUNNING || now < shadow->ends)
        return;
    if (shadow->pairs.first == NULL)
        shadow_quit(shadow, SHADOW_DONE);
    else if (now - shadow->moved > PATIENCE + 3 * config->plugins.hang)
        shadow_fail(shadow, "the time is over, and the last calls are not answered");
}

/* Two routes with the same items; the new version may have moved it. */
static bool find_route(const struct sentio_plugin *plugin, struct call *call) {
    for (uint32_t i = 0; i < plugin->route_count; i++) {
        if (!route_same(call->request->route, &plugin->routes[i]))
            continue;
        call->route = i;
        return true;
    }
    return false;
}

static int add_missing(struct shadow *shadow, struct pair *pair, const struct call *call) {
    char *text = strdup(missing_text(call->kind));
    pair->input = call_text(call);
    if (text == NULL)
        return SENTIO_NO_MEMORY;
    pairs_answer(&shadow->pairs, pairs_find(&shadow->pairs, SIDE_NEW, pair->id), SIDE_NEW, text, 0);
    return 0;
}

static int submit(struct shadow *shadow, const struct call *call, uint64_t id) {
    const struct asker asker = {.shadowed = id};
    struct task *task = task_create(call, &asker);
    if (task == NULL)
        return SENTIO_NO_MEMORY;
    if (shadow->state == SHADOW_SAVING)
        task_list_add(&shadow->early, task);
    else
        worker_submit(shadow->candidate->worker, task);
    return 0;
}

/* False: so much waits that the host is not to bear it. */
static bool keeps_up(const struct shadow *shadow) {
    size_t limit = (size_t)shadow->channel->hub->host->config->limits.queue / 4;
    return shadow->candidate->worker->waiting + shadow->early.bytes + shadow->pairs.bytes <= limit;
}

uint64_t shadow_called(struct shadow *shadow, const struct call *call) {
    bool taken = shadow->state == SHADOW_SAVING ||
                 (shadow->state == SHADOW_RUNNING && shadow_time() < shadow->ends);
    if (!taken || !is_compared(call->kind))
        return 0;
    const struct instance *instance = shadow->candidate->instance;
    struct call copy = *call;
    uint64_t id = ++shadow->channel->hub->shadowed;
    struct pair *pair = pairs_add(&shadow->pairs, call->kind, id);
    if (pair == NULL) {
        shadow_fail(shadow, "the host is out of memory");
        return 0;
    }
    pair->number = ++shadow->calls;
    bool has = instance_has(instance, call->kind) &&
               (call->kind != CALL_RENDER || find_route(instance_table(instance), &copy));
    int error = has ? submit(shadow, &copy, id) : add_missing(shadow, pair, call);
    if (error)
        shadow_fail(shadow, "the host is out of memory");
    else if (!keeps_up(shadow))
        shadow_fail(shadow, "it can not keep up: too much waits to be compared");
    return shadow_is_over(shadow) ? 0 : id;
}

/* False: it has failed. */
static bool note(struct shadow *shadow, struct pair *pair, enum side side,
                 const struct result *result) {
    if (result->outcome != OUTCOME_RETURNED && result->outcome != OUTCOME_DIED) {
        pair->lost = true;
        return true;
    }
    char *text = result_text(result);
    if (text == NULL) {
        shadow_fail(shadow, "the host is out of memory");
        return false;
    }
    pairs_answer(&shadow->pairs, pair, side, text, result->micros);
    return true;
}

void shadow_answered(struct shadow *shadow, uint64_t id, const struct result *result) {
    struct pair *pair = id ? pairs_find(&shadow->pairs, SIDE_OLD, id) : NULL;
    if (pair != NULL && note(shadow, pair, SIDE_OLD, result))
        shadow_compare(shadow);
}

bool shadow_note(struct shadow *shadow, const struct task *task, const struct result *result) {
    struct pair *pair = pairs_find(&shadow->pairs, SIDE_NEW, task->asker.shadowed);
    if (pair == NULL)
        return true;
    if (!note(shadow, pair, SIDE_NEW, result))
        return false;
    const char *old = pair->answers[SIDE_OLD];
    if (!pair->lost && (old == NULL || strcmp(old, pair->answers[SIDE_NEW]) != 0))
        pair->input = task_text(shadow, task);
    return true;
}
