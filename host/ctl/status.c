/* SPDX-License-Identifier: MIT */
#include "status.h"

#include "grid.h"
#include "moment.h"
#include "peer.h"

static void add_start(struct grid *grid, struct json_object *json) {
    char span[MOMENT_SIZE];
    char local[MOMENT_SIZE];
    grid_add(grid, "started");
    grid_format(grid, "%s, %s ago", moment_local(answer_text(json, "started"), local),
                moment_span(answer_number(json, "uptime"), span));
}

static void add_channels(struct grid *grid, struct json_object *json) {
    grid_add(grid, "channels");
    grid_format(grid, "%lld open, %lld restarting, %lld failed",
                (long long)answer_number(json, "channels.open"),
                (long long)answer_number(json, "channels.restarting"),
                (long long)answer_number(json, "channels.failed"));
}

static void add_reloads(struct grid *grid, struct json_object *json) {
    char local[MOMENT_SIZE];
    struct json_object *last = answer_member(json, "reloads.last");
    struct json_object *errors = answer_member(last, "errors");
    grid_add(grid, "reloads");
    grid_format(grid, "%lld done, %lld failed", (long long)answer_number(json, "reloads.done"),
                (long long)answer_number(json, "reloads.failed"));
    if (last == NULL)
        return;
    grid_add(grid, "last reload");
    grid_format(grid, "%s, %s%s%s", moment_local(answer_text(last, "timestamp"), local),
                answer_count(errors) ? "failed" : "done", answer_count(errors) ? ": " : "",
                answer_element_text(errors, 0));
}

static void add_disk(struct grid *grid, struct json_object *json) {
    struct json_object *disk = answer_member(json, "disk");
    const char *reason = answer_text(disk, "reason");
    if (disk == NULL)
        return;
    grid_add(grid, "disk");
    grid_format(grid, "%s, %lld bytes", answer_text(disk, "path"),
                (long long)answer_number(disk, "bytes"));
    grid_add(grid, "");
    grid_format(grid, "%lld items in %lld commits, %lld failed, %lld items dropped",
                (long long)answer_number(disk, "items"), (long long)answer_number(disk, "commits"),
                (long long)answer_number(disk, "failures"),
                (long long)answer_number(disk, "dropped"));
    if (*reason == '\0')
        return;
    grid_add(grid, "disk failed");
    grid_add(grid, reason);
}

static int show(struct json_object *json, FILE *out) {
    struct grid grid;
    grid_init(&grid, 2, 0);
    grid_add(&grid, "sentiod");
    grid_format(&grid, "%s, plugin ABI %s, process %lld", answer_text(json, "version"),
                answer_text(json, "abi"), (long long)answer_number(json, "pid"));
    grid_add(&grid, "configuration");
    grid_add(&grid, answer_text(json, "config"));
    add_start(&grid, json);
    grid_add(&grid, "connections");
    grid_format(&grid, "%lld, io threads: %lld", (long long)answer_number(json, "connections"),
                (long long)answer_number(json, "io_threads"));
    add_channels(&grid, json);
    grid_add(&grid, "workers");
    grid_format(&grid, "%lld", (long long)answer_number(json, "workers"));
    add_disk(&grid, json);
    add_reloads(&grid, json);
    int error = grid_print(&grid, out);
    grid_finish(&grid);
    return error;
}

enum ctl_status status_show(const struct ctl *ctl) {
    return peer_show(ctl, "status", show);
}
