/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_PLUGIN_H
#define SENTIO_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/*
 * The plugin ABI of the Sentio realtime host.
 *
 * A plugin is a shared object with one exported data symbol:
 *
 *     SENTIO_EXPORT const struct sentio_plugin sentio_plugin = { SENTIO_HEADER, .name = "...", ...
 * };
 *
 * What a plugin may rely on, and what the host relies on in turn:
 *
 * Calls     Calls on one channel never overlap; different channels may run at the same time on
 *           different threads, so a plugin has no writable globals. Return promptly: never sleep,
 *           block, fork, exit or touch signals. A call over `plugins.slow_call` (50 ms) is logged
 *           with the plugin's name and counted.
 * Memory    What you are handed is yours to read until the call returns. What you hand over has
 *           been copied when the service returns. Nobody frees the other side's memory.
 * Process   You may be running inside the host or in a worker of your own, and nothing lets you
 *           find out. Therefore no service answers a question: each is a request, which fails only
 *           with SENTIO_AGAIN or SENTIO_INVALID.
 * Time      Every call carries the host's time, and `open` a random seed. Use no other clock and
 *           no other chance, so that a journal replays to the byte.
 * Effects   What a call asked for (emits, joins, answers, forwards, ...) takes effect when it
 *           returns 0, all of it and in the order asked; when it returns anything else, nothing
 *           but log() does. The plugin's own state is its own to keep in step.
 * Restart   A channel's life begins with open(), then restore() or one subscribe() for every
 *           subscription that is already present.
 * Versions  magic, major, minor and size come first and never move. A plugin is loaded if its
 *           major equals the host's and its minor, the one that it needs, is at most the host's.
 *           The host copies min(size, sizeof) bytes into a zeroed struct, so a callback that the
 *           plugin does not know is NULL. Within a major nothing that is here moves, goes or
 *           changes its meaning. What a later minor may add: numbers to an enumeration, a meaning
 *           to a `reserved` field other than 0, and fields at the end of sentio_plugin,
 *           sentio_host, sentio_call, sentio_subscriber, sentio_update and sentio_request. The
 *           other structs stand in arrays or in one another and keep their size. Ignore a number
 *           that you do not know, and leave `reserved` 0.
 * Text      All text is UTF-8. A span is not terminated by a NUL and may be empty; an empty span's
 *           data may be NULL. JSON text handed to a plugin has been validated (RFC 8259).
 */

