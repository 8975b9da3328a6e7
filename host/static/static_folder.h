/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_STATIC_FOLDER_H
#define SENTIO_HOST_STATIC_FOLDER_H

#include <stdio.h>

#include "static_site.h"

/*
 * Reads the files that server.dashboard (`setting`) stands for into memory: "none" or NULL for
 * none, "" for the installed ones, if they are there, or a folder. Files and folders whose names
 * begin with a dot are left out; a symbolic link is followed only to a file that is in the folder.
 * *site is sealed; NULL: nothing is to be served. SENTIO_INVALID after the reason was written to
 * `errors`; with what is wrong about the installed ones the host goes on without them, and says so
 * in its log.
 */
int static_load(const char *setting, struct static_site **site, FILE *errors);

#endif
