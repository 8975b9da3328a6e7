/* SPDX-License-Identifier: MIT */
#include "plugin/task.h"

#include "wire_fixture.h"
#include "worker/wire_call.h"

static struct task *publish(const char *text) {
    char name[] = "key";
    char body[64];
    snprintf(body, sizeof(body), "%s", text);
    const struct sentio_update update = {.origin = SENTIO_FROM_SOURCE, .name = sentio_text(name)};
    const struct asker asker = {.publisher = {.http = true, .io = 7, .name = sentio_text(name)},
                                .id = 9,
                                .presented = true};
    const struct call call = {
        .kind = CALL_PUBLISH, .update = &update, .text = sentio_text(body), .abi.now = 5};
    struct task *task = task_create(&call, &asker);
    assert_non_null(task);
    memset(name, 'x', sizeof(name) - 1);
    memset(body, 'x', sizeof(body) - 1);
    return task;
}

static void task_has_copies_of_the_call_and_of_who_asks(void **state) {
    (void)state;
    struct task *task = publish("{\"a\":1}");
    struct wire_call call = {0};
    struct wire_frame frame;
    task_frame(task, &frame);
    assert_int_equal(wire_read_call(&frame, &wire_plugin, &call), 0);
    assert_int_equal(call.call.kind, CALL_PUBLISH);
    assert_true(call.call.abi.now == 5);
    assert_bytes(call.call.text, "{\"a\":1}");
    assert_bytes(call.call.update->name, "key");
    assert_bytes(task->asker.publisher.name, "key");
    assert_int_equal(task->asker.publisher.io, 7);
    assert_true(task->asker.publisher.http && task->asker.presented);
    assert_int_equal(task->asker.id, 9);
    assert_int_equal(task->size, sizeof(struct wire_head) + frame.body.size);
    assert_int_equal(task->serial, 0);
    assert_false(task->answered || task->own);
    wire_call_finish(&call);
    free(task);
}

static void task_needs_nobody_who_asks(void **state) {
    (void)state;
    const struct call call = {.kind = CALL_LEFT, .number = 4};
    struct task *task = task_create(&call, NULL);
    assert_non_null(task);
    assert_int_equal(task->asker.publisher.name.size, 0);
    assert_int_equal(task->asker.id, 0);
    free(task);
}

static void call_that_is_too_big_is_no_task(void **state) {
    (void)state;
    static char text[WIRE_BODY_MAX + 1];
    const struct call call = {.kind = CALL_OPEN, .text = sentio_bytes(text, sizeof(text))};
    assert_null(task_create(&call, NULL));
}

static void address_is_in_the_frame(void **state) {
    (void)state;
    struct task *task = publish("{}");
    struct wire_frame before;
    struct wire_frame after;
    task_frame(task, &before);
    task_address(task, 1ull << 40, WIRE_QUIET);
    task_frame(task, &after);
    assert_true(task->serial == 1ull << 40 && after.serial == 1ull << 40);
    assert_int_equal(before.flags, 0);
    assert_int_equal(after.flags, WIRE_QUIET);
    assert_int_equal(after.kind, WIRE_CALL);
    assert_ptr_equal(after.body.data, before.body.data);
    assert_int_equal(after.body.size, before.body.size);
    free(task);
}

/* Tasks are told apart by their serials. */
static struct task *numbered(uint64_t serial) {
    const struct call call = {.kind = CALL_WOKEN};
    struct task *task = task_create(&call, NULL);
    assert_non_null(task);
    task_address(task, serial, 0);
    return task;
}

static void assert_list(const struct task_list *list, const char *serials) {
    char text[64] = "";
    size_t size = 0;
    size_t count = 0;
    size_t bytes = 0;
    const struct task *last = NULL;
    for (const struct task *task = list->first; task; task = task->next) {
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%d", (int)task->serial);
        bytes += task->size;
        count++;
        last = task;
    }
    assert_string_equal(text, serials);
    assert_ptr_equal(list->last, last);
    assert_int_equal(list->count, count);
    assert_int_equal(list->bytes, bytes);
}

