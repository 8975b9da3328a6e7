/* SPDX-License-Identifier: MIT */
#include "config_scan.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sentio/sdk.h>

#define NAME_START "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*"
#define NAME_REST NAME_START "0123456789-_"

struct scan {
    const char *at;
    int line;
    const struct config_origin *file;
    struct config_errors *errors;
};

static void complain(struct scan *scan, const char *message, const char *text, size_t size) {
    struct config_origin origin = *scan->file;
    origin.line = scan->line;
    config_error(scan->errors, &origin, NULL, "%.*s%s", (int)size, text, message);
}

static void advance(struct scan *scan, size_t count) {
    for (size_t i = 0; i < count && *scan->at != '\0'; i++) {
        scan->line += *scan->at == '\n';
        scan->at++;
    }
}

static void skip_string(struct scan *scan) {
    advance(scan, 1);
    while (*scan->at != '\0' && *scan->at != '"') {
        advance(scan, *scan->at == '\\' ? 2 : 1);
    }
    advance(scan, 1);
}

/* Whether a comment was there. */
static bool skip_comment(struct scan *scan) {
    if (scan->at[0] == '#' || strncmp(scan->at, "//", 2) == 0) {
        advance(scan, strcspn(scan->at, "\n"));
        return true;
    }
    if (strncmp(scan->at, "/*", 2) != 0) {
        return false;
    }
    const char *end = strstr(scan->at + 2, "*/");
    advance(scan, end ? (size_t)(end - scan->at) + 2 : strlen(scan->at));
    return true;
}

static bool fits(const char *digits, bool wide) {
    bool hexadecimal = strncasecmp(digits, "0x", 2) == 0;
    errno = 0;
    if (hexadecimal) {
        unsigned long long number = strtoull(digits, NULL, 16);
        return errno == 0 && number <= (wide ? (unsigned long long)LLONG_MAX : INT_MAX);
    }
    long long number = strtoll(digits, NULL, 10);
    return errno == 0 && (wide || (number >= INT_MIN && number <= INT_MAX));
}

static void scan_number(struct scan *scan) {
    size_t size = strspn(scan->at, "+-0123456789abcdefABCDEFxX.");
    bool hexadecimal = strncasecmp(scan->at, "0x", 2) == 0;
    if (!hexadecimal) {
        size = strspn(scan->at, "+-0123456789.eE");
    }
    bool integer = hexadecimal || memchr(scan->at, '.', size) == NULL;
    integer = integer && (hexadecimal || (memchr(scan->at, 'e', size) == NULL &&
                                          memchr(scan->at, 'E', size) == NULL));
    bool wide = scan->at[size] == 'L';
    if (integer && !fits(scan->at, wide)) {
        complain(scan,
                 wide ? " is out of the range of 64-bit integers"
                      : " is out of the range of 32-bit integers; write an L after it",
                 scan->at, size);
    }
    advance(scan, size + strspn(scan->at + size, "L"));
}

static void scan_token(struct scan *scan) {
    if (*scan->at == '"') {
        skip_string(scan);
    } else if (*scan->at == '@') {
        complain(scan, "@include is not supported: put the file into conf.d", "", 0);
        advance(scan, strcspn(scan->at, "\n"));
    } else if (strchr(NAME_START, *scan->at) != NULL) {
        advance(scan, strspn(scan->at, NAME_REST));
    } else if (strchr("+-.0123456789", *scan->at) != NULL) {
        scan_number(scan);
    } else {
        advance(scan, 1);
    }
}

void config_scan(const char *text, size_t size, const struct config_origin *file,
                 struct config_errors *errors) {
    struct scan scan = {text, 1, file, errors};
    if (strlen(text) != size) {
        advance(&scan, size);
        complain(&scan, "the file contains a NUL byte", "", 0);
        return;
    }
    if (!sentio_utf8_valid(sentio_bytes(text, size))) {
        scan.line = 0;
        complain(&scan, "the file is not valid UTF-8", "", 0);
        return;
    }
    while (*scan.at != '\0') {
        if (!skip_comment(&scan)) {
            scan_token(&scan);
        }
    }
}
