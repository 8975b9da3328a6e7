/* SPDX-License-Identifier: MIT */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define OPTIONS_STEPS 8
#define OPTIONS_PIDS 32
#define OPTIONS_PHASES 16
#define OPTIONS_WINDOW_MAX 64
#define OPTIONS_SIZE_MIN 110 /* an item with its sequence */
#define OPTIONS_SIZE_MAX 60000

/* What a client does after the upgrade: it says a text, or waits for a frame that contains one. */
struct options_step {
    bool say;
    const char *text; /* "$symbols" in it stands for the client's own list */
};

struct options_phase {
    unsigned window;      /* messages in flight */
    unsigned size;        /* bytes of a published body; 0: a batch of the projection */
    unsigned connections; /* over which they are published, each with as many requests under way */
};

struct options {
    const char *scenario; /* "broadcast", "projection", "connect", "publish" or "conflation" */
    uint16_t port;
    bool tls;
    bool events;              /* clients get Server-Sent Events, and say nothing */
    const char *path;         /* of the WebSocket */
    const char *publish_path; /* of the POST */
    struct options_step steps[OPTIONS_STEPS];
    size_t step_count;
    pid_t pids[OPTIONS_PIDS];
    size_t pid_count;
    struct options_phase phases[OPTIONS_PHASES];
    size_t phase_count;
    unsigned clients;
    unsigned warm;        /* connect: clients that are there before the measurement */
    unsigned slow;        /* conflation: the clients of which that many read slowly */
    unsigned concurrency; /* connects under way at a time */
    double seconds;       /* that a phase publishes */
};

/* Not 0 after a message. The texts are the arguments' own. */
int options_read(int argc, char **argv, struct options *options);

#endif
