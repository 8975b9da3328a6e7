/* SPDX-License-Identifier: MIT */
#include "drive.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BEGIN INT64_C(1728124200000) /* 2024-10-05T10:30:00Z */

enum { ANSWER_MS = 10000, PROGRAM_MS = 2000, LOOK_MS = 20 };

bool drive_failed(const struct drive *drive) {
    return drive->trial->failure[0] != '\0';
}

void drive_fail(struct drive *drive, const char *format, ...) {
    struct trial *trial = drive->trial;
    char text[TRIAL_TEXT_SIZE / 2];
    va_list arguments;
    if (drive_failed(drive))
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    snprintf(trial->failure, sizeof(trial->failure), "%s(%s) %s", trial->callback, trial->input,
             text);
}

void drive_conclude(struct drive *drive, const char *format, ...) {
    va_list arguments;
    if (drive_failed(drive))
        return;
    va_start(arguments, format);
    vsnprintf(drive->trial->failure, sizeof(drive->trial->failure), format, arguments);
    va_end(arguments);
}

void drive_warn(struct drive *drive, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(drive->trial->warning, sizeof(drive->trial->warning), format, arguments);
    va_end(arguments);
}

static void on_before(void *context, const char *callback) {
    struct drive *drive = context;
    trial_call(drive->trial, callback);
}

/* What the host makes of a callback that fails. */
static const char *consequence(const char *callback) {
    static const struct {
        const char *callback;
        const char *text;
    } list[] = {
        {"publish", "the publisher is answered 500; reject() what is wrong with the body and "
                    "return 0"},
        {"subscribe", "the client is told of a fault; refuse() what is wrong and return 0"},
        {"unsubscribe", "the client is told of a fault; refuse() what is wrong and return 0"},
        {"message", "the client is told of a fault; refuse() what is wrong and return 0"},
        {"render", "the request is answered 500; respond() with the error and return 0"},
    };
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        if (strcmp(list[i].callback, callback) == 0)
            return list[i].text;
    return "the host logs a fault and discards what it did";
}

static bool may_refuse(const char *callback) {
    return strcmp(callback, "open") == 0 || strcmp(callback, "restore") == 0;
}

static void on_after(void *context, const char *callback, int result) {
    struct drive *drive = context;
    trial_returned(drive->trial);
    drive->result = result;
    if (result > 0 || result < SENTIO_DUPLICATE)
        drive_fail(drive, "returned %d, which is no result of the ABI", result);
    else if (result != SENTIO_OK && result != SENTIO_AGAIN && result != SENTIO_NO_MEMORY &&
             !may_refuse(callback))
        drive_fail(drive, "returned %d (%s): %s", result, sentio_error_text(result),
                   consequence(callback));
}

static uint64_t mix(uint64_t hash, const void *data, size_t size) {
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return hash;
}

static uint64_t mix_text(uint64_t hash, struct sentio_bytes text) {
    hash = mix(hash, &text.size, sizeof(text.size));
    return text.size ? mix(hash, text.data, text.size) : hash;
}

static uint64_t mix_item(uint64_t hash, const struct sentio_item *item) {
    hash = mix_text(mix_text(mix_text(hash, item->topic), item->key), item->type);
    for (size_t i = 0; i < item->attribute_count; i++) {
        const struct sentio_value *value = &item->attributes[i];
        hash = mix(hash, &value->type, sizeof(value->type));
        if (value->type == SENTIO_NUMBER)
            hash = mix(hash, &value->number, sizeof(value->number));
        if (value->type == SENTIO_TEXT)
            hash = mix_text(hash, value->text);
    }
    return mix(hash, &item->flags, sizeof(item->flags));
}

/* All that the latest call did but for what it logged, which is for people. */
static uint64_t digest(const struct drive *drive) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    hash = mix(hash, &drive->result, sizeof(drive->result));
    for (size_t i = 0; i < sentio_test_count(drive->test); i++) {
        const struct sentio_effect *effect = sentio_test_effect(drive->test, i);
        if (effect->kind == SENTIO_DID_LOG)
            continue;
        hash = mix(hash, &effect->kind, sizeof(effect->kind));
        hash = mix(hash, &effect->conn, sizeof(effect->conn));
        hash = mix(hash, &effect->number, sizeof(effect->number));
        hash = mix_text(mix_text(hash, effect->name), effect->text);
        if (effect->kind == SENTIO_DID_EMIT)
            hash = mix_item(hash, &effect->item);
    }
    return hash;
}

/* After each call of the fake host. */
static void look(struct drive *drive) {
    const char *fault = sentio_test_fault(drive->test);
    if (fault)
        drive_fail(drive, "asks for what the host refuses: %s", fault);
    if (!trial_record(drive->trial, digest(drive)))
        drive_fail(drive, "did something else than the first time: it goes by a clock, by chance "
                          "or by addresses of its own");
}

