/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "config_memory.h"
#include "setting_store.h"

#define WIDTH 76
#define INDENT 8

static void write_wrapped(const char *text, FILE *out) {
    size_t column = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column == 0 || column + 1 + length > WIDTH) {
            fprintf(out, "%s%*s", column ? "\n" : "", INDENT, "");
            column = INDENT;
        } else {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)length, text);
        column += length;
        text += length + strspn(text + length, " ");
    }
    fputc('\n', out);
}

static void write_row(const struct setting *row, const char *prefix, FILE *out) {
    char buffers[2][32];
    fprintf(out, "%s%s  (%s", prefix, row->name, setting_type_name(row->type));
    if (row->initial != NULL) {
        fprintf(out, "; default %s", row->initial[0] ? row->initial : "empty");
    }
    if (row->max > 0) {
        fprintf(out, "; %s to %s", setting_number_text(row, row->min, buffers[0]),
                setting_number_text(row, row->max, buffers[1]));
    }
    if (row->type == SETTING_CHOICE) {
        char *choices = setting_choices_text(row);
        fprintf(out, "; %s", choices);
        free(choices);
    }
    fputs(")\n", out);
    write_wrapped(row->help, out);
}

void config_describe(FILE *out) {
    size_t count = 0;
    const struct setting *rows = settings_host(&count);
    for (size_t i = 0; i < count; i++) {
        write_row(&rows[i], "", out);
    }
    rows = settings_channel(&count);
    for (size_t i = 0; i < count; i++) {
        write_row(&rows[i], "channels.<name>.", out);
    }
}
