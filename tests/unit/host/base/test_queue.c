/* SPDX-License-Identifier: MIT */
#include "base/queue.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PRODUCERS = 4, EACH = 20000, SEEN_MAX = 16 };

struct fixture {
    uv_loop_t loop;
    struct queue queue;
    bool held;
    int again; /* deliver() pushes a message of this kind once */
    int seen[SEEN_MAX];
    int count;
    int next[PRODUCERS]; /* of each producer, the number to come */
    int expected;        /* messages until the loop is to end */
};

struct producer {
    pthread_t thread;
    struct queue *queue;
    int number;
};

static struct message *make(int kind, size_t size) {
    struct message *message = calloc(1, sizeof(*message));
    assert_non_null(message);
    message->kind = kind;
    message->size = size;
    return message;
}

static void record(void *context, struct message *message) {
    struct fixture *fixture = context;
    assert_true(fixture->count < SEEN_MAX);
    fixture->seen[fixture->count++] = message->kind;
    free(message);
    if (fixture->again != 0) {
        queue_push(&fixture->queue, make(fixture->again, 1));
        fixture->again = 0;
    }
}

static bool is_held(void *context) {
    return ((struct fixture *)context)->held;
}

static void discard(struct message *message) {
    free(message);
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL || uv_loop_init(&fixture->loop) != 0)
        return -1;
    fixture->queue.deliver = record;
    fixture->queue.hold = is_held;
    fixture->queue.context = fixture;
    return queue_init(&fixture->queue, &fixture->loop, 100);
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    queue_finish(&fixture->queue, discard);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int error = uv_loop_close(&fixture->loop);
    free(fixture);
    return error;
}

static void assert_seen(const struct fixture *fixture, const int *kinds, int count) {
    assert_int_equal(fixture->count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(fixture->seen[i], kinds[i]);
}

static void messages_are_delivered_by_the_loop_in_the_order_of_the_pushes(void **state) {
    struct fixture *fixture = *state;
    for (int kind = 1; kind <= 4; kind++)
        queue_push(&fixture->queue, make(kind, 1));
    assert_int_equal(fixture->count, 0);
    uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_seen(fixture, (int[]){1, 2, 3, 4}, 4);
}

static void messages_that_came_while_the_loop_was_awake_do_not_wait_for_an_event(void **state) {
    struct fixture *fixture = *state;
    queue_push(&fixture->queue, make(1, 1));
    uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_false(atomic_load(&fixture->queue.asleep));
    queue_push(&fixture->queue, make(2, 1));
    uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_seen(fixture, (int[]){1, 2}, 2);
}

static void a_wake_turns_the_loop_once_more(void **state) {
    struct fixture *fixture = *state;
    queue_wake(&fixture->queue);
    uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_int_equal(fixture->count, 0);
}

static void what_a_delivery_pushes_is_delivered_behind_the_rest(void **state) {
    struct fixture *fixture = *state;
    fixture->again = 9;
    queue_push(&fixture->queue, make(1, 1));
    queue_push(&fixture->queue, make(2, 1));
    queue_pump(&fixture->queue);
    assert_seen(fixture, (int[]){1, 2, 9}, 3);
}

static void a_full_queue_refuses_an_offer_until_it_has_been_emptied(void **state) {
    struct fixture *fixture = *state;
    struct message *refused = make(3, 1);
    assert_true(queue_offer(&fixture->queue, make(1, 60)));
    assert_false(queue_full(&fixture->queue));
    assert_true(queue_offer(&fixture->queue, make(2, 60)));
    assert_true(queue_full(&fixture->queue));
    assert_false(queue_offer(&fixture->queue, refused));
    queue_pump(&fixture->queue);
    assert_seen(fixture, (int[]){1, 2}, 2);
    assert_false(queue_full(&fixture->queue));
    assert_true(queue_offer(&fixture->queue, refused));
    queue_pump(&fixture->queue);
    assert_seen(fixture, (int[]){1, 2, 3}, 3);
}

static void a_queue_is_full_at_exactly_its_limit(void **state) {
    struct fixture *fixture = *state;
    queue_push(&fixture->queue, make(1, 99));
    assert_false(queue_full(&fixture->queue));
    queue_push(&fixture->queue, make(2, 1));
    assert_true(queue_full(&fixture->queue));
}

static void an_empty_queue_takes_a_message_that_is_larger_than_the_limit(void **state) {
    struct fixture *fixture = *state;
    assert_true(queue_offer(&fixture->queue, make(1, 5000)));
    assert_true(queue_full(&fixture->queue));
    queue_pump(&fixture->queue);
    assert_false(queue_full(&fixture->queue));
}

static void a_push_is_taken_by_a_full_queue(void **state) {
    struct fixture *fixture = *state;
    queue_push(&fixture->queue, make(1, 100));
    queue_push(&fixture->queue, make(2, 100));
    queue_pump(&fixture->queue);
    assert_seen(fixture, (int[]){1, 2}, 2);
}

static void nothing_is_delivered_while_it_is_held_and_the_bytes_still_count(void **state) {
    struct fixture *fixture = *state;
    fixture->held = true;
    queue_push(&fixture->queue, make(1, 100));
    uv_run(&fixture->loop, UV_RUN_ONCE);
    queue_push(&fixture->queue, make(2, 1));
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_int_equal(fixture->count, 0);
    assert_true(queue_full(&fixture->queue));
    fixture->held = false;
    queue_pump(&fixture->queue);
    assert_seen(fixture, (int[]){1, 2}, 2);
    assert_false(queue_full(&fixture->queue));
}

static void hold_once(void *context, struct message *message) {
    struct fixture *fixture = context;
    fixture->held = true;
    record(context, message);
}

static void hold_that_begins_in_a_delivery_keeps_back_the_next_message(void **state) {
    struct fixture *fixture = *state;
    fixture->queue.deliver = hold_once;
    for (int kind = 1; kind <= 3; kind++)
        queue_push(&fixture->queue, make(kind, 1));
    for (int count = 1; count <= 3; count++) {
        fixture->held = false;
        queue_pump(&fixture->queue);
        assert_int_equal(fixture->count, count);
    }
    assert_seen(fixture, (int[]){1, 2, 3}, 3);
}

static void without_hold_everything_is_delivered(void **state) {
    struct fixture *fixture = *state;
    fixture->queue.hold = NULL;
    fixture->held = true;
    queue_push(&fixture->queue, make(1, 1));
    queue_pump(&fixture->queue);
    assert_seen(fixture, (int[]){1}, 1);
}

struct discarded {
    struct message head;
    int *count;
};

static void count_discarded(struct message *message) {
    (*((struct discarded *)message)->count)++;
    free(message);
}

static struct message *make_counted(int *count) {
    struct discarded *message = calloc(1, sizeof(*message));
    assert_non_null(message);
    message->head.size = 1;
    message->count = count;
    return &message->head;
}

static void finish_hands_over_what_was_taken_and_what_was_not(void **state) {
    (void)state;
    struct fixture fixture = {.held = true};
    int count = 0;
    assert_int_equal(uv_loop_init(&fixture.loop), 0);
    fixture.queue.deliver = record;
    fixture.queue.hold = is_held;
    fixture.queue.context = &fixture;
    assert_int_equal(queue_init(&fixture.queue, &fixture.loop, 100), 0);
    queue_push(&fixture.queue, make_counted(&count));
    queue_push(&fixture.queue, make_counted(&count));
    queue_pump(&fixture.queue);
    queue_push(&fixture.queue, make_counted(&count));
    queue_finish(&fixture.queue, count_discarded);
    assert_int_equal(count, 3);
    assert_int_equal(fixture.count, 0);
    uv_run(&fixture.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture.loop), 0);
}

