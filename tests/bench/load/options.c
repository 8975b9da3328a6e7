/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option table[] = {{"scenario", required_argument, NULL, 's'},
                                      {"port", required_argument, NULL, 'p'},
                                      {"path", required_argument, NULL, 'w'},
                                      {"publish-path", required_argument, NULL, 'u'},
                                      {"say", required_argument, NULL, 'a'},
                                      {"expect", required_argument, NULL, 'e'},
                                      {"pid", required_argument, NULL, 'i'},
                                      {"phase", required_argument, NULL, 'f'},
                                      {"clients", required_argument, NULL, 'c'},
                                      {"warm", required_argument, NULL, 'm'},
                                      {"concurrency", required_argument, NULL, 'n'},
                                      {"seconds", required_argument, NULL, 't'},
                                      {"slow", required_argument, NULL, 'l'},
                                      {"tls", no_argument, NULL, 'x'},
                                      {"events", no_argument, NULL, 'v'},
                                      {NULL, 0, NULL, 0}};

static int read_number(const char *text, unsigned long most, unsigned long *number) {
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' || *number > most ? -1 : 0;
}

static int read_unsigned(const char *text, unsigned *number) {
    unsigned long wide;
    if (read_number(text, 1000000, &wide) != 0) {
        return -1;
    }
    *number = (unsigned)wide;
    return 0;
}

/* "16x200": 16 messages in flight, of 200 bytes. "16x200/1": all on one connection. */
static int add_phase(struct options *options, const char *text) {
    struct options_phase phase;
    char rest;
    int got = sscanf(text, "%ux%u/%u%c", &phase.window, &phase.size, &phase.connections, &rest);
    if (got == 2) {
        phase.connections = phase.window;
    }
    if (options->phase_count == OPTIONS_PHASES || got < 2 || got > 3 || phase.window == 0 ||
        phase.window > OPTIONS_WINDOW_MAX || phase.size > OPTIONS_SIZE_MAX ||
        phase.connections == 0 || phase.window % phase.connections != 0 ||
        (phase.size > 0 && phase.size < OPTIONS_SIZE_MIN)) {
        return -1;
    }
    options->phases[options->phase_count++] = phase;
    return 0;
}

static int add_pid(struct options *options, const char *text) {
    unsigned long pid;
    if (options->pid_count == OPTIONS_PIDS || read_number(text, INT32_MAX, &pid) != 0) {
        return -1;
    }
    options->pids[options->pid_count++] = (pid_t)pid;
    return 0;
}

static int add_step(struct options *options, bool say, const char *text) {
    if (options->step_count == OPTIONS_STEPS) {
        return -1;
    }
    options->steps[options->step_count++] = (struct options_step){say, text};
    return 0;
}

static int read_seconds(const char *text, double *seconds) {
    char *end;
    *seconds = strtod(text, &end);
    return end == text || *end != '\0' || *seconds <= 0 ? -1 : 0;
}

static int read_port(const char *text, uint16_t *port) {
    unsigned long number;
    if (read_number(text, UINT16_MAX, &number) != 0) {
        return -1;
    }
    *port = (uint16_t)number;
    return 0;
}

static int read_one(struct options *options, int letter, const char *text) {
    switch (letter) {
    case 's':
        options->scenario = text;
        return 0;
    case 'w':
        options->path = text;
        return 0;
    case 'u':
        options->publish_path = text;
        return 0;
    case 'p':
        return read_port(text, &options->port);
    case 'a':
        return add_step(options, true, text);
    case 'e':
        return add_step(options, false, text);
    case 'i':
        return add_pid(options, text);
    case 'f':
        return add_phase(options, text);
    case 'c':
        return read_unsigned(text, &options->clients);
    case 'm':
        return read_unsigned(text, &options->warm);
    case 'n':
        return read_unsigned(text, &options->concurrency);
    case 'l':
        return read_unsigned(text, &options->slow);
    case 'v':
        options->events = true;
        return 0;
    case 'x':
        options->tls = true;
        return 0;
    case 't':
        return read_seconds(text, &options->seconds);
    default:
        return -1;
    }
}

int options_read(int argc, char **argv, struct options *options) {
    *options = (struct options){.path = "/", .publish_path = "/", .concurrency = 256, .seconds = 1};
    for (int letter = getopt_long(argc, argv, "", table, NULL); letter != -1;
         letter = getopt_long(argc, argv, "", table, NULL)) {
        if (read_one(options, letter, optarg) != 0) {
            fprintf(stderr, "load: an argument is not valid: %s\n", optarg ? optarg : "");
            return -1;
        }
    }
    if (options->scenario == NULL || options->port == 0 || options->pid_count == 0) {
        fprintf(stderr, "load: --scenario, --port and --pid are needed\n");
        return -1;
    }
    if (options->warm > options->clients || options->slow > options->clients) {
        fprintf(stderr, "load: --warm or --slow is more than --clients\n");
        return -1;
    }
    return 0;
}
