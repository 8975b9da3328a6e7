/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

#define START INT64_C(1728124200000) /* 2024-10-05T10:30:00Z */
#define SEED UINT64_C(0x9e3779b97f4a7c15)

static _Thread_local char why[512];

const char *sentio_test_why(void) {
    return why;
}

static struct sentio_test *create(const struct sentio_plugin *plugin,
                                  const struct sentio_test_options *options) {
    struct sentio_test *test = fake_allocate(sizeof *test);
    size_t size = plugin->size < sizeof test->plugin ? plugin->size : sizeof test->plugin;
    memcpy(&test->plugin, plugin, size);
    test->host = fake_services;
    test->call.host = &test->host;
    test->options = *options;
    test->call.now = options->now ? options->now : START;
    test->call.context = test;
    if (plugin->channel_size != 0)
        test->call.channel = fake_allocate(plugin->channel_size);
    return test;
}

static void destroy(struct sentio_test *test) {
    fake_forget(test);
    free(test->records.list);
    fake_items_finish(&test->items);
    for (size_t i = 0; i < test->subscriber_count; i++)
        fake_subscriber_destroy(test->subscribers[i]);
    free(test->subscribers);
    free(test->requests);
    free(test->call.channel);
    fake_release(test->state);
    free(test);
}

/* What open() logged is more use than its number. */
static void explain(const struct sentio_test *test, int result) {
    const struct sentio_effect *log = sentio_test_find(test, SENTIO_DID_LOG, 0);
    if (log)
        snprintf(why, sizeof why, "open: %.*s", (int)log->text.size, log->text.data);
    else
        snprintf(why, sizeof why, "open: %s", sentio_error_text(result));
}

static int call_open(struct sentio_test *test, const char *config) {
    uint64_t seed = test->options.seed ? test->options.seed : SEED;
    struct sentio_bytes copy = fake_copy(sentio_text(config));
    fake_begin(test, FAKE_OPEN, 0);
    int result = fake_finish(test, test->plugin.open(&test->call, copy, seed));
    fake_release(copy);
    return result;
}

struct sentio_test *sentio_test_open_with(const struct sentio_plugin *plugin,
                                          const struct sentio_test_options *options) {
    const char *fault = fake_check_plugin(plugin);
    const char *config = options->config ? options->config : "{}";
    if (!fault && !fake_is_json(sentio_text(config), SENTIO_JSON_OBJECT))
        fault = "config is not a JSON object";
    snprintf(why, sizeof why, "%s", fault ? fault : "");
    if (fault)
        return NULL;
    struct sentio_test *test = create(plugin, options);
    int result = call_open(test, config);
    if (result == SENTIO_OK)
        return test;
    explain(test, result);
    destroy(test);
    return NULL;
}

struct sentio_test *sentio_test_open(const struct sentio_plugin *plugin, const char *config) {
    return sentio_test_open_with(plugin, &(struct sentio_test_options){.config = config});
}

void sentio_test_close(struct sentio_test *test) {
    if (!test)
        return;
    fake_forget(test);
    if (test->plugin.close) {
        fake_begin(test, FAKE_CLOSE, 0);
        fake_finish(test, test->plugin.close(&test->call));
    }
    destroy(test);
}

int sentio_test_save(struct sentio_test *test) {
    fake_forget(test);
    fake_release(test->state);
    test->state = sentio_bytes(NULL, 0);
    if (!test->plugin.save)
        return SENTIO_NOT_FOUND;
    fake_begin(test, FAKE_SAVE, 0);
    return fake_finish(test, test->plugin.save(&test->call));
}

/* What the host has of the channel. */
static void hand_over(struct sentio_test *to, const struct sentio_test *from) {
    fake_items_copy(&to->items, &from->items);
    to->last_conn = from->last_conn;
    to->last_request = from->last_request;
    for (size_t i = 0; i < from->subscriber_count; i++) {
        const struct fake_subscriber *subscriber = from->subscribers[i];
        fake_subscriber_copy(fake_subscriber_add(to, subscriber->conn), subscriber);
    }
}

int sentio_test_restore(struct sentio_test *test, uint32_t state_format,
                        struct sentio_bytes state) {
    fake_forget(test);
    if (!test->plugin.restore)
        return SENTIO_NOT_FOUND;
    struct sentio_bytes copy = fake_copy(state);
    fake_begin(test, FAKE_RESTORE, 0);
    int result = fake_finish(test, test->plugin.restore(&test->call, state_format, copy));
    fake_release(copy);
    return result;
}

/* Without a state that it took, a channel is told of each subscription that is there. */
static void subscribe_again(struct sentio_test *test) {
    struct sentio_bytes request = sentio_text("{\"action\":\"subscribe\"}");
    for (uint64_t conn = 1; conn <= test->last_conn; conn++) {
        struct fake_subscriber *subscriber = fake_subscriber_find(test, conn);
        if (!subscriber || !subscriber->subscribed || !test->plugin.subscribe)
            continue;
        struct sentio_subscriber view = fake_subscriber_view(subscriber);
        struct sentio_bytes copy = fake_copy(request);
        subscriber->pending = FAKE_SUBSCRIBE;
        fake_begin(test, FAKE_SUBSCRIBE, conn);
        fake_finish(test, test->plugin.subscribe(&test->call, &view, copy));
        fake_release(copy);
    }
}

struct sentio_test *sentio_test_swap(struct sentio_test *test, const struct sentio_plugin *plugin,
                                     const char *config) {
    int saved = sentio_test_save(test);
    if (saved != SENTIO_OK && saved != SENTIO_NOT_FOUND) {
        snprintf(why, sizeof why, "save: %s", sentio_error_text(saved));
        return NULL;
    }
    struct sentio_test_options options = test->options;
    options.config = config;
    options.now = test->call.now;
    struct sentio_test *next = sentio_test_open_with(plugin, &options);
    if (!next)
        return NULL;
    hand_over(next, test);
    bool kept = saved == SENTIO_OK && test->state.data;
    if (!kept || sentio_test_restore(next, test->plugin.state_format, test->state) != SENTIO_OK)
        subscribe_again(next);
    return next;
}
