/* SPDX-License-Identifier: MIT */
#include "held.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HELD_MAX ((size_t)16 * 1024 * 1024)

int held_init(struct held *held) {
    *held = (struct held){.last = &held->first};
    held->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return held->bell == -1 ? SENTIO_FAILED : SENTIO_OK;
}

void held_finish(struct held *held) {
    while (held->first)
        held_drop(held);
    if (held->bell != -1)
        close(held->bell);
    held->bell = -1;
}

static void ring(const struct held *held) {
    eventfd_write(held->bell, 1);
}

static void silence(const struct held *held) {
    eventfd_t count;
    eventfd_read(held->bell, &count);
}

bool held_has_room(const struct held *held) {
    return held->bytes < HELD_MAX;
}

int held_add(struct held *held, uint64_t call, struct sentio_bytes line) {
    if (!held_has_room(held))
        return SENTIO_AGAIN;
    struct held_line *added = malloc(sizeof(*added) + line.size);
    if (!added)
        return SENTIO_NO_MEMORY;
    added->next = NULL;
    added->call = call;
    added->size = line.size;
    memcpy(added->text, line.data, line.size);
    if (!held->first)
        ring(held);
    *held->last = added;
    held->last = &added->next;
    held->bytes += line.size;
    return SENTIO_OK;
}

static void take_off(struct held *held, struct held_line **at) {
    struct held_line *line = *at;
    *at = line->next;
    if (held->last == &line->next)
        held->last = at;
    held->bytes -= line->size;
    free(line);
    if (!held->first)
        silence(held);
}

void held_drop(struct held *held) {
    take_off(held, &held->first);
}

void held_forget(struct held *held, uint64_t call) {
    struct held_line **at = &held->first;
    while (*at) {
        if ((*at)->call == call)
            take_off(held, at);
        else
            at = &(*at)->next;
    }
}
