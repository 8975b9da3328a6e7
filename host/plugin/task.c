/* SPDX-License-Identifier: MIT */
#include "task.h"

#include <stdlib.h>
#include <string.h>

#include <sentio/sdk.h>

#include "worker/wire_call.h"

struct task *task_create(const struct call *call, const struct asker *asker) {
    struct wire_buffer out = {0};
    struct task *task = NULL;
    struct sentio_bytes name = asker ? asker->publisher.name : sentio_bytes(NULL, 0);
    if (wire_call(&out, 0, 0, call) != 0)
        goto out;
    size_t size = out.end - out.start;
    task = calloc(1, sizeof(*task) + size + name.size);
    if (task == NULL)
        goto out;
    task->kind = call->kind;
    task->now = call->abi.now;
    task->size = size;
    memcpy(task->frame, out.data + out.start, size);
    if (asker)
        task->asker = *asker;
    if (name.size)
        memcpy(task->frame + size, name.data, name.size);
    task->asker.publisher.name = sentio_bytes(task->frame + size, name.size);
out:
    wire_finish(&out);
    return task;
}

void task_address(struct task *task, uint64_t serial, uint16_t flags) {
    struct wire_head head;
    memcpy(&head, task->frame, sizeof(head));
    head.serial = serial;
    head.flags = flags;
    task->serial = serial;
    memcpy(task->frame, &head, sizeof(head));
}

void task_frame(const struct task *task, struct wire_frame *frame) {
    struct wire_head head;
    memcpy(&head, task->frame, sizeof(head));
    *frame = (struct wire_frame){
        .kind = head.kind,
        .flags = head.flags,
        .serial = head.serial,
        .body = sentio_bytes(task->frame + sizeof(head), head.size),
    };
}

void task_list_insert(struct task_list *list, struct task *before, struct task *task) {
    struct task **link = before ? &before->next : &list->first;
    task->next = *link;
    *link = task;
    if (task->next == NULL)
        list->last = task;
    list->bytes += task->size;
    list->count++;
}

void task_list_add(struct task_list *list, struct task *task) {
    task_list_insert(list, list->last, task);
}

struct task *task_list_take(struct task_list *list) {
    struct task *task = list->first;
    if (task != NULL)
        task_list_remove(list, task);
    return task;
}

void task_list_remove(struct task_list *list, struct task *task) {
    struct task *before = NULL;
    struct task **link = &list->first;
    while (*link != task) {
        before = *link;
        link = &before->next;
    }
    *link = task->next;
    if (list->last == task)
        list->last = before;
    task->next = NULL;
    list->bytes -= task->size;
    list->count--;
}

void task_list_split(struct task_list *list, bool (*wanted)(const struct task *task),
                     struct task_list *taken) {
    struct task_list left = {0};
    for (struct task *task = task_list_take(list); task; task = task_list_take(list))
        task_list_add(wanted(task) ? taken : &left, task);
    *list = left;
}

void task_list_prepend(struct task_list *list, struct task_list *from) {
    if (from->first == NULL)
        return;
    from->last->next = list->first;
    list->first = from->first;
    if (list->last == NULL)
        list->last = from->last;
    list->bytes += from->bytes;
    list->count += from->count;
    *from = (struct task_list){0};
}
