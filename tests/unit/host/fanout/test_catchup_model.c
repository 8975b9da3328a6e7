/* SPDX-License-Identifier: MIT */
#include "catchup_fixture.h"

/*
 * Readers whose sockets take bytes by chance, on a channel whose history is trimmed now and then.
 * They lose their connections, come back with the offset that they have, and are told of the past
 * while updates go on. Whatever the order of events: each has every item of its topics once and in
 * order, or was told that it has not, and `prev` never shows a gap otherwise.
 */

enum { READERS = 4, TOPICS = 4, STEPS = 6000, BEHIND = 40 };

struct subscriber {
    struct reader reader;
    char topics[TOPICS + 1];
    uint64_t position;
    bool waiting; /* for a "recovered" */
    bool lost;    /* the hub is to tell it afresh */
};

struct world {
    struct past_items *past;
    uint64_t random;
    uint64_t trimmed; /* history goes back to here */
    struct subscriber subscribers[READERS];
    unsigned recovered;
    unsigned replayed;
    unsigned not_recovered;
    unsigned losses;
    unsigned closes;
    unsigned late; /* what the disk had */
};

static uint64_t next_wanted(const struct world *world, const struct subscriber *subscriber,
                            uint64_t offset) {
    do
        offset++;
    while (offset <= world->past->fixture->offset &&
           !names(subscriber->topics, world->past->items[offset]));
    return offset;
}

/* "update prev>offset [1,2,3] replay", or an object's "update prev>offset 1". */
static void take_items(struct world *world, struct subscriber *subscriber, const char *text,
                       uint64_t prev, uint64_t offset) {
    char *at = strchr(strchr(text, ' ') + 1, ' ') + 1;
    uint64_t item = subscriber->position;
    if (prev > subscriber->position || prev > offset)
        fail_msg("a gap: %s at %llu", text, (unsigned long long)subscriber->position);
    do {
        uint64_t wanted = next_wanted(world, subscriber, item);
        item = strtoull(at + (*at == '[' || *at == ','), &at, 10);
        if (item != wanted)
            fail_msg("%s: %llu is not the next after %llu", text, (unsigned long long)wanted,
                     (unsigned long long)subscriber->position);
    } while (*at == ',');
    assert_true(offset >= item);
    assert_true(next_wanted(world, subscriber, item) > offset);
    world->replayed += strstr(at, " replay") != NULL;
    subscriber->position = offset;
}

static void take_message(struct world *world, struct subscriber *subscriber,
                         struct sentio_bytes message) {
    char text[READER_TEXT_SIZE];
    uint64_t prev;
    uint64_t offset;
    unsigned long long told;
    describe_message(text, sizeof(text), message, &prev, &offset);
    if (sscanf(text, "{\"type\":\"recovered\",\"recovered\":true,\"offset\":%llu", &told) == 1) {
        world->recovered++;
        assert_true(next_wanted(world, subscriber, subscriber->position) > told);
    } else if (sscanf(text, "{\"type\":\"recovered\",\"recovered\":false,\"offset\":%llu", &told) ==
               1) {
        world->not_recovered++;
        assert_true(told >= subscriber->position);
    } else if (strstr(text, " snapshot") != NULL) {
        /* It has missed what it is told it has missed next. */
        assert_true(subscriber->waiting);
        return;
    } else {
        take_items(world, subscriber, text, prev, offset);
        return;
    }
    subscriber->position = told;
    subscriber->waiting = false;
}

static void take_all(struct world *world, struct subscriber *subscriber) {
    struct sentio_bytes message;
    struct lws *wsi = subscriber->reader.wsi;
    while (reader_next(&subscriber->reader, &message))
        take_message(world, subscriber, message);
    memmove(wsi->seen, wsi->seen + subscriber->reader.read, wsi->size - subscriber->reader.read);
    wsi->size -= subscriber->reader.read;
    subscriber->reader.read = 0;
}

static void end_text(char *text, size_t size, bool recovered, uint64_t offset) {
    snprintf(text, size, "{\"type\":\"recovered\",\"recovered\":%s,\"offset\":%llu}",
             recovered ? "true" : "false", (unsigned long long)offset);
}

/* A new connection, with `since`. What is older than half of the history comes from the disk. */
static void come_back(struct world *world, struct subscriber *subscriber, int number) {
    struct past_items *past = world->past;
    char end[96];
    bool recovered = subscriber->position >= world->trimmed;
    bool disk = recovered && fixture_random(&world->random, 3) == 0;
    reader_finish(&subscriber->reader);
    reader_init(&subscriber->reader, past->fixture, number);
    subscriber->reader.wsi->room = fixture_random(&world->random, 1000);
    subscriber->waiting = true;
    subscriber->lost = false;
    end_text(end, sizeof(end), recovered, past->fixture->offset);
    struct past_join join = {
        .topics = subscriber->topics,
        .replays = recovered && !disk,
        .since = subscriber->position,
        .end = disk ? "" : end,
        .snapshot = recovered ? NULL : subscriber->topics,
        .more = disk,
    };
    past_tell(past, &subscriber->reader, &join);
    if (!disk)
        return;
    uint64_t until = past->fixture->offset;
    for (uint32_t i = fixture_random(&world->random, 30); i > 0; i--)
        past_publish(past, "A B");
    join = (struct past_join){.topics = subscriber->topics,
                              .replays = true,
                              .since = subscriber->position,
                              .until = until,
                              .end = end,
                              .only_more = true};
    if (subscriber->reader.peer.member.catchup)
        past_tell(past, &subscriber->reader, &join);
    world->late++;
}

