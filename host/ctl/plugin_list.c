/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "grid.h"
#include "peer.h"
#include "plugin_inspect.h"
#include "words.h"

/* The plugins' folder as the configuration says it, when it can be read; to be freed. */
static char *configured_folder(const struct ctl *ctl) {
    const struct config_source source = {.file = ctl->file,
                                         .environment = (const char *const *)environ};
    FILE *nowhere = fopen("/dev/null", "we");
    struct config *config = nowhere ? config_load(&source, nowhere) : NULL;
    char *folder = strdup(config ? config->plugins.dir : SENTIO_PLUGIN_DIR);
    config_free(config);
    if (nowhere)
        fclose(nowhere);
    return folder;
}

/* Whether there is a host to ask. Without one the list is as good, but for its last column. */
static bool host_is_there(const struct ctl *ctl) {
    const struct config_source source = {.file = ctl->file,
                                         .environment = (const char *const *)environ};
    bool sound = true;
    if (ctl->socket)
        return access(ctl->socket, F_OK) == 0;
    char *path = config_find_control(&source, &sound);
    bool there = path && *path && access(path, F_OK) == 0;
    free(path);
    return there;
}

/* What the host says about its channels, to be put; NULL: there is none, or it does not answer. */
static struct json_object *ask_channels(const struct ctl *ctl) {
    struct peer peer;
    struct answer answer;
    struct json_object *channels = NULL;
    if (!host_is_there(ctl) || peer_open(&peer, ctl) != CTL_OK)
        return NULL;
    if (peer_get(&peer, "channels", NULL, &answer) == CTL_OK) {
        channels = json_object_get(answer_member(answer.json, "channels"));
        answer_finish(&answer);
    }
    peer_close(&peer);
    return channels;
}

static bool is_same(const char *one, const char *other) {
    char first[PATH_MAX];
    char second[PATH_MAX];
    return realpath(one, first) && realpath(other, second) && strcmp(first, second) == 0;
}

/* The names of the channels that the file's plugin is behind. */
static struct json_object *used_by(struct json_object *channels, const char *file) {
    struct json_object *names = json_object_new_array();
    for (size_t i = 0; i < answer_count(channels); i++) {
        struct json_object *channel = answer_element(channels, i);
        if (is_same(answer_text(channel, "file"), file))
            json_object_array_add(names, json_object_new_string(answer_text(channel, "name")));
    }
    return names;
}

static int is_plugin(const struct dirent *entry) {
    size_t size = strlen(entry->d_name);
    return size > 3 && strcmp(entry->d_name + size - 3, ".so") == 0;
}

/* {"dir", "host": whether one answered, "plugins": [...]}; NULL after standard error said why. */
static struct json_object *look(const char *folder, struct json_object *channels) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_plugin, alphasort);
    if (count == -1) {
        ctl_complain("%s: %s; name the folder with --dir", folder, strerror(errno));
        return NULL;
    }
    struct json_object *list = json_object_new_object();
    struct json_object *plugins = json_object_new_array();
    for (int i = 0; i < count; i++) {
        char file[PATH_MAX];
        snprintf(file, sizeof(file), "%s/%s", folder, entries[i]->d_name);
        struct json_object *sheet = plugin_inspect(file);
        json_object_object_add(sheet, "channels", used_by(channels, file));
        json_object_array_add(plugins, sheet);
        free(entries[i]);
    }
    free(entries);
    json_object_object_add(list, "dir", json_object_new_string(folder));
    json_object_object_add(list, "host", json_object_new_boolean(channels != NULL));
    json_object_object_add(list, "plugins", plugins);
    return list;
}

static void add_names(struct grid *grid, struct json_object *names) {
    char text[512] = "";
    size_t size = 0;
    for (size_t i = 0; i < answer_count(names) && size < sizeof(text); i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s", i ? ", " : "",
                                 answer_element_text(names, i));
    grid_add(grid, *text ? text : NULL);
}

static void add_row(struct grid *grid, struct json_object *sheet, bool asked) {
    static const char *const members[] = {"plugin.name", "plugin.version", "plugin.abi",
                                          "plugin.type"};
    const char *file = strrchr(answer_text(sheet, "file"), '/') + 1;
    grid_add(grid, file);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *text = answer_text(sheet, members[i]);
        grid_add(grid, *text ? text : NULL);
    }
    if (asked)
        add_names(grid, answer_member(sheet, "channels"));
    else
        grid_add(grid, "?");
}

static int print_list(struct json_object *list) {
    static const char *const heading[] = {"FILE", "NAME", "VERSION", "ABI", "TYPE", "CHANNELS"};
    struct json_object *plugins = answer_member(list, "plugins");
    bool asked = json_object_get_boolean(answer_member(list, "host"));
    struct grid grid;
    grid_init(&grid, 6, 0);
    for (size_t i = 0; i < 6; i++)
        grid_add(&grid, heading[i]);
    for (size_t i = 0; i < answer_count(plugins); i++)
        add_row(&grid, answer_element(plugins, i), asked);
    int rc = grid_print(&grid, stdout);
    grid_finish(&grid);
    for (size_t i = 0; i < answer_count(plugins); i++) {
        struct json_object *sheet = answer_element(plugins, i);
        if (!inspected_loads(sheet))
            printf("%s would not load: %s\n", answer_text(sheet, "file"),
                   answer_text(sheet, "why"));
    }
    if (!asked)
        puts("Which channels use them is not known: no host answers on the control socket.");
    return rc;
}

static enum ctl_status show(const struct ctl *ctl, const char *folder) {
    struct json_object *channels = ask_channels(ctl);
    struct json_object *list = look(folder, channels);
    enum ctl_status status = list ? CTL_OK : CTL_FAILED;
    if (list && ctl->json)
        puts(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PRETTY |
                                                      JSON_C_TO_STRING_NOSLASHESCAPE));
    else if (list && print_list(list) != 0)
        ctl_complain("out of memory");
    json_object_put(list);
    json_object_put(channels);
    return status;
}

enum ctl_status plugin_list(const struct ctl *ctl) {
    const char *given = NULL;
    const struct words_option options[] = {{"--dir", &given}};
    enum ctl_status status = words_read(ctl, "plugin list", options, 1, NULL, 0, 0, "");
    if (status != CTL_OK)
        return status;
    char *folder = given ? strdup(given) : configured_folder(ctl);
    if (folder == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILED;
    }
    status = show(ctl, folder);
    free(folder);
    return status;
}
