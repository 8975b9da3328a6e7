/* SPDX-License-Identifier: MIT */
#include "request_head.h"

#include <string.h>
#include <strings.h>

#include "target.h"

/* libwebsockets 4.1.6 has some 90 places for parameters and fields. */
enum { PARAMETERS_READ = 64 };

static const char prefix[] = "POST ";
static const char too_large[] = "the header is too large";

static const struct {
    const char *name;
    bool repeats; /* RFC 9110 section 5.3: a list, which may come in several lines */
} known[FIELD_COUNT] = {
    [FIELD_HOST] = {"host", false},
    [FIELD_ORIGIN] = {"origin", false},
    [FIELD_TYPE] = {"content-type", false},
    [FIELD_AUTHORIZATION] = {"authorization", false},
    [FIELD_EXPECT] = {"expect", false},
    [FIELD_KEY] = {"idempotency-key", false},
    [FIELD_LENGTH] = {"content-length", false},
    [FIELD_ENCODING] = {"transfer-encoding", true},
    [FIELD_CONNECTION] = {"connection", true},
};

static enum head_result invalid(struct request_head *head, uint32_t status, const char *detail) {
    head->status = status;
    head->detail = detail;
    return HEAD_INVALID;
}

static bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 9110 section 5.6.2. */
static bool is_token(struct sentio_bytes text) {
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < text.size; i++)
        if (!is_alphanumeric(text.data[i]) &&
            memchr(others, text.data[i], sizeof(others) - 1) == NULL)
            return false;
    return text.size > 0;
}

/* A request begins with its method, a token; an empty line before it is passed over (RFC 9112
 * section 2.2). */
static bool is_http(char first) {
    return first == '\r' || first == '\n' || is_token(sentio_bytes(&first, 1));
}

bool request_head_begins(const char *data, size_t size) {
    size_t compared = size < sizeof(prefix) - 1 ? size : sizeof(prefix) - 1;
    return memcmp(data, prefix, compared) == 0 || !is_http(data[0]);
}

