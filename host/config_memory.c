/* SPDX-License-Identifier: MIT */
#include "config_memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *present(void *memory) {
    if (memory == NULL) {
        abort();
    }
    return memory;
}

void *config_zeroed(size_t count, size_t size) {
    return present(calloc(count ? count : 1, size));
}

void *config_grown(void *items, size_t count, size_t size) {
    char *grown = present(reallocarray(items, count + 1, size));
    memset(grown + count * size, 0, size);
    return grown;
}

char *config_copied(const char *string) {
    return string ? present(strdup(string)) : NULL;
}

char *config_text(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return present(length < 0 ? NULL : text);
}
