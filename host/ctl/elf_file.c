/* SPDX-License-Identifier: MIT */
#include "elf_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sentio/plugin.h>

#define FILE_MAX ((off_t)1 << 30)

typedef ElfW(Ehdr) file_header;
typedef ElfW(Shdr) section_header;
typedef ElfW(Phdr) segment_header;
typedef ElfW(Sym) symbol_entry;

static int read_whole(struct elf_file *elf, int fd) {
    size_t done = 0;
    while (done < elf->size) {
        ssize_t size = read(fd, elf->data + done, elf->size - done);
        if (size == -1 && errno == EINTR)
            continue;
        if (size == -1)
            return SENTIO_FAILED;
        if (size == 0)
            break;
        done += (size_t)size;
    }
    elf->size = done;
    return SENTIO_OK;
}

int elf_read(struct elf_file *elf, const char *path) {
    struct stat status;
    int rc = SENTIO_FAILED;
    *elf = (struct elf_file){.data = NULL};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1)
        return SENTIO_FAILED;
    if (fstat(fd, &status) == -1)
        goto finish;
    errno = S_ISDIR(status.st_mode) ? EISDIR : EFBIG;
    if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX)
        goto finish;
    elf->size = (size_t)status.st_size;
    elf->data = malloc(elf->size + 1);
    if (elf->data)
        rc = read_whole(elf, fd);
finish:
    close(fd);
    if (rc != SENTIO_OK)
        elf_finish(elf);
    return rc;
}

void elf_finish(struct elf_file *elf) {
    free(elf->data);
    *elf = (struct elf_file){.data = NULL};
}

/* Copies what may not be aligned in the file; false: it is not all there. */
static bool take(const struct elf_file *elf, uint64_t offset, void *to, size_t size) {
    if (offset > elf->size || size > elf->size - offset)
        return false;
    memcpy(to, elf->data + offset, size);
    return true;
}

static bool read_header(const struct elf_file *elf, file_header *header) {
    return take(elf, 0, header, sizeof(*header)) && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32);
}

static bool read_section(const struct elf_file *elf, const file_header *header, size_t index,
                         section_header *section) {
    return index < header->e_shnum && header->e_shentsize == sizeof(*section) &&
           take(elf, header->e_shoff + index * sizeof(*section), section, sizeof(*section));
}

/* A string of the table; "" when it is not within it. */
static const char *string_at(const struct elf_file *elf, const section_header *strings,
                             uint64_t offset) {
    if (strings->sh_offset > elf->size || strings->sh_size > elf->size - strings->sh_offset ||
        offset >= strings->sh_size)
        return "";
    const char *text = (const char *)elf->data + strings->sh_offset + offset;
    return memchr(text, '\0', strings->sh_size - offset) ? text : "";
}

static bool find_section(const struct elf_file *elf, const file_header *header, uint32_t type,
                         section_header *section) {
    for (size_t i = 0; i < header->e_shnum; i++)
        if (read_section(elf, header, i, section) && section->sh_type == type)
            return true;
    return false;
}

/* What the loader makes read-only once it has relocated it. */
static bool is_relro(const struct elf_file *elf, const file_header *header,
                     const section_header *section) {
    for (size_t i = 0; i < header->e_phnum; i++) {
        segment_header segment;
        if (!take(elf, header->e_phoff + i * sizeof(segment), &segment, sizeof(segment)) ||
            segment.p_type != PT_GNU_RELRO)
            continue;
        return section->sh_addr >= segment.p_vaddr &&
               section->sh_addr < segment.p_vaddr + segment.p_memsz;
    }
    return false;
}

/* Data of the program's own, unlike tables of the linker, which may be writable too. */
static bool holds_variables(const struct elf_file *elf, const file_header *header, size_t index) {
    static const char *const names[] = {".data", ".bss", ".tdata", ".tbss", ".ldata", ".lbss"};
    section_header section;
    section_header strings;
    if (!read_section(elf, header, index, &section) ||
        !read_section(elf, header, header->e_shstrndx, &strings) ||
        !(section.sh_flags & SHF_WRITE) || is_relro(elf, header, &section))
        return false;
    const char *name = string_at(elf, &strings, section.sh_name);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t size = strlen(names[i]);
        if (strncmp(name, names[i], size) == 0 && (name[size] == '\0' || name[size] == '.'))
            return true;
    }
    return false;
}

static struct elf_symbol describe(const struct elf_file *elf, const file_header *header,
                                  const section_header *strings, const symbol_entry *entry) {
    unsigned type = ELF64_ST_TYPE(entry->st_info);
    unsigned visibility = ELF64_ST_VISIBILITY(entry->st_other);
    struct elf_symbol symbol = {
        .name = string_at(elf, strings, entry->st_name),
        .size = entry->st_size,
        .defined = entry->st_shndx != SHN_UNDEF,
    };
    symbol.unique = ELF64_ST_BIND(entry->st_info) == STB_GNU_UNIQUE;
    symbol.exported = symbol.defined && ELF64_ST_BIND(entry->st_info) == STB_GLOBAL &&
                      (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
    symbol.variable =
        (type == STT_OBJECT || type == STT_TLS) && holds_variables(elf, header, entry->st_shndx);
    return symbol;
}

bool elf_symbols(const struct elf_file *elf, bool dynamic, elf_visit *visit, void *context) {
    file_header header;
    section_header table;
    section_header strings;
    symbol_entry entry;
    if (!read_header(elf, &header) ||
        !find_section(elf, &header, dynamic ? SHT_DYNSYM : SHT_SYMTAB, &table) ||
        !read_section(elf, &header, table.sh_link, &strings))
        return false;
    for (uint64_t at = sizeof(entry); at < table.sh_size; at += sizeof(entry)) {
        if (!take(elf, table.sh_offset + at, &entry, sizeof(entry)))
            break;
        struct elf_symbol symbol = describe(elf, &header, &strings, &entry);
        if (*symbol.name)
            visit(context, &symbol);
    }
    return true;
}

uint64_t elf_variables_size(const struct elf_file *elf) {
    file_header header;
    uint64_t size = 0;
    if (!read_header(elf, &header))
        return 0;
    for (size_t i = 0; i < header.e_shnum; i++) {
        section_header section;
        if (holds_variables(elf, &header, i) && read_section(elf, &header, i, &section))
            size += section.sh_size;
    }
    return size;
}