/* RFC 9110 section 5.5: no control character but the tab. */
static bool is_value(struct sentio_bytes text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static struct sentio_bytes trim(struct sentio_bytes text) {
    while (text.size > 0 && is_blank(text.data[0]))
        text = sentio_bytes(text.data + 1, text.size - 1);
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

static bool equals(struct sentio_bytes text, const char *name) {
    return text.size == strlen(name) && strncasecmp(text.data, name, text.size) == 0;
}

static struct head_span span_of(struct sentio_bytes text, const char *data) {
    return (struct head_span){(uint32_t)(text.data - data), (uint32_t)text.size};
}

static struct sentio_bytes text_of(struct head_span span, const char *data) {
    return sentio_bytes(data + span.start, span.size);
}

static enum head_result read_request_line(struct request_head *head, const char *data,
                                          struct sentio_bytes line) {
    size_t size = sizeof(prefix) - 1;
    struct sentio_bytes rest = line;
    if (line.size > size)
        rest = sentio_bytes(line.data + size, line.size - size);
    const char *space = memchr(rest.data, ' ', rest.size);
    size_t target = space ? (size_t)(space - rest.data) : 0;
    if (line.size <= size || target == 0)
        return invalid(head, 400, "the request line must be: method, target, HTTP/1.1");
    struct sentio_bytes version = sentio_bytes(space + 1, rest.size - target - 1);
    head->target = span_of(sentio_bytes(rest.data, target), data);
    head->old = sentio_is(version, "HTTP/1.0");
    if (!head->old && !sentio_is(version, "HTTP/1.1"))
        return invalid(head, 400, "the request line must be: method, target, HTTP/1.1");
    return HEAD_MORE;
}

static void read_connection(struct request_head *head, struct sentio_bytes value) {
    while (value.size > 0) {
        const char *comma = memchr(value.data, ',', value.size);
        size_t size = comma ? (size_t)(comma - value.data) : value.size;
        struct sentio_bytes option = trim(sentio_bytes(value.data, size));
        head->close |= equals(option, "close");
        head->keep_alive |= equals(option, "keep-alive");
        size_t step = comma ? size + 1 : size;
        value = sentio_bytes(value.data + step, value.size - step);
    }
}

static enum head_result read_field(struct request_head *head, const char *data,
                                   struct sentio_bytes line) {
    const char *colon = memchr(line.data, ':', line.size);
    struct sentio_bytes name = {line.data, colon ? (size_t)(colon - line.data) : 0};
    if (!is_token(name))
        return invalid(head, 400, "a header line must be: name, colon, value");
    struct sentio_bytes value =
        trim(sentio_bytes(colon + 1, (size_t)(line.data + line.size - colon - 1)));
    if (!is_value(value))
        return invalid(head, 400, "a header has a control character");
    for (int field = 0; field < FIELD_COUNT; field++) {
        if (!equals(name, known[field].name))
            continue;
        if ((head->found & 1u << field) && !known[field].repeats)
            return invalid(head, 400, "a header that may come once comes twice");
        head->found |= 1u << field;
        head->fields[field] = span_of(value, data);
        if (field == FIELD_CONNECTION)
            read_connection(head, value);
        break;
    }
    return HEAD_MORE;
}

/* RFC 9112 section 3.2: a request has one Host. */
static enum head_result complete(struct request_head *head) {
    if (!head->old && !(head->found & 1u << FIELD_HOST))
        return invalid(head, 400, "the Host header is missing");
    return HEAD_COMPLETE;
}

static enum head_result read_line(struct request_head *head, const char *data,
                                  struct sentio_bytes line) {
    bool first = head->size == 0;
    head->size += (uint32_t)line.size + 2;
    head->scanned = head->size;
    if (first)
        return read_request_line(head, data, line);
    if (line.size == 0)
        return complete(head);
    return read_field(head, data, line);
}

/* After an empty line; libwebsockets takes a lone LF, too. */
static bool has_end(struct sentio_bytes text) {
    const char *stop = text.data + text.size;
    const char *line = text.data;
    for (;;) {
        line = memchr(line, '\n', (size_t)(stop - line));
        if (line == NULL || ++line == stop)
            return false;
        if (*line == '\n' || (*line == '\r' && line + 1 < stop && line[1] == '\n'))
            return true;
    }
}

/* Between the method and the version, as far as it is there. */
static struct sentio_bytes target_of(struct sentio_bytes text) {
    const char *end = memchr(text.data, '\n', text.size);
    const char *start = memchr(text.data, ' ', end ? (size_t)(end - text.data) : text.size);
    if (end == NULL || start == NULL)
        return sentio_text("");
    const char *space = memchr(start + 1, ' ', (size_t)(end - start - 1));
    return sentio_bytes(start + 1, (size_t)((space ? space : end) - start - 1));
}

static const char *fault_of(struct sentio_bytes target) {
    size_t parameters = 0;
    bool query = false;
    for (size_t i = 0; i < target.size; i++) {
        char c = target.data[i];
        struct sentio_bytes rest = sentio_bytes(target.data + i, target.size - i);
        query |= c == '?';
        parameters += query && (c == '&' || c == ';');
        if (c == '%' && target_escape(rest) <= 0)
            return query ? "the query has an escape that is none, or %00"
                         : "the path has an escape that is none, or %00";
    }
    return parameters < PARAMETERS_READ ? NULL : "the query has too many parameters";
}

/* Of a request that libwebsockets is to read. */
static enum head_result judge_other(struct request_head *head, struct sentio_bytes text) {
    const char *fault = fault_of(target_of(text));
    if (fault != NULL)
        return invalid(head, 400, fault);
    if (has_end(text))
        return HEAD_OTHER;
    return text.size < HEADER_MAX_SIZE ? HEAD_MORE : invalid(head, 431, too_large);
}

enum head_result request_head_read(struct request_head *head, const char *data, size_t size) {
    size_t limit = size < HEADER_MAX_SIZE ? size : HEADER_MAX_SIZE;
    enum head_result result = HEAD_MORE;
    if (head->size == 0 && !request_head_begins(data, limit))
        return judge_other(head, sentio_bytes(data, limit));
    if (head->size == 0 && limit > 0 && !is_http(data[0]))
        return invalid(head, 400,
                       "this is not HTTP; a client that speaks TLS needs a \"tls:\" listener");
    while (result == HEAD_MORE) {
        const char *end = memchr(data + head->scanned, '\n', limit - head->scanned);
        if (end == NULL) {
            head->scanned = (uint32_t)limit;
            return limit < HEADER_MAX_SIZE ? HEAD_MORE : invalid(head, 431, too_large);
        }
        size_t line = (size_t)(end - data) - head->size;
        if (line == 0 || end[-1] != '\r')
            return invalid(head, 400, "a header line must end in CR and LF");
        result = read_line(head, data, sentio_bytes(data + head->size, line - 1));
    }
    return result;
}

struct sentio_bytes request_head_target(const struct request_head *head, const char *data) {
    return text_of(head->target, data);
}

struct sentio_bytes request_head_authorization(const struct request_head *head, const char *data) {
    return text_of(head->fields[FIELD_AUTHORIZATION], data);
}

void request_head_header(const struct request_head *head, const char *data, struct header *header) {
    struct sentio_bytes none = {NULL, 0};
    bool has_length = head->found & 1u << FIELD_LENGTH;
    bool encoded = head->found & 1u << FIELD_ENCODING;
    header->host = text_of(head->fields[FIELD_HOST], data);
    header->origin = text_of(head->fields[FIELD_ORIGIN], data);
    header->type = text_of(head->fields[FIELD_TYPE], data);
    header->expect = text_of(head->fields[FIELD_EXPECT], data);
    header->key = none;
    if (head->found & 1u << FIELD_KEY)
        header->key = text_of(head->fields[FIELD_KEY], data);
    header->token = sentio_text("");
    header->wsi = NULL;
    header->query = sentio_text("");
    header->length_error = header_length(
        has_length ? text_of(head->fields[FIELD_LENGTH], data) : none, encoded, &header->length);
    if (head->old)
        header->expect = sentio_text("");
}

bool request_head_persists(const struct request_head *head) {
    return !head->close && (!head->old || head->keep_alive);
}