#ifdef __cplusplus
extern "C" {
#endif

#define SENTIO_MAGIC 0x53454e54u /* "SENT" */
#define SENTIO_ABI_MAJOR 1
#define SENTIO_ABI_MINOR 2

/*
 * The oldest minor whose hosts are to load the plugin: define it before this header if the plugin
 * needs more than 0. What came later is then marked deprecated, so that a plugin does not use by
 * accident what such a host does not have. A plugin that can do without asks host->minor first, and
 * silences the warning there.
 */
#ifndef SENTIO_ABI_MINOR_NEEDED
#define SENTIO_ABI_MINOR_NEEDED 0
#endif
#if SENTIO_ABI_MINOR_NEEDED > SENTIO_ABI_MINOR
#error "SENTIO_ABI_MINOR_NEEDED is later than this plugin.h: take a newer SDK"
#endif

#if SENTIO_ABI_MINOR_NEEDED >= 1
#define SENTIO_SINCE_1_1
#else
#define SENTIO_SINCE_1_1                                                                           \
    __attribute__((deprecated("since ABI 1.1: define SENTIO_ABI_MINOR_NEEDED as 1")))
#endif
#if SENTIO_ABI_MINOR_NEEDED >= 2
#define SENTIO_SINCE_1_2
#else
#define SENTIO_SINCE_1_2                                                                           \
    __attribute__((deprecated("since ABI 1.2: define SENTIO_ABI_MINOR_NEEDED as 2")))
#endif

/* For the definition of the plugin's table. In C++ the declaration at the end of this header is
 * what exports it: there g++ takes the attribute for that of a constant that no other file sees,
 * and warns. */
#ifdef __cplusplus
#define SENTIO_EXPORT
#else
#define SENTIO_EXPORT __attribute__((visibility("default")))
#endif

/* The first four fields of every plugin's table. */
#define SENTIO_HEADER                                                                              \
    .magic = SENTIO_MAGIC, .major = SENTIO_ABI_MAJOR, .minor = SENTIO_ABI_MINOR_NEEDED,            \
    .size = (uint32_t)sizeof(struct sentio_plugin)

/* Limits that emit() and join() enforce with SENTIO_INVALID, in bytes. */
#define SENTIO_TOPIC_MAX 128
#define SENTIO_TYPE_MAX 64
#define SENTIO_ITEM_MAX (1024 * 1024)

/* The one table of results. A callback returns 0 or any of these; a service 0, AGAIN or INVALID. */
#define SENTIO_ERRORS(X)                                                                           \
    X(SENTIO_OK, 0, "ok")                                                                          \
    X(SENTIO_INVALID, -1, "the arguments or the input are not valid")                              \
    X(SENTIO_AGAIN, -2, "no room now, try again later")                                            \
    X(SENTIO_NO_MEMORY, -3, "out of memory")                                                       \
    X(SENTIO_NOT_FOUND, -4, "there is no such thing")                                              \
    X(SENTIO_FAILED, -5, "the operation failed")                                                   \
    X(SENTIO_DENIED, -6, "not allowed")                                                            \
    X(SENTIO_TOO_BIG, -7, "too big")                                                               \
    X(SENTIO_DUPLICATE, -8, "given twice")

enum sentio_error {
#define SENTIO_ERROR_ENUM(name, code, text) name = (code),
    SENTIO_ERRORS(SENTIO_ERROR_ENUM)
#undef SENTIO_ERROR_ENUM
};

/* A span of bytes that somebody else owns. */
struct sentio_bytes {
    const char *data;
    size_t size;
};

/* The plugin's own state for one channel: defined by the plugin, allocated zeroed by the host
 * (`channel_size` bytes), never looked into by it, and gone after close(). */
struct sentio_channel;

struct sentio_host;

/* What every callback gets. Lives until the callback returns. */
struct sentio_call {
    const struct sentio_host *host; /* the host's services */
    struct sentio_channel *channel; /* the plugin's state */
    int64_t now;                    /* Unix time in milliseconds; never goes back on one channel */
    void *context;                  /* the host's own; hand the call on to the services as it is */
};

enum sentio_level { SENTIO_DEBUG = 0, SENTIO_INFO = 1, SENTIO_WARNING = 2, SENTIO_ERROR = 3 };

/* How a channel's messages are made of items. */
enum sentio_shape {
    SENTIO_ARRAY = 0, /* one message an update: "data" is the array of the items that match */
    SENTIO_OBJECT = 1 /* one message an item: "data" is the item */
};

enum sentio_flags {
    /* Items are states: a newer item replaces the older one of the same key. The channel may then
     * be configured with `interval` and `slow = "conflate"`, and a client may ask for "interval".
     */
    SENTIO_STATES = 1u << 0,
    /* Subscribers get no snapshot unless the configuration asks for it (`snapshot = true`). */
    SENTIO_NO_SNAPSHOT = 1u << 1,
    /* It starts programs and waits for them (exec.so): the host runs its channels in a worker that
     * may do so, whatever `isolation` says. Since 1.1. */
    SENTIO_PROGRAMS SENTIO_SINCE_1_1 = 1u << 2,
    /* Items are messages to somebody (the topic; "*" is everyone), who is to get them even if he is
     * not connected: unless the configuration says otherwise (`durable = false`), the channel's
     * items are on the disk before the publisher is answered, and wait there until he has
     * acknowledged them. Since 1.2. */
    SENTIO_DURABLE SENTIO_SINCE_1_2 = 1u << 3
};

enum sentio_value_type {
    SENTIO_NONE = 0, /* absent: such an item passes no filter on this attribute */
    SENTIO_NUMBER = 1,
    SENTIO_TEXT = 2
};

/* Something about an item that filters compare; emit() hands one value over per attribute. */
struct sentio_attribute {
    const char *name;
    uint32_t type; /* SENTIO_NUMBER or SENTIO_TEXT */
    uint32_t reserved;
};

enum sentio_predicate {
    SENTIO_AT_LEAST = 0, /* field: number; attribute: number; passes when attribute >= field */
    SENTIO_AT_MOST = 1,  /* field: number; attribute: number; passes when attribute <= field */
    SENTIO_ONE_OF = 2 /* field: array of strings; attribute: text; passes when it is among them */
};

/* A field of the client's subscribe that selects items; the host evaluates it, never a call. */
struct sentio_filter {
    const char *field;  /* as in the client's message: "min_confidence" */
    uint32_t attribute; /* index into the plugin's attributes */
    uint32_t predicate; /* enum sentio_predicate */
};

enum sentio_source {
    SENTIO_LATEST = 0, /* the newest item of each key */
    SENTIO_HISTORY = 1 /* the last n items, oldest first, n from `limit` */
};

/* Where a route's topics come from. */
enum sentio_topics {
    SENTIO_TOPICS_ALL = 0,   /* every topic */
    SENTIO_TOPICS_PATH = 1,  /* the path's "{parameter}" named `parameter`: one topic */
    SENTIO_TOPICS_QUERY = 2, /* the query's `parameter`, comma-separated; all topics when missing */
    SENTIO_TOPICS_USER = 3   /* the caller's own user (in open mode: the query's user_id) and "*" */
};

enum sentio_route_flags {
    SENTIO_UPPER_CASE = 1u << 0 /* topics from path or query are upper-cased (ASCII) */
};

/* A REST resource of the channel. Only GET (and HEAD) exist in this version. */
struct sentio_route {
    const char *path; /* from the root: "/api/v1/market/quote/{symbol}"; at most four parameters */
    const char *parameter;
    uint32_t topics; /* enum sentio_topics */
    uint32_t source; /* enum sentio_source */
    uint32_t flags;
    uint32_t limit;     /* HISTORY: n when the query has no "limit" */
    uint32_t limit_max; /* HISTORY: a larger "limit" is answered 400 by the host */
    uint32_t reserved;
};

struct sentio_value {
    uint32_t type; /* enum sentio_value_type */
    uint32_t reserved;
    double number;
    struct sentio_bytes text;
};

enum sentio_item_flags {
    /* The item is a JSON object without an "id": the host puts "id":"<epoch>:<offset>" first. */
    SENTIO_ADD_ID = 1u << 0
};

/* One item of an update. As emitted: `offset`, `time` are ignored. As observed or rendered: set. */
struct sentio_item {
    struct sentio_bytes topic; /* who is interested: the symbol, the user; "*" reaches everyone */
    struct sentio_bytes key;   /* what "latest" means; empty: the topic */
    struct sentio_bytes type;  /* the message's type; empty: the plugin's `type` */
    struct sentio_bytes json;  /* the item's text, passed on byte for byte */
    const struct sentio_value *attributes; /* one per declared attribute, in order; may be NULL */
    size_t attribute_count;
    uint32_t flags; /* enum sentio_item_flags */
    uint32_t reserved;
    uint64_t offset; /* the item's number on its channel, from 1 */
    int64_t time;    /* when it was ordered, Unix time in milliseconds */
};

enum sentio_role {
    SENTIO_ROLE_ADMIN = 1u << 0,    /* holds an admin token */
    SENTIO_ROLE_PUBLISHER = 1u << 1 /* holds a publisher key */
};

/* Who is asking. */
struct sentio_identity {
    struct sentio_bytes user; /* empty: nobody said */
    uint32_t roles;           /* enum sentio_role, or-ed */
    uint32_t reserved;
};

/* One subscription: a connection's interest in this channel. */
struct sentio_subscriber {
    uint64_t conn; /* never 0, never reused; the handle for accept, join, send, close */
    struct sentio_identity who;
    uint32_t all;        /* 1: it has joined "*" */
    uint32_t subscribed; /* 1: an earlier subscribe was accepted */
    uint64_t topics;     /* how many topics it has joined, "*" not counted */
};

enum sentio_origin {
    SENTIO_FROM_PUBLISHER = 0, /* HTTP, with a publisher's key */
    SENTIO_FROM_SOURCE = 1,    /* the channel's own `source` program */
    SENTIO_FROM_FORWARD = 2    /* another channel's plugin */
};

struct sentio_update {
    uint32_t origin; /* enum sentio_origin */
    uint32_t reserved;
    struct sentio_bytes name; /* the publisher's key name, the source's program, the channel */
};

/* A REST request. */
struct sentio_request {
    uint64_t id;                      /* the handle for respond() */
    const struct sentio_route *route; /* the plugin's own table entry that matched */
    struct sentio_identity who;
    struct sentio_bytes path;  /* decoded */
    struct sentio_bytes query; /* the parameters as a JSON object of strings, path's included */
    struct sentio_bytes epoch; /* the channel's */
    uint64_t offset;           /* the channel's: what the items are true for */
};

/*
 * Every service takes the call that it is made in. Returns SENTIO_OK, SENTIO_INVALID (the
 * arguments; also when the service is not allowed in this callback) or SENTIO_AGAIN (the call has
 * asked for more than `plugins.call_bytes`). Spans are copied. A connection or request that is not
 * there any more is ignored.
 */
struct sentio_host {
    uint32_t size;  /* of this table, in bytes: a host of a later minor has more */
    uint16_t major; /* of the host's ABI */
    uint16_t minor;

    /* An item of an update. In publish, message, observe, woken and ready; the items of one call
     * are one update. At most 10,000 a call. */
    int (*emit)(struct sentio_call *call, const struct sentio_item *item);

    /* In publish: item `index` (from 0; -1: the body as a whole) is wrong in `field` (may be
     * empty). One rejection and nothing of the call counts but its rejections. */
    int (*reject)(struct sentio_call *call, int32_t index, struct sentio_bytes field,
                  struct sentio_bytes message);

    /* Adds to, or takes from, what `conn` is subscribed to. "*" is everything; leaving "*" takes
     * everything away. In subscribe, unsubscribe and message these take effect with accept(). */
    int (*join)(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic);
    int (*leave)(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic);

    /* Answers a subscribe, unsubscribe or message: done. */
    int (*accept)(struct sentio_call *call, uint64_t conn);

    /* Answers it: refused. `close_code` 0: an error message, the connection stays; otherwise the
     * connection is closed with that code (RFC 6455 section 7.4: 1008, or 4000..4999), `message`
     * being the reason (at most 123 bytes). `error` is the error message's "code", in snake_case.
     */
    int (*refuse)(struct sentio_call *call, uint64_t conn, uint32_t close_code,
                  struct sentio_bytes error, struct sentio_bytes message);

    /* A message to one subscriber: {"type": type, "data": data, "timestamp": ...}. */
    int (*send)(struct sentio_call *call, uint64_t conn, struct sentio_bytes type,
                struct sentio_bytes data);

    /* Closes the subscriber's connection (all its channels). */
    int (*close)(struct sentio_call *call, uint64_t conn, uint32_t code,
                 struct sentio_bytes reason);

    /* Answers a REST request, at once or in a later call within `plugins.answer` (10 s). `type` is
     * the media type; empty: application/json. */
    int (*respond)(struct sentio_call *call, uint64_t request, uint32_t status,
                   struct sentio_bytes type, struct sentio_bytes body);

    /* Publishes on another channel, by that channel's own publish(), where the configuration says
     * forwards = ["channel"]; in the callbacks of emit. A rejection there is logged with this
     * plugin's name. */
    int (*forward)(struct sentio_call *call, struct sentio_bytes channel,
                   struct sentio_bytes payload);

    int (*log)(struct sentio_call *call, uint32_t level, struct sentio_bytes text);

    /* Adds n to the counter `metric` ([a-z_]{1,48}) of this channel. */
    int (*count)(struct sentio_call *call, struct sentio_bytes metric, uint64_t n);

    /* Calls woken() once, `milliseconds` from now (1..86,400,000), in place of an earlier wake();
     * 0 cancels it. */
    int (*wake)(struct sentio_call *call, uint64_t milliseconds);

    /* Calls ready() while `fd` is readable; `on` 0 ends it. The descriptor stays the plugin's,
     * which must end the watch before it closes it. At most 16. */
    int (*watch)(struct sentio_call *call, int32_t fd, uint32_t on);

    /* In save(): the bytes to be handed to restore(). Once; at most 64 MiB. */
    int (*keep)(struct sentio_call *call, struct sentio_bytes state);
};

struct sentio_plugin {
    uint32_t magic;
    uint16_t major;
    uint16_t minor;
    uint32_t size; /* sizeof(struct sentio_plugin) as the plugin was compiled */

    uint32_t state_format; /* of what save() keeps; restore() is told which it gets */
    const char *name;      /* [a-z0-9-]{1,32} */
    const char *version;
    uint64_t channel_size; /* bytes of struct sentio_channel; at most 64 MiB; 0: none */

    const char *type;          /* "trade_signals"; NULL: the plugin emits nothing of its own */
    const char *snapshot_type; /* NULL: as `type` */
    uint32_t shape;            /* enum sentio_shape */
    uint32_t flags;            /* enum sentio_flags */

    const struct sentio_attribute *attributes; /* at most 8 */
    const struct sentio_filter *filters;       /* at most 8 */
    const struct sentio_route *routes;         /* at most 16 */
    uint32_t attribute_count;
    uint32_t filter_count;
    uint32_t route_count;
    uint32_t reserved;

    /* Callbacks; all but open may be NULL, `publish` too on a plugin without a type. Each returns
     * 0, or an error: its effects are then discarded, and the one who asked is told. */

    /* `config`: the channel's `options` group as a JSON object. A bad option is an error whose
     * text goes to log(SENTIO_ERROR): it names the option and the remedy. `seed` is random.
     * Not 0: the channel is not opened, and close() is not called. */
    int (*open)(struct sentio_call *call, struct sentio_bytes config, uint64_t seed);
    int (*close)(struct sentio_call *call);

    /* Validates a publisher's body (a JSON object) and splits it into items. */
    int (*publish)(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload);

    /* The client's message (a JSON object) with "action" subscribe, unsubscribe, or one that the
     * host does not know. Answer each by accept() or refuse(), now or within `plugins.answer`. */
    int (*subscribe)(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request);
    int (*unsubscribe)(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                       struct sentio_bytes request);
    int (*message)(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                   struct sentio_bytes action, struct sentio_bytes request);
    /* The subscription is gone; only for one that was accepted. */
    int (*left)(struct sentio_call *call, uint64_t conn);

    /* Answers a REST request from the items that its route asks for, by respond(). */
    int (*render)(struct sentio_call *call, const struct sentio_request *request,
                  const struct sentio_item *items, size_t count);

    /* What another channel published, where the configuration says observes = ["channel"]. */
    int (*observe)(struct sentio_call *call, struct sentio_bytes channel,
                   const struct sentio_item *items, size_t count);

    int (*woken)(struct sentio_call *call);
    int (*ready)(struct sentio_call *call, int32_t fd);

    /* For a hand-over to the next version, and over a restart of the host. save() leaves the
     * channel usable. restore() follows open(); not 0: the state is not taken, the channel starts
     * empty. */
    int (*save)(struct sentio_call *call);
    int (*restore)(struct sentio_call *call, uint32_t state_format, struct sentio_bytes state);
};

/* The one symbol that a plugin defines. */
extern __attribute__((visibility("default"))) const struct sentio_plugin sentio_plugin;

#ifdef __cplusplus
}
#endif

#endif
