/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_SCRIPTED_PLUGIN_H
#define SENTIO_TESTS_SCRIPTED_PLUGIN_H

/*
 * Plugins that are part of the test program: plugin_load() is replaced by a look into their table,
 * which the linker takes instead of the host's. Included once in each program.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sentio/sdk.h>

#include "plugin/call.h"
#include "plugin/plugin.h"

enum { STEPS_MAX = 12, CALL_KINDS = CALL_RESTORE + 1 };

/* One use of a service; which members count follows from the service. */
struct step {
    enum effect_kind what;
    uint64_t id;
    int64_t number;
    const char *a;
    const char *b;
    uint32_t on;
    int expected; /* the service's result */
    const struct sentio_value *attributes;
    const char *type; /* emit */
    uint32_t flags;
};

/* Every call that any of the plugins got, a line each. */
struct record {
    char text[16384];
    size_t size;
};

struct script {
    int result;
    size_t count;
    struct step steps[STEPS_MAX];
    void (*during)(struct sentio_call *call, void *context); /* before the steps; may be NULL */
    void *context;
};

struct sentio_channel {
    const char *name;
    struct record *record;
    struct script scripts[CALL_KINDS];
    char config[64];
    uint64_t seed;
    uint64_t last_request;
    uint32_t restored_format;
    char restored[64];
};

static inline void script_set(struct sentio_channel *channel, enum call_kind kind, int result,
                              const struct step *steps, size_t count) {
    struct script *script = &channel->scripts[kind];
    assert_true(count <= STEPS_MAX);
    memset(script, 0, sizeof(*script));
    script->result = result;
    script->count = count;
    if (count > 0)
        memcpy(script->steps, steps, count * sizeof(*steps));
}

/* What the callback does from now on. */
#define SCRIPT(channel, kind, result, ...)                                                         \
    script_set(channel, kind, result, (const struct step[]){__VA_ARGS__},                          \
               sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static inline void script_during(struct sentio_channel *channel, enum call_kind kind,
                                 void (*during)(struct sentio_call *call, void *context),
                                 void *context) {
    channel->scripts[kind].during = during;
    channel->scripts[kind].context = context;
}

static inline void record_add(struct sentio_channel *channel, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void record_add(struct sentio_channel *channel, const char *format, ...) {
    struct record *record = channel->record;
    va_list arguments;
    if (record == NULL)
        return;
    va_start(arguments, format);
    int size = vsnprintf(record->text + record->size, sizeof(record->text) - record->size, format,
                         arguments);
    va_end(arguments);
    record->size += (size_t)size;
    assert_true(record->size < sizeof(record->text));
}

static inline int step_emit(struct sentio_call *call, const struct step *step) {
    const struct sentio_item item = {
        .topic = sentio_text(step->a),
        .json = sentio_text(step->b),
        .type = sentio_text(step->type),
        .attributes = step->attributes,
        .attribute_count = step->attributes ? 2 : 0,
        .flags = step->flags,
    };
    return call->host->emit(call, &item);
}

static inline int step_take(struct sentio_call *call, const struct step *step) {
    const struct sentio_host *host = call->host;
    struct sentio_bytes a = sentio_text(step->a);
    struct sentio_bytes b = sentio_text(step->b);
    switch (step->what) {
    case EFFECT_EMIT:
        return step_emit(call, step);
    case EFFECT_REJECT:
        return host->reject(call, (int32_t)step->number, a, b);
    case EFFECT_JOIN:
        return host->join(call, step->id, a);
    case EFFECT_LEAVE:
        return host->leave(call, step->id, a);
    case EFFECT_ACCEPT:
        return host->accept(call, step->id);
    case EFFECT_REFUSE:
        return host->refuse(call, step->id, (uint32_t)step->number, a, b);
    case EFFECT_SEND:
        return host->send(call, step->id, a, b);
    case EFFECT_CLOSE:
        return host->close(call, step->id, (uint32_t)step->number, b);
    case EFFECT_RESPOND:
        return host->respond(call, step->id, (uint32_t)step->number, a, b);
    case EFFECT_FORWARD:
        return host->forward(call, a, b);
    case EFFECT_COUNT:
        return host->count(call, a, step->id);
    case EFFECT_WAKE:
        return host->wake(call, (uint64_t)step->number);
    case EFFECT_WATCH:
        return host->watch(call, (int32_t)step->number, step->on);
    case EFFECT_KEEP:
        return host->keep(call, b);
    }
    return SENTIO_INVALID;
}

static inline int scripted(struct sentio_call *call, enum call_kind kind) {
    const struct script *script = &call->channel->scripts[kind];
    if (script->during)
        script->during(call, script->context);
    for (size_t i = 0; i < script->count; i++)
        assert_int_equal(step_take(call, &script->steps[i]), script->steps[i].expected);
    return script->result;
}

/* {"fail":...} does not open; {"wake":...} asks to be woken. */
static int on_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    snprintf(call->channel->config, sizeof(call->channel->config), "%.*s", (int)config.size,
             config.data);
    call->channel->seed = seed;
    if (strstr(call->channel->config, "\"wake\""))
        assert_int_equal(call->host->wake(call, 1), SENTIO_OK);
    return strstr(call->channel->config, "\"fail\"") ? SENTIO_INVALID : 0;
}

static int on_close(struct sentio_call *call) {
    record_add(call->channel, "%s close\n", call->channel->name);
    return scripted(call, CALL_CLOSE);
}

static int on_publish(struct sentio_call *call, const struct sentio_update *update,
                      struct sentio_bytes payload) {
    static const char *const origins[] = {"publisher", "source", "forward"};
    record_add(call->channel, "%s publish %s %.*s %.*s\n", call->channel->name,
               origins[update->origin], (int)update->name.size, update->name.data,
               (int)payload.size, payload.data);
    return scripted(call, CALL_PUBLISH);
}

static inline void record_subscriber(struct sentio_call *call, const char *callback,
                                     const struct sentio_subscriber *subscriber,
                                     struct sentio_bytes request) {
    record_add(call->channel, "%s %s %llu \"%.*s\" roles=%u%s%s topics=%llu %.*s\n",
               call->channel->name, callback, (unsigned long long)subscriber->conn,
               (int)subscriber->who.user.size, subscriber->who.user.data, subscriber->who.roles,
               subscriber->subscribed ? " subscribed" : "", subscriber->all ? " all" : "",
               (unsigned long long)subscriber->topics, (int)request.size, request.data);
}

static int on_subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                        struct sentio_bytes request) {
    record_subscriber(call, "subscribe", subscriber, request);
    return scripted(call, CALL_SUBSCRIBE);
}

