/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_TASK_H
#define SENTIO_HOST_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "model/asker.h"
#include "worker/wire.h"

/*
 * A call that is written down, because it can not be run at once: its channel is held, or its
 * plugin runs in a worker. One allocation with its frame, for free().
 */
struct task {
    struct task *next;
    struct asker asker;
    uint64_t serial; /* its worker's, rising; 0: none has it yet */
    int64_t now;     /* the call's time, Unix ms */
    enum call_kind kind;
    bool answered;  /* what it asked for is done: it is kept to be repeated after a death */
    bool own;       /* its worker's: a save() that nobody else has asked for */
    uint8_t deaths; /* workers that have died of it */
    size_t size;    /* of the frame, its head included */
    char frame[];   /* WIRE_CALL, then the publisher's name */
};

/* Copies everything that the call points to. NULL: out of memory, or too big. */
struct task *task_create(const struct call *call, const struct asker *asker);

/* The head of its frame says which call it is and how it is meant. */
void task_address(struct task *task, uint64_t serial, uint16_t flags);

/* Its frame, which lives as long as it does. */
struct wire_frame;
void task_frame(const struct task *task, struct wire_frame *frame);

/* First in, first out. All zero: empty. */
struct task_list {
    struct task *first;
    struct task *last;
    size_t bytes; /* of the frames */
    size_t count;
};

void task_list_add(struct task_list *list, struct task *task);
/* `before`: what stands in front of the place; NULL: nothing, it is the first. */
void task_list_insert(struct task_list *list, struct task *before, struct task *task);
/* Takes the first out; NULL: none. */
struct task *task_list_take(struct task_list *list);
/* Takes out one that is in it. */
void task_list_remove(struct task_list *list, struct task *task);
/* Moves those that are wanted to the end of `taken`, in their order. */
void task_list_split(struct task_list *list, bool (*wanted)(const struct task *task),
                     struct task_list *taken);
/* Puts all of `from` in front of `list`. */
void task_list_prepend(struct task_list *list, struct task_list *from);

#endif
