/* SPDX-License-Identifier: MIT */
/* Passes {"data": ...} on to everyone, and crashes on each n-th body before it answers.
 *
 * Options: "every" (50) is n. With "save" (false) the count goes over a restart: the update that
 * crashed it crashes it again. Otherwise each instance counts from 0, and a restart cures it.
 * Built with FORGETFUL it can not save at all. */

#include <signal.h>

#include <sentio/sdk.h>

struct sentio_channel {
    uint64_t every;
    uint64_t count;
    bool save;
};

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    struct sentio_field fields[] = {{.name = "every", .types = SENTIO_JSON_NUMBER},
                                    {.name = "save", .types = SENTIO_JSON_BOOL}};
    struct sentio_channel *channel = call->channel;
    struct sentio_json options;
    (void)seed;
    channel->every = 50;
    if (sentio_json_parse(config, &options, NULL) != SENTIO_OK ||
        sentio_json_read(&options, fields, 2, NULL) != SENTIO_OK)
        return SENTIO_INVALID;
    if (fields[0].value.type != SENTIO_JSON_ABSENT &&
        (sentio_json_unsigned(&fields[0].value, &channel->every) != SENTIO_OK ||
         channel->every == 0))
        return SENTIO_INVALID;
    channel->save = sentio_json_true(&fields[1].value);
    return SENTIO_OK;
}

/* As without anybody's handler, a sanitizer's for instance. */
static void crash(void) {
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ANY, .required = true};
    struct sentio_channel *channel = call->channel;
    struct sentio_json_error error;
    struct sentio_json body;
    (void)update;
    channel->count++;
    if (channel->count % channel->every == 0)
        crash();
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    const struct sentio_item tick = {.topic = sentio_text("*"), .json = data.value.text};
    return sentio_emit(call, &tick);
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

#ifndef FORGETFUL
static int save(struct sentio_call *call) {
    const struct sentio_channel *channel = call->channel;
    if (!channel->save)
        return SENTIO_OK;
    return SENTIO_SERVICE(call, keep,
                          sentio_bytes((const char *)&channel->count, sizeof channel->count));
}

static int restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
    struct sentio_channel *channel = call->channel;
    (void)state_format;
    if (state.size != sizeof channel->count)
        return SENTIO_INVALID;
    memcpy(&channel->count, state.data, sizeof channel->count);
    return SENTIO_OK;
}
#endif

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .name = "crashes-every-n",
    .version = "1.0.0",
    .channel_size = sizeof(struct sentio_channel),
    .type = "tick",
    .shape = SENTIO_OBJECT,
    .flags = SENTIO_NO_SNAPSHOT,
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
#ifndef FORGETFUL
    .save = save,
    .restore = restore,
#endif
};
