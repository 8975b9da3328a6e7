/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_SDK_H
#define SENTIO_SDK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sentio/plugin.h>

/*
 * Helpers for plugin authors, on top of the ABI: spans, a JSON reader that returns spans of the
 * source, a writer, and the symbol algebra that trade-signals and market-data share. Linked
 * statically (libsentio-sdk.a); nothing here is part of the ABI. No function keeps state or is
 * bound to a thread.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* The table's text for a result; "unknown error" for any other number. Static. */
const char *sentio_error_text(int error);

static inline struct sentio_bytes sentio_bytes(const char *data, size_t size) {
    struct sentio_bytes bytes = {data, size};
    return bytes;
}

/* A span over a string without its NUL; NULL gives the empty span. */
static inline struct sentio_bytes sentio_text(const char *string) {
    struct sentio_bytes bytes = {string, string ? strlen(string) : 0};
    return bytes;
}

static inline bool sentio_equal(struct sentio_bytes a, struct sentio_bytes b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool sentio_is(struct sentio_bytes a, const char *string) {
    return sentio_equal(a, sentio_text(string));
}

/* Whether the span is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool sentio_utf8_valid(struct sentio_bytes text);

/* Types of JSON values; bits, so that a field may allow several. */
enum sentio_json_type {
    SENTIO_JSON_ABSENT = 0,
    SENTIO_JSON_NULL = 1u << 0,
    SENTIO_JSON_BOOL = 1u << 1,
    SENTIO_JSON_NUMBER = 1u << 2,
    SENTIO_JSON_STRING = 1u << 3,
    SENTIO_JSON_ARRAY = 1u << 4,
    SENTIO_JSON_OBJECT = 1u << 5,
    SENTIO_JSON_ANY = 0x3f
};

#define SENTIO_JSON_DEPTH 32

/* A value inside a validated text: `text` is its source, quotes or brackets included. */
struct sentio_json {
    uint32_t type; /* one of enum sentio_json_type */
    struct sentio_bytes text;
};

/* Why and where: `message` is static text, `position` the byte in the parsed text (from 0). */
struct sentio_json_error {
    const char *message;
    size_t position;
    const char *field; /* sentio_json_read: the field concerned, else NULL */
};

/*
 * Validates a whole JSON text (RFC 8259, UTF-8, at most SENTIO_JSON_DEPTH levels, numbers finite as
 * doubles, no lone surrogate escapes) and returns its value without surrounding white space.
 * Every other sentio_json function takes only what came from here and so never reads malformed
 * text. SENTIO_INVALID: `error`, which may be NULL, says why.
 */
int sentio_json_parse(struct sentio_bytes text, struct sentio_json *value,
                      struct sentio_json_error *error);

/* One member that the caller wants of an object. */
struct sentio_field {
    const char *name;
    uint32_t types; /* allowed enum sentio_json_type bits; a JSON null where NULL is not among them
                       is a wrong type */
    bool required;
    struct sentio_json value; /* out: type ABSENT when the object does not have it */
};

/*
 * Reads the named members of an object in one pass; others are passed over. SENTIO_DUPLICATE when a
 * named one is there twice, SENTIO_INVALID when one has the wrong type, SENTIO_NOT_FOUND when a
 * required one is missing; `error->field` names it and `error->message` says what was expected.
 * Names are compared after unescaping. SENTIO_INVALID also when `object` is not an object.
 */
int sentio_json_read(const struct sentio_json *object, struct sentio_field *fields, size_t count,
                     struct sentio_json_error *error);

/* Goes over an array or an object. */
struct sentio_json_cursor {
    const char *at;
    const char *end;
    bool object;
    struct sentio_bytes name; /* of the member last returned, without quotes, still escaped */
};

/* Starts before the first element; over anything but an array or object there are none. */
struct sentio_json_cursor sentio_json_each(const struct sentio_json *container);

/* The next element; false when there are no more. */
bool sentio_json_next(struct sentio_json_cursor *cursor, struct sentio_json *value);

/* How many elements an array or members an object has; 0 for anything else. */
size_t sentio_json_count(const struct sentio_json *container);

/* The number as a double; SENTIO_INVALID if it is none. Locale-independent. */
int sentio_json_number(const struct sentio_json *value, double *number);

/* A number that is an integer within 0..2^53 written without fraction or exponent. */
int sentio_json_unsigned(const struct sentio_json *value, uint64_t *number);

bool sentio_json_true(const struct sentio_json *value);

/*
 * The string's characters. Without escapes that is a span of the source; otherwise they are
 * unescaped into `buffer`. SENTIO_TOO_BIG when they do not fit, SENTIO_INVALID if it is no string.
 */
int sentio_json_string(const struct sentio_json *value, char *buffer, size_t size,
                       struct sentio_bytes *string);

/*
 * Text being put together in the caller's buffer, grown by malloc when `initial` is too small or
 * NULL. `failed` stays set once memory ran out; everything after it is dropped, so one check at the
 * end is enough.
 */
struct sentio_writer {
    char *data;
    size_t size;
    size_t capacity;
    bool owned; /* data came from malloc */
    bool failed;
};

void sentio_writer_init(struct sentio_writer *writer, char *initial, size_t capacity);
void sentio_writer_finish(struct sentio_writer *writer);
void sentio_write(struct sentio_writer *writer, struct sentio_bytes bytes);
void sentio_write_text(struct sentio_writer *writer, const char *string);
/* printf without locale surprises: use only %s %d %u %zu %lld %llu %.*s and the like; numbers with
 * a fraction go by sentio_write_number. */
void sentio_write_format(struct sentio_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A JSON string, quoted and escaped; invalid UTF-8 becomes U+FFFD. */
void sentio_write_string(struct sentio_writer *writer, struct sentio_bytes string);
/* A JSON number with at most `decimals` (0..15) places, trailing zeros dropped; not finite: null.
 */
void sentio_write_number(struct sentio_writer *writer, double number, int decimals);
/* ISO 8601 UTC with milliseconds and Z, unquoted: 24 characters for years 0000 to 9999. */
void sentio_write_time(struct sentio_writer *writer, int64_t unix_ms);
/* What was written; empty after a failure. */
struct sentio_bytes sentio_written(const struct sentio_writer *writer);

/* Checks a symbol after upper-casing ASCII letters: [A-Z0-9.^=:_/-]{1,32}. `out` takes 32 bytes. */
int sentio_symbol(struct sentio_bytes text, char *out, struct sentio_bytes *symbol);

/*
 * The subscribe and unsubscribe of a channel of symbols, with the whole algebra of the protocol:
 * the request's "symbols" (array of strings; "*" is all) are checked, upper-cased, joined or left,
 * and the request accepted or refused. `all_by_default`: a first subscribe without symbols means
 * all. Returns what the callback should return.
 */
int sentio_subscribe_symbols(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                             struct sentio_bytes request, bool all_by_default);
int sentio_unsubscribe_symbols(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                               struct sentio_bytes request);

/* The symbol that a JSON string names, as sentio_symbol does. */
int sentio_json_symbol(const struct sentio_json *value, char *out, struct sentio_bytes *symbol);

/* Whether a text can be a user: 1 to SENTIO_TOPIC_MAX bytes, no control characters, not "*". */
bool sentio_user_valid(struct sentio_bytes user);

/* The subscribe of a channel whose topics are users: joins the subscriber's own, or closes with
 * 1008 "user_id required". The unsubscribe of a channel without symbols: leaves everything. Each
 * returns what the callback should return. */
int sentio_subscribe_user(struct sentio_call *call, const struct sentio_subscriber *subscriber);
int sentio_unsubscribe_all(struct sentio_call *call, const struct sentio_subscriber *subscriber);

/* For the open() of a plugin without options: SENTIO_INVALID, with an error in the log that names
 * it, when `config` has one. */
int sentio_no_options(struct sentio_call *call, struct sentio_bytes config);

/* Where in a body a check is, and how many mistakes it has found so far. */
struct sentio_review {
    struct sentio_call *call;
    int32_t index; /* of the item, from 0; -1: the body */
    uint32_t rejected;
};

/* reject(), up to 100 times: a publisher is told of every mistake, within reason. */
void sentio_review_reject(struct sentio_review *review, const char *field, const char *message);

/* sentio_json_read() in one pass for a good object. A bad one is read again field by field, each
 * mistake is rejected, and a field with one is left absent. */
void sentio_review_read(struct sentio_review *review, const struct sentio_json *object,
                        struct sentio_field *fields, size_t count);

/* The services, without the table in the way. */
#define SENTIO_SERVICE(call, name, ...) ((call)->host->name((call), __VA_ARGS__))

static inline int sentio_emit(struct sentio_call *call, const struct sentio_item *item) {
    return SENTIO_SERVICE(call, emit, item);
}

static inline int sentio_accept(struct sentio_call *call, uint64_t conn) {
    return SENTIO_SERVICE(call, accept, conn);
}

/* An error answer; the connection stays. */
static inline int sentio_refuse(struct sentio_call *call, uint64_t conn, const char *error,
                                const char *message) {
    return SENTIO_SERVICE(call, refuse, conn, 0, sentio_text(error), sentio_text(message));
}

/* Closes with 1008 (RFC 6455 section 7.4.1: policy violation) and the reason. */
static inline int sentio_deny(struct sentio_call *call, uint64_t conn, const char *reason) {
    return SENTIO_SERVICE(call, refuse, conn, 1008, sentio_text("denied"), sentio_text(reason));
}

static inline int sentio_join(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic) {
    return SENTIO_SERVICE(call, join, conn, topic);
}

static inline int sentio_leave(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic) {
    return SENTIO_SERVICE(call, leave, conn, topic);
}

static inline int sentio_respond(struct sentio_call *call, uint64_t request, uint32_t status,
                                 struct sentio_bytes body) {
    return SENTIO_SERVICE(call, respond, request, status, sentio_text(""), body);
}

static inline int sentio_reject(struct sentio_call *call, int32_t index, const char *field,
                                const char *message) {
    return SENTIO_SERVICE(call, reject, index, sentio_text(field), sentio_text(message));
}

static inline int sentio_forward(struct sentio_call *call, const char *channel,
                                 struct sentio_bytes payload) {
    return SENTIO_SERVICE(call, forward, sentio_text(channel), payload);
}

static inline int sentio_wake(struct sentio_call *call, uint64_t milliseconds) {
    return SENTIO_SERVICE(call, wake, milliseconds);
}

/* Rejects the whole body, with the reader's error in words: what is wrong in which field. */
int sentio_reject_json(struct sentio_call *call, int32_t index,
                       const struct sentio_json_error *error);

void sentio_log(struct sentio_call *call, enum sentio_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* respond() with {"detail": detail}. */
int sentio_respond_error(struct sentio_call *call, uint64_t request, uint32_t status,
                         const char *detail);

#ifdef __cplusplus
}
#endif

#if defined(__cplusplus) && __cplusplus >= 201402L
/*
 * A table with what SENTIO_HEADER says and nothing else, for C++14 and C++17, which have no
 * designated initialisers:
 *
 *     constexpr struct sentio_plugin make_table() {
 *         struct sentio_plugin table = sentio_table();
 *         table.name = "ticker";
 *         ...
 *         return table;
 *     }
 *     extern "C" SENTIO_EXPORT const struct sentio_plugin sentio_plugin = make_table();
 */
constexpr struct sentio_plugin sentio_table() {
    struct sentio_plugin table = {};
    table.magic = SENTIO_MAGIC;
    table.major = SENTIO_ABI_MAJOR;
    table.minor = SENTIO_ABI_MINOR_NEEDED;
    table.size = static_cast<uint32_t>(sizeof(struct sentio_plugin));
    return table;
}
#endif

#endif
