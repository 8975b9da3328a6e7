/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_ELF_FILE_H
#define SENTIO_CTL_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A shared object as a file, read without running anything of it. What does not fit into the file
 * is passed over: nothing that it says is believed. */
struct elf_file {
    unsigned char *data;
    size_t size;
};

struct elf_symbol {
    const char *name;
    uint64_t size;
    bool defined;  /* it is here, not taken from elsewhere */
    bool exported; /* defined, visible to others, and not weak, as what templates make is */
    bool unique;   /* STB_GNU_UNIQUE: an object that has one is never unloaded */
    bool variable; /* data that stays writable once the object is loaded */
};

/* Reads the whole file. 0, or a negative code with errno set. It need not be an ELF file: then it
 * has no symbols. */
int elf_read(struct elf_file *elf, const char *path);
void elf_finish(struct elf_file *elf);

typedef void elf_visit(void *context, const struct elf_symbol *symbol);

/* The symbols by which it is linked at load time (`dynamic`), or all that it was built with. False:
 * there is no such table, it was stripped. The names live as long as the file. */
bool elf_symbols(const struct elf_file *elf, bool dynamic, elf_visit *visit, void *context);

/* Bytes of data that stay writable. */
uint64_t elf_variables_size(const struct elf_file *elf);

#endif
