/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <assert.h>
#include <stdlib.h>

/* The lists that a filter stands in besides stream->every: its topics', or the stream's `all`. */
static uint32_t list_count(const struct interest *interest) {
    return interest->all ? 1 : interest->topic_count;
}

static struct filter_list *list_at(const struct interest *interest, size_t io, uint32_t n) {
    return interest->all ? &interest->stream->all[io] : &interest->topics[n]->filters[io];
}

static int list_add(struct filter_list *list, struct filter *filter, uint32_t *place) {
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 2;
        struct filter **items = realloc(list->items, capacity * sizeof(*items));
        if (items == NULL)
            return SENTIO_NO_MEMORY;
        list->items = items;
        list->capacity = capacity;
    }
    *place = list->count;
    list->items[list->count++] = filter;
    return 0;
}

/* The last one takes the free place; returns it, or NULL when there is none to move. */
static struct filter *list_remove(struct filter_list *list, uint32_t place) {
    struct filter *moved = list->items[--list->count];
    if (list->count == 0) {
        free(list->items);
        *list = (struct filter_list){NULL, 0, 0};
        return NULL;
    }
    if (place == list->count)
        return NULL;
    list->items[place] = moved;
    return moved;
}

/* Which of its interest's topics this is; they are sorted by address. */
static uint32_t topic_index(const struct interest *interest, const struct topic *topic) {
    uint32_t low = 0;
    uint32_t high = interest->topic_count;
    while (low + 1 < high) {
        uint32_t middle = (low + high) / 2;
        if (interest->topics[middle] <= topic)
            low = middle;
        else
            high = middle;
    }
    assert(interest->topics[low] == topic);
    return low;
}

static void leave_list(struct filter *filter, size_t io, uint32_t n) {
    struct interest *interest = filter->interest;
    struct filter *moved = list_remove(list_at(interest, io, n), filter->places[n]);
    if (moved != NULL)
        moved->places[interest->all ? 0 : topic_index(moved->interest, interest->topics[n])] =
            filter->places[n];
}

static void leave_every(struct filter *filter, size_t io) {
    struct filter *moved = list_remove(&filter->interest->stream->every[io], filter->every_place);
    if (moved != NULL)
        moved->every_place = filter->every_place;
}

struct filter *filter_obtain(struct interest *interest, size_t io) {
    uint32_t count = list_count(interest);
    uint32_t done = 0;
    if (interest->filters[io] != NULL)
        return interest->filters[io];
    struct filter *filter = calloc(1, sizeof(*filter) + count * sizeof(uint32_t));
    if (filter == NULL)
        return NULL;
    filter->interest = interest_ref(interest);
    filter->chooses = interest->predicates.count > 0;
    filter->named = interest->named;
    filter->members = &filter->only;
    filter->capacity = 1;
    filter->first_hit = NO_ENTRY;
    filter->last_hit = NO_ENTRY;
    if (list_add(&interest->stream->every[io], filter, &filter->every_place) != 0)
        goto fail;
    for (; done < count; done++)
        if (list_add(list_at(interest, io, done), filter, &filter->places[done]) != 0)
            goto fail_lists;
    interest->filters[io] = filter;
    return filter;

fail_lists:
    while (done > 0)
        leave_list(filter, io, --done);
    leave_every(filter, io);
fail:
    interest_unref(interest);
    free(filter);
    return NULL;
}

void filter_destroy(struct filter *filter, size_t io) {
    struct interest *interest = filter->interest;
    assert(filter->count == 0 && filter->pending == NULL);
    for (uint32_t n = 0; n < list_count(interest); n++)
        leave_list(filter, io, n);
    leave_every(filter, io);
    interest->filters[io] = NULL;
    if (filter->members != &filter->only)
        free(filter->members);
    free(filter);
    interest_unref(interest);
}

static int grow(struct filter *filter) {
    struct member **old = filter->members == &filter->only ? NULL : filter->members;
    uint32_t capacity = filter->capacity * 2;
    struct member **members = realloc(old, capacity * sizeof(struct member *));
    if (members == NULL)
        return SENTIO_NO_MEMORY;
    if (old == NULL)
        members[0] = filter->only;
    filter->members = members;
    filter->capacity = capacity;
    return 0;
}

int filter_add(struct filter *filter, struct member *member) {
    if (filter->count == filter->capacity && grow(filter) != 0)
        return SENTIO_NO_MEMORY;
    member->filter = filter;
    member->index = filter->count;
    filter->members[filter->count++] = member;
    filter->formed[member->connection->form]++;
    return 0;
}

void filter_remove(struct filter *filter, struct member *member) {
    struct member *moved = filter->members[--filter->count];
    filter->members[member->index] = moved;
    moved->index = member->index;
    member->filter = NULL;
    filter->formed[member->connection->form]--;
}
