/* SPDX-License-Identifier: MIT */
#include "line.h"

#include <stdlib.h>
#include <string.h>

void line_finish(struct line *line) {
    free(line->data);
    *line = (struct line){0};
}

void line_clear(struct line *line) {
    line->size = 0;
}

static bool reserve(struct line *line, size_t more) {
    if (line->failed)
        return false;
    if (line->capacity - line->size >= more)
        return true;
    size_t capacity = (line->size + more) * 2;
    char *data = realloc(line->data, capacity);
    if (data == NULL) {
        line->failed = true;
        return false;
    }
    line->data = data;
    line->capacity = capacity;
    return true;
}

void line_add(struct line *line, const char *text) {
    size_t size = strlen(text);
    if (!reserve(line, size))
        return;
    memcpy(line->data + line->size, text, size);
    line->size += size;
}
