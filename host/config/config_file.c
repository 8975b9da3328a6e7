/* SPDX-License-Identifier: MIT */
#include "config_internal.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FILE_MAX (4 * 1024 * 1024)
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

int config_open(const char *path, struct stat *status, const char **why) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1 || fstat(fd, status) == -1) {
        *why = strerror(errno);
    } else if (!S_ISREG(status->st_mode)) {
        *why = "not a regular file";
    } else {
        return fd;
    }
    if (fd != -1) {
        close(fd);
    }
    return -1;
}

/* libconfig ends the process when it is handed a folder; so the text is read here. */
static const char *load(const char *path, char **text) {
    struct stat status;
    const char *why = NULL;
    int fd = config_open(path, &status, &why);
    if (fd == -1) {
        return why;
    }
    FILE *file = fdopen(fd, "r");
    *text = calloc(1, FILE_MAX + 2);
    if (file == NULL || *text == NULL) {
        abort();
    }
    size_t size = fread(*text, 1, FILE_MAX + 1, file);
    if (ferror(file)) {
        why = strerror(errno);
    } else if (size > FILE_MAX) {
        why = "larger than 4 MiB";
    } else if (strlen(*text) != size) {
        why = "it contains a NUL byte";
    } else if (!sentio_utf8_valid(sentio_text(*text))) {
        why = "it is not valid UTF-8";
    }
    fclose(file);
    return why;
}

/* Of what libconfig takes for a unit: a comment, a string, a name, a number or one other byte. */
static size_t token_length(const char *at) {
    if (*at == '#' || strncmp(at, "//", 2) == 0) {
        return strcspn(at, "\n");
    }
    if (strncmp(at, "/*", 2) == 0) {
        const char *end = strstr(at + 2, "*/");
        return end ? (size_t)(end - at) + 2 : strlen(at);
    }
    if (*at == '"') {
        const char *end = at + 1;
        while (*end != '\0' && *end != '"') {
            end += *end == '\\' && end[1] != '\0' ? 2 : 1;
        }
        return (size_t)(end - at) + (*end == '"');
    }
    if (isalpha((unsigned char)*at)) {
        return strspn(at, LETTERS "0123456789-_*");
    }
    size_t length = strspn(at, "+-.0123456789abcdefABCDEFxXL");
    return length > 0 ? length : 1;
}

static const char *number_fault(const char *at, size_t length) {
    bool hexadecimal = strncasecmp(at, "0x", 2) == 0;
    bool fraction = memchr(at, '.', length) || memchr(at, 'e', length) || memchr(at, 'E', length);
    if (strchr("+-0123456789", *at) == NULL || (fraction && !hexadecimal)) {
        return NULL;
    }
    errno = 0;
    long long number = strtoll(at, NULL, hexadecimal ? 16 : 10);
    if (at[length - 1] == 'L') {
        return errno == ERANGE ? "is out of the range of 64-bit integers" : NULL;
    }
    bool fits = errno != ERANGE && number >= INT_MIN && number <= INT_MAX;
    return fits ? NULL : "is out of the range of 32-bit integers; write an L after it";
}

/* Finds what libconfig 1.5 takes without a word, or ends the process over: integers that need an L
 * and would wrap, and @include. */
static void scan(struct config_draft *draft, const struct config_layer *layer, const char *text) {
    struct config_origin origin = {.layer = layer, .line = 1};
    size_t length = 0;
    for (const char *at = text; *at != '\0'; at += length) {
        length = token_length(at);
        const char *fault = number_fault(at, length);
        if (*at == '@') {
            fault = "is not supported: put the file into conf.d";
            length = strcspn(at, " \t\"\n");
        }
        if (fault != NULL) {
            config_error(draft, origin, NULL, "%.*s %s", (int)length, at, fault);
        }
        for (size_t i = 0; i < length; i++) {
            origin.line += at[i] == '\n';
        }
    }
}

static void read_file(struct config_draft *draft, const char *path) {
    struct config_layer *layer = config_layer_add(draft, CONFIG_FILE, path);
    struct config_origin origin = {.layer = layer};
    size_t before = draft->problem_count;
    char *text = NULL;
    const char *why = load(path, &text);
    if (why != NULL) {
        config_error(draft, origin, NULL, "cannot be read: %s", why);
    } else {
        scan(draft, layer, text);
    }
    bool good = draft->problem_count == before;
    if (good && config_read_string(&layer->tree, text) == CONFIG_TRUE) {
        config_walk(draft, layer);
    } else if (good) {
        origin.line = config_error_line(&layer->tree);
        config_error(draft, origin, NULL, "%s", config_error_text(&layer->tree));
    }
    free(text);
}

static int is_fragment(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

void config_read_files(struct config_draft *draft, const char *path) {
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) + 1 : 0;
    const char *folder = config_format(&draft->scratch, "%.*sconf.d", length, path);
    struct dirent **entries = NULL;
    char *parent =
        realpath(length ? config_format(&draft->scratch, "%.*s", length, path) : ".", NULL);
    draft->folder = config_format(&draft->scratch, "%s", parent ? parent : "/");
    free(parent);
    draft->config->file = config_format(draft->kept, "%s/%s", draft->folder, path + length);
    read_file(draft, path);
    int count = scandir(folder, &entries, is_fragment, by_name);
    if (count == -1 && errno != ENOENT) {
        struct config_origin origin = {.layer = config_layer_add(draft, CONFIG_FILE, folder)};
        config_error(draft, origin, NULL, "cannot be read: %s", strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        read_file(draft, config_format(&draft->scratch, "%s/%s", folder, entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
}
