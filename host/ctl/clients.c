/* SPDX-License-Identifier: MIT */
#include "clients.h"

#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "peer.h"

#define CLIENTS "/api/v1/host/clients"

static const char *const heading[] = {"CLIENT", "TRANSPORT", "ADDRESS",  "USER",  "CHANNELS",
                                      "SINCE",  "SLOW",      "MESSAGES", "BYTES", "WAITING"};

enum {
    COLUMNS = sizeof(heading) / sizeof(heading[0]),
    FIRST_NUMBER = 7,
    PARAMETERS = 5,
    NAMES_SIZE = 256,
    PATH_SIZE = 128
};

/* What the command line asks for; the last one ends the list. */
struct question {
    struct peer_parameter parameters[PARAMETERS + 1];
    size_t count;
};

static void ask(struct question *question, const char *name, const char *value) {
    for (size_t i = 0; i < question->count; i++) {
        if (strcmp(question->parameters[i].name, name) != 0)
            continue;
        question->parameters[i].value = value;
        return;
    }
    question->parameters[question->count++] = (struct peer_parameter){name, value};
}

static enum ctl_status read_words(struct question *question, const struct ctl *ctl) {
    ask(question, "limit", "1000");
    for (size_t i = 0; i < ctl->word_count; i++) {
        const char *word = ctl->words[i];
        bool more = i + 1 < ctl->word_count;
        if (strcmp(word, "--slow") == 0)
            ask(question, "slow", "true");
        else if (strcmp(word, "--channel") == 0 && more)
            ask(question, "channel", ctl->words[++i]);
        else if (strcmp(word, "--user") == 0 && more)
            ask(question, "user", ctl->words[++i]);
        else
            return ctl_misused(
                "clients", "\"%s\" does not belong here, or something is missing after it", word);
    }
    return CTL_OK;
}

/* What a client says of itself is not to move the reader's cursor. */
static void add_safely(struct grid *grid, const char *text) {
    char safe[NAMES_SIZE];
    size_t size = 0;
    for (; text[size] != '\0' && size < sizeof(safe) - 1; size++) {
        unsigned char c = (unsigned char)text[size];
        bool second = size > 0 && (unsigned char)text[size - 1] == 0xc2 && c < 0xa0; /* C1 */
        safe[size] = c < ' ' || c == 0x7f || second ? '?' : text[size];
        if (second)
            safe[size - 1] = '?';
    }
    safe[size] = '\0';
    grid_add(grid, size ? safe : NULL);
}

/* "a,b", cut when there are too many. */
static void add_channels(struct grid *grid, struct json_object *channels) {
    char names[NAMES_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < answer_count(channels) && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? "," : "",
                                 answer_text(answer_element(channels, i), "name"));
    grid_add(grid, *names ? names : NULL);
}

static void add(struct grid *grid, struct json_object *client) {
    static const char *const texts[] = {"id", "transport", "address", "user"};
    static const char *const numbers[] = {"messages_out", "bytes_out", "outbox_bytes"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        add_safely(grid, answer_text(client, texts[i]));
    add_channels(grid, answer_member(client, "channels"));
    grid_add(grid, answer_text(client, "connected_at"));
    grid_add(grid, strcmp(answer_plain(client, "slow"), "true") == 0 ? "slow" : NULL);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        grid_format(grid, "%lld", (long long)answer_number(client, numbers[i]));
}

/* One page. `after` becomes what the next one is asked for by; NULL: it was the last. */
static enum ctl_status take_page(struct peer *peer, const struct ctl *ctl,
                                 const struct question *question, struct grid *grid, char **after) {
    struct answer answer;
    enum ctl_status status = peer_get(peer, CLIENTS, question->parameters, &answer);
    free(*after);
    *after = NULL;
    if (status != CTL_OK)
        return status;
    if (!answer_is_good(&answer)) {
        status = ctl->json ? answer_print(&answer) : answer_complain(&answer);
        answer_finish(&answer);
        return status;
    }
    struct json_object *clients = answer_member(answer.json, "clients");
    if (ctl->json)
        status = answer_print(&answer);
    for (size_t i = 0; !ctl->json && i < answer_count(clients); i++)
        add(grid, answer_element(clients, i));
    const char *next = answer_text(answer.json, "next");
    *after = *next ? strdup(next) : NULL;
    answer_finish(&answer);
    return status;
}

static enum ctl_status take_all(struct peer *peer, const struct ctl *ctl, struct question *question,
                                struct grid *grid) {
    char *after = NULL;
    enum ctl_status status = take_page(peer, ctl, question, grid, &after);
    while (status == CTL_OK && after != NULL) {
        ask(question, "after", after);
        status = take_page(peer, ctl, question, grid, &after);
    }
    free(after);
    return status;
}

enum ctl_status clients_show(const struct ctl *ctl) {
    struct question question = {.count = 0};
    struct peer peer;
    struct grid grid;
    enum ctl_status status = read_words(&question, ctl);
    if (status == CTL_OK)
        status = peer_open(&peer, ctl);
    if (status != CTL_OK)
        return status;
    grid_init(&grid, COLUMNS, ~0u << FIRST_NUMBER);
    for (size_t i = 0; i < COLUMNS; i++)
        grid_add(&grid, heading[i]);
    status = take_all(&peer, ctl, &question, &grid);
    if (status == CTL_OK && !ctl->json && grid_print(&grid, stdout) != 0) {
        ctl_complain("out of memory");
        status = CTL_FAILED;
    }
    grid_finish(&grid);
    peer_close(&peer);
    return status;
}

enum ctl_status clients_kick(const struct ctl *ctl) {
    struct peer peer;
    struct answer answer;
    char path[PATH_SIZE];
    if (ctl->word_count != 1)
        return ctl_misused("kick", "name one client, as \"sentioctl clients\" lists them");
    const char *id = ctl->words[0];
    if (strspn(id, "0123456789") != strlen(id) || *id == '\0' || strlen(id) > 20)
        return ctl_misused("kick", "\"%s\" is no client's number", id);
    enum ctl_status status = peer_open(&peer, ctl);
    if (status != CTL_OK)
        return status;
    snprintf(path, sizeof(path), CLIENTS "/%s/kick", id);
    status = peer_post(&peer, path, NULL, PEER_PATIENCE_MS, &answer);
    if (status == CTL_OK) {
        if (ctl->json)
            status = answer_print(&answer);
        else if (answer_is_good(&answer))
            printf("client %s is kicked\n", id);
        else
            status = answer_complain(&answer);
        answer_finish(&answer);
    }
    peer_close(&peer);
    return status;
}
