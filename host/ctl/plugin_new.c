/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "template.h"
#include "words.h"

/* Where the templates are, seen from the folder of this program. */
#define TEMPLATES "/../share/sentio/template"

enum { NAME_MAX_SIZE = 32, MAINTAINER_SIZE = 256, DATE_SIZE = 64 };

struct language {
    const char *name; /* also the folder of its templates */
    const char *cmake;
    const char *standard;
    const char *extension;
    const char *compile; /* the compiler and what it needs, for a plugin built by hand */
    const char *warnings;
};

static const struct language languages[] = {
    {"c", "C", "11", "c", "cc -std=c11", "-Wall -Wextra"},
    /* The ABI's structs are meant to be filled in by name, without what stays zero. */
    {"c++", "CXX", "20", "cc", "c++ -std=c++20 -fno-gnu-unique",
     "-Wall -Wextra -Wno-missing-field-initializers"},
};

struct new_plugin {
    const char *name;
    const struct language *language;
    char id[NAME_MAX_SIZE + 1]; /* the name with _ in place of -, as file names have it */
    char maintainer[MAINTAINER_SIZE];
    char date[DATE_SIZE];
    char year[8];
    char folder[PATH_MAX];
    char templates[PATH_MAX];
};

static const struct language *find_language(const char *name) {
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
        if (strcmp(languages[i].name, name) == 0)
            return &languages[i];
    return NULL;
}

static bool is_name(const char *name) {
    size_t size = strlen(name);
    return size >= 1 && size <= NAME_MAX_SIZE &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

static const char *variable(const char *first, const char *second) {
    const char *value = getenv(first);
    return value && *value ? value : getenv(second);
}

/* As Debian's own tools do: from the environment, where there is one. */
static void set_maintainer(struct new_plugin *plugin) {
    const char *name = variable("DEBFULLNAME", "NAME");
    const char *email = variable("DEBEMAIL", "EMAIL");
    char invented[NAME_MAX_SIZE + 32];
    snprintf(invented, sizeof(invented), "%s@plugin.invalid", plugin->name);
    snprintf(plugin->maintainer, sizeof(plugin->maintainer), "%s <%s>",
             name && *name ? name : "Maintainer", email && *email ? email : invented);
}

static void set_date(struct new_plugin *plugin) {
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(plugin->date, sizeof(plugin->date), "%a, %d %b %Y %H:%M:%S +0000", &utc);
    strftime(plugin->year, sizeof(plugin->year), "%Y", &utc);
}

static int find_templates(struct new_plugin *plugin) {
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (size == -1)
        return -1;
    program[size] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    int length = snprintf(plugin->templates, PATH_MAX, "%s" TEMPLATES, program);
    if (length < 0 || length >= PATH_MAX)
        return -1;
    return access(plugin->templates, R_OK | X_OK);
}

static int copy_templates(const struct new_plugin *plugin) {
    const struct template_value list[] = {
        {"NAME", plugin->name},
        {"ID", plugin->id},
        {"LANGUAGE", plugin->language->cmake},
        {"STANDARD", plugin->language->standard},
        {"EXTENSION", plugin->language->extension},
        {"COMPILE", plugin->language->compile},
        {"WARNINGS", plugin->language->warnings},
        {"MAINTAINER", plugin->maintainer},
        {"DATE", plugin->date},
        {"YEAR", plugin->year},
    };
    const struct template_values values = {list, sizeof(list) / sizeof(list[0])};
    const char *const parts[] = {"common", plugin->language->name};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char from[PATH_MAX];
        int size = snprintf(from, sizeof(from), "%s/%s", plugin->templates, parts[i]);
        if (size >= PATH_MAX || template_copy(from, plugin->folder, &values) != 0)
            return -1;
    }
    return 0;
}

static enum ctl_status create(struct new_plugin *plugin) {
    if (find_templates(plugin) == -1) {
        ctl_complain("the templates are not in %s: install the SDK (the Debian package sentio-dev)",
                     plugin->templates);
        return CTL_FAILED;
    }
    if (mkdir(plugin->folder, 0777) == -1) {
        if (errno == EEXIST)
            ctl_complain("%s exists already: remove it, or give another name or --dir",
                         plugin->folder);
        else
            ctl_complain("can not create %s: %s", plugin->folder, strerror(errno));
        return CTL_FAILED;
    }
    if (copy_templates(plugin) == 0)
        return CTL_OK;
    ctl_complain("%s is not complete: remove it and try again", plugin->folder);
    return CTL_FAILED;
}

static void print_next(const struct new_plugin *plugin) {
    printf("%s is a plugin that builds and runs: %s.%s is where to begin.\n"
           "\n"
           "  cd %s\n"
           "  cmake -S . -B build && cmake --build build\n"
           "  ctest --test-dir build --output-on-failure\n"
           "  sentiod -c sentio.conf\n"
           "\n"
           "README.md has the rest: trying it, its tests, its Debian package.\n",
           plugin->folder, plugin->id, plugin->language->extension, plugin->folder);
}

enum ctl_status plugin_new(const struct ctl *ctl) {
    const char *folder = ".";
    const char *language = "c";
    struct new_plugin plugin = {.name = NULL};
    const struct words_option options[] = {{"--dir", &folder}, {"--language", &language}};
    enum ctl_status status =
        words_read(ctl, "plugin new", options, 2, &plugin.name, 1, 1, "give the plugin a name");
    if (status != CTL_OK)
        return status;
    if (!is_name(plugin.name))
        return ctl_misused("plugin new", "\"%s\" is no name: use 1 to %d of a-z 0-9 -", plugin.name,
                           NAME_MAX_SIZE);
    plugin.language = find_language(language);
    if (plugin.language == NULL)
        return ctl_misused("plugin new", "there are templates for c and c++, not for \"%s\"",
                           language);
    int size = snprintf(plugin.folder, sizeof(plugin.folder), "%s%s%s",
                        strcmp(folder, ".") == 0 ? "" : folder, strcmp(folder, ".") == 0 ? "" : "/",
                        plugin.name);
    if (size >= (int)sizeof(plugin.folder))
        return ctl_misused("plugin new", "the path of --dir is too long");
    snprintf(plugin.id, sizeof(plugin.id), "%s", plugin.name);
    for (char *at = plugin.id; *at; at++)
        *at = *at == '-' ? '_' : *at;
    set_maintainer(&plugin);
    set_date(&plugin);
    status = create(&plugin);
    if (status == CTL_OK)
        print_next(&plugin);
    return status;
}