static void fill(struct task_list *list, uint64_t from, uint64_t to) {
    for (uint64_t serial = from; serial <= to; serial++)
        task_list_add(list, numbered(serial));
}

static void drain(struct task_list *list) {
    for (struct task *task = task_list_take(list); task; task = task_list_take(list))
        free(task);
    assert_list(list, "");
}

static void list_is_first_in_first_out(void **state) {
    (void)state;
    struct task_list list = {0};
    assert_null(task_list_take(&list));
    fill(&list, 1, 3);
    assert_list(&list, "123");
    struct task *task = task_list_take(&list);
    assert_int_equal(task->serial, 1);
    assert_null(task->next);
    assert_list(&list, "23");
    task_list_add(&list, task);
    assert_list(&list, "231");
    drain(&list);
}

static void task_is_put_in_anywhere(void **state) {
    (void)state;
    struct task_list list = {0};
    task_list_insert(&list, NULL, numbered(2));
    assert_list(&list, "2");
    task_list_insert(&list, NULL, numbered(1));
    assert_list(&list, "12");
    task_list_insert(&list, list.first, numbered(5));
    assert_list(&list, "152");
    task_list_insert(&list, list.last, numbered(6));
    assert_list(&list, "1526");
    drain(&list);
}

static void task_is_taken_out_from_anywhere(void **state) {
    (void)state;
    struct task_list list = {0};
    fill(&list, 1, 4);
    struct task *second = list.first->next;
    struct task *fourth = list.last;
    task_list_remove(&list, second);
    assert_list(&list, "134");
    task_list_remove(&list, fourth);
    assert_list(&list, "13");
    struct task *first = list.first;
    task_list_remove(&list, first);
    assert_list(&list, "3");
    fill(&list, 7, 7);
    assert_list(&list, "37");
    free(second);
    free(first);
    free(fourth);
    drain(&list);
}

static bool is_odd(const struct task *task) {
    return task->serial % 2 == 1;
}

static bool is_any(const struct task *task) {
    return task->serial > 0;
}

static void wanted_tasks_are_split_off_in_their_order(void **state) {
    (void)state;
    struct task_list list = {0};
    struct task_list taken = {0};
    task_list_split(&list, is_odd, &taken);
    assert_list(&taken, "");
    fill(&list, 1, 5);
    fill(&taken, 9, 9);
    task_list_split(&list, is_odd, &taken);
    assert_list(&list, "24");
    assert_list(&taken, "9135");
    task_list_split(&list, is_odd, &taken);
    assert_list(&list, "24");
    task_list_split(&list, is_any, &taken);
    assert_list(&list, "");
    assert_list(&taken, "913524");
    drain(&taken);
}

static void list_is_put_in_front_of_another(void **state) {
    (void)state;
    struct task_list list = {0};
    struct task_list from = {0};
    task_list_prepend(&list, &from);
    assert_list(&list, "");
    fill(&from, 3, 4);
    task_list_prepend(&list, &from);
    assert_list(&list, "34");
    assert_list(&from, "");
    task_list_prepend(&list, &from);
    assert_list(&list, "34");
    fill(&from, 1, 2);
    task_list_prepend(&list, &from);
    assert_list(&list, "1234");
    drain(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(task_has_copies_of_the_call_and_of_who_asks),
        cmocka_unit_test(task_needs_nobody_who_asks),
        cmocka_unit_test(call_that_is_too_big_is_no_task),
        cmocka_unit_test(address_is_in_the_frame),
        cmocka_unit_test(list_is_first_in_first_out),
        cmocka_unit_test(task_is_put_in_anywhere),
        cmocka_unit_test(task_is_taken_out_from_anywhere),
        cmocka_unit_test(wanted_tasks_are_split_off_in_their_order),
        cmocka_unit_test(list_is_put_in_front_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
