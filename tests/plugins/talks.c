/* SPDX-License-Identifier: MIT */
/* Talks to its host in the ways that have nothing to do with subscribers: a body {"watch": fd} or
 * {"end": fd} begins or ends a watch, {"log": "text"} logs, {"crash": "text"} logs and crashes. A
 * descriptor that is ready is emitted, and not read. With the option "fail" it does not open. */

#include <signal.h>

#include <sentio/sdk.h>

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)seed;
    return sentio_is(config, "{\"fail\":true}") ? SENTIO_INVALID : SENTIO_OK;
}

static int log_text(struct sentio_call *call, const struct sentio_json *text) {
    char room[128];
    struct sentio_bytes bytes;
    int result = sentio_json_string(text, room, sizeof room, &bytes);
    return result == SENTIO_OK ? call->host->log(call, SENTIO_INFO, bytes) : result;
}

/* As without anybody's handler, a sanitizer's for instance. */
static int crash(struct sentio_call *call, const struct sentio_json *text) {
    log_text(call, text);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return SENTIO_FAILED;
}

static int watch(struct sentio_call *call, const struct sentio_json *number, uint32_t on) {
    uint64_t fd;
    int result = sentio_json_unsigned(number, &fd);
    return result == SENTIO_OK ? call->host->watch(call, (int32_t)fd, on) : result;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    enum { WATCH, END, LOG, CRASH, FIELDS };
    struct sentio_field fields[FIELDS] = {
        [WATCH] = {.name = "watch", .types = SENTIO_JSON_NUMBER},
        [END] = {.name = "end", .types = SENTIO_JSON_NUMBER},
        [LOG] = {.name = "log", .types = SENTIO_JSON_STRING},
        [CRASH] = {.name = "crash", .types = SENTIO_JSON_STRING},
    };
    struct sentio_json_error error;
    struct sentio_json body;
    (void)update;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, fields, FIELDS, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    if (fields[WATCH].value.type != SENTIO_JSON_ABSENT)
        return watch(call, &fields[WATCH].value, 1);
    if (fields[END].value.type != SENTIO_JSON_ABSENT)
        return watch(call, &fields[END].value, 0);
    if (fields[CRASH].value.type != SENTIO_JSON_ABSENT)
        return crash(call, &fields[CRASH].value);
    return log_text(call, &fields[LOG].value);
}

static int ready(struct sentio_call *call, int32_t fd) {
    char room[32];
    struct sentio_writer writer;
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "{\"ready\":%d}", fd);
    const struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_written(&writer)};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&writer);
    return result;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,        .name = "talks",    .version = "1.0.0", .type = "talk",
    .open = open_channel, .publish = publish, .ready = ready,
};