static void advance(struct drive *drive, int64_t milliseconds) {
    drive->now += milliseconds;
    sentio_test_advance(drive->test, milliseconds);
    look(drive);
}

/* What was asked has an answer now, or once some time has passed. */
static void settle(struct drive *drive) {
    int64_t left = ANSWER_MS;
    int programs = PROGRAM_MS / LOOK_MS;
    look(drive);
    while (sentio_test_waiting(drive->test) > 0 && !drive_failed(drive)) {
        int64_t due = sentio_test_due(drive->test);
        if (sentio_test_ready(drive->test, LOOK_MS) == SENTIO_NOT_FOUND &&
            (due < 0 || due > left) && programs-- == 0) {
            drive_fail(drive, "has no answer after %d s: neither accept(), refuse() nor respond()",
                       ANSWER_MS / 1000);
            return;
        }
        look(drive);
        if (due < 0 || due > left)
            continue;
        left -= due;
        advance(drive, due);
    }
}

static bool ready_for(struct drive *drive, const char *input) {
    if (drive_failed(drive) || drive->test == NULL)
        return false;
    trial_input(drive->trial, input, strlen(input));
    return true;
}

bool drive_open(struct drive *drive, const char *config) {
    const struct sentio_test_options options = {.config = config,
                                                .now = drive->now,
                                                .before = on_before,
                                                .after = on_after,
                                                .context = drive};
    if (drive_failed(drive))
        return false;
    if (drive->now == 0)
        drive->now = BEGIN;
    trial_input(drive->trial, config, strlen(config));
    drive->test = sentio_test_open_with(drive->plugin, &options);
    if (drive->test)
        look(drive);
    return drive->test != NULL;
}

const char *drive_why(void) {
    return sentio_test_why();
}

bool drive_start(struct drive *drive) {
    if (!drive_open(drive, drive->options))
        drive_fail(drive, "refuses its options: %s", drive_why());
    return drive->test != NULL;
}

void drive_close(struct drive *drive) {
    trial_input(drive->trial, "", 0);
    sentio_test_close(drive->test);
    drive->test = NULL;
}

bool drive_publish(struct drive *drive, const char *body) {
    if (!ready_for(drive, body))
        return false;
    int result = sentio_test_publish(drive->test, body);
    look(drive);
    return result == SENTIO_OK;
}

uint64_t drive_subscribe(struct drive *drive, uint64_t conn, const char *user, uint32_t roles,
                         const char *request) {
    if (!ready_for(drive, request))
        return conn;
    sentio_test_subscribe(drive->test, &conn, user, roles, request);
    settle(drive);
    return conn;
}

void drive_unsubscribe(struct drive *drive, uint64_t conn, const char *request) {
    if (!ready_for(drive, request))
        return;
    sentio_test_unsubscribe(drive->test, conn, request);
    settle(drive);
}

void drive_message(struct drive *drive, uint64_t conn, const char *action, const char *request) {
    if (!ready_for(drive, request))
        return;
    sentio_test_message(drive->test, conn, action, request);
    settle(drive);
}

void drive_leave(struct drive *drive, uint64_t conn) {
    if (!ready_for(drive, ""))
        return;
    sentio_test_leave(drive->test, conn);
    look(drive);
}

void drive_left(struct drive *drive, uint64_t conn) {
    if (!ready_for(drive, "a conn that is not there"))
        return;
    sentio_test_left(drive->test, conn);
    look(drive);
}

void drive_get(struct drive *drive, const char *target, const char *user, uint32_t roles) {
    if (!ready_for(drive, target))
        return;
    sentio_test_get(drive->test, target, user, roles);
    settle(drive);
}

void drive_observe(struct drive *drive, const struct sentio_item *items, size_t count) {
    if (!ready_for(drive, ""))
        return;
    trial_input(drive->trial, items->json.data, items->json.size);
    sentio_test_observe(drive->test, "market-data", items, count);
    look(drive);
}

void drive_wake(struct drive *drive, int times) {
    if (!ready_for(drive, ""))
        return;
    for (int i = 0; i < times && sentio_test_due(drive->test) >= 0 && !drive_failed(drive); i++)
        advance(drive, sentio_test_due(drive->test));
    sentio_test_ready(drive->test, 0);
    look(drive);
}

struct sentio_bytes drive_save(struct drive *drive) {
    if (!ready_for(drive, ""))
        return sentio_bytes(NULL, 0);
    sentio_test_save(drive->test);
    look(drive);
    const struct sentio_effect *kept = sentio_test_find(drive->test, SENTIO_DID_KEEP, 0);
    return kept ? kept->text : sentio_bytes(NULL, 0);
}

bool drive_restore(struct drive *drive, uint32_t format, struct sentio_bytes state) {
    char input[64];
    snprintf(input, sizeof(input), "format %u, %zu bytes", (unsigned)format, state.size);
    if (!ready_for(drive, input))
        return false;
    int result = sentio_test_restore(drive->test, format, state);
    look(drive);
    return result == SENTIO_OK;
}
