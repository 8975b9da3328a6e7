/* SPDX-License-Identifier: MIT */
#include "swap.h"

#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "reload_request.h"

/* A symbolic link stays: what it points to is the file that is replaced. */
static char *real_file(struct json_object *channel) {
    const char *file = answer_text(channel, "file");
    char *path = realpath(file, NULL);
    return path ? path : strdup(file);
}

/* The channel's file as the host has it, to be freed; NULL after standard error said why. */
static char *find_file(struct peer *peer, const char *name) {
    struct answer answer;
    char *file = NULL;
    if (peer_get(peer, "channels", NULL, &answer) != CTL_OK)
        return NULL;
    struct json_object *channels = answer_member(answer.json, "channels");
    for (size_t i = 0; i < answer_count(channels) && file == NULL; i++) {
        struct json_object *channel = answer_element(channels, i);
        if (strcmp(answer_text(channel, "name"), name) == 0)
            file = real_file(channel);
    }
    if (file == NULL)
        ctl_complain("%s: the host does not say which file this channel's plugin is", name);
    answer_finish(&answer);
    return file;
}

enum ctl_status swap_run(struct peer *peer, const struct ctl *ctl, const char *channel,
                         const char *plugin) {
    char *file = find_file(peer, channel);
    enum ctl_status status = file ? exchange_make(plugin, file) : CTL_FAILED;
    if (status == CTL_OK) {
        status = reload_request(peer, ctl->json);
        if (status == CTL_OK)
            fprintf(stderr, "the plugin before is %s.previous\n", file);
        else if (exchange_undo(file) == CTL_OK)
            ctl_complain("%s is again what it was", file);
    }
    free(file);
    return status;
}

/* As a word of the shell. */
static void print_word(const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+,:@%=";
    if (*word && word[strspn(word, plain)] == '\0') {
        printf(" %s", word);
        return;
    }
    printf(" '");
    for (; *word; word++) {
        if (*word == '\'')
            printf("'\\''");
        else
            putchar(*word);
    }
    putchar('\'');
}

void swap_explain(struct peer *peer, const struct ctl *ctl, const char *channel,
                  const char *plugin) {
    char *file = find_file(peer, channel);
    if (file == NULL)
        return;
    printf("\nto swap:\n  install -m 0644");
    print_word(plugin);
    print_word(file);
    printf("\n  sentioctl");
    if (ctl->socket) {
        printf(" --socket");
        print_word(ctl->socket);
    } else if (ctl->file_given) {
        printf(" -c");
        print_word(ctl->file);
    }
    printf(" reload\n");
    free(file);
}
