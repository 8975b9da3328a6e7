/* SPDX-License-Identifier: MIT */
#include "config_syntax.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

#include "config_memory.h"

#define FORMS "(\"127.0.0.1:8000\", \"[::1]:8000\", \"tls:0.0.0.0:8443\" or \"unix:/path\")"

/* struct sockaddr_un has 108 bytes for the path, the last for its NUL (unix(7)). */
#define UNIX_PATH_MAX_LENGTH 107

static int faulty(struct config_fault *fault, const char *why) {
    fault->why = why;
    return SENTIO_INVALID;
}

static int parse_unix(const char *path, struct config_listen *listen, struct config_fault *fault) {
    if (path[0] != '/') {
        return faulty(fault, "is not a socket with an absolute path " FORMS);
    }
    if (strlen(path) > UNIX_PATH_MAX_LENGTH) {
        return faulty(fault, "has a path of more than 107 bytes, which no unix socket can have");
    }
    listen->transport = CONFIG_UNIX;
    listen->address = config_copied(path);
    listen->loopback = true;
    return 0;
}

static int parse_port(const char *text, uint16_t *port, struct config_fault *fault) {
    size_t length = strspn(text, "0123456789");
    long number = length > 0 && length <= 5 ? strtol(text, NULL, 10) : -1;
    if (text[length] != '\0' || number < 0 || number > 65535) {
        return faulty(fault, "does not end with a port from 0 to 65535 " FORMS);
    }
    *port = (uint16_t)number;
    return 0;
}

/* Numeric only: a name could come to mean another interface after a restart. */
static int parse_address(const char *host, struct config_listen *listen) {
    struct in_addr four;
    struct in6_addr six;
    if (strcmp(host, "localhost") == 0) {
        host = "127.0.0.1";
    }
    if (inet_pton(AF_INET, host, &four) == 1) {
        listen->loopback = (ntohl(four.s_addr) >> 24) == IN_LOOPBACKNET;
        listen->address = config_copied(host);
        return 0;
    }
    size_t length = strlen(host);
    char inner[INET6_ADDRSTRLEN];
    if (length < 3 || length - 2 >= sizeof(inner) || host[0] != '[' || host[length - 1] != ']') {
        return SENTIO_INVALID;
    }
    snprintf(inner, sizeof(inner), "%.*s", (int)(length - 2), host + 1);
    if (inet_pton(AF_INET6, inner, &six) != 1) {
        return SENTIO_INVALID;
    }
    listen->loopback = IN6_IS_ADDR_LOOPBACK(&six);
    listen->address = config_copied(inner);
    return 0;
}

/* "*:8000", ":8000" and "::1:8000" are how other servers write it. */
static void suggest_listen(const char *prefix, const char *host, const char *port,
                           struct config_fault *fault) {
    struct in6_addr six;
    const char *open = "";
    const char *close = "";
    if (host[0] == '\0' || strcmp(host, "*") == 0) {
        host = "0.0.0.0";
    } else if (inet_pton(AF_INET6, host, &six) == 1) {
        open = "[";
        close = "]";
    } else {
        return;
    }
    snprintf(fault->suggestion, sizeof(fault->suggestion), "%s%s%s%s:%s", prefix, open, host, close,
             port);
}

static int parse_inet(const char *text, struct config_listen *listen, struct config_fault *fault) {
    bool tls = strncmp(text, "tls:", 4) == 0;
    const char *rest = tls ? text + 4 : text;
    const char *colon = strrchr(rest, ':');
    if (colon == NULL) {
        return faulty(fault, "is not an address and a port " FORMS);
    }
    uint16_t port = 0;
    int error = parse_port(colon + 1, &port, fault);
    if (error != 0) {
        return error;
    }
    char *host = config_text("%.*s", (int)(colon - rest), rest);
    error = parse_address(host, listen);
    if (error != 0) {
        suggest_listen(tls ? "tls:" : "", host, colon + 1, fault);
        faulty(fault, "has no numeric address " FORMS);
    } else {
        listen->transport = tls ? CONFIG_TLS : CONFIG_TCP;
        listen->port = port;
    }
    free(host);
    return error;
}

int config_syntax_listen(const char *text, struct config_listen *listen,
                         struct config_fault *fault) {
    struct config_listen parsed = {0};
    int error = strncmp(text, "unix:", 5) == 0 ? parse_unix(text + 5, &parsed, fault)
                                               : parse_inet(text, &parsed, fault);
    if (error != 0) {
        return error;
    }
    parsed.text = config_copied(text);
    *listen = parsed;
    return 0;
}

void config_listen_finish(struct config_listen *listen) {
    free(listen->text);
    free(listen->address);
}
