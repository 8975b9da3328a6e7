/* SPDX-License-Identifier: MIT */
#include "config_syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static int faulty(struct config_fault *fault, const char *why) {
    fault->why = why;
    return SENTIO_INVALID;
}

static bool is_port(const char *text) {
    size_t length = strspn(text, DIGITS);
    return length > 0 && length <= 5 && text[length] == '\0' && strtol(text, NULL, 10) <= 65535;
}

static bool is_host(const char *host) {
    const char *end = host + strspn(host, LOWER DIGITS "-._");
    if (host[0] == '[') {
        size_t length = strspn(host + 1, DIGITS "abcdef:.");
        end = host + 1 + length;
        if (length == 0 || *end != ']') {
            return false;
        }
        end++;
    }
    return end != host && (*end == '\0' || (*end == ':' && is_port(end + 1)));
}

static const char *after_scheme(const char *text) {
    if (strncmp(text, "https://", 8) == 0) {
        return text + 8;
    }
    return strncmp(text, "http://", 7) == 0 ? text + 7 : NULL;
}

/* In lower case and without a path, what was meant may be an origin. */
static void suggest_origin(const char *text, struct config_fault *fault) {
    char *out = fault->suggestion;
    if (strlen(text) >= sizeof(fault->suggestion)) {
        return;
    }
    size_t length = 0;
    for (const char *at = text; *at != '\0'; at++) {
        const char *upper = strchr(UPPER, *at);
        out[length++] = upper ? LOWER[upper - UPPER] : *at;
    }
    out[length] = '\0';
    const char *host = after_scheme(out);
    if (host != NULL) {
        out[(size_t)(host - out) + strcspn(host, "/?#")] = '\0';
    }
    if (host == NULL || !is_host(host)) {
        out[0] = '\0';
    }
}

int config_syntax_origin(const char *text, struct config_fault *fault) {
    if (strcmp(text, "same") == 0 || strcmp(text, "loopback") == 0 || strcmp(text, "*") == 0) {
        return 0;
    }
    const char *host = after_scheme(text);
    if (host != NULL && is_host(host)) {
        return 0;
    }
    suggest_origin(text, fault);
    return faulty(fault, "is neither \"same\", \"loopback\", \"*\" nor an origin such as "
                         "\"https://app.example.com\"");
}

static bool is_under(const char *text, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(text, folder, length) == 0 && (text[length] == '\0' || text[length] == '/');
}

int config_syntax_path(const char *text, struct config_fault *fault) {
    static const char *const own[] = {"/", "/ws", "/ws/publish", "/metrics", "/healthz", "/readyz"};
    if (text[0] == '\0') {
        return 0;
    }
    if (text[0] != '/') {
        snprintf(fault->suggestion, sizeof(fault->suggestion), "/%s", text);
        return faulty(fault, "does not begin with \"/\"");
    }
    if (strlen(text) > 128 || text[strspn(text, LOWER UPPER DIGITS "/-._~")] != '\0') {
        return faulty(fault, "is not a path of at most 128 letters, digits and / - . _ ~");
    }
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(text, own[i]) == 0) {
            return faulty(fault, "is the host's own path");
        }
    }
    if (is_under(text, "/api") || is_under(text, "/sse")) {
        return faulty(fault, "is below the host's own path /api or /sse");
    }
    return 0;
}

int config_syntax_channel(const char *text, struct config_fault *fault) {
    size_t length = strlen(text);
    if (length < 1 || length > 32 || strspn(text, LOWER DIGITS "-") != length) {
        return faulty(fault, "is not a channel name: 1 to 32 of a-z, 0-9 and -");
    }
    if (strcmp(text, "publish") == 0) {
        return faulty(fault, "is not a channel name: /ws/publish is the publishers' path");
    }
    return 0;
}
