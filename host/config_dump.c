/* SPDX-License-Identifier: MIT */
#include "config_dump.h"

#include <inttypes.h>
#include <string.h>

#include "config_options.h"

static void write_strings(char *const *items, size_t count, FILE *out) {
    fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? ", " : "", out);
        config_options_quote(items[i], out);
    }
    fputc(']', out);
}

static void write_listen(const struct setting_listen *listen, FILE *out) {
    fputc('[', out);
    for (size_t i = 0; i < listen->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        config_options_quote(listen->items[i].text, out);
    }
    fputc(']', out);
}

static const char *choice_name(const struct setting *row, int value) {
    const struct setting_choice *choice = row->choices;
    while (choice->value != value || choice->instead != NULL) {
        choice++;
    }
    return choice->name;
}

static void write_value(const struct setting *row, const void *base, int indent, FILE *out) {
    const void *at = (const char *)base + row->offset;
    const struct config_strings *strings = at;
    char buffer[32];
    switch (row->type) {
    case SETTING_BOOL:
        fputs(*(const bool *)at ? "true" : "false", out);
        break;
    case SETTING_TRISTATE: {
        int state = *(const int *)at;
        fputs(state < 0 ? "\"plugin\"" : state > 0 ? "true" : "false", out);
        break;
    }
    case SETTING_COUNT:
        fputs(setting_number_text(row, *(const int64_t *)at, buffer), out);
        break;
    case SETTING_SIZE:
    case SETTING_DURATION:
        fprintf(out, "\"%s\"", setting_number_text(row, *(const int64_t *)at, buffer));
        break;
    case SETTING_CHOICE:
        fprintf(out, "\"%s\"", choice_name(row, *(const int *)at));
        break;
    case SETTING_LIST:
        write_strings(strings->items, strings->count, out);
        break;
    case SETTING_LISTEN:
        write_listen(at, out);
        break;
    case SETTING_OPTIONS:
        config_options_write(*(char *const *)at, indent, out);
        break;
    default: {
        const char *text = *(char *const *)at;
        config_options_quote(text ? text : "", out);
        break;
    }
    }
}

static void write_origin(const struct config_origin *origin, FILE *out) {
    switch (origin->kind) {
    case CONFIG_FROM_DEFAULT:
        fputs(" // default\n", out);
        break;
    case CONFIG_FROM_FILE:
        fprintf(out, " // %s:%d\n", origin->name, origin->line);
        break;
    case CONFIG_FROM_ENVIRONMENT:
        fprintf(out, " // %s\n", origin->name);
        break;
    case CONFIG_FROM_FLAG:
        fputs(" // --set\n", out);
        break;
    }
}

/* The part of a dotted name before its last dot. */
static int group_length(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? (int)(dot - name) : 0;
}

static bool same_group(const char *a, const char *b) {
    int length = group_length(a);
    return length == group_length(b) && strncmp(a, b, (size_t)length) == 0;
}

/* The rows in order; those of one group stand together in the tables. */
static void write_rows(const struct config_target *target, int indent, FILE *out) {
    for (size_t i = 0; i < target->count; i++) {
        const struct setting *row = &target->rows[i];
        int length = group_length(row->name);
        int inner = indent;
        if (length > 0) {
            inner += 4;
        }
        if (length > 0 && (i == 0 || !same_group(target->rows[i - 1].name, row->name))) {
            fprintf(out, "%*s%.*s = {\n", indent, "", length, row->name);
        }
        fprintf(out, "%*s%s = ", inner, "", row->name + (length ? length + 1 : 0));
        write_value(row, target->base, inner, out);
        fputc(';', out);
        write_origin(&target->origins[i], out);
        if (length > 0 &&
            (i + 1 == target->count || !same_group(target->rows[i + 1].name, row->name))) {
            fprintf(out, "%*s};\n", indent, "");
        }
    }
}

void config_dump_draft(struct config_draft *draft, FILE *out) {
    struct config_target host = config_draft_host(draft);
    write_rows(&host, 0, out);
    fputs("channels = (", out);
    for (size_t i = 0; i < draft->channel_count; i++) {
        struct config_target channel = config_draft_target(draft, i);
        fputs(i > 0 ? ",\n    {\n" : "\n    {\n", out);
        write_rows(&channel, 8, out);
        fputs("    }", out);
    }
    fputs(" );\n", out);
}
