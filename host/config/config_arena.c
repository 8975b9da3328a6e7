/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct config_block {
    struct config_block *previous;
    max_align_t data[];
};

void *config_alloc(struct config_arena *arena, size_t size) {
    struct config_block *block = calloc(1, sizeof(*block) + size);
    if (block == NULL) {
        abort();
    }
    block->previous = arena->last;
    arena->last = block;
    return block->data;
}

void *config_grow(struct config_arena *arena, void *items, size_t count, size_t size) {
    if ((count & (count - 1)) != 0) { /* full only at powers of two */
        return items;
    }
    void *grown = config_alloc(arena, (count ? 2 * count : 1) * size);
    if (count > 0) {
        memcpy(grown, items, count * size);
    }
    return grown;
}

char *config_vformat(struct config_arena *arena, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        abort();
    }
    char *text = config_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *config_format(struct config_arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = config_vformat(arena, format, arguments);
    va_end(arguments);
    return text;
}

void config_arena_finish(struct config_arena *arena) {
    while (arena->last != NULL) {
        struct config_block *block = arena->last;
        arena->last = block->previous;
        free(block);
    }
}
