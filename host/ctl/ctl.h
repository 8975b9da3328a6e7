/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_CTL_H
#define SENTIO_CTL_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* sentioctl: looks at a running host and tells it what to do, over its control socket. */

/* The program's exit status, which is also what a command answers with. */
enum ctl_status { CTL_OK, CTL_FAILED, CTL_USAGE, CTL_UNREACHABLE };

/* The command line, without the options that every command knows. */
struct ctl {
    const char *socket; /* --socket or SENTIO_CONTROL; NULL: as the configuration says */
    const char *file;   /* -c: the configuration */
    bool file_given;    /* by -c */
    bool json;          /* print the answer as it came */
    bool help;
    bool version;
    char **words; /* what is left; after ctl_command was found, what follows its name */
    size_t word_count;
};

struct ctl_command {
    const char *name;  /* one or two words: "status", "plugin info" */
    const char *words; /* what follows, as in a synopsis: "FILE.so" */
    const char *usage; /* what it does, in one line without a full stop */
    enum ctl_status (*run)(const struct ctl *ctl);
};

struct ctl_commands {
    const struct ctl_command *commands;
    size_t count;
};

/* All that there are, in the order in which help lists them. */
extern const struct ctl_commands ctl_commands;

/* Reads argv, which has to outlive it. CTL_USAGE: standard error says why. In every case to be
 * finished by ctl_finish. */
enum ctl_status ctl_read(struct ctl *ctl, int argc, char **argv, const char *control_variable);
void ctl_finish(struct ctl *ctl);

/* The command that the words begin with, and takes its name off them. NULL: there is none. */
const struct ctl_command *ctl_find(struct ctl *ctl);

/* Runs what the command line says. */
enum ctl_status ctl_run(struct ctl *ctl);

/* Every command, or only those whose name begins with `topic`; NULL: all. CTL_USAGE: there is no
 * such command, as standard error says. */
enum ctl_status ctl_help(FILE *out, const char *topic);

/* "sentioctl: message" to standard error. */
__attribute__((format(printf, 1, 2))) void ctl_complain(const char *format, ...);

/* That the command was used wrongly; what it takes goes to standard error. Always CTL_USAGE. */
__attribute__((format(printf, 2, 3))) enum ctl_status ctl_misused(const char *command,
                                                                  const char *format, ...);

#endif
