/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_H
#define SENTIO_HOST_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The configuration as one value, read from the defaults, the file, `conf.d/ *.conf` beside it in
 * name order, the environment (SENTIO_SECTION__KEY) and --set, later ones winning. Immutable once
 * loaded, so any thread may read it; owned by whoever loaded it.
 */

enum config_transport { CONFIG_TCP, CONFIG_TLS, CONFIG_UNIX };

/* "127.0.0.1:8000", "[::1]:8000", "tls:0.0.0.0:8443", "unix:/run/sentio/sentio.sock". */
struct config_listen {
    char *text; /* as configured */
    enum config_transport transport;
    char *address; /* numeric address, or the socket's path */
    uint16_t port; /* 0: any free one, logged once bound */
    bool loopback; /* 127.0.0.0/8, ::1 or a unix socket */
    bool control;  /* server.control, not one of server.listen */
};

enum config_auth { CONFIG_AUTH_OPEN };

/* What happens to a subscriber whose outbox is full. */
enum config_slow { CONFIG_SLOW_DISCONNECT, CONFIG_SLOW_CONFLATE, CONFIG_SLOW_DROP };

/* What subscribers can learn of who is present on a topic. */
enum config_presence { CONFIG_PRESENCE_OFF, CONFIG_PRESENCE_COUNT, CONFIG_PRESENCE_USERS };

/* Where a channel's plugin runs. */
enum config_isolation { CONFIG_ISOLATION_NONE, CONFIG_ISOLATION_PROCESS };

/* sockaddr_un has 108 bytes for the path, the last for its NUL (unix(7)). */
enum { CONFIG_SOCKET_MAX = 107 };

struct config_strings {
    char **items;
    size_t count;
};

struct config_channel {
    char *name; /* [a-z0-9-]{1,32} */
    char *file; /* where it was (last) configured, for messages */
    int line;
    bool enabled;          /* default true; false takes a channel of an earlier file away */
    char *plugin;          /* absolute path */
    char *path;            /* default "/ws/<name>"; "": none */
    char *options;         /* the `options` group as JSON text; "{}" by default */
    int64_t history;       /* items kept per topic; default 100; 0..1,000,000 */
    int64_t history_age;   /* ms; default "1h"; 0: no limit */
    int64_t history_bytes; /* cap of the whole channel; default "64MiB" */
    int64_t interval;      /* ms; default 0: at once */
    int64_t interval_min;  /* ms; the least a client may ask for; default 0 */
    int64_t interval_max;  /* ms; default "60s" */
    enum config_presence presence;
    int64_t presence_grace; /* ms between a person's last connection and the leave; "5s" */
    int snapshot;           /* -1: as the plugin says (default), 0, 1 */
    int durable;            /* -1: as the plugin says (default), 0, 1 */
    int64_t queue;          /* durable: items that wait for a user; default 1000; 1..1,000,000 */
    int64_t ttl;            /* durable: ms that they wait; default "7d"; 0: no limit */
    enum config_slow slow;
    enum config_isolation isolation;
    struct config_strings observes;
    struct config_strings forwards;
    struct config_strings source; /* source: { command = [...] }; count 0: none */
};

