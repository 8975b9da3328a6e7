/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "answer.h"
#include "grid.h"
#include "plugin_inspect.h"
#include "words.h"

/* Rows of a name and a value in words. */
struct sheet {
    struct grid grid;
    struct json_object *object;
    struct json_object *plugin; /* within it; NULL: it does not load */
};

static void row(struct sheet *sheet, const char *name, const char *value) {
    grid_add(&sheet->grid, name);
    grid_add(&sheet->grid, value);
}

static void row_written(struct sheet *sheet, const char *name, struct sentio_writer *value) {
    sentio_write(value, sentio_bytes("", 1));
    row(sheet, name, value->failed ? "out of memory" : value->data);
    sentio_writer_finish(value);
}

static void add_file(struct sheet *sheet, struct json_object *object) {
    row(sheet, "file", answer_text(object, "file"));
    if (answer_member(object, "size") == NULL)
        return;
    grid_add(&sheet->grid, "size");
    grid_format(&sheet->grid, "%lld bytes", (long long)answer_number(object, "size"));
    row(sheet, "SHA-256", answer_text(object, "sha256"));
}

static void add_messages(struct sheet *sheet) {
    struct sentio_writer text;
    const char *type = answer_text(sheet->plugin, "type");
    const char *snapshot = answer_text(sheet->plugin, "snapshot_type");
    bool array = strcmp(answer_text(sheet->plugin, "shape"), "array") == 0;
    sentio_writer_init(&text, NULL, 0);
    if (*type)
        sentio_write_format(&text, "\"%s\", one for each %s", type,
                            array ? "update, an array of its items" : "item");
    else
        sentio_write_text(&text, "none of its own");
    if (*snapshot)
        sentio_write_format(&text, "; first \"%s\"", snapshot);
    row_written(sheet, "messages", &text);
}

static void add_flags(struct sheet *sheet) {
    static const struct {
        const char *name;
        const char *words;
    } flags[] = {
        {"states", "a newer item replaces the older one of its key"},
        {"no_snapshot", "no snapshot unless configured"},
        {"programs", "starts programs: runs in a worker"},
    };
    struct sentio_writer text;
    sentio_writer_init(&text, NULL, 0);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (inspected_has(sheet->object, "flags", flags[i].name))
            sentio_write_format(&text, "%s%s", text.size ? "; " : "", flags[i].words);
    if (text.size == 0)
        sentio_write_text(&text, "none");
    row_written(sheet, "flags", &text);
}

static void add_attributes(struct sheet *sheet) {
    struct json_object *array = answer_member(sheet->plugin, "attributes");
    for (size_t i = 0; i < answer_count(array); i++) {
        struct json_object *one = answer_element(array, i);
        grid_add(&sheet->grid, i ? "" : "attributes");
        grid_format(&sheet->grid, "%s, a %s", answer_text(one, "name"), answer_text(one, "type"));
    }
}

static void add_filters(struct sheet *sheet) {
    static const struct {
        const char *predicate;
        const char *words;
    } predicates[] = {
        {"at_least", "at least that"}, {"at_most", "at most that"}, {"one_of", "among those"}};
    struct json_object *array = answer_member(sheet->plugin, "filters");
    for (size_t i = 0; i < answer_count(array); i++) {
        struct json_object *one = answer_element(array, i);
        const char *words = "";
        for (size_t j = 0; j < sizeof(predicates) / sizeof(predicates[0]); j++)
            if (strcmp(predicates[j].predicate, answer_text(one, "predicate")) == 0)
                words = predicates[j].words;
        grid_add(&sheet->grid, i ? "" : "filters");
        grid_format(&sheet->grid, "%s: items whose %s is %s", answer_text(one, "field"),
                    answer_text(one, "attribute"), words);
    }
}

