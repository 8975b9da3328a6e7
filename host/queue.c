/* SPDX-License-Identifier: MIT */
#include "queue.h"

enum { ROUNDS = 4 }; /* how often what came meanwhile is taken in one turn */

static void on_async(uv_async_t *async) {
    queue_pump(async->data);
}

int queue_init(struct queue *queue, uv_loop_t *loop, size_t limit) {
    atomic_init(&queue->top, NULL);
    atomic_init(&queue->unannounced, false);
    atomic_init(&queue->bytes, 0);
    queue->limit = limit;
    queue->ready = NULL;
    queue->async.data = queue;
    return uv_async_init(loop, &queue->async, on_async);
}

static struct message *take(struct queue *queue) {
    struct message *stack = atomic_exchange_explicit(&queue->top, NULL, memory_order_acquire);
    struct message *ordered = NULL;
    while (stack != NULL) {
        struct message *next = stack->next;
        stack->next = ordered;
        ordered = stack;
        stack = next;
    }
    return ordered;
}

void queue_finish(struct queue *queue, void (*discard)(struct message *message)) {
    uv_close((uv_handle_t *)&queue->async, NULL);
    for (int round = 0; round < 2; round++) {
        struct message *message = round == 0 ? queue->ready : take(queue);
        while (message != NULL) {
            struct message *next = message->next;
            discard(message);
            message = next;
        }
    }
    queue->ready = NULL;
}

void queue_put(struct queue *queue, struct message *message) {
    atomic_fetch_add_explicit(&queue->bytes, message->size, memory_order_relaxed);
    struct message *top = atomic_load_explicit(&queue->top, memory_order_relaxed);
    do {
        message->next = top;
    } while (!atomic_compare_exchange_weak_explicit(&queue->top, &top, message,
                                                    memory_order_release, memory_order_relaxed));
    /* Only the first one needs to wake: the consumer takes all that came after it in the same go.
     */
    if (top == NULL)
        atomic_store_explicit(&queue->unannounced, true, memory_order_relaxed);
}

void queue_announce(struct queue *queue) {
    if (!atomic_load_explicit(&queue->unannounced, memory_order_relaxed))
        return;
    if (atomic_exchange_explicit(&queue->unannounced, false, memory_order_acq_rel))
        uv_async_send(&queue->async);
}

void queue_push(struct queue *queue, struct message *message) {
    queue_put(queue, message);
    queue_announce(queue);
}

bool queue_full(const struct queue *queue) {
    return atomic_load_explicit(&queue->bytes, memory_order_relaxed) >= queue->limit;
}

bool queue_offer(struct queue *queue, struct message *message) {
    if (queue_full(queue))
        return false;
    queue_put(queue, message);
    return true;
}

void queue_pump(struct queue *queue) {
    for (int round = 0; round < ROUNDS; round++) {
        while (queue->ready != NULL) {
            if (queue->hold && queue->hold(queue->context))
                return;
            struct message *message = queue->ready;
            queue->ready = message->next;
            atomic_fetch_sub_explicit(&queue->bytes, message->size, memory_order_relaxed);
            queue->deliver(queue->context, message);
        }
        queue->ready = take(queue);
        if (queue->ready == NULL)
            return;
    }
    /* The loop's other callers have their turn first. */
    uv_async_send(&queue->async);
}
