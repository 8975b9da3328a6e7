/* SPDX-License-Identifier: MIT */
#include "plugin_notes.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

enum { NAMES_MAX = 12, LINKER_BYTES = 16 };

/* Names, put together to one sentence; beyond NAMES_MAX only counted. */
struct names {
    struct sentio_writer text;
    size_t count;
};

static void names_init(struct names *names) {
    sentio_writer_init(&names->text, NULL, 0);
    names->count = 0;
}

static void names_add(struct names *names, const char *name) {
    if (names->count < NAMES_MAX)
        sentio_write_format(&names->text, "%s%s", names->count ? ", " : "", name);
    names->count++;
}

/* Adds "<before><names><after>" when there are any, and is done with them. */
static void names_finish(struct names *names, struct json_object *notes, const char *before,
                         const char *after) {
    if (names->count > NAMES_MAX)
        sentio_write_format(&names->text, " and %zu more", names->count - NAMES_MAX);
    struct sentio_bytes list = sentio_written(&names->text);
    char *sentence = NULL;
    if (names->count &&
        asprintf(&sentence, "%s%.*s%s", before, (int)list.size, list.data, after) != -1)
        json_object_array_add(notes, json_object_new_string(sentence));
    free(sentence);
    sentio_writer_finish(&names->text);
}

enum offence { NONE, BLOCKS, STARTS, CLOCK, CHANCE };

static enum offence offence_of(const char *function) {
    static const struct {
        enum offence offence;
        const char *names[14];
    } lists[] = {
        {BLOCKS,
         {"sleep", "usleep", "nanosleep", "clock_nanosleep", "pause", "sigaction", "signal",
          "sigprocmask", "exit", "_exit", "quick_exit"}},
        {STARTS,
         {"fork", "vfork", "execl", "execlp", "execv", "execve", "execvp", "posix_spawn",
          "posix_spawnp", "popen", "system", "wait", "waitpid", "kill"}},
        {CLOCK, {"time", "gettimeofday", "clock_gettime", "clock", "times"}},
        {CHANCE,
         {"rand", "rand_r", "srand", "random", "srandom", "drand48", "lrand48", "mrand48",
          "getrandom", "getentropy", "arc4random"}},
    };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (size_t j = 0; j < 14 && lists[i].names[j]; j++)
            if (strcmp(lists[i].names[j], function) == 0)
                return lists[i].offence;
    return NONE;
}

struct linkage {
    bool programs;
    struct names exports;
    struct names unique;
    struct names taken[CHANCE + 1]; /* by offence */
};

static void look_at_linkage(void *context, const struct elf_symbol *symbol) {
    struct linkage *linkage = context;
    if (symbol->exported && strcmp(symbol->name, "sentio_plugin") != 0)
        names_add(&linkage->exports, symbol->name);
    if (symbol->unique && symbol->defined)
        names_add(&linkage->unique, symbol->name);
    enum offence offence = symbol->defined ? NONE : offence_of(symbol->name);
    if (offence == NONE || (linkage->programs && offence != CHANCE))
        return;
    names_add(&linkage->taken[offence], symbol->name);
}

static void note_linkage(const struct elf_file *elf, bool programs, struct json_object *notes) {
    struct linkage linkage = {.programs = programs};
    names_init(&linkage.exports);
    names_init(&linkage.unique);
    for (int i = BLOCKS; i <= CHANCE; i++)
        names_init(&linkage.taken[i]);
    elf_symbols(elf, true, look_at_linkage, &linkage);
    names_finish(&linkage.exports, notes, "it exports more than its table: ",
                 "; hide it (-fvisibility=hidden, or sentio_add_plugin)");
    names_finish(&linkage.unique, notes, "it is never unloaded, because it has unique symbols: ",
                 "; compile with -fno-gnu-unique, or use sentio_add_plugin");
    names_finish(&linkage.taken[BLOCKS], notes, "it may sleep, exit or touch signals by ",
                 "; a call has to return promptly");
    names_finish(&linkage.taken[STARTS], notes, "it may start programs by ",
                 "; only a plugin with the flag SENTIO_PROGRAMS may");
    names_finish(&linkage.taken[CLOCK], notes, "it may ask a clock of its own by ",
                 "; the time is call->now");
    names_finish(&linkage.taken[CHANCE], notes, "it may take chance from elsewhere by ",
                 "; open() gets a seed");
}

/* What the compiler, its libraries and the sanitizers add themselves. */
static bool is_toolchains(const char *name) {
    static const char *const prefixes[] = {
        "completed.", "__dso_handle", "object.",    "__TMC",  "_GLOBAL_OFFSET_TABLE_",
        "_ZSt",       "__asan",       "__odr_asan", "__tsan", "__gcov",
        "__llvm",     "DW.ref.",      ".Lubsan"};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return strstr(name, "ubsan") || strstr(name, "_DYNAMIC");
}

static void look_at_variable(void *context, const struct elf_symbol *symbol) {
    char text[256];
    if (!symbol->variable || symbol->size == 0 || is_toolchains(symbol->name))
        return;
    snprintf(text, sizeof(text), "%s (%llu bytes)", symbol->name, (unsigned long long)symbol->size);
    names_add(context, text);
}

static void note_variables(const struct elf_file *elf, struct json_object *notes) {
    static const char remedy[] = "; what a channel remembers belongs into struct sentio_channel";
    struct names names;
    names_init(&names);
    if (!elf_symbols(elf, false, look_at_variable, &names) &&
        elf_variables_size(elf) > LINKER_BYTES) {
        char text[128];
        snprintf(text, sizeof(text), "%llu bytes, whose names were stripped",
                 (unsigned long long)elf_variables_size(elf));
        names_add(&names, text);
    }
    names_finish(&names, notes, "it has variables that all its channels share: ", remedy);
}

struct json_object *plugin_notes(const struct elf_file *elf, bool programs) {
    struct json_object *notes = json_object_new_array();
    if (notes == NULL)
        return NULL;
    note_linkage(elf, programs, notes);
    note_variables(elf, notes);
    return notes;
}
