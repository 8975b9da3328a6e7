/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TEST_FOLDER_H
#define SENTIO_TEST_FOLDER_H

#include <ftw.h>
#include <stdio.h>

static inline int folder_remove_entry(const char *path, const struct stat *status, int kind,
                                      struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

/* With everything in it. 0, or what went wrong is in errno. */
static inline int folder_remove(const char *path) {
    return nftw(path, folder_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
