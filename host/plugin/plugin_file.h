/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PLUGIN_FILE_H
#define SENTIO_HOST_PLUGIN_FILE_H

#include <stddef.h>

#include "plugin_check.h"

enum { PLUGIN_DIGEST_SIZE = 32 };

/*
 * A plugin's code as a file that nobody else changes: a copy under a name that was never given to
 * dlopen() in this process, because dlopen() of a path that it knows returns the old code even
 * after the file was replaced. While the disk is full the copy is in memory, and the path a link to
 * it, good until the descriptor is closed.
 */
struct plugin_file {
    int fd;                                   /* open for reading; -1: none */
    char *path;                               /* owned */
    unsigned char digest[PLUGIN_DIGEST_SIZE]; /* SHA-256 of its bytes */
    int copied;                               /* the path is removed when it is closed */
};

/*
 * Copies report->file to `copy_dir`, after a look at whether it is an ELF file at all; `copy_dir`
 * NULL: the file itself, in place. 0, or a negative code with the reason in `report`. Any thread.
 */
int plugin_file_open(const struct plugin_report *report, const char *copy_dir,
                     struct plugin_file *file);
/* Removes the copy; a descriptor that was duplicated keeps it alive. */
void plugin_file_close(struct plugin_file *file);

/* Only the digest. */
int plugin_file_digest(const struct plugin_report *report,
                       unsigned char digest[PLUGIN_DIGEST_SIZE]);

#endif