static void add_route(struct sheet *sheet, const char *name, struct json_object *route) {
    const char *topics = answer_text(route, "topics");
    const char *parameter = answer_text(route, "parameter");
    struct sentio_writer text;
    sentio_writer_init(&text, NULL, 0);
    sentio_write_format(&text, "%s: ", answer_text(route, "path"));
    if (strcmp(answer_text(route, "source"), "history") == 0)
        sentio_write_format(&text, "the last %lld (at most %lld) items of ",
                            (long long)answer_number(route, "limit"),
                            (long long)answer_number(route, "limit_max"));
    else
        sentio_write_text(&text, "the latest items of ");
    if (strcmp(topics, "path") == 0)
        sentio_write_format(&text, "the topic {%s}", parameter);
    else if (strcmp(topics, "query") == 0)
        sentio_write_format(&text, "the topics in ?%s=", parameter);
    else
        sentio_write_text(&text, strcmp(topics, "user") == 0 ? "the caller" : "every topic");
    row_written(sheet, name, &text);
}

static void add_routes(struct sheet *sheet) {
    struct json_object *array = answer_member(sheet->plugin, "routes");
    for (size_t i = 0; i < answer_count(array); i++)
        add_route(sheet, i ? "" : "routes", answer_element(array, i));
}

static void add_list(struct sheet *sheet, const char *name, struct json_object *array) {
    struct sentio_writer text;
    sentio_writer_init(&text, NULL, 0);
    for (size_t i = 0; i < answer_count(array); i++)
        sentio_write_format(&text, "%s%s", i ? " " : "", answer_element_text(array, i));
    row_written(sheet, name, &text);
}

static void add_plugin(struct sheet *sheet) {
    struct json_object *plugin = sheet->plugin;
    row(sheet, "name", answer_text(plugin, "name"));
    row(sheet, "version", answer_text(plugin, "version"));
    grid_add(&sheet->grid, "ABI");
    grid_format(&sheet->grid, "%s; this host has %d.%d", answer_text(plugin, "abi"),
                SENTIO_ABI_MAJOR, SENTIO_ABI_MINOR);
    add_messages(sheet);
    add_flags(sheet);
    grid_add(&sheet->grid, "state");
    grid_format(&sheet->grid, "%lld bytes a channel; what it saves is of format %lld",
                (long long)answer_number(plugin, "channel_size"),
                (long long)answer_number(plugin, "state_format"));
    add_attributes(sheet);
    add_filters(sheet);
    add_routes(sheet);
    add_list(sheet, "callbacks", answer_member(plugin, "callbacks"));
}

static int print_sheet(struct json_object *object) {
    struct sheet sheet = {.object = object, .plugin = answer_member(object, "plugin")};
    struct json_object *notes = answer_member(object, "notes");
    grid_init(&sheet.grid, 2, 0);
    add_file(&sheet, object);
    if (sheet.plugin)
        add_plugin(&sheet);
    for (size_t i = 0; i < answer_count(notes); i++)
        row(&sheet, i ? "" : "notes", answer_element_text(notes, i));
    row(&sheet, "loads", sheet.plugin ? "yes" : "no");
    if (!sheet.plugin)
        row(&sheet, "why not", answer_text(object, "why"));
    int rc = grid_print(&sheet.grid, stdout);
    grid_finish(&sheet.grid);
    return rc;
}

enum ctl_status plugin_info(const struct ctl *ctl) {
    const char *file = NULL;
    enum ctl_status status =
        words_read(ctl, "plugin info", NULL, 0, &file, 1, 1, "name a plugin's file");
    if (status != CTL_OK)
        return status;
    struct json_object *object = plugin_inspect(file);
    if (object == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILED;
    }
    status = inspected_loads(object) ? CTL_OK : CTL_FAILED;
    if (ctl->json)
        puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
                                                        JSON_C_TO_STRING_NOSLASHESCAPE));
    else if (print_sheet(object) != 0)
        ctl_complain("out of memory");
    json_object_put(object);
    return status;
}
