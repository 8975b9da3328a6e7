/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_TEMPLATE_H
#define SENTIO_CTL_TEMPLATE_H

#include <stddef.h>

/* A folder of text files that is copied with values in place of their placeholders. */

/* "@NAME@" in a text or in a file's name becomes `value`. Both are the caller's. */
struct template_value {
    const char *name; /* without the @ */
    const char *value;
};

struct template_values {
    const struct template_value *list;
    size_t count;
};

/*
 * Copies what is in the folder `from` into the folder `to`, which exists: folders as they are, and
 * of files only those whose name ends in ".in", without that ending. Scripts, which begin with
 * "#!", are made executable. Nothing is overwritten. 0, or a negative code after standard error
 * said why; some files may be there.
 */
int template_copy(const char *from, const char *to, const struct template_values *values);

/* The text with its placeholders filled in; to be freed by the caller. What stands between two @
 * and is no name stays. NULL: out of memory. */
char *template_fill(const char *text, const struct template_values *values);

#endif
