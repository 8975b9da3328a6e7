/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "samples.h"

#define REPEAT_MAX ((size_t)8 * 1024 * 1024)

enum { PARTS_MAX = 256, LONG_TEXT = 200 * 1000, MANY = 2000, DEEP = 24 };

/* A value, or a member with its name, within the text. */
struct part {
    struct sentio_bytes span;
    bool member;
};

struct parts {
    struct part list[PARTS_MAX];
    size_t count;
};

static void add_part(struct parts *parts, const char *from, const char *to, bool member) {
    if (parts->count < PARTS_MAX)
        parts->list[parts->count++] =
            (struct part){.span = sentio_bytes(from, (size_t)(to - from)), .member = member};
}

/* Everything within the container, level by level; what is beyond PARTS_MAX is left out. */
static void collect(struct parts *parts, const struct sentio_json *container) {
    struct sentio_json_cursor cursor = sentio_json_each(container);
    struct sentio_json value;
    while (sentio_json_next(&cursor, &value)) {
        const char *end = value.text.data + value.text.size;
        if (container->type == SENTIO_JSON_OBJECT)
            add_part(parts, cursor.name.data - 1, end, true);
        add_part(parts, value.text.data, end, false);
    }
    cursor = sentio_json_each(container);
    while (sentio_json_next(&cursor, &value) && parts->count < PARTS_MAX)
        collect(parts, &value);
}

static void repeat(struct sentio_writer *out, const char *text, size_t times) {
    for (size_t i = 0; i < times; i++)
        sentio_write_text(out, text);
}

static void write_list(struct sentio_writer *out, const char *element, size_t count) {
    sentio_write_text(out, "[");
    sentio_write_text(out, element);
    for (size_t i = 1; i < count; i++) {
        sentio_write_text(out, ",");
        sentio_write_text(out, element);
    }
    sentio_write_text(out, "]");
}

/* The n-th replacement that takes some making; false: there are no more. */
static bool write_large(struct sentio_writer *out, size_t n) {
    switch (n) {
    case 0:
        sentio_write_text(out, "\"");
        repeat(out, "x", LONG_TEXT);
        sentio_write_text(out, "\"");
        return true;
    case 1:
        repeat(out, "[", DEEP);
        repeat(out, "]", DEEP);
        return true;
    case 2:
        repeat(out, "{\"a\":", DEEP);
        sentio_write_text(out, "1");
        repeat(out, "}", DEEP);
        return true;
    case 3:
        write_list(out, "\"A\"", MANY);
        return true;
    case 4:
        sentio_write_text(out, "\"");
        repeat(out, "9", 129);
        sentio_write_text(out, "\"");
        return true;
    default:
        return false;
    }
}

static bool write_replacement(struct sentio_writer *out, size_t n) {
    static const char *const small[] = {"null",
                                        "true",
                                        "false",
                                        "0",
                                        "-1",
                                        "1.5",
                                        "1e308",
                                        "-1e308",
                                        "5e-324",
                                        "123456789012345678901234567890",
                                        "\"\"",
                                        "\"*\"",
                                        "\"x\"",
                                        "\"a b\"",
                                        "\"\\u0000\"",
                                        "\"\\\"\\\\\\n\"",
                                        "\"\\ud83d\\ude00\"",
                                        "\"1\"",
                                        "[]",
                                        "{}",
                                        "[null]",
                                        "[[]]",
                                        "[1,\"x\",{}]",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"\":null}"};
    const size_t count = sizeof(small) / sizeof(small[0]);
    if (n >= count)
        return write_large(out, n - count);
    sentio_write_text(out, small[n]);
    return true;
}

/* The text with `span` replaced. */
static void visit_changed(const char *text, struct sentio_bytes span,
                          struct sentio_bytes replacement, samples_visit *visit, void *context) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    sentio_write(&out, sentio_bytes(text, (size_t)(span.data - text)));
    sentio_write(&out, replacement);
    sentio_write_text(&out, span.data + span.size);
    sentio_write(&out, sentio_bytes("", 1));
    if (!out.failed)
        visit(context, out.data);
    sentio_writer_finish(&out);
}

static void replace_value(const char *text, struct sentio_bytes span, samples_visit *visit,
                          void *context) {
    bool more = true;
    for (size_t n = 0; more; n++) {
        struct sentio_writer value;
        sentio_writer_init(&value, NULL, 0);
        more = write_replacement(&value, n);
        if (more && !value.failed)
            visit_changed(text, span, sentio_written(&value), visit, context);
        sentio_writer_finish(&value);
    }
}

/* Missing: another one is in its place, so that no comma is too many. */
static void change_member(const char *text, struct sentio_bytes span, samples_visit *visit,
                          void *context) {
    struct sentio_writer twice;
    visit_changed(text, span, sentio_text("\"unknown_member\":0"), visit, context);
    sentio_writer_init(&twice, NULL, 0);
    sentio_write(&twice, span);
    sentio_write_text(&twice, ",");
    sentio_write(&twice, span);
    visit_changed(text, span, sentio_written(&twice), visit, context);
    sentio_writer_finish(&twice);
}

void samples_mutate(const char *text, samples_visit *visit, void *context) {
    struct sentio_json value;
    struct parts parts = {.count = 0};
    visit(context, text);
    if (sentio_json_parse(sentio_text(text), &value, NULL) != SENTIO_OK)
        return;
    collect(&parts, &value);
    for (size_t i = 0; i < parts.count; i++) {
        if (parts.list[i].member)
            change_member(text, parts.list[i].span, visit, context);
        else
            replace_value(text, parts.list[i].span, visit, context);
    }
}

void samples_odd(samples_visit *visit, void *context) {
    static const char template[] = "{\"data\":0}";
    visit(context, "{}");
    visit(context, "{\"\":\"\"}");
    visit(context, "{\"action\":null,\"data\":null,\"id\":null}");
    replace_value(template, sentio_bytes(template + 8, 1), visit, context);
}

/* The first array with elements, in the order of the text. */
static bool find_array(const struct sentio_json *value, struct sentio_json *found) {
    struct sentio_json_cursor cursor = sentio_json_each(value);
    struct sentio_json inner;
    if (value->type == SENTIO_JSON_ARRAY && sentio_json_count(value) > 0) {
        *found = *value;
        return true;
    }
    while (sentio_json_next(&cursor, &inner))
        if (find_array(&inner, found))
            return true;
    return false;
}

char *samples_repeat(const char *text, size_t count) {
    struct sentio_json value;
    struct sentio_json array;
    struct sentio_json first;
    struct sentio_writer out;
    if (sentio_json_parse(sentio_text(text), &value, NULL) != SENTIO_OK ||
        !find_array(&value, &array))
        return NULL;
    struct sentio_json_cursor cursor = sentio_json_each(&array);
    sentio_json_next(&cursor, &first);
    if (first.text.size > REPEAT_MAX / count)
        return NULL;
    sentio_writer_init(&out, NULL, 0);
    sentio_write(&out, sentio_bytes(text, (size_t)(array.text.data - text) + 1));
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(&out, i > 0 ? "," : "");
        sentio_write(&out, first.text);
    }
    sentio_write_text(&out, array.text.data + array.text.size - 1);
    sentio_write(&out, sentio_bytes("", 1));
    char *repeated = out.failed ? NULL : strdup(out.data);
    sentio_writer_finish(&out);
    return repeated;
}