/* Kinds are producer * EACH + number. */
static void follow(void *context, struct message *message) {
    struct fixture *fixture = context;
    int producer = message->kind / EACH;
    assert_int_equal(message->kind % EACH, fixture->next[producer]);
    fixture->next[producer]++;
    free(message);
    if (--fixture->expected == 0)
        uv_stop(&fixture->loop);
}

static void *produce(void *argument) {
    struct producer *producer = argument;
    for (int i = 0; i < EACH; i++) {
        struct message *message = malloc(sizeof(*message));
        if (message == NULL)
            abort();
        message->kind = producer->number * EACH + i;
        message->size = 1;
        if (producer->number % 2 == 0)
            queue_push(producer->queue, message);
        else
            while (!queue_offer(producer->queue, message))
                sched_yield();
        queue_announce(producer->queue);
    }
    return NULL;
}

struct announcer {
    pthread_t thread;
    struct queue *queue;
};

/* Once the loop waits. */
static void *put_and_announce(void *context) {
    struct announcer *announcer = context;
    while (!atomic_load(&announcer->queue->asleep))
        sched_yield();
    queue_put(announcer->queue, make(1, 1));
    queue_put(announcer->queue, make(2, 1));
    queue_announce(announcer->queue);
    return NULL;
}

static void what_is_put_in_is_delivered_once_it_is_announced(void **state) {
    struct fixture *fixture = *state;
    struct announcer announcer = {.queue = &fixture->queue};
    queue_push(&fixture->queue, make(9, 1));
    uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_int_equal(pthread_create(&announcer.thread, NULL, put_and_announce, &announcer), 0);
    while (fixture->count < 3)
        uv_run(&fixture->loop, UV_RUN_ONCE);
    assert_seen(fixture, (int[]){9, 1, 2}, 3);
    assert_int_equal(pthread_join(announcer.thread, NULL), 0);
}

static void an_empty_queue_wakes_nobody(void **state) {
    struct fixture *fixture = *state;
    queue_announce(&fixture->queue);
    assert_true(atomic_load(&fixture->queue.asleep));
}

static void many_producers_lose_nothing_and_each_one_keeps_its_order(void **state) {
    struct fixture *fixture = *state;
    struct producer producers[PRODUCERS];
    fixture->queue.deliver = follow;
    fixture->expected = PRODUCERS * EACH;
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.queue = &fixture->queue, .number = i};
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    for (int i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_join(producers[i].thread, NULL), 0);
        assert_int_equal(fixture->next[i], EACH);
    }
    assert_int_equal(atomic_load(&fixture->queue.bytes), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(messages_are_delivered_by_the_loop_in_the_order_of_the_pushes),
        TEST(messages_that_came_while_the_loop_was_awake_do_not_wait_for_an_event),
        TEST(a_wake_turns_the_loop_once_more),
        TEST(what_a_delivery_pushes_is_delivered_behind_the_rest),
        TEST(what_is_put_in_is_delivered_once_it_is_announced),
        TEST(an_empty_queue_wakes_nobody),
        TEST(a_full_queue_refuses_an_offer_until_it_has_been_emptied),
        TEST(a_queue_is_full_at_exactly_its_limit),
        TEST(an_empty_queue_takes_a_message_that_is_larger_than_the_limit),
        TEST(a_push_is_taken_by_a_full_queue),
        TEST(nothing_is_delivered_while_it_is_held_and_the_bytes_still_count),
        TEST(hold_that_begins_in_a_delivery_keeps_back_the_next_message),
        TEST(without_hold_everything_is_delivered),
        cmocka_unit_test(finish_hands_over_what_was_taken_and_what_was_not),
        TEST(many_producers_lose_nothing_and_each_one_keeps_its_order),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
