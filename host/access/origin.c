/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include <arpa/inet.h>
#include <string.h>

/* Scheme, host and port of an origin (RFC 6454 section 6.2). */
struct origin {
    struct sentio_bytes scheme;
    struct sentio_bytes host; /* "[::1]" with its brackets */
    unsigned port;            /* 0: none given, and the scheme has no default */
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_ignoring_case(struct sentio_bytes a, struct sentio_bytes b) {
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

static bool is_ignoring_case(struct sentio_bytes a, const char *text) {
    return equal_ignoring_case(a, sentio_text(text));
}

static struct sentio_bytes after(struct sentio_bytes text, size_t count) {
    return sentio_bytes(text.data + count, text.size - count);
}

static bool is_alphanumeric(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

/* How many characters at the start are alphanumeric or among `others`. */
static size_t run_of(struct sentio_bytes text, const char *others) {
    size_t size = 0;
    while (size < text.size && text.data[size] != '\0' &&
           (is_alphanumeric(text.data[size]) || strchr(others, text.data[size]))) {
        size++;
    }
    return size;
}

static unsigned default_port(struct sentio_bytes scheme) {
    if (is_ignoring_case(scheme, "http")) {
        return 80;
    }
    return is_ignoring_case(scheme, "https") ? 443 : 0;
}

static bool parse_port(struct sentio_bytes text, unsigned *port) {
    if (text.size == 0 || text.size > 5) {
        return false;
    }
    unsigned number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        number = number * 10 + (unsigned)(text.data[i] - '0');
    }
    *port = number;
    return number >= 1 && number <= 65535;
}

static size_t host_size(struct sentio_bytes text) {
    if (text.size == 0 || text.data[0] != '[') {
        return run_of(text, ".-_");
    }
    size_t inner = run_of(after(text, 1), ":.");
    return inner > 0 && inner + 1 < text.size && text.data[inner + 1] == ']' ? inner + 2 : 0;
}

/* "host" or "host:port", to the end; origin->scheme is set already. */
static bool parse_authority(struct sentio_bytes text, struct origin *origin) {
    size_t size = host_size(text);
    if (size == 0) {
        return false;
    }
    origin->host = sentio_bytes(text.data, size);
    origin->port = default_port(origin->scheme);
    if (size == text.size) {
        return true;
    }
    return text.data[size] == ':' && parse_port(after(text, size + 1), &origin->port);
}

static bool parse_origin(struct sentio_bytes text, struct origin *origin) {
    size_t size = run_of(text, "+-.");
    if (size == 0 || text.size - size < 3 || memcmp(text.data + size, "://", 3) != 0) {
        return false;
    }
    origin->scheme = sentio_bytes(text.data, size);
    return parse_authority(after(text, size + 3), origin);
}

static bool same(const struct origin *a, const struct origin *b) {
    return a->port == b->port && equal_ignoring_case(a->scheme, b->scheme) &&
           equal_ignoring_case(a->host, b->host);
}

static bool is_loopback_address(struct sentio_bytes host) {
    char text[INET6_ADDRSTRLEN];
    bool bracketed = host.data[0] == '[';
    struct sentio_bytes address = bracketed ? sentio_bytes(host.data + 1, host.size - 2) : host;
    if (address.size >= sizeof(text)) {
        return false;
    }
    memcpy(text, address.data, address.size);
    text[address.size] = '\0';
    if (bracketed) {
        struct in6_addr six;
        return inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
    }
    struct in_addr four;
    return inet_pton(AF_INET, text, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

/* RFC 6761 section 6.3: "localhost" and every name below it. */
static bool is_localhost(struct sentio_bytes host) {
    static const char suffix[] = ".localhost";
    size_t size = sizeof(suffix) - 1;
    if (is_ignoring_case(host, "localhost")) {
        return true;
    }
    return host.size > size && host.data[0] != '.' &&
           is_ignoring_case(after(host, host.size - size), suffix);
}

static bool is_loopback(const struct origin *origin) {
    bool web =
        is_ignoring_case(origin->scheme, "http") || is_ignoring_case(origin->scheme, "https");
    return web && (is_localhost(origin->host) || is_loopback_address(origin->host));
}

static bool is_same_as_host(const struct origin *origin, struct sentio_bytes host, bool tls) {
    struct origin own = {.scheme = sentio_text(tls ? "https" : "http")};
    return parse_authority(host, &own) && same(origin, &own);
}

static bool matches(const char *rule, const struct origin *origin, struct sentio_bytes host,
                    bool tls) {
    if (strcmp(rule, "same") == 0) {
        return is_same_as_host(origin, host, tls);
    }
    if (strcmp(rule, "loopback") == 0) {
        return is_loopback(origin);
    }
    struct origin written;
    return parse_origin(sentio_text(rule), &written) && same(origin, &written);
}

bool origin_allowed(const struct config_strings *origins, struct sentio_bytes origin,
                    struct sentio_bytes host, bool tls) {
    if (origin.size == 0) {
        return true;
    }
    struct origin parsed;
    bool valid = parse_origin(origin, &parsed);
    for (size_t i = 0; i < origins->count; i++) {
        const char *rule = origins->items[i];
        if (strcmp(rule, "*") == 0 || (valid && matches(rule, &parsed, host, tls))) {
            return true;
        }
    }
    return false;
}

bool origin_host_allowed(const struct config_strings *origins, struct sentio_bytes host) {
    struct origin own = {.scheme = sentio_text("http")};
    if (host.size == 0) {
        return true;
    }
    bool valid = parse_authority(host, &own);
    if (valid && is_loopback(&own)) {
        return true;
    }
    for (size_t i = 0; i < origins->count; i++) {
        struct origin written;
        if (strcmp(origins->items[i], "*") == 0) {
            return true;
        }
        if (valid && parse_origin(sentio_text(origins->items[i]), &written) &&
            equal_ignoring_case(written.host, own.host)) {
            return true;
        }
    }
    return false;
}
