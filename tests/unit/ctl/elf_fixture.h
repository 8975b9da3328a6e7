/* SPDX-License-Identifier: MIT */
#ifndef CTL_ELF_FIXTURE_H
#define CTL_ELF_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/elf_file.h"

/* Shared objects that a test compiles from a few lines. */

/* Compiles the C text with these flags; the file is removed again once it is read. */
static inline struct elf_file compiled(const char *text, const char *flags) {
    char folder[] = "/tmp/elf.XXXXXX";
    char command[512];
    char path[64];
    struct elf_file elf = {.data = NULL};
    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(path, sizeof(path), "%s/a.so", folder);
    snprintf(command, sizeof(command), "cc -w -fPIC -shared %s -o %s -x c -", flags, path);
    FILE *compiler = popen(command, "w");
    if (compiler == NULL || fputs(text, compiler) == EOF || pclose(compiler) != 0 ||
        elf_read(&elf, path) != 0)
        abort();
    unlink(path);
    rmdir(folder);
    return elf;
}

#endif
