/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <string.h>

#include "answer.h"
#include "grid.h"

bool report_is_same(struct json_object *report) {
    return strcmp(answer_text(report, "state"), "done") == 0 &&
           answer_number(report, "different") == 0 && answer_number(report, "deaths") == 0;
}

static void add_number(struct grid *grid, const char *label, struct json_object *report,
                       const char *name) {
    grid_add(grid, label);
    grid_format(grid, "%lld", (long long)answer_number(report, name));
}

static void show_difference(struct json_object *difference, FILE *out) {
    static const char *const names[] = {"input", "old", "new"};
    fprintf(out, "  call %lld, %s\n", (long long)answer_number(difference, "number"),
            answer_text(difference, "call"));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        fprintf(out, "    %-5s  %s\n", names[i], answer_plain(difference, names[i]));
}

static void show_differences(struct json_object *report, FILE *out) {
    struct json_object *differences = answer_member(report, "differences");
    size_t count = answer_count(differences);
    if (count > 0)
        fprintf(out, "\nthe first differences:\n");
    for (size_t i = 0; i < count; i++)
        show_difference(answer_element(differences, i), out);
}

void report_show(struct json_object *report, FILE *out) {
    const char *why = answer_text(report, "why");
    struct grid grid;
    grid_init(&grid, 2, 0);
    grid_add(&grid, "channel");
    grid_add(&grid, answer_text(report, "channel"));
    grid_add(&grid, "new plugin");
    grid_format(&grid, "%s, version %s", answer_text(report, "plugin"),
                answer_text(report, "version"));
    grid_add(&grid, "state");
    grid_format(&grid, "%s%s%s", answer_text(report, "state"), *why ? ": " : "", why);
    add_number(&grid, "calls", report, "calls");
    add_number(&grid, "equal", report, "equal");
    add_number(&grid, "different", report, "different");
    add_number(&grid, "deaths", report, "deaths");
    grid_add(&grid, "a call takes");
    grid_format(&grid, "%.1f us (old), %.1f us (new)", answer_decimal(report, "old_us"),
                answer_decimal(report, "new_us"));
    grid_print(&grid, out);
    grid_finish(&grid);
    show_differences(report, out);
}
