/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <assert.h>
#include <string.h>

#include "base/log.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* clang-format off */

_Static_assert(offsetof(struct config, server.listen_count) - offsetof(struct config, server.listen)
               == offsetof(struct setting_listen, count), "they lie as struct setting_listen");

static const struct setting_choice auth_modes[] = {{"open", CONFIG_AUTH_OPEN}, {NULL, 0}};
static const struct setting_choice slow_policies[] = {
    {"disconnect", CONFIG_SLOW_DISCONNECT}, {"conflate", CONFIG_SLOW_CONFLATE},
    {"drop", CONFIG_SLOW_DROP}, {NULL, 0}};
static const struct setting_choice isolations[] = {
    {"none", CONFIG_ISOLATION_NONE}, {"process", CONFIG_ISOLATION_PROCESS}, {NULL, 0}};
static const struct setting_choice presences[] = {
    {"off", CONFIG_PRESENCE_OFF}, {"count", CONFIG_PRESENCE_COUNT},
    {"users", CONFIG_PRESENCE_USERS}, {NULL, 0}};
static const struct setting_choice log_levels[] = {
    {"debug", LOG_LEVEL_DEBUG}, {"info", LOG_LEVEL_INFO}, {"warning", LOG_LEVEL_WARNING},
    {"error", LOG_LEVEL_ERROR}, {NULL, 0}};
static const struct setting_choice log_formats[] = {
    {"text", LOG_FORMAT_TEXT}, {"json", LOG_FORMAT_JSON}, {NULL, 0}};

#define ROW(kind, member, first, rule, text) \
    {.name = #member, .type = SETTING_##kind, .initial = first, .help = text, \
     .offset = offsetof(struct config, member), rule}
#define CHANNEL(kind, label, member, first, rule, text) \
    {.name = label, .type = SETTING_##kind, .initial = first, .help = text, \
     .offset = offsetof(struct config_channel, member), rule}
#define FROM(least, most) .min = (least), .max = (most)
#define NOT_EMPTY .min = 1
#define ANY .min = 0