static int on_unsubscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                          struct sentio_bytes request) {
    record_subscriber(call, "unsubscribe", subscriber, request);
    return scripted(call, CALL_UNSUBSCRIBE);
}

static int on_message(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                      struct sentio_bytes action, struct sentio_bytes request) {
    assert_true(sentio_is(action, "other"));
    record_subscriber(call, "message", subscriber, request);
    return scripted(call, CALL_MESSAGE);
}

static int on_left(struct sentio_call *call, uint64_t conn) {
    record_add(call->channel, "%s left %llu\n", call->channel->name, (unsigned long long)conn);
    return scripted(call, CALL_LEFT);
}

static inline void record_items(struct sentio_channel *channel, const struct sentio_item *items,
                                size_t count) {
    for (size_t i = 0; i < count; i++)
        record_add(channel, " %.*s", (int)items[i].json.size, items[i].json.data);
    record_add(channel, "\n");
}

static int on_render(struct sentio_call *call, const struct sentio_request *request,
                     const struct sentio_item *items, size_t count) {
    call->channel->last_request = request->id;
    record_add(call->channel, "%s render %s \"%.*s\" %.*s %.*s at %llu:", call->channel->name,
               request->route->path, (int)request->who.user.size, request->who.user.data,
               (int)request->path.size, request->path.data, (int)request->query.size,
               request->query.data, (unsigned long long)request->offset);
    record_items(call->channel, items, count);
    for (size_t i = 0; i < call->channel->scripts[CALL_RENDER].count; i++)
        call->channel->scripts[CALL_RENDER].steps[i].id = request->id;
    return scripted(call, CALL_RENDER);
}

static int on_observe(struct sentio_call *call, struct sentio_bytes channel,
                      const struct sentio_item *items, size_t count) {
    record_add(call->channel, "%s observe %.*s", call->channel->name, (int)channel.size,
               channel.data);
    record_items(call->channel, items, count);
    return scripted(call, CALL_OBSERVE);
}

static int on_woken(struct sentio_call *call) {
    record_add(call->channel, "%s woken\n", call->channel->name);
    return scripted(call, CALL_WOKEN);
}

static int on_ready(struct sentio_call *call, int32_t fd) {
    record_add(call->channel, "%s ready %d\n", call->channel->name, fd);
    return scripted(call, CALL_READY);
}

static int on_save(struct sentio_call *call) {
    record_add(call->channel, "%s save\n", call->channel->name);
    return scripted(call, CALL_SAVE);
}

/* A state "refused" is not taken. */
static int on_restore(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state) {
    call->channel->restored_format = state_format;
    snprintf(call->channel->restored, sizeof(call->channel->restored), "%.*s", (int)state.size,
             state.data);
    return strcmp(call->channel->restored, "refused") == 0 ? SENTIO_INVALID : 0;
}

static const struct sentio_attribute scripted_attributes[] = {{"confidence", SENTIO_NUMBER, 0},
                                                              {"signal", SENTIO_TEXT, 0}};
static const struct sentio_filter scripted_filters[] = {
    {"min_confidence", 0, SENTIO_AT_LEAST},
    {"signals", 1, SENTIO_ONE_OF},
};

