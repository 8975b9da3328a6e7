/* SPDX-License-Identifier: MIT */
#include "template.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sentio/plugin.h>

#include "ctl.h"

static const char ending[] = ".in";

/* The value whose placeholder the text begins with; *size is the placeholder's. */
static const char *value_at(const char *text, const struct template_values *values, size_t *size) {
    for (size_t i = 0; i < values->count && *text == '@'; i++) {
        size_t length = strlen(values->list[i].name);
        if (strncmp(text + 1, values->list[i].name, length) != 0 || text[1 + length] != '@')
            continue;
        *size = length + 2;
        return values->list[i].value;
    }
    return NULL;
}

static void write_filled(FILE *out, const char *text, const struct template_values *values) {
    while (*text) {
        size_t size = 0;
        const char *value = value_at(text, values, &size);
        if (value)
            fputs(value, out);
        else
            fputc(*text, out);
        text += value ? size : 1;
    }
}

char *template_fill(const char *text, const struct template_values *values) {
    char *filled = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&filled, &size);
    if (out == NULL)
        return NULL;
    write_filled(out, text, values);
    if (fclose(out) == 0)
        return filled;
    free(filled);
    return NULL;
}

static int complain(const char *what, const char *file) {
    ctl_complain("can not %s %s: %s", what, file, strerror(errno));
    return SENTIO_FAILED;
}

static char *join(const char *folder, const char *name) {
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) == -1 ? NULL : path;
}

/* The whole file as a string. NULL after standard error said why. */
static char *read_text(const char *file) {
    char *text = NULL;
    size_t room = 0;
    FILE *in = fopen(file, "re");
    if (in == NULL) {
        complain("read", file);
        return NULL;
    }
    errno = 0;
    ssize_t size = getdelim(&text, &room, '\0', in);
    if (size == -1 && errno != 0) {
        complain("read", file);
        free(text);
        text = NULL;
    } else if (size == -1) {
        free(text);
        text = strdup("");
    }
    fclose(in);
    return text;
}

static int write_text(const char *file, const char *text, const struct template_values *values) {
    mode_t mode = strncmp(text, "#!", 2) == 0 ? 0755 : 0644;
    FILE *out = fopen(file, "wxe");
    if (out == NULL)
        return complain("write", file);
    write_filled(out, text, values);
    bool whole = fchmod(fileno(out), mode) == 0 && !ferror(out);
    if (fclose(out) != 0 || !whole)
        return complain("write", file);
    return SENTIO_OK;
}

static int copy_entry(const char *from, const char *to, const struct template_values *values) {
    struct stat status;
    if (stat(from, &status) == -1)
        return complain("read", from);
    if (S_ISDIR(status.st_mode)) {
        if (mkdir(to, 0777) == -1 && errno != EEXIST)
            return complain("create", to);
        return template_copy(from, to, values);
    }
    char *text = read_text(from);
    if (text == NULL)
        return SENTIO_FAILED;
    int rc = write_text(to, text, values);
    free(text);
    return rc;
}

/* The name of the copy; NULL: the entry is not for copying. To be freed. */
static char *copied_name(const struct dirent *entry, const struct template_values *values) {
    size_t size = strlen(entry->d_name);
    size_t cut = sizeof(ending) - 1;
    bool file = size > cut && strcmp(entry->d_name + size - cut, ending) == 0;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
        (!file && entry->d_type == DT_REG))
        return NULL;
    char *name = template_fill(entry->d_name, values);
    if (name && file)
        name[strlen(name) - cut] = '\0';
    return name;
}

static int copy_named(const char *from, const char *to, const char *entry, const char *name,
                      const struct template_values *values) {
    char *source = join(from, entry);
    char *target = join(to, name);
    int rc = source && target ? copy_entry(source, target, values) : SENTIO_NO_MEMORY;
    free(source);
    free(target);
    return rc;
}

int template_copy(const char *from, const char *to, const struct template_values *values) {
    int rc = SENTIO_OK;
    DIR *folder = opendir(from);
    if (folder == NULL)
        return complain("read", from);
    const struct dirent *entry = readdir(folder);
    for (; entry && rc == SENTIO_OK; entry = readdir(folder)) {
        char *name = copied_name(entry, values);
        if (name)
            rc = copy_named(from, to, entry->d_name, name, values);
        free(name);
    }
    closedir(folder);
    return rc;
}
