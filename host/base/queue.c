/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <sentio/plugin.h>

enum { ROUNDS = 4 }; /* how often what came meanwhile is taken in one turn */

static void on_readable(uv_poll_t *poll, int status, int events) {
    struct queue *queue = poll->data;
    eventfd_t count;
    (void)status;
    (void)events;
    eventfd_read(queue->wake, &count);
    atomic_store(&queue->asleep, false);
    queue_pump(queue);
}

/* The last thing before the loop waits. A producer that came before this has not woken it, one
 * that comes after it does. */
static void on_prepare(uv_prepare_t *prepare) {
    struct queue *queue = prepare->data;
    atomic_store(&queue->asleep, true);
    if (queue->ready == NULL && atomic_load(&queue->top) != NULL)
        queue_wake(queue);
}

void queue_wake(struct queue *queue) {
    eventfd_write(queue->wake, 1);
}

int queue_init(struct queue *queue, uv_loop_t *loop, size_t limit) {
    atomic_init(&queue->top, NULL);
    atomic_init(&queue->bytes, 0);
    atomic_init(&queue->asleep, true);
    queue->limit = limit;
    queue->ready = NULL;
    queue->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (queue->wake == -1)
        return SENTIO_FAILED;
    if (uv_poll_init(loop, &queue->poll, queue->wake) != 0) {
        close(queue->wake);
        return SENTIO_FAILED;
    }
    queue->poll.data = queue;
    queue->prepare.data = queue;
    uv_poll_start(&queue->poll, UV_READABLE, on_readable);
    uv_prepare_init(loop, &queue->prepare);
    uv_prepare_start(&queue->prepare, on_prepare);
    return 0;
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
    uv_close((uv_handle_t *)&queue->poll, NULL);
    uv_close((uv_handle_t *)&queue->prepare, NULL);
    close(queue->wake);
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
    } while (!atomic_compare_exchange_weak(&queue->top, &top, message));
}

/* Only the first one wakes: the consumer takes all that came after it in the same go. */
void queue_announce(struct queue *queue) {
    if (atomic_load(&queue->top) != NULL && atomic_load(&queue->asleep) &&
        atomic_exchange(&queue->asleep, false))
        queue_wake(queue);
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
    queue_wake(queue);
}
