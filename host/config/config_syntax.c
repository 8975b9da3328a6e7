/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define FORMS "(\"127.0.0.1:8000\", \"[::1]:8000\", \"tls:0.0.0.0:8443\" or \"unix:/path\")"

/* What follows the scheme must only look like a host: a browser's origin is compared as a whole. */
const char *config_syntax_origin(const char *text) {
    bool word =
        strcmp(text, "same") == 0 || strcmp(text, "loopback") == 0 || strcmp(text, "*") == 0;
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    const char *host = text + scheme;
    bool origin =
        scheme > 0 && host[0] != '\0' && host[strspn(host, LOWER DIGITS "-._:[]")] == '\0';
    return word || origin ? NULL
                          : "is neither \"same\", \"loopback\", \"*\" nor an origin such as "
                            "\"https://app.example.com\"";
}

const char *config_syntax_path(const char *text) {
    static const char *const own[] = {"/",        "/ws",     "/ws/publish", "/metrics",
                                      "/healthz", "/readyz", "/api",        "/sse"};
    if (text[0] == '\0') {
        return NULL;
    }
    if (text[0] != '/' || strlen(text) > 128 ||
        text[strspn(text, LOWER UPPER DIGITS "/-._~")] != '\0') {
        return "is not a path: \"/\" and at most 127 letters, digits and / - . _ ~";
    }
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(text, own[i]) == 0) {
            return "is the host's own path";
        }
    }
    bool below = strncmp(text, "/api/", 5) == 0 || strncmp(text, "/sse/", 5) == 0;
    return below ? "is below the host's own path /api or /sse" : NULL;
}

const char *config_syntax_channel(const char *text) {
    size_t length = strlen(text);
    if (length < 1 || length > 32 || strspn(text, LOWER DIGITS "-") != length) {
        return "is not a channel name: 1 to 32 of a-z, 0-9 and -";
    }
    bool own = strcmp(text, "publish") == 0;
    return own ? "is not a channel name: /ws/publish is the publishers' path" : NULL;
}

/* Numeric only: a name could come to mean another interface after a restart. */
static bool parse_address(char *host, struct config_listen *listen) {
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, host, &four) == 1) {
        listen->loopback = (ntohl(four.s_addr) >> 24) == IN_LOOPBACKNET;
        listen->address = host;
        return true;
    }
    size_t length = strlen(host);
    if (length < 2 || host[0] != '[' || host[length - 1] != ']') {
        return false;
    }
    host[length - 1] = '\0';
    listen->loopback = inet_pton(AF_INET6, host + 1, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
    listen->address = host + 1;
    return inet_pton(AF_INET6, host + 1, &six) == 1;
}

const char *config_syntax_listen(struct config_arena *arena, const char *text,
                                 struct config_listen *listen) {
    *listen = (struct config_listen){.text = config_format(arena, "%s", text)};
    if (strncmp(text, "unix:", 5) == 0) {
        listen->transport = CONFIG_UNIX;
        listen->address = listen->text + 5;
        listen->loopback = true;
        bool fits = text[5] == '/' && strlen(text + 5) <= CONFIG_SOCKET_MAX;
        return fits ? NULL : "is not a socket with an absolute path of at most 107 bytes " FORMS;
    }
    bool tls = strncmp(text, "tls:", 4) == 0;
    const char *host = tls ? text + 4 : text;
    const char *colon = strrchr(host, ':');
    size_t digits = colon ? strspn(colon + 1, DIGITS) : 0;
    long port = digits > 0 && digits <= 5 ? strtol(colon + 1, NULL, 10) : -1;
    if (port < 0 || port > 65535 || colon[1 + digits] != '\0') {
        return "does not end with a port from 0 to 65535 " FORMS;
    }
    listen->transport = tls ? CONFIG_TLS : CONFIG_TCP;
    listen->port = (uint16_t)port;
    char *address = strncmp(host, "localhost:", 10) == 0
                        ? config_format(arena, "127.0.0.1")
                        : config_format(arena, "%.*s", (int)(colon - host), host);
    return parse_address(address, listen) ? NULL : "has no numeric address " FORMS;
}
