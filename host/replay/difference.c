/* SPDX-License-Identifier: MIT */
#include "difference.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this many pairs of lines nothing is looked for between the common beginning and end. */
#define PAIRS_MAX (4u * 1024 * 1024)

struct text {
    struct sentio_bytes *lines; /* with their newlines */
    size_t count;
};

static bool split(struct sentio_bytes bytes, struct text *text) {
    size_t count = 0;
    for (size_t i = 0; i < bytes.size; i++)
        count += bytes.data[i] == '\n';
    text->count = 0;
    text->lines = calloc(count + 1, sizeof(*text->lines));
    for (size_t start = 0; text->lines && text->count < count;) {
        const char *end = memchr(bytes.data + start, '\n', bytes.size - start);
        size_t size = (size_t)(end - bytes.data) + 1 - start;
        text->lines[text->count++] = sentio_bytes(bytes.data + start, size);
        start += size;
    }
    return text->lines != NULL;
}

static bool same(struct sentio_bytes a, struct sentio_bytes b) {
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static void write_lines(const struct text *text, size_t from, size_t to, char sign, FILE *out) {
    for (size_t i = from; i < to; i++) {
        fputc(sign, out);
        fwrite(text->lines[i].data, 1, text->lines[i].size, out);
    }
}

/* The middles of both, and for each pair of lines the length of what is common from there on. */
struct middle {
    const struct text *before;
    const struct text *after;
    size_t start;
    size_t before_end;
    size_t after_end;
    uint32_t *common; /* [(rows + 1) * (columns + 1)]; NULL: not looked for */
};

static uint32_t *common_at(const struct middle *middle, size_t i, size_t j) {
    return &middle->common[(i - middle->start) * (middle->after_end - middle->start + 1) + j -
                           middle->start];
}

static void find_common(struct middle *middle) {
    size_t rows = middle->before_end - middle->start + 1;
    size_t columns = middle->after_end - middle->start + 1;
    if (rows > PAIRS_MAX / columns)
        return;
    middle->common = calloc(rows * columns, sizeof(*middle->common));
    for (size_t i = middle->before_end; middle->common && i-- > middle->start;) {
        for (size_t j = middle->after_end; j-- > middle->start;) {
            uint32_t down = *common_at(middle, i + 1, j);
            uint32_t right = *common_at(middle, i, j + 1);
            bool equal = same(middle->before->lines[i], middle->after->lines[j]);
            *common_at(middle, i, j) = equal          ? *common_at(middle, i + 1, j + 1) + 1
                                       : down > right ? down
                                                      : right;
        }
    }
}

static void write_middle(const struct middle *middle, FILE *out) {
    size_t i = middle->start;
    size_t j = middle->start;
    while (middle->common && i < middle->before_end && j < middle->after_end) {
        if (same(middle->before->lines[i], middle->after->lines[j])) {
            write_lines(middle->before, i, i + 1, ' ', out);
            i++;
            j++;
        } else if (*common_at(middle, i + 1, j) >= *common_at(middle, i, j + 1)) {
            write_lines(middle->before, i, i + 1, '-', out);
            i++;
        } else {
            write_lines(middle->after, j, j + 1, '+', out);
            j++;
        }
    }
    write_lines(middle->before, i, middle->before_end, '-', out);
    write_lines(middle->after, j, middle->after_end, '+', out);
}

void difference_write(struct sentio_bytes before, struct sentio_bytes after, FILE *out) {
    struct text a = {0};
    struct text b = {0};
    if (split(before, &a) && split(after, &b)) {
        struct middle middle = {
            .before = &a, .after = &b, .before_end = a.count, .after_end = b.count};
        while (middle.start < a.count && middle.start < b.count &&
               same(a.lines[middle.start], b.lines[middle.start]))
            middle.start++;
        while (middle.before_end > middle.start && middle.after_end > middle.start &&
               same(a.lines[middle.before_end - 1], b.lines[middle.after_end - 1])) {
            middle.before_end--;
            middle.after_end--;
        }
        find_common(&middle);
        write_lines(&a, 0, middle.start, ' ', out);
        write_middle(&middle, out);
        write_lines(&a, middle.before_end, a.count, ' ', out);
        free(middle.common);
    }
    free(a.lines);
    free(b.lines);
}
