/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <limits.h>
#include <string.h>

/* With a point, without which libconfig reads an integer. */
static void write_float(struct sentio_writer *out, double number) {
    char digits[40];
    snprintf(digits, sizeof(digits), "%.15g", number);
    int whole = (int)strcspn(digits, ".e");
    const char *point = digits[whole] == '.' ? "" : ".0";
    sentio_write_format(out, "%.*s%s%s", whole, digits, point, digits + whole);
}

static void write_quoted(struct sentio_writer *out, const char *text) {
    sentio_write_text(out, "\"");
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        const char *format = byte == '"' || byte == '\\'   ? "\\%c"
                             : byte < 0x20 || byte == 0x7f ? "\\x%02x"
                                                           : "%c";
        sentio_write_format(out, format, byte);
    }
    sentio_write_text(out, "\"");
}

/* A name such as keys_file says where a secret is, not what it is. */
static bool is_secret(const char *name) {
    size_t length = strlen(name);
    if (length >= 5 && strcasecmp(name + length - 5, "_file") == 0) {
        return false;
    }
    return strcasestr(name, "secret") || strcasestr(name, "password") ||
           strcasestr(name, "token") || strcasestr(name, "key");
}

static void write_group(struct sentio_writer *out, const config_setting_t *group, int indent) {
    int count = config_setting_length(group);
    sentio_write_text(out, "{");
    for (int i = 0; i < count; i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(member);
        if (indent == CONFIG_JSON) {
            /* libconfig's names need no escapes. */
            sentio_write_format(out, "%s\"%s\":", i > 0 ? "," : "", name);
            config_write_value(out, member, CONFIG_JSON);
        } else if (is_secret(name)) {
            sentio_write_format(out, "\n%*s%s = \"********\";", indent + 4, "", name);
        } else {
            sentio_write_format(out, "\n%*s%s = ", indent + 4, "", name);
            config_write_value(out, member, indent + 4);
            sentio_write_text(out, ";");
        }
    }
    if (count > 0 && indent != CONFIG_JSON) {
        sentio_write_format(out, "\n%*s", indent, "");
    }
    sentio_write_text(out, "}");
}

static void write_list(struct sentio_writer *out, const config_setting_t *list, int indent) {
    bool brackets = indent == CONFIG_JSON || config_setting_is_array(list);
    int count = config_setting_length(list);
    sentio_write_text(out, brackets ? "[" : "(");
    for (int i = 0; i < count; i++) {
        sentio_write_text(out, i == 0 ? "" : indent == CONFIG_JSON ? "," : ", ");
        config_write_value(out, config_setting_get_elem(list, (unsigned)i), indent);
    }
    sentio_write_text(out, brackets ? "]" : ")");
}

void config_write_value(struct sentio_writer *out, const config_setting_t *setting, int indent) {
    const char *text = config_setting_get_string(setting);
    long long number = config_setting_get_int64(setting);
    bool wide = indent != CONFIG_JSON && (number < INT_MIN || number > INT_MAX);
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_BOOL:
        sentio_write_text(out, config_setting_get_bool(setting) ? "true" : "false");
        break;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        sentio_write_format(out, "%lld%s", number, wide ? "L" : "");
        break;
    case CONFIG_TYPE_FLOAT:
        write_float(out, config_setting_get_float(setting));
        break;
    case CONFIG_TYPE_STRING:
        if (indent == CONFIG_JSON) {
            sentio_write_string(out, sentio_text(text));
        } else {
            write_quoted(out, text);
        }
        break;
    case CONFIG_TYPE_GROUP:
        write_group(out, setting, indent);
        break;
    default:
        write_list(out, setting, indent);
        break;
    }
}

static bool same_group(const struct setting *a, const struct setting *b, int length) {
    return strncmp(a->name, b->name, (size_t)length + 1) == 0;
}

/* The rows in order, as they were given, but file names in full. Those of one group stand together
 * in the tables. */
static void write_target(struct sentio_writer *out, struct config_arena *scratch,
                         const struct config_target *target, int indent) {
    const struct settings *settings = target->settings;
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *row = &settings->rows[i];
        const char *dot = strchr(row->name, '.');
        int length = dot ? (int)(dot - row->name) : 0;
        int inner = indent + (dot ? 4 : 0);
        if (dot != NULL && (i == 0 || !same_group(row, row - 1, length))) {
            sentio_write_format(out, "%*s%.*s = {\n", indent, "", length, row->name);
        }
        sentio_write_format(out, "%*s%s = ", inner, "", dot ? dot + 1 : row->name);
        if (row->type == SETTING_TEXT || row->type == SETTING_PATH) {
            const char *text = *(char **)((char *)target->base + row->offset);
            write_quoted(out, text ? text : "");
        } else {
            config_write_value(out, target->origins[i].setting, inner);
        }
        sentio_write_format(out, "; // %s\n", config_place(scratch, target->origins[i]));
        if (dot != NULL && (i + 1 == settings->count || !same_group(row, row + 1, length))) {
            sentio_write_format(out, "%*s};\n", indent, "");
        }
    }
}

void config_write_draft(struct config_draft *draft, FILE *file) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    write_target(&out, &draft->scratch, &draft->targets[0], 0);
    sentio_write_text(&out, "channels = (");
    for (size_t i = 1; i < draft->target_count; i++) {
        sentio_write_text(&out, i > 1 ? ",\n    {\n" : "\n    {\n");
        write_target(&out, &draft->scratch, &draft->targets[i], 8);
        sentio_write_text(&out, "    }");
    }
    sentio_write_text(&out, " );\n");
    fwrite(out.data, 1, sentio_written(&out).size, file);
    sentio_writer_finish(&out);
}

static void describe(const struct settings *settings, const char *prefix, FILE *out) {
    static const char *const types[] = {
        [SETTING_BOOL] = "boolean", [SETTING_TRISTATE] = "boolean",  [SETTING_COUNT] = "integer",
        [SETTING_SIZE] = "size",    [SETTING_DURATION] = "duration", [SETTING_CHOICE] = "choice",
        [SETTING_TEXT] = "string",  [SETTING_PATH] = "file name",    [SETTING_LIST] = "list",
        [SETTING_LISTEN] = "list",  [SETTING_OPTIONS] = "group",
    };
    char least[SETTING_TEXT_MAX];
    char most[SETTING_TEXT_MAX];
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *row = &settings->rows[i];
        fprintf(out, "%s%s  (%s", prefix, row->name, types[row->type]);
        if (row->initial != NULL) {
            fprintf(out, "; default %s", row->initial[0] ? row->initial : "empty");
        }
        if (row->max > 0) {
            fprintf(out, "; %s to %s", units_text((enum units)row->type, row->min, least),
                    units_text((enum units)row->type, row->max, most));
        }
        if (row->choices != NULL) {
            fprintf(out, "; %s", setting_choices_text(row, most));
        }
        fprintf(out, ")\n        %s\n", row->help);
    }
}

void config_describe(FILE *out) {
    describe(&settings_host, "", out);
    describe(&settings_channel, "channels.<name>.", out);
}