static const struct setting host_rows[] = {
    ROW(LISTEN, server.listen, "127.0.0.1:8000", NOT_EMPTY,
        "Where clients and publishers connect: \"127.0.0.1:8000\", \"tls:[::1]:8443\", "
        "\"unix:/run/sentio/sentio.sock\". Port 0: any free one."),
    ROW(COUNT, server.io_threads, "0", FROM(0, 64),
        "Threads that carry connections. 0: the number of cores less one, at least 1."),
    ROW(LIST, server.origins, "same,loopback", .check = config_syntax_origin,
        "Web pages that may connect: \"same\" (from this host), \"loopback\" (a developer's "
        "machine, any port), \"https://host[:port]\", or \"*\" for all."),
    ROW(DURATION, server.heartbeat, "30s", FROM(SECOND, HOUR),
        "Silence on a connection before the host sends a ping."),
    ROW(DURATION, server.heartbeat_timeout, "20s", FROM(SECOND, HOUR),
        "How long a client may take to answer the ping before it is dropped."),
    ROW(DURATION, server.handshake, "10s", FROM(SECOND, 10 * MINUTE),
        "How long a request's header and body may take to arrive."),
    ROW(DURATION, server.drain, "10s", FROM(0, HOUR),
        "At most this long from SIGTERM to the end, while connections are closed."),
    ROW(PATH, server.state_dir, "/var/lib/sentio", NOT_EMPTY,
        "Folder for what outlives a restart. Must be writable by the host."),
    ROW(TEXT, server.control, NULL, ANY,
        "Unix socket on which sentioctl speaks to the host, for its user and group alone; "
        "<state_dir>/control.sock by default, \"\" for none."),
    ROW(TEXT, server.dashboard, "", ANY,
        "Folder whose files are served at \"/\": the dashboard. \"\": the installed one, if there "
        "is one; \"none\": nothing is served."),
    ROW(PATH, tls.certificate, NULL, ANY,
        "PEM file: the certificate, then the intermediate ones. Needed by \"tls:\" listeners."),
    ROW(PATH, tls.key, NULL, ANY,
        "PEM file: the certificate's private key. Needed by \"tls:\" listeners."),
    ROW(CHOICE, auth.mode, "open", .choices = auth_modes,
        "\"open\": a client's user_id is believed, so listeners are loopback or unix sockets."),
    ROW(PATH, auth.admin_tokens_file, NULL, ANY,
        "File of admin tokens. Without one nobody is admin."),
    ROW(PATH, publish.keys_file, NULL, ANY,
        "File of publisher keys. Without one, publishers on loopback need no key."),
    ROW(SIZE, publish.body_size, "1MiB", FROM(KIB, 64 * MIB),
        "The largest body of a publish request."),
    ROW(DURATION, publish.wait, "2s", FROM(0, 5 * MINUTE),
        "How long a publisher waits when a queue is full, before 503."),
    ROW(DURATION, publish.window, "2m", FROM(SECOND, 24 * HOUR),
        "How long a publish is answered as the one before it that had the same idempotency key."),
    ROW(COUNT, publish.keys, "250000", FROM(1, 100000000),
        "Idempotency keys that a channel keeps; beyond, the oldest are forgotten."),
    ROW(COUNT, limits.connections, "100000", FROM(1, 10000000), "Connections in all."),
    ROW(COUNT, limits.per_address, "0", FROM(0, 10000000),
        "Connections from one address. 0: no limit."),
    ROW(COUNT, limits.per_user, "100", FROM(0, 10000000),
        "Connections of one user to one channel. 0: no limit."),
    ROW(SIZE, limits.message_size, "64KiB", FROM(256, 16 * MIB),
        "The largest message of a client; a larger one closes with 1009."),
    ROW(COUNT, limits.message_rate, "50", FROM(1, 1000000),
        "Messages a second from one connection; four times as many in a burst."),
    ROW(COUNT, limits.topics, "1000", FROM(1, 1000000),
        "Topics (symbols) that one subscription may name."),
    ROW(SIZE, limits.outbox, "1MiB", FROM(4 * KIB, GIB),
        "Bytes waiting for one connection; what happens beyond is the channel's `slow`."),
    ROW(SIZE, limits.queue, "64MiB", FROM(64 * KIB, 64 * GIB),
        "Bytes waiting between two threads; beyond, publishers wait."),
    ROW(BOOL, compress.enabled, "true", ANY,
        "Whether clients that ask for permessage-deflate get compressed messages."),
    ROW(SIZE, compress.min, "256B", FROM(0, 16 * MIB),
        "The smallest message that is compressed; others are sent as they are."),
    ROW(COUNT, compress.level, "3", FROM(1, 9),
        "1 is the fastest, 9 the smallest. A message is compressed once for all who get it."),
    ROW(PATH, plugins.dir, SENTIO_PLUGIN_DIR, NOT_EMPTY,
        "Where a plugin is that is named without \"/\"."),
    ROW(DURATION, plugins.slow_call, "50ms", FROM(1, MINUTE),
        "A plugin's call that takes longer is logged and counted."),
    ROW(DURATION, plugins.hang, "5s", FROM(0, 10 * MINUTE),
        "A plugin's call that takes longer ends the process, which is started again: the host, or "
        "the plugin's own with isolation = \"process\". 0: off."),
    ROW(DURATION, plugins.answer, "10s", FROM(100, 10 * MINUTE),
        "How long a plugin may take to answer a request or subscribe."),
    ROW(SIZE, plugins.call_bytes, "16MiB", FROM(64 * KIB, GIB),
        "What one call of a plugin may ask the host for."),
    ROW(SIZE, plugins.memory, "512MiB", FROM(0, 1024 * GIB),
        "The memory that a plugin with isolation = \"process\" may take. 0: no limit."),
    ROW(COUNT, plugins.max_deaths, "5", FROM(0, 1000),
        "A plugin that dies this often in a minute in its worker is not started again before the "
        "next reload. 0: always."),
    ROW(CHOICE, log.level, "info", .choices = log_levels, "The least severity that is logged."),
    ROW(CHOICE, log.format, "text", .choices = log_formats,
        "\"text\", or \"json\" for one object a line."),
};