enum { ROUTE_QUERY, ROUTE_PATH, ROUTE_USER, ROUTE_ALL };
static const struct sentio_route scripted_routes[] = {
    [ROUTE_QUERY] = {.path = "/query",
                     .parameter = "symbols",
                     .topics = SENTIO_TOPICS_QUERY,
                     .flags = SENTIO_UPPER_CASE},
    [ROUTE_PATH] = {.path = "/path/{symbol}", .parameter = "symbol", .topics = SENTIO_TOPICS_PATH},
    [ROUTE_USER] = {.path = "/user",
                    .topics = SENTIO_TOPICS_USER,
                    .source = SENTIO_HISTORY,
                    .limit = 2,
                    .limit_max = 50},
    [ROUTE_ALL] = {.path = "/all", .topics = SENTIO_TOPICS_ALL},
};

static const struct sentio_plugin scripted_plugin = {
    SENTIO_HEADER,
    .state_format = 7,
    .name = "scripted",
    .version = "1.2.3",
    .channel_size = sizeof(struct sentio_channel),
    .type = "update",
    .snapshot_type = "quotes",
    .shape = SENTIO_ARRAY,
    .flags = SENTIO_STATES,
    .attributes = scripted_attributes,
    .attribute_count = 2,
    .filters = scripted_filters,
    .filter_count = 2,
    .routes = scripted_routes,
    .route_count = 4,
    .open = on_open,
    .close = on_close,
    .publish = on_publish,
    .subscribe = on_subscribe,
    .unsubscribe = on_unsubscribe,
    .message = on_message,
    .left = on_left,
    .render = on_render,
    .observe = on_observe,
    .woken = on_woken,
    .ready = on_ready,
    .save = on_save,
    .restore = on_restore,
};

static int bare_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return 0;
}

static const struct sentio_plugin bare_plugin = {SENTIO_HEADER, .name = "bare", .version = "1",
                                                 .open = bare_open};

void plugin_file_close(struct plugin_file *file) {
    if (file->fd != -1)
        close(file->fd);
    file->fd = -1;
}

/* A plugin of the test's own. */
struct scripted_other {
    const char *name; /* "other.so" */
    const struct sentio_plugin *table;
    void *context; /* the test's */
};

static struct scripted_other scripted_others[4];

/* By the file's name, whatever its folder. NULL: there is no such plugin. */
static inline const struct sentio_plugin *scripted_table(const char *file) {
    const char *name = strrchr(file, '/') + 1;
    if (strcmp(name, "bare.so") == 0)
        return &bare_plugin;
    if (strcmp(name, "scripted.so") == 0)
        return &scripted_plugin;
    for (size_t i = 0; i < 4 && scripted_others[i].name; i++)
        if (strcmp(name, scripted_others[i].name) == 0)
            return scripted_others[i].table;
    return NULL;
}

/* What the file begins with, if it is there. */
int plugin_file_digest(const struct plugin_report *report,
                       unsigned char digest[PLUGIN_DIGEST_SIZE]) {
    memset(digest, 0, PLUGIN_DIGEST_SIZE);
    FILE *file = fopen(report->file, "re");
    if (file == NULL)
        return 0;
    size_t size = fread(digest, 1, PLUGIN_DIGEST_SIZE, file);
    fclose(file);
    return size > 0 ? 0 : plugin_fail(report, SENTIO_INVALID, "is empty");
}

int plugin_file_open(const struct plugin_report *report, const char *copy_dir,
                     struct plugin_file *file) {
    (void)copy_dir;
    *file = (struct plugin_file){.fd = -1};
    if (scripted_table(report->file) == NULL) {
        snprintf(report->why, report->size, "%s: can not be opened", report->file);
        return SENTIO_NOT_FOUND;
    }
    file->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return plugin_file_digest(report, file->digest);
}

int plugin_load_from(const char *file, const char *path, struct plugin **plugin, char *why,
                     size_t why_size) {
    (void)path;
    (void)why;
    (void)why_size;
    *plugin = calloc(1, sizeof(**plugin));
    assert_non_null(*plugin);
    (*plugin)->table = *scripted_table(file);
    return 0;
}

int plugin_load(const char *file, const char *copy_dir, struct plugin **plugin, char *why,
                size_t why_size) {
    const struct plugin_report report = {.file = file, .why = why, .size = why_size};
    struct plugin_file copy;
    *plugin = NULL;
    int error = plugin_file_open(&report, copy_dir, &copy);
    if (error == 0)
        error = plugin_load_from(file, copy.path, plugin, why, why_size);
    plugin_file_close(&copy);
    return error;
}

/* What a worker told of its plugin is the host's; the rest is the test's. */
void plugin_unload(struct plugin *plugin) {
    if (plugin && plugin->described) {
        free(plugin->described);
        free(plugin->file);
    }
    free(plugin);
}

#endif
