/* SPDX-License-Identifier: MIT */
#include "ctl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/plugin.h>

static const char default_file[] = "/etc/sentio/sentio.conf";

void ctl_complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("sentioctl: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static const struct ctl_command *by_name(const char *name) {
    for (size_t i = 0; i < ctl_commands.count; i++)
        if (strcmp(ctl_commands.commands[i].name, name) == 0)
            return &ctl_commands.commands[i];
    return NULL;
}

static void write_synopsis(FILE *out, const struct ctl_command *command) {
    fprintf(out, "sentioctl %s%s%s\n", command->name, *command->words ? " " : "", command->words);
}

enum ctl_status ctl_misused(const char *command, const char *format, ...) {
    va_list arguments;
    const struct ctl_command *found = by_name(command);
    va_start(arguments, format);
    fprintf(stderr, "sentioctl %s: ", command);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    if (found) {
        fputs("Usage: ", stderr);
        write_synopsis(stderr, found);
    }
    return CTL_USAGE;
}

/* "--name VALUE" or "--name=VALUE" at argv[*at], which then is at the value. 1: it is; 0: it is
 * something else; -1: its value is missing. */
static int take_value(char **argv, int argc, int *at, const char *name, const char **value) {
    size_t size = strlen(name);
    const char *word = argv[*at];
    if (strncmp(word, name, size) != 0 || (word[size] != '\0' && word[size] != '='))
        return 0;
    if (word[size] == '=') {
        *value = word + size + 1;
        return 1;
    }
    if (*at + 1 >= argc)
        return -1;
    *value = argv[++*at];
    return 1;
}

static bool take_flag(struct ctl *ctl, const char *word) {
    if (strcmp(word, "--json") == 0)
        ctl->json = true;
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        ctl->help = true;
    else if (strcmp(word, "--version") == 0)
        ctl->version = true;
    else
        return false;
    return true;
}

static int take_option(struct ctl *ctl, int argc, char **argv, int *at) {
    int found = take_value(argv, argc, at, "--socket", &ctl->socket);
    if (found == 0)
        found = take_value(argv, argc, at, "-c", &ctl->file);
    if (found == 0)
        found = take_value(argv, argc, at, "--config", &ctl->file);
    return found;
}

enum ctl_status ctl_read(struct ctl *ctl, int argc, char **argv, const char *control_variable) {
    memset(ctl, 0, sizeof(*ctl));
    if (control_variable != NULL && *control_variable)
        ctl->socket = control_variable;
    ctl->words = calloc((size_t)argc + 1, sizeof(*ctl->words));
    if (ctl->words == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILED;
    }
    for (int at = 1; at < argc; at++) {
        const char *option = argv[at];
        int found = take_option(ctl, argc, argv, &at);
        if (found < 0) {
            ctl_complain("%s needs a value; see sentioctl help", option);
            return CTL_USAGE;
        }
        if (found == 0 && !take_flag(ctl, option))
            ctl->words[ctl->word_count++] = argv[at];
    }
    ctl->file_given = ctl->file != NULL;
    if (!ctl->file_given)
        ctl->file = default_file;
    return CTL_OK;
}

void ctl_finish(struct ctl *ctl) {
    free(ctl->words);
}

/* How many words of the command line are the command's name; 0: it is another. */
static size_t matching(const struct ctl *ctl, const struct ctl_command *command) {
    const char *name = command->name;
    for (size_t i = 0; i < ctl->word_count; i++) {
        size_t size = strcspn(name, " ");
        if (strlen(ctl->words[i]) != size || strncmp(ctl->words[i], name, size) != 0)
            return 0;
        if (name[size] == '\0')
            return i + 1;
        name += size + 1;
    }
    return 0;
}

const struct ctl_command *ctl_find(struct ctl *ctl) {
    for (size_t i = 0; i < ctl_commands.count; i++) {
        size_t used = matching(ctl, &ctl_commands.commands[i]);
        if (used == 0)
            continue;
        ctl->word_count -= used;
        memmove(ctl->words, ctl->words + used, (ctl->word_count + 1) * sizeof(*ctl->words));
        return &ctl_commands.commands[i];
    }
    return NULL;
}

static void write_all(FILE *out) {
    fprintf(out, "Usage: sentioctl [OPTION]... COMMAND\n"
                 "\n"
                 "Looks at a running sentiod, and tells it what to do, over its control socket.\n"
                 "\n");
    for (size_t i = 0; i < ctl_commands.count; i++) {
        const struct ctl_command *command = &ctl_commands.commands[i];
        fprintf(out, "  %s%s%s\n      %s\n", command->name, *command->words ? " " : "",
                command->words, command->usage);
    }
    fprintf(out,
            "\n"
            "  -c, --config FILE   the daemon's configuration, which says where its socket is;\n"
            "                      default %s\n"
            "      --socket PATH   the socket itself; also from SENTIO_CONTROL\n"
            "      --json          print the answer as it came\n"
            "      --help          show this, or what one command takes\n"
            "      --version       show the version\n"
            "\n"
            "Exit status: 0 well, 1 failed, 2 wrong usage, 3 the daemon can not be reached.\n",
            default_file);
}

enum ctl_status ctl_help(FILE *out, const char *topic) {
    bool found = false;
    if (topic == NULL) {
        write_all(out);
        return CTL_OK;
    }
    for (size_t i = 0; i < ctl_commands.count; i++) {
        const struct ctl_command *command = &ctl_commands.commands[i];
        size_t size = strlen(topic);
        if (strncmp(command->name, topic, size) != 0 ||
            (command->name[size] != '\0' && command->name[size] != ' '))
            continue;
        write_synopsis(out, command);
        fprintf(out, "    %s\n", command->usage);
        found = true;
    }
    if (found)
        return CTL_OK;
    ctl_complain("there is no command \"%s\"; see sentioctl help", topic);
    return CTL_USAGE;
}

static enum ctl_status no_command(const struct ctl *ctl) {
    if (ctl->word_count == 0)
        ctl_complain("name a command; see sentioctl help");
    else if (ctl->words[0][0] == '-')
        ctl_complain("there is no option %s; see sentioctl help", ctl->words[0]);
    else
        ctl_complain("there is no command \"%s\"; see sentioctl help", ctl->words[0]);
    return CTL_USAGE;
}

enum ctl_status ctl_run(struct ctl *ctl) {
    if (ctl->version) {
        printf("sentioctl %s, plugin ABI %d.%d\n", SENTIO_VERSION, SENTIO_ABI_MAJOR,
               SENTIO_ABI_MINOR);
        return CTL_OK;
    }
    if (ctl->help && ctl->word_count == 0)
        return ctl_help(stdout, NULL);
    const char *first = ctl->word_count ? ctl->words[0] : NULL;
    const struct ctl_command *command = ctl_find(ctl);
    if (ctl->help)
        return ctl_help(stdout, command ? command->name : first);
    return command ? command->run(ctl) : no_command(ctl);
}