static const struct setting channel_rows[] = {
    CHANNEL(TEXT, "name", name, NULL, .check = config_syntax_channel,
        "Required: 1 to 32 of a-z, 0-9 and -. Later files change settings by this name."),
    CHANNEL(BOOL, "enabled", enabled, "true", ANY,
        "false takes a channel of an earlier file away."),
    CHANNEL(TEXT, "plugin", plugin, NULL, NOT_EMPTY,
        "Required: the shared object, in plugins.dir, or with \"/\" from the main file's folder."),
    CHANNEL(TEXT, "path", path, NULL, .check = config_syntax_path,
        "The channel's WebSocket path; \"/ws/<name>\" by default, \"\" for none."),
    CHANNEL(COUNT, "history", history, "100", FROM(0, 1000000),
        "Items kept per topic for clients that reconnect."),
    CHANNEL(DURATION, "history_age", history_age, "1h", FROM(0, 365 * DAY),
        "Items older than this are forgotten. 0: no limit."),
    CHANNEL(SIZE, "history_bytes", history_bytes, "64MiB", FROM(KIB, 64 * GIB),
        "The most memory that the channel's history takes."),
    CHANNEL(DURATION, "interval", interval, "0", FROM(0, DAY),
        "At most one message in this time, the latest item of each key. 0: at once."),
    CHANNEL(DURATION, "interval_min", interval_min, "0", FROM(0, DAY),
        "The least interval that a client may ask for."),
    CHANNEL(DURATION, "interval_max", interval_max, "60s", FROM(0, DAY),
        "The greatest interval that a client may ask for."),
    CHANNEL(TRISTATE, "snapshot", snapshot, "plugin", ANY,
        "Whether new subscribers get the latest items at once; \"plugin\": as it says. On a durable "
        "channel a user's own topic gives what waits for the user instead."),
    CHANNEL(TRISTATE, "durable", durable, "plugin", ANY,
        "Whether items are on the disk before the publisher is answered, and wait there for users "
        "who have not acknowledged them; \"plugin\": as it says."),
    CHANNEL(COUNT, "queue", queue, "1000", FROM(1, 1000000),
        "On a durable channel: items that wait for one user; beyond, the oldest is dropped."),
    CHANNEL(DURATION, "ttl", ttl, "7d", FROM(0, 365 * DAY),
        "On a durable channel: how long an item waits for a user. 0: for ever."),
    CHANNEL(CHOICE, "slow", slow, "disconnect", .choices = slow_policies,
        "When a subscriber's outbox is full: \"disconnect\" closes it with 4101; past half of it, "
        "\"conflate\" keeps the latest item of each key, \"drop\" the newest items."),
    CHANNEL(CHOICE, "presence", presence, "off", .choices = presences,
        "What subscribers can learn of who is present on a topic: nothing, how many, or also who."),
    CHANNEL(DURATION, "presence_grace", presence_grace, "5s", FROM(0, HOUR),
        "How long somebody whose last connection has ended is still present."),
    CHANNEL(CHOICE, "isolation", isolation, "none", .choices = isolations,
        "\"none\": the plugin runs in the host; \"process\": in a process of its own, so that its "
        "death is a pause of this channel and nothing else."),
    CHANNEL(LIST, "observes", observes, "", .check = config_syntax_channel,
        "Channels whose items the plugin gets to see."),
    CHANNEL(LIST, "forwards", forwards, "", .check = config_syntax_channel,
        "Channels on which the plugin may publish."),
    CHANNEL(LIST, "source.command", source, "", ANY,
        "A program and its arguments; each line that it writes is published."),
    CHANNEL(OPTIONS, "options", options, "", ANY,
        "The plugin's own settings. A later file replaces the group as a whole."),
};

/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct settings settings_host = {host_rows, COUNT(host_rows)};
const struct settings settings_channel = {channel_rows, COUNT(channel_rows)};

size_t settings_find(const struct settings *settings, const char *name) {
    size_t i = 0;
    while (i < settings->count && strcmp(settings->rows[i].name, name) != 0) {
        i++;
    }
    return i;
}

const char *setting_choices_text(const struct setting *row, char buffer[SETTING_TEXT_MAX]) {
    size_t used = 0;
    for (const struct setting_choice *choice = row->choices; choice->name != NULL; choice++) {
        used += (size_t)snprintf(buffer + used, SETTING_TEXT_MAX - used, "%s\"%s\"",
                                 used > 0 ? ", " : "", choice->name);
        assert(used < SETTING_TEXT_MAX);
    }
    return buffer;
}