static void step_publish(struct world *world) {
    char words[2 * FIXTURE_ITEMS_MAX] = "";
    uint32_t count = 1 + fixture_random(&world->random, FIXTURE_ITEMS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        words[2 * i] = (char)('A' + fixture_random(&world->random, TOPICS));
        words[2 * i + 1] = i + 1 < count ? ' ' : '\0';
    }
    if (world->past->fixture->offset + 100 < PAST_MAX)
        past_publish(world->past, words);
}

static void step_read(struct world *world) {
    struct subscriber *subscriber = &world->subscribers[fixture_random(&world->random, READERS)];
    reader_take(&subscriber->reader, fixture_random(&world->random, 1200));
    take_all(world, subscriber);
}

/* Loses what is on its way. */
static void step_drop(struct world *world) {
    int number = (int)fixture_random(&world->random, READERS);
    come_back(world, &world->subscribers[number], number);
}

/* What the hub and the network do, some time after the io thread did. */
static void step_repair(struct world *world) {
    for (int i = 0; i < READERS; i++) {
        struct subscriber *subscriber = &world->subscribers[i];
        if (subscriber->reader.overflows > 0) {
            world->closes++;
            take_all(world, subscriber);
            come_back(world, subscriber, i);
        }
        if (subscriber->reader.losses > 0) {
            char end[96];
            world->losses++;
            subscriber->reader.losses = 0;
            subscriber->waiting = true;
            end_text(end, sizeof(end), false, world->past->fixture->offset);
            past_tell(world->past, &subscriber->reader,
                      &(struct past_join){.topics = subscriber->topics,
                                          .snapshot = subscriber->topics,
                                          .end = end,
                                          .afresh = true});
        }
    }
}

static void step_trim(struct world *world) {
    uint64_t offset = world->past->fixture->offset;
    if (offset > BEHIND)
        world->trimmed = offset - fixture_random(&world->random, BEHIND);
}

static void step(struct world *world) {
    uint32_t choice = fixture_random(&world->random, 100);
    if (choice < 40)
        step_publish(world);
    else if (choice < 78)
        step_read(world);
    else if (choice < 90)
        turn(world->past->fixture);
    else if (choice < 94)
        step_drop(world);
    else if (choice < 95)
        step_trim(world);
    else
        step_repair(world);
}

static void settle(struct world *world) {
    for (int round = 0; round < 100; round++) {
        step_repair(world);
        for (int i = 0; i < READERS; i++) {
            struct subscriber *subscriber = &world->subscribers[i];
            turn(world->past->fixture);
            reader_take(&subscriber->reader, SEEN_MAX - subscriber->reader.wsi->size);
            take_all(world, subscriber);
        }
    }
    for (int i = 0; i < READERS; i++) {
        struct subscriber *subscriber = &world->subscribers[i];
        uint64_t end = world->past->fixture->offset;
        assert_true(next_wanted(world, subscriber, subscriber->position) > end);
        assert_false(subscriber->waiting);
        assert_null(subscriber->reader.peer.member.catchup);
        assert_null(subscriber->reader.peer.member.held);
    }
}

static void run(void **state, uint64_t seed) {
    static const char *const topics[READERS] = {"A", "AB", "BCD", "ABCD"};
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->past = calloc(1, sizeof(*world->past));
    assert_non_null(world->past);
    world->past->fixture = *state;
    world->past->fixture->stream->slow = CONFIG_SLOW_DISCONNECT;
    world->random = seed;
    for (int i = 0; i < READERS; i++) {
        struct subscriber *subscriber = &world->subscribers[i];
        snprintf(subscriber->topics, sizeof(subscriber->topics), "%s", topics[i]);
        reader_init(&subscriber->reader, world->past->fixture, i);
        come_back(world, subscriber, i);
    }
    for (int i = 0; i < STEPS; i++)
        step(world);
    settle(world);
    print_message("recovered %u, not %u, lost %u, closed %u, replays %u, from the disk %u\n",
                  world->recovered, world->not_recovered, world->losses, world->closes,
                  world->replayed, world->late);
    /* A run in which something never happened would not test it. */
    assert_true(world->recovered > 20 && world->not_recovered > 10 && world->replayed > 200);
    assert_true(world->losses > 0 && world->closes > 0 && world->late > 20);
    for (int i = 0; i < READERS; i++)
        reader_finish(&world->subscribers[i].reader);
    past_finish_items(world->past);
    free(world);
}

static void every_item_comes_once_and_in_order_or_it_is_said(void **state) {
    run(state, 0x9e3779b97f4a7c15u);
}

static void the_same_with_other_luck(void **state) {
    run(state, 0xd1b54a32d192ed03u);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        ARRAY(every_item_comes_once_and_in_order_or_it_is_said),
        OBJECT(every_item_comes_once_and_in_order_or_it_is_said),
        ARRAY(the_same_with_other_luck),
        OBJECT(the_same_with_other_luck),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
