/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "units.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

_Static_assert(offsetof(struct config, server.listen_count) -
                       offsetof(struct config, server.listen) ==
                   offsetof(struct setting_listen, count),
               "server.listen and its count lie as struct setting_listen");

static const struct setting_choice auth_modes[] = {
    {"open", CONFIG_AUTH_OPEN, NULL}, {"jwt", 0, "\"open\""}, {NULL, 0, NULL}};

static const struct setting_choice slow_policies[] = {{"disconnect", CONFIG_SLOW_DISCONNECT, NULL},
                                                      {"conflate", 0, "\"disconnect\""},
                                                      {"drop", 0, "\"disconnect\""},
                                                      {NULL, 0, NULL}};

static const struct setting_choice log_levels[] = {{"debug", LOG_LEVEL_DEBUG, NULL},
                                                   {"info", LOG_LEVEL_INFO, NULL},
                                                   {"warning", LOG_LEVEL_WARNING, NULL},
                                                   {"error", LOG_LEVEL_ERROR, NULL},
                                                   {NULL, 0, NULL}};

static const struct setting_choice log_formats[] = {
    {"text", LOG_FORMAT_TEXT, NULL}, {"json", LOG_FORMAT_JSON, NULL}, {NULL, 0, NULL}};

/* clang-format off */

