/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_QUEUE_H
#define SENTIO_HOST_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/*
 * Messages from any thread to the one that runs a loop, in the order in which they were put in,
 * without a lock: producers push onto an atomic stack, the consumer takes the whole stack and turns
 * it over. It is woken by an eventfd, and only when it may be waiting for events: uv_async would
 * have it spin while the producer that woke it is off the processor. Bounded in bytes by
 * queue_offer; queue_push is for what must never be refused (its number is bounded by the number of
 * connections).
 */

/* The head of every message. Whoever holds it owns it; deliver() takes it over. */
struct message {
    struct message *next;
    size_t size; /* bytes that it counts for; not changed while it is in a queue */
    int kind;    /* enum message_kind */
};

struct queue {
    _Atomic(struct message *) top;
    atomic_size_t bytes;
    size_t limit;
    struct message *ready; /* consumer only: taken, in order, not yet delivered */
    int wake;              /* eventfd */
    atomic_bool asleep;    /* the consumer has to be woken for what comes */
    uv_poll_t poll;
    uv_prepare_t prepare;
    void (*deliver)(void *context, struct message *message);
    bool (*hold)(void *context); /* NULL, or: true while nothing is to be delivered */
    void *context;
};

/* In the loop's thread, or before it runs. 0 or SENTIO_FAILED. */
int queue_init(struct queue *queue, uv_loop_t *loop, size_t limit);
/* In the loop's thread, when no producer is left; messages that remain are handed to `discard`. */
void queue_finish(struct queue *queue, void (*discard)(struct message *message));

/*
 * Any thread. The consumer is woken by queue_announce, once for all that was put in before: a
 * producer calls it at the end of its loop's turn, so that neither thread interrupts the other for
 * every message.
 */
void queue_put(struct queue *queue, struct message *message);
/* The same within the limit. False: full, and the message is still the caller's. */
bool queue_offer(struct queue *queue, struct message *message);
void queue_announce(struct queue *queue);
/* queue_put and queue_announce. */
void queue_push(struct queue *queue, struct message *message);
bool queue_full(const struct queue *queue);

/* Any thread: has the loop turn once more. */
void queue_wake(struct queue *queue);

/* In the loop's thread: delivers what is there; also after hold() has turned false. */
void queue_pump(struct queue *queue);

#endif
