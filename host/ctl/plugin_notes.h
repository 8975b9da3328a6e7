/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_PLUGIN_NOTES_H
#define SENTIO_CTL_PLUGIN_NOTES_H

#include <stdbool.h>

#include "elf_file.h"

struct json_object;

/*
 * What a plugin's file shows without running it, and what does not go well with the rules: exported
 * symbols besides the table, functions that block, end the process or take time and chance from
 * elsewhere, variables that outlive a call. Sentences, to be read by its author; each may be
 * without harm. `programs`: the plugin says that it starts programs. NULL: out of memory; else to
 * be put by the caller.
 */
struct json_object *plugin_notes(const struct elf_file *elf, bool programs);

#endif