#define ROW(type, name, member, initial, ...) \
    {name, SETTING_##type, initial, ROW_##type(__VA_ARGS__), offsetof(struct config, member)}
#define CHANNEL(type, name, member, initial, ...) \
    {name, SETTING_##type, initial, ROW_##type(__VA_ARGS__), \
     offsetof(struct config_channel, member)}
#define ROW_BOOL(help) 0, 0, NULL, NULL, help
#define ROW_TRISTATE(help) 0, 0, NULL, NULL, help
#define ROW_COUNT(min, max, help) min, max, NULL, NULL, help
#define ROW_SIZE(min, max, help) min, max, NULL, NULL, help
#define ROW_DURATION(min, max, help) min, max, NULL, NULL, help
#define ROW_CHOICE(choices, help) 0, 0, choices, NULL, help
#define ROW_TEXT(min, check, help) min, 0, NULL, check, help
#define ROW_PATH(min, help) min, 0, NULL, NULL, help
#define ROW_LIST(min, check, help) min, 0, NULL, check, help
#define ROW_LISTEN(min, help) min, 0, NULL, NULL, help
#define ROW_OPTIONS(help) 0, 0, NULL, NULL, help

static const struct setting host_rows[] = {
    ROW(LISTEN, "server.listen", server.listen, "127.0.0.1:8000", 1,
        "Where clients and publishers connect: \"127.0.0.1:8000\", \"[::1]:8000\", "
        "\"tls:0.0.0.0:8443\", \"unix:/run/sentio/sentio.sock\". Port 0: any free one."),
    ROW(COUNT, "server.io_threads", server.io_threads, "0", 0, 64,
        "Threads that carry connections. 0: the number of cores less one, at least 1."),
    ROW(LIST, "server.origins", server.origins, "same,loopback", 0, config_syntax_origin,
        "Web pages that may connect: \"same\" (the page came from this host), \"loopback\" (a "
        "developer's machine, any port), \"https://host[:port]\", or \"*\" for all."),
    ROW(DURATION, "server.heartbeat", server.heartbeat, "30s", SECOND, HOUR,
        "Silence on a connection before the host sends a ping."),
    ROW(DURATION, "server.heartbeat_timeout", server.heartbeat_timeout, "20s", SECOND, HOUR,
        "How long a client may take to answer the ping before it is dropped."),
    ROW(DURATION, "server.handshake", server.handshake, "10s", SECOND, 10 * MINUTE,
        "How long a request's header and body may take to arrive."),
    ROW(DURATION, "server.drain", server.drain, "10s", 0, HOUR,
        "At most this long from SIGTERM to the end, while connections are closed."),
    ROW(PATH, "server.state_dir", server.state_dir, "/var/lib/sentio", 1,
        "Folder for what outlives a restart. Must be writable by the host."),
    ROW(PATH, "tls.certificate", tls.certificate, NULL, 0,
        "PEM file: the certificate, then the intermediate ones. Needed by \"tls:\" listeners."),
    ROW(PATH, "tls.key", tls.key, NULL, 0,
        "PEM file: the certificate's private key. Needed by \"tls:\" listeners."),
    ROW(CHOICE, "auth.mode", auth.mode, "open", auth_modes,
        "How users are known. \"open\": a client's user_id is believed, so every listener must be "
        "loopback or a unix socket."),
    ROW(PATH, "auth.admin_tokens_file", auth.admin_tokens_file, NULL, 0,
        "File of admin tokens. Without one nobody is admin."),
    ROW(PATH, "publish.keys_file", publish.keys_file, NULL, 0,
        "File of publisher keys. Without one, publishers on loopback need no key."),
    ROW(SIZE, "publish.body_size", publish.body_size, "1MiB", KIB, 64 * MIB,
        "The largest body of a publish request."),
    ROW(DURATION, "publish.wait", publish.wait, "2s", 0, 5 * MINUTE,
        "How long a publisher waits when a queue is full, before 503."),
    ROW(COUNT, "limits.connections", limits.connections, "100000", 1, 10000000,
        "Connections in all."),
    ROW(COUNT, "limits.per_address", limits.per_address, "0", 0, 10000000,
        "Connections from one address. 0: no limit."),
    ROW(COUNT, "limits.per_user", limits.per_user, "100", 0, 10000000,
        "Connections of one user to one channel. 0: no limit."),
    ROW(SIZE, "limits.message_size", limits.message_size, "64KiB", 256, 16 * MIB,
        "The largest message of a client; a larger one closes with 1009."),
    ROW(COUNT, "limits.message_rate", limits.message_rate, "50", 1, 1000000,
        "Messages a second from one connection; four times as many in a burst."),
    ROW(COUNT, "limits.topics", limits.topics, "1000", 1, 1000000,
        "Topics (symbols) that one subscription may name."),
    ROW(SIZE, "limits.outbox", limits.outbox, "1MiB", 4 * KIB, GIB,
        "Bytes waiting for one connection; what happens beyond is the channel's `slow`."),
    ROW(SIZE, "limits.queue", limits.queue, "64MiB", 64 * KIB, 64 * GIB,
        "Bytes waiting between two threads; beyond, publishers wait."),
    ROW(PATH, "plugins.dir", plugins.dir, SENTIO_PLUGIN_DIR, 1,
        "Where a plugin is that is named without \"/\"."),
    ROW(DURATION, "plugins.slow_call", plugins.slow_call, "50ms", 1, MINUTE,
        "A plugin's call that takes longer is logged and counted."),
    ROW(DURATION, "plugins.answer", plugins.answer, "10s", 100, 10 * MINUTE,
        "How long a plugin may take to answer a request or subscribe."),
    ROW(SIZE, "plugins.call_bytes", plugins.call_bytes, "16MiB", 64 * KIB, GIB,
        "What one call of a plugin may ask the host for."),
    ROW(CHOICE, "log.level", log.level, "info", log_levels,
        "The least severity that is logged: \"debug\", \"info\", \"warning\" or \"error\"."),
    ROW(CHOICE, "log.format", log.format, "text", log_formats,
        "\"text\", or \"json\" for one object a line."),
};

static const struct setting channel_rows[] = {
    CHANNEL(TEXT, "name", name, NULL, 1, config_syntax_channel,
        "The channel's name: 1 to 32 of a-z, 0-9 and -. Entries of the same name in later files "
        "change single settings."),
    CHANNEL(BOOL, "enabled", enabled, "true",
        "false takes a channel of an earlier file away."),
    CHANNEL(TEXT, "plugin", plugin, NULL, 1, NULL,
        "The shared object: in plugins.dir, or with a \"/\" relative to the main file's folder. "
        "Required."),
    CHANNEL(TEXT, "path", path, NULL, 0, config_syntax_path,
        "The channel's WebSocket path; \"/ws/<name>\" by default, \"\" for none."),
    CHANNEL(COUNT, "history", history, "100", 0, 1000000,
        "Items kept per topic for clients that reconnect."),
    CHANNEL(DURATION, "history_age", history_age, "1h", 0, 365 * DAY,
        "Items older than this are forgotten. 0: no limit."),
    CHANNEL(SIZE, "history_bytes", history_bytes, "64MiB", KIB, 64 * GIB,
        "The most memory that the channel's history takes."),
    CHANNEL(DURATION, "interval", interval, "0", 0, DAY,
        "At most one message in this time, the latest item of each key. 0: at once."),
    CHANNEL(DURATION, "interval_min", interval_min, "0", 0, DAY,
        "The least interval that a client may ask for."),
    CHANNEL(DURATION, "interval_max", interval_max, "60s", 0, DAY,
        "The greatest interval that a client may ask for."),
    CHANNEL(TRISTATE, "snapshot", snapshot, "plugin",
        "Whether new subscribers get the latest items at once: true, false, or \"plugin\" for the "
        "plugin's own choice."),
    CHANNEL(CHOICE, "slow", slow, "disconnect", slow_policies,
        "What happens to a subscriber whose outbox is full. \"disconnect\": closed with 4101, and "
        "it recovers by offset."),
    CHANNEL(LIST, "observes", observes, "", 0, config_syntax_channel,
        "Channels whose items the plugin gets to see."),
    CHANNEL(LIST, "forwards", forwards, "", 0, config_syntax_channel,
        "Channels on which the plugin may publish."),
    CHANNEL(LIST, "source.command", source, "", 0, NULL,
        "A program and its arguments; each line that it writes is published."),
    CHANNEL(OPTIONS, "options", options, "{}",
        "The plugin's own settings. A later file replaces the group as a whole."),
};

/* clang-format on */

const struct setting *settings_host(size_t *count) {
    *count = sizeof(host_rows) / sizeof(host_rows[0]);
    return host_rows;
}

const struct setting *settings_channel(size_t *count) {
    *count = sizeof(channel_rows) / sizeof(channel_rows[0]);
    return channel_rows;
}

size_t settings_find(const struct setting *rows, size_t count, const char *name) {
    size_t i = 0;
    while (i < count && strcmp(rows[i].name, name) != 0) {
        i++;
    }
    return i;
}

const char *setting_type_name(enum setting_type type) {
    static const char *const names[] = {
        [SETTING_BOOL] = "boolean", [SETTING_TRISTATE] = "boolean",  [SETTING_COUNT] = "integer",
        [SETTING_SIZE] = "size",    [SETTING_DURATION] = "duration", [SETTING_CHOICE] = "choice",
        [SETTING_TEXT] = "string",  [SETTING_PATH] = "file name",    [SETTING_LIST] = "list",
        [SETTING_LISTEN] = "list",  [SETTING_OPTIONS] = "group",
    };
    return names[type];
}

const char *setting_number_text(const struct setting *row, int64_t number, char buffer[32]) {
    if (row->type == SETTING_DURATION) {
        return units_duration_text(number, buffer);
    }
    if (row->type == SETTING_SIZE) {
        return units_size_text(number, buffer);
    }
    snprintf(buffer, UNITS_TEXT, "%" PRId64, number);
    return buffer;
}
