/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <string.h>

/* The option that the word is, with or without a value behind "=". */
static const struct words_option *option_of(const char *word, const struct words_option *options,
                                            size_t count) {
    size_t size = strcspn(word, "=");
    for (size_t i = 0; i < count; i++)
        if (strlen(options[i].name) == size && strncmp(word, options[i].name, size) == 0)
            return &options[i];
    return NULL;
}

enum ctl_status words_read(const struct ctl *ctl, const char *command,
                           const struct words_option *options, size_t option_count,
                           const char **arguments, size_t least, size_t most, const char *missing) {
    size_t found = 0;
    for (size_t i = 0; i < most; i++)
        arguments[i] = NULL;
    for (size_t i = 0; i < ctl->word_count; i++) {
        const char *word = ctl->words[i];
        const char *equals = strchr(word, '=');
        const struct words_option *option = option_of(word, options, option_count);
        if (option && equals)
            *option->value = equals + 1;
        else if (option && i + 1 < ctl->word_count)
            *option->value = ctl->words[++i];
        else if (option)
            return ctl_misused(command, "%s needs a value", option->name);
        else if (word[0] == '-')
            return ctl_misused(command, "there is no option %s", word);
        else if (found == most)
            return ctl_misused(command, "\"%s\" is one argument too many", word);
        else
            arguments[found++] = word;
    }
    return found < least ? ctl_misused(command, "%s", missing) : CTL_OK;
}