struct config {
    char *file; /* the main one, absolute */
    struct {
        struct config_listen *listen; /* default ["127.0.0.1:8000"] */
        size_t listen_count;
        int64_t io_threads;            /* 0: cores - 1, at least 1; 0..64 */
        struct config_strings origins; /* "same", "loopback", "*", "https://host[:port]" */
        int64_t heartbeat;             /* ms of silence before a ping; "30s"; "1s".."1h" */
        int64_t heartbeat_timeout;     /* ms to answer it; "20s" */
        int64_t handshake;             /* ms for a request's header and body; "10s" */
        int64_t drain;                 /* ms at most between SIGTERM and the end; "10s" */
        char *state_dir;               /* "/var/lib/sentio" */
        char *control;   /* the control socket's path; default <state_dir>/control.sock; "": none */
        char *dashboard; /* folder that is served at "/"; "": the installed one; "none" */
    } server;
    struct {
        char *certificate; /* PEM chain; required when a listener is tls: */
        char *key;
    } tls;
    struct {
        enum config_auth mode;
        char *admin_tokens_file; /* NULL: nobody is admin */
    } auth;
    struct {
        char *keys_file;   /* NULL: in open mode a loopback publisher needs no key */
        int64_t body_size; /* bytes; "1MiB"; "1KiB".."64MiB" */
        int64_t wait;      /* ms a publisher waits when a queue is full; "2s" */
        int64_t window;    /* ms for which an idempotency key is kept; "2m" */
        int64_t keys;      /* kept of a channel at most; 250000 */
    } publish;
    struct {
        int64_t connections;  /* in all; 100000 */
        int64_t per_address;  /* 0: no limit */
        int64_t per_user;     /* connections a user and channel; 100; 0: no limit */
        int64_t message_size; /* bytes of a client's message; "64KiB"; "256B".."16MiB" */
        int64_t message_rate; /* client messages a second and connection; 50 (burst: four times) */
        int64_t topics;       /* a subscription; 1000 */
        int64_t outbox;       /* bytes waiting for one connection; "1MiB"; "4KiB".."1GiB" */
        int64_t queue;        /* bytes between two threads; "64MiB" */
    } limits;
    struct {
        bool enabled;  /* permessage-deflate is negotiated; true */
        int64_t min;   /* bytes of a message below which it is sent as it is; "256B" */
        int64_t level; /* zlib's: 1 (fast) to 9 (small); 3 */
    } compress;
    struct {
        char *dir;          /* where a plugin named without "/" is; default: the installed one */
        int64_t slow_call;  /* ms; "50ms" */
        int64_t answer;     /* ms a plugin may take to answer; "10s" */
        int64_t call_bytes; /* what one call may ask for; "16MiB" */
        int64_t hang;       /* ms that a call may take before its process ends; "5s"; 0: off */
        int64_t memory;     /* bytes that a worker may take; "512MiB" */
        int64_t max_deaths; /* of a worker in a minute; 5; 0: no limit */
    } plugins;
    struct {
        int level;  /* enum log_level; "info" */
        int format; /* enum log_format; "text" or "json" */
    } log;
    struct config_channel *channels;
    size_t channel_count;
};

/* What is given on the command line. */
struct config_source {
    const char *file;
    const char *const *sets; /* "section.key=value" */
    size_t set_count;
    const char *const *environment; /* "NAME=value", NULL-terminated; may be NULL */
    bool elsewhere; /* it is of another time or machine: the files that it names are not looked for
                     */
};

/*
 * Reads and checks everything. Every error goes to `errors` as a line of its own,
 * `file:line: message (did you mean "...?")` (for the environment and --set their own names stand
 * in for the file), and the answer is then NULL. Unknown settings are errors. The file must exist.
 */
struct config *config_load(const struct config_source *source, FILE *errors);
/* The same, with what config_dump writes of it: the files may be others a moment later. `text` is
 * to be freed; NULL: there is none. */
struct config *config_load_text(const struct config_source *source, FILE *errors, char **text);

/* server.control as far as the source says it: what is wrong with other settings does not matter.
 * `sound`: nothing is wrong. To be freed. */
char *config_find_control(const struct config_source *source, bool *sound);

/* With everything in it; NULL is allowed. */
void config_free(struct config *config);

/* Every setting with its value and, as a comment, where it came from; secrets masked. Reads as a
 * libconfig file again. 0, or SENTIO_INVALID after errors were written as above. */
int config_dump(const struct config_source *source, FILE *out, FILE *errors);

/* The table of settings as a text for --help config: name, type, default, range, meaning. */
void config_describe(FILE *out);

#endif
