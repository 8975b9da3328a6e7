/* SPDX-License-Identifier: MIT */
/* Breaks the one rule of the ABI that the option "how" names, and is otherwise a channel of texts:
 * {"data": "..."} goes to everyone. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sentio/sdk.h>

#define HOW_SIZE 32

struct sentio_channel {
    char how[HOW_SIZE];
};

/* One too many, which `sentioctl plugin info` is to name. */
static unsigned shared_by_all_channels;

static bool does(const struct sentio_call *call, const char *how) {
    return strcmp(call->channel->how, how) == 0;
}

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    struct sentio_field how = {.name = "how", .types = SENTIO_JSON_STRING};
    struct sentio_json options;
    struct sentio_bytes text = sentio_text("");
    (void)seed;
    if (sentio_json_parse(config, &options, NULL) != SENTIO_OK ||
        sentio_json_read(&options, &how, 1, NULL) != SENTIO_OK ||
        (how.value.type && sentio_json_string(&how.value, NULL, 0, &text) != SENTIO_OK) ||
        text.size >= HOW_SIZE) {
        sentio_log(call, SENTIO_ERROR, "option \"how\": give one of the texts that the source has");
        return SENTIO_INVALID;
    }
    if (sentio_is(text, "refuse without a word"))
        return SENTIO_INVALID;
    memcpy(call->channel->how, text.data, text.size);
    shared_by_all_channels++;
    return SENTIO_OK;
}

static int misbehave(struct sentio_call *call, struct sentio_bytes data) {
    if (does(call, "leak"))
        return malloc(100) ? SENTIO_OK : SENTIO_NO_MEMORY;
    if (does(call, "leave open"))
        return open("/dev/null", O_RDONLY) == -1 ? SENTIO_FAILED : SENTIO_OK;
    if (does(call, "crash on numbers") && data.data[0] == '1')
        abort();
    if (does(call, "exit"))
        _exit(3);
    if (does(call, "return 1"))
        return 1;
    if (does(call, "emit garbage")) {
        struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_text("{")};
        sentio_emit(call, &item);
    }
    if (does(call, "hog"))
        for (volatile char *at = malloc(1 << 20); at; at = malloc(1 << 20))
            *at = 1;
    return SENTIO_OK;
}

/* What it goes by is not the host's. */
static int emit_own(struct sentio_call *call) {
    char buffer[64];
    struct sentio_writer text;
    sentio_writer_init(&text, buffer, sizeof buffer);
    if (does(call, "own clock"))
        sentio_write_format(&text, "%lld", (long long)time(NULL));
    else if (does(call, "fork"))
        sentio_write_text(&text, fork() == -1 ? "\"can not\"" : "\"can\"");
    else
        sentio_write_text(&text, socket(AF_INET, SOCK_STREAM, 0) == -1 ? "\"can not\"" : "\"can\"");
    struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_written(&text)};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&text);
    return result;
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ANY, .required = true};
    struct sentio_json_error error;
    struct sentio_json body;
    (void)update;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK) {
        if (does(call, "fail on mistakes"))
            return SENTIO_INVALID;
        return sentio_reject_json(call, -1, &error);
    }
    int result = misbehave(call, data.value.text);
    if (result != SENTIO_OK)
        return result;
    if (does(call, "own clock") || does(call, "fork") || does(call, "connect"))
        return emit_own(call);
    struct sentio_item item = {.topic = sentio_text("*"), .json = data.value.text};
    return sentio_emit(call, &item);
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    if (does(call, "forget the answer"))
        return SENTIO_OK;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

/* A large update takes it long. */
static int observe(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t count) {
    (void)channel;
    (void)items;
    if (does(call, "be slow") && count > 1)
        for (clock_t end = clock() + CLOCKS_PER_SEC / 10; clock() < end;)
            continue;
    return SENTIO_OK;
}

static int save(struct sentio_call *call) {
    return SENTIO_SERVICE(call, keep, sentio_text("a state"));
}

static int restore(struct sentio_call *call, uint32_t format, struct sentio_bytes state) {
    if (does(call, "refuse its own state"))
        return SENTIO_INVALID;
    if (does(call, "take any format"))
        return SENTIO_OK;
    return format == 1 && sentio_is(state, "a state") ? SENTIO_OK : SENTIO_INVALID;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,
    .state_format = 1,
    .name = "breaks-rules",
    .version = "1.0.0",
    .channel_size = sizeof(struct sentio_channel),
    .type = "text",
    .shape = SENTIO_OBJECT,
    .open = open_channel,
    .publish = publish,
    .subscribe = subscribe,
    .observe = observe,
    .save = save,
    .restore = restore,
};
