/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_SAMPLES_H
#define SENTIO_CTL_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

/* Bodies that a plugin is tried with. */
struct samples {
    char **texts; /* JSON objects */
    size_t count;
    bool guessed; /* they are what other channels take: this one may refuse them all */
};

/* From a file that is one JSON object, or has one in each line; NULL: guesses. 0, or a negative
 * code after standard error said why. To be finished in every case. */
int samples_read(struct samples *samples, const char *file);
void samples_finish(struct samples *samples);

typedef void samples_visit(void *context, const char *text);

/* The text with each of its values in turn replaced by others of every type and size, and each of
 * its members missing or given twice. */
void samples_mutate(const char *text, samples_visit *visit, void *context);

/* Objects that have nothing to do with any sample. */
void samples_odd(samples_visit *visit, void *context);

/* The text with its first array that has elements filled with `count` of the first of them; to be
 * freed. NULL: it has none, or that would be over 8 MiB. */
char *samples_repeat(const char *text, size_t count);

#endif
